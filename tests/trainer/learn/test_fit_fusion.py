"""What the dialogue network is shown while it trains."""

import numpy as np

from m2fnet_core.base.calibration import Calibration
from m2fnet_core.features.vectors import UtteranceVectors
from m2fnet_core.nets.configs import FusionConfig
from m2fnet_core.nets.fusion import FusionNet
from trainer.config import FusionStep
from trainer.learn.fit_fusion import IGNORED, FusionTask, LabelledDialogue, judged, learnt_prior, with_exactly

ONE = np.ones(4, np.float32)
NET = FusionConfig(text=4, audio=4, scene=4, faces=4, classes=2, feedforward=8, hidden=8, fusion_layers=1)


def presence(step: FusionStep, vectors: UtteranceVectors, turns: int, dialogues: int = 1) -> np.ndarray:
    """Bool [dialogues, turns, 4]: whether text, audio, scene and faces of an utterance are shown."""
    dialogue = LabelledDialogue("d", (vectors,) * turns, (0, 1) * (turns // 2))
    task = FusionTask(step, NET, [dialogue], [dialogue], ("a", "b"), seed=0)
    inputs, _ = task.load([0] * dialogues, [np.random.default_rng(n) for n in range(dialogues)], 0.0)
    return np.asarray(inputs.present)


def shown(vectors: UtteranceVectors) -> np.ndarray:
    """Shares of utterances with text, audio, scene and faces, and with nothing at all."""
    present = presence(FusionStep(modality_dropout=0.3), vectors, 4000)[0]
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


def test_a_dialogue_is_left_with_one_modality_or_two_from_end_to_end() -> None:
    step = FusionStep(modality_dropout=0.0, dialogue_dropout=0.6)
    present = presence(step, UtteranceVectors(text=ONE, audio=ONE, scene=ONE, faces=ONE), turns=4, dialogues=3000)
    assert np.all(present == present[:, :1])
    kinds, counts = np.unique(present[:, 0], axis=0, return_counts=True)
    assert len(kinds) == 7  # whole, and six parts
    assert np.all(kinds[:, 2] == kinds[:, 3])  # scene and faces go together
    whole = kinds.all(axis=1)
    np.testing.assert_allclose(counts[whole] / 3000, 0.4, atol=0.04)
    np.testing.assert_allclose(counts[~whole] / 3000, 0.1, atol=0.03)


def test_a_dialogue_of_one_modality_keeps_it() -> None:
    step = FusionStep(modality_dropout=0.0, dialogue_dropout=1.0)
    assert presence(step, UtteranceVectors(audio=ONE), turns=2, dialogues=100)[..., 1].all()


def test_a_set_of_modalities_is_judged_by_what_has_all_of_it() -> None:
    turns = (UtteranceVectors(text=ONE, audio=ONE), UtteranceVectors(text=ONE), UtteranceVectors(text=ONE, scene=ONE))
    dialogue = LabelledDialogue("d", turns, (0, 1, 0))
    assert with_exactly([dialogue], "audio+visual") == []
    (text,), (both,) = with_exactly([dialogue], "text"), with_exactly([dialogue], "text+audio")
    assert (text.labels, both.labels) == ((0, 1, 0), (0, IGNORED, IGNORED))
    assert all(one.audio is None and one.scene is None for one in text.vectors)
    net = FusionNet(NET)
    cold, warm = (judged(net, [both], one)[1] for one in (Calibration(), Calibration(1.0, {"text+audio": 50.0})))
    assert np.ptp(warm) < np.ptp(cold)


def test_what_was_balanced_is_learnt_as_less_frequent() -> None:
    dialogue = LabelledDialogue("d", (UtteranceVectors(text=ONE),) * 10, (0,) * 8 + (1,) * 2)
    assert learnt_prior([dialogue], 2, balance=0.0) == [0.8, 0.2]
    np.testing.assert_allclose(learnt_prior([dialogue], 2, balance=1.0), [0.5, 0.5])
    np.testing.assert_allclose(learnt_prior([dialogue], 2, balance=0.5), [2 / 3, 1 / 3], rtol=1e-6)
