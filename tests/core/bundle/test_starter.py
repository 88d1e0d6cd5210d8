"""The model that ships: small, said to be what it is, and of some use with each of its sources alone."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from m2fnet_core.analysis.analyze import analyze
from m2fnet_core.base.dialogue import Prediction, Utterance
from m2fnet_core.base.emotions import MELD
from m2fnet_core.base.events import AnalysisStarted, Event, Predicted
from m2fnet_core.base.requests import Analyze
from m2fnet_core.bundle.card import STARTER, model_card
from m2fnet_core.bundle.checkpoint import load_bundle
from m2fnet_core.bundle.networks import Bundle
from tests.media_maker import Picture, Sound, write_media

TURNS = (
    Utterance("joy", 0.0, 1.0, "Ann", "That is wonderful, I am so happy for you!"),
    Utterance("anger", 1.2, 2.2, "Bo", "Shut up! I hate you, get out of my house!"),
    Utterance("surprise", 2.4, 3.4, "Ann", "Oh my God! What? You are kidding!"),
    Utterance("neutral", 3.6, 4.6, "Bo", "The meeting is at ten on Monday."),
)


@pytest.fixture(scope="module")
def starter() -> Bundle:
    return load_bundle(None, torch.device("cpu"))


def predictions(bundle: Bundle, video: Path, turns: tuple[Utterance, ...]) -> dict[str, Prediction]:
    heard: list[Event] = []
    analyze(Analyze(video, utterances=turns, use_cache=False), heard.append, bundle=bundle)
    assert next(e for e in heard if isinstance(e, AnalysisStarted)).kind == "starter"
    return {e.prediction.utterance_id: e.prediction for e in heard if isinstance(e, Predicted)}


def test_it_is_small_and_says_what_it_is(starter: Bundle) -> None:
    sizes = [path.stat().st_size for path in STARTER.rglob("*.safetensors")]
    assert sum(sizes) <= 65e6
    assert max(sizes) <= 50e6
    assert starter.info.kind == "starter"
    assert starter.info.label_set == MELD
    assert "Research use only" in starter.info.licence
    card = model_card(None)
    assert card.startswith("# Starter model")
    assert all(f"![{name}]({name}.png)" in card for name in ("text", "speech", "faces", "paired"))
    assert all((STARTER / f"{name}.png").is_file() for name in ("text", "speech", "faces", "paired"))


def test_plain_words_are_understood_without_sound_and_picture(starter: Bundle, tmp_path: Path) -> None:
    silent = write_media(tmp_path / "silent.mp4", Picture(frames=125, size=(160, 120)), None)
    found = predictions(starter, silent, TURNS)
    assert {name: p.label for name, p in found.items()} == {turn.id: turn.id for turn in TURNS}
    assert not any(p.present.audio or p.present.faces for p in found.values())


def test_what_is_missing_is_done_without(starter: Bundle, tmp_path: Path) -> None:
    wordless = tuple(replace(turn, text=None) for turn in TURNS)
    for name, picture, sound in (("sound", None, Sound(seconds=5)), ("picture", Picture(frames=125), None)):
        video = write_media(tmp_path / f"{name}.mp4", picture, sound)
        for prediction in predictions(starter, video, wordless).values():
            assert sum(prediction.probabilities.values()) == pytest.approx(1.0)
            assert not prediction.present.text
