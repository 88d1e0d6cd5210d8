"""The codec between frozen dataclasses and JSON values."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from m2fnet_core.base.dialogue import FaceBox, Utterance
from m2fnet_core.base.json_codec import build, plain


@dataclass(frozen=True, slots=True)
class Everything:
    """One field of each kind the codec knows."""

    path: Path
    seconds: float
    count: int
    on: bool
    words: tuple[str, ...]
    pair: tuple[float, str]
    faces: tuple[FaceBox, ...]
    table: Mapping[str, float]
    maybe: Utterance | None = None
    free: Any = None


EVERYTHING = Everything(
    path=Path("a/b.mp4"),
    seconds=1.0,
    count=2,
    on=True,
    words=("x", "y"),
    pair=(0.5, "z"),
    faces=(FaceBox(0.1, (1.0, 2.0, 3.0, 4.0), 0.9, 1.0),),
    table={"joy": 1.0},
    maybe=Utterance("u1", 0.0, 1.0, text="Grüße"),
    free={"any": [1, "thing"]},
)


def test_a_tree_of_dataclasses_survives_the_way_there_and_back() -> None:
    assert build(Everything, plain(EVERYTHING)) == EVERYTHING


def test_a_whole_number_becomes_a_float_where_a_float_belongs() -> None:
    built = build(Everything, plain(EVERYTHING) | {"seconds": 3, "table": {"joy": 1}})
    assert isinstance(built.seconds, float)
    assert isinstance(built.table["joy"], float)


def test_absent_optional_fields_take_their_defaults() -> None:
    body = plain(EVERYTHING)
    del body["maybe"], body["free"]
    built = build(Everything, body)
    assert built.maybe is None
    assert built.free is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"colour": 1}, "no field colour"),
        ({"seconds": "soon"}, "'soon'"),
        ({"count": 1.5}, "1.5"),
        ({"words": "abc"}, "'abc'"),
        ({"pair": [1.0]}, "shorter"),
        ({"table": [1]}, "Mapping"),
        ({"faces": [{"time": 0.0}]}, "FaceBox needs box, confidence, area_weight"),
        ({"path": 7}, "7"),
    ],
)
def test_what_does_not_fit_is_refused_with_a_reason(change: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        build(Everything, plain(EVERYTHING) | change)


def test_a_missing_field_is_named() -> None:
    with pytest.raises(ValueError, match="Utterance needs id, end"):
        build(Utterance, {"start": 1.0})
