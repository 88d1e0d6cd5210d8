"""What the dialogue network is shown while it trains."""

import numpy as np

from m2fnet_core.bundle_info import FusionConfig
from m2fnet_core.features.vectors import UtteranceVectors
from trainer.config import FusionStep
from trainer.fit_fusion import FusionTask, LabelledDialogue

ONE = np.ones(4, np.float32)
NET = FusionConfig(text=4, audio=4, scene=4, faces=4, classes=2, feedforward=8, hidden=8, fusion_layers=1)


def shown(vectors: UtteranceVectors, share: float = 0.3, turns: int = 4000) -> np.ndarray:
    """Shares of utterances with text, audio, scene and faces, and with nothing at all."""
    step = FusionStep(modality_dropout=share)
    dialogue = LabelledDialogue("d", (vectors,) * turns, (0, 1) * (turns // 2))
    task = FusionTask(step, NET, [dialogue], [dialogue], ("a", "b"), seed=0)
    inputs, _ = task.load([0], [np.random.default_rng(0)], 0.0)
    present = inputs.present[0].numpy()
    return np.array([*present.mean(axis=0), (~present.any(axis=1)).mean()])


def test_each_modality_goes_as_often_as_it_is_said() -> None:
    text, audio, scene, _, nothing = shown(UtteranceVectors(text=ONE, audio=ONE, scene=ONE))
    assert nothing == 0
    np.testing.assert_allclose([text, audio, scene], 0.7 + 0.3**3, atol=0.03)  # who would lose all keeps all


def test_pieces_of_the_picture_go_alone_only_where_both_are() -> None:
    *_, scene, faces, nothing = shown(UtteranceVectors(text=ONE, audio=ONE, scene=ONE, faces=ONE))
    assert nothing == 0
    np.testing.assert_allclose([scene, faces], 0.7 * 0.7 + 0.3**3, atol=0.04)


def test_what_has_one_modality_keeps_it() -> None:
    np.testing.assert_array_equal(shown(UtteranceVectors(audio=ONE)), [0, 1, 0, 0, 0])
