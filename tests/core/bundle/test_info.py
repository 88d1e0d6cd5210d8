"""config.json of a bundle: read back as written, refused in a sentence when it does not fit."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from m2fnet_core.base.calibration import LabelPrior, shares
from m2fnet_core.base.emotions import IEMOCAP
from m2fnet_core.base.errors import CheckpointError
from m2fnet_core.base.json_codec import plain
from m2fnet_core.bundle.info import BundleInfo, TextConfig, VisualConfig, read_info, write_info
from m2fnet_core.nets.configs import FusionConfig

INFO = BundleInfo(
    name="mine",
    kind="trained",
    label_set=IEMOCAP,
    text=TextConfig(max_tokens=128, past=3, pooling="mean"),
    visual=VisualConfig(choice="uniform", area_weight="max"),
    fusion=FusionConfig(text=384, classes=6, positional="sinusoidal"),
    temperature=1.3,
    training_data=("IEMOCAP", "my corrections"),
    metrics={"weighted_f1": 0.61},
)


def test_it_is_read_back_as_written(tmp_path: Path) -> None:
    write_info(INFO, tmp_path)
    assert read_info(tmp_path) == INFO
    assert INFO.trained
    assert not replace(INFO, kind="untrained").trained
    assert replace(INFO, kind="starter").trained


def test_a_bundle_of_before_a_field_does_what_it_did(tmp_path: Path) -> None:
    write_info(replace(INFO, training_pieces=()), tmp_path)
    raw = json.loads((tmp_path / "config.json").read_text(encoding="utf-8"))
    for name in ("training_pieces", "temperatures", "learnt_prior", "prior"):
        del raw[name]
    del raw["audio"]["encoder"], raw["visual"]["pooling"]
    (tmp_path / "config.json").write_text(json.dumps(raw), encoding="utf-8")
    assert read_info(tmp_path) == INFO
    assert (INFO.audio.encoder, INFO.visual.pooling) == ("resnet18", "max")


def test_a_prior_is_shares_of_the_models_own_labels() -> None:
    learnt = shares({"happy": 5, "sad": 1, "neutral": 10, "angry": 2, "excited": 1, "frustrated": 1})
    info = replace(INFO, learnt_prior=learnt)
    assert info.prior_of(LabelPrior("corpus")) == {}
    assert info.prior_of(LabelPrior("uniform")) == pytest.approx(dict.fromkeys(learnt, 1 / 6))
    assert info.prior_of(LabelPrior("own")) == pytest.approx(learnt)
    many = info.prior_of(LabelPrior("own", {"sad": 6000.0, "neutral": 6000.0}))
    assert many["sad"] == pytest.approx(0.5, abs=0.01)
    assert min(many.values()) > 0
    assert info.prior_of(LabelPrior("given", {"sad": 3, "happy": 1}))["sad"] == pytest.approx(0.75, abs=0.01)
    with pytest.raises(CheckpointError, match="bored"):
        info.prior_of(LabelPrior("given", {"bored": 1}))
    with pytest.raises(CheckpointError, match="how frequent"):
        INFO.prior_of(LabelPrior("uniform"))


def newer(raw: dict[str, Any]) -> None:
    raw["version"] = 2


def without_labels(raw: dict[str, Any]) -> None:
    del raw["label_set"]


def without_name(raw: dict[str, Any]) -> None:
    del raw["name"]


def without_inner(raw: dict[str, Any]) -> None:
    del raw["fusion"]["fusion_layers"]


def unknown(raw: dict[str, Any]) -> None:
    raw["fusion"]["experts"] = 8


def word_for_number(raw: dict[str, Any]) -> None:
    raw["text"]["max_tokens"] = "many"


def unknown_choice(raw: dict[str, Any]) -> None:
    raw["visual"]["choice"] = "random"


def other_labels(raw: dict[str, Any]) -> None:
    raw["label_set"]["labels"] = ["good", "bad"]


def other_width(raw: dict[str, Any]) -> None:
    raw["extractor"]["embedding"] = 128


def cold(raw: dict[str, Any]) -> None:
    raw["temperature"] = 0


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (newer, "version 2 and this program reads version 1"),
        (without_labels, "lacks label_set"),
        (without_name, "lacks name"),
        (without_inner, "lacks fusion.fusion_layers"),
        (unknown, "no field experts"),
        (word_for_number, "'many'"),
        (unknown_choice, "'random', not one of centred, uniform"),
        (other_labels, "6 outputs for the 2 labels"),
        (other_width, "128"),
        (cold, "temperature"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path: Path, spoil: Callable[[dict[str, Any]], None], words: str) -> None:
    raw = plain(INFO)
    spoil(raw)
    (tmp_path / "config.json").write_text(json.dumps(raw), encoding="utf-8")
    with pytest.raises(CheckpointError, match=words) as caught:
        read_info(tmp_path)
    assert str(tmp_path) in str(caught.value)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"bundle"', "\xff"])
def test_what_is_no_configuration_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "config.json").write_text(text, encoding="latin-1")
    with pytest.raises(CheckpointError, match=r"config\.json"):
        read_info(tmp_path)


def test_a_folder_that_is_no_bundle_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="no model bundle"):
        read_info(tmp_path)
