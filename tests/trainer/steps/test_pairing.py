"""Paired dialogues: whose clips and faces utterances are given."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from m2fnet_core.base.dialogue import Dialogue, Utterance
from m2fnet_core.bundle.info import read_info
from m2fnet_core.features.vectors import UtteranceVectors
from trainer.cli import main as train
from trainer.config import Noise, PairingStep
from trainer.steps.pairing import Pool, Pools, acted, confusion_of_unseen, copies, paired, text_pool

LABELS = ("neutral", "joy", "anger")
CLEAR = Noise(neutral=0.0, wrong=0.0, missing=0.0)
EXACT = PairingStep(speech=CLEAR, faces=CLEAR)


def _pool(each: int, speakers: int = 1) -> Pool:
    """Vectors that say label, speaker and number."""
    rows = [(label, n % speakers, n) for label in range(3) for n in range(each)]
    return Pool(
        np.array(rows, np.float32), np.array([label for label, _, _ in rows]), tuple(f"actor {s}" for _, s, _ in rows)
    )


def _dialogue(turns: int) -> Dialogue:
    return Dialogue("d", tuple(Utterance(str(n), n, n + 1, "AB"[n % 2], "text", LABELS[n % 3]) for n in range(turns)))


def _paired(config: PairingStep, turns: int = 600, passes: np.ndarray | None = None) -> list[UtteranceVectors]:
    """Text vectors say label and utterance."""
    dialogue = _dialogue(turns)
    texts = {
        ("d", u.id): UtteranceVectors(text=np.array([n % 3, n], np.float32)) for n, u in enumerate(dialogue.utterances)
    }
    mixed = np.eye(3) if passes is None else passes
    pools = Pools(text_pool([dialogue], texts, LABELS), _pool(12, speakers=4), _pool(40), mixed, mixed, mixed)
    found = paired([dialogue], texts, pools, LABELS, config, np.random.default_rng(0))
    return [found["d", u.id] for u in dialogue.utterances]


def _heard(found: list[UtteranceVectors]) -> np.ndarray:
    return np.array([-1 if one.audio is None else one.audio[0] for one in found])


def test_utterances_get_clips_and_faces_of_their_emotion_and_speakers_keep_their_voice() -> None:
    found = _paired(EXACT)
    assert [one.audio[0] for one in found if one.audio is not None] == [n % 3 for n in range(600)]
    assert [one.faces[0] for one in found if one.faces is not None] == [n % 3 for n in range(600)]
    voices = [{one.audio[1] for one in found[first::2] if one.audio is not None} for first in (0, 1)]
    assert [len(one) for one in voices] == [1, 1]
    assert len({one.scene[0] for one in found if one.scene is not None}) == 3  # whatever the emotion


def test_shares_of_clips_are_neutral_wrong_and_missing() -> None:
    own = np.arange(600) % 3

    def heard(noise: Noise) -> np.ndarray:
        found = _paired(replace(EXACT, speech=noise))
        assert [one.faces[0] for one in found if one.faces is not None] == list(own)  # faces have noise of their own
        return _heard(found)

    assert np.mean(heard(replace(CLEAR, missing=0.25)) == -1) == pytest.approx(0.25, abs=0.05)
    neutral = heard(replace(CLEAR, neutral=0.5))
    assert np.mean(neutral[own > 0] == 0) == pytest.approx(0.5, abs=0.06)
    assert np.all((neutral == own) | (neutral == 0))
    wrong = heard(replace(CLEAR, wrong=0.6))
    assert np.mean(wrong != own) == pytest.approx(0.4, abs=0.06)  # a third of any emotion is the right one


def test_learnt_vectors_are_blurred_as_unseen_ones_are() -> None:
    generator = np.random.default_rng(1)
    labels = np.repeat(np.arange(3), 50)
    clear = np.eye(3, dtype=np.float32)[labels] + 0.1 * generator.standard_normal((150, 3)).astype(np.float32)
    taken = np.where((labels == 1) & (np.arange(150) % 2 == 0), 2, labels)  # half of the joy looks like anger
    unseen = np.eye(3, dtype=np.float32)[taken]
    shares = confusion_of_unseen(Pool(clear, labels, ("",) * 150), Pool(unseen, labels, ("",) * 150), 4)
    assert shares == pytest.approx(np.array([[1, 0, 0, 0], [0, 0.5, 0.5, 0], [0, 0, 1, 0], [0, 0, 0, 1]]))
    found = _paired(EXACT, passes=shares[:3, :3])
    read = np.array([one.text for one in found])
    for joy in (_heard(found)[1::3], read[1::3, 0]):
        towards = joy[joy > 1] - 1  # anger is 2
        assert len(towards) / len(joy) == pytest.approx(0.5, abs=0.1)
        assert towards.min() >= 0.3
        assert towards.max() <= 1
        assert towards.mean() == pytest.approx(0.65, abs=0.05)  # anywhere between
    assert np.all(read[0::3, 1] == np.arange(0, 600, 3))  # what is not confused keeps its own words


def test_copies_keep_the_text() -> None:
    dialogue = _dialogue(2)
    texts = {("d", u.id): UtteranceVectors(text=np.full(4, n, np.float32)) for n, u in enumerate(dialogue.utterances)}
    made, vectors = copies([dialogue], texts, 3)
    assert len({d.id for d in made}) == 3
    assert all(vectors[d.id, "1"] is texts["d", "1"] for d in made)


@pytest.mark.timeout(120)
def test_a_corpus_of_texts_becomes_a_bundle_that_hears_and_sees(tmp_path: Path) -> None:
    folder = tmp_path / "smoke"
    assert train(["smoke", str(folder)]) == 0
    for clips in (folder / "meld").iterdir():
        if clips.is_dir():
            shutil.rmtree(clips)
    wanted = ('steps=["audio", "visual", "features", "fusion"]', "pairing.enabled=true", "pairing.views=2")
    short = (f"{step}.loop.epochs=1" for step in ("audio", "visual", "fusion"))
    changes = [word for setting in (*wanted, *short) for word in ("--set", setting)]
    assert train(["all", str(folder / "run.toml"), "--events", *changes]) == 0
    run = folder / "runs" / "smoke"
    figures = json.loads((run / "features" / "done.json").read_text(encoding="utf-8"))
    assert figures["utterances"] == 12 * 4  # twice the training dialogues, validation and test
    assert 0.6 < figures["share/audio"] < 1
    info = read_info(run / "bundle")
    assert info.fusion.audio > 0
    assert info.fusion.visual > 0


def test_acted_utterances_tell_their_label_by_voice_and_face_over_neutral_or_no_words() -> None:
    pools = Pools(_pool(40), _pool(12, speakers=4), _pool(40), np.eye(3), np.eye(3), np.eye(3))
    config = replace(EXACT, speech=replace(CLEAR, missing=0.3), faces=replace(CLEAR, missing=0.3))
    dialogues, vectors = acted(200, pools, LABELS, config, np.random.default_rng(0))
    found = [(LABELS.index(d.utterances[0].label or ""), vectors[d.id, "0"]) for d in dialogues]
    assert len(vectors) == len(found) == pytest.approx(600 * (1 - 0.3 * 0.3), rel=0.05)
    for label, one in found:
        assert one.text is None or one.text[0] == 0
        assert {own[0] for own in (one.audio, one.faces) if own is not None} == {label}
    assert np.mean([one.text is None for _, one in found]) == pytest.approx(0.5, abs=0.07)
