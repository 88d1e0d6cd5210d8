"""Export and import as a person asks for them: what cannot be done is one sentence, and nothing else changes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.models.notices import Weight
from app.models.project.exchange import Placing, Reading
from app.models.studio import Studio
from m2fnet_core.document.formats import LabelChoice
from tests.app.desk import studio_with
from tests.patience import signalled

CSV = "start,end,speaker,text,human_label\n0,1.5,Ada,Hi,joy\n2,3.5,Bo,No,anger\n"


@pytest.fixture
def studio(qtbot: QtBot) -> Iterator[Studio]:
    """u0 to u4; u0 is decided."""
    made = studio_with()
    made.project.set_annotator("me")
    made.annotating.label("fear", "u0")
    yield made
    made.close()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Two utterances that lie on u0 and u1, with labels."""
    path = tmp_path / "in.csv"
    path.write_text(CSV, encoding="utf-8")
    return path


def take(studio: Studio, reading: Reading) -> None:
    """Read and put it in."""
    imported = studio.exchange.read(reading)
    assert imported is not None
    assert studio.exchange.take(reading, imported)


def labels(studio: Studio) -> dict[str, str | None]:
    """What I decided, by utterance."""
    return {turn: said.label for (turn, name), said in studio.project.document.decisions.items() if name == "me"}


def test_a_place_that_cannot_be_written(qtbot: QtBot, studio: Studio, source: Path) -> None:
    with signalled(qtbot, studio.notices.added) as said:
        studio.exchange.export("csv", source / "out.csv", LabelChoice.HUMAN)  # inside a file
    assert said[0].weight is Weight.FAILURE
    assert "out.csv" in said[0].text
    assert source.read_text(encoding="utf-8") == CSV


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"nothing,of,that\n1,2,3\n", None])
def test_a_file_that_is_none(studio: Studio, source: Path, content: bytes | None) -> None:
    source.unlink() if content is None else source.write_bytes(content)
    before = studio.project.document
    assert studio.exchange.read(Reading(source, "csv", Placing.BESIDE)) is None
    assert "in.csv" in studio.notices.entries[-1].text
    assert studio.project.document is before


def test_utterances_come_beside_or_in_place_of_those_that_are_there(studio: Studio, source: Path) -> None:
    take(studio, Reading(source, "csv", Placing.BESIDE))
    assert len(studio.session.utterances) == 7
    studio.shaping.undo()
    take(studio, Reading(source, "csv", Placing.REPLACE))
    assert [utterance.text for utterance in studio.session.utterances] == ["Hi", "No"]
    studio.shaping.undo()
    assert labels(studio) == {"u0": "fear"}


def test_labels_alone_go_to_the_utterances_that_are_there(studio: Studio, source: Path) -> None:
    take(studio, Reading(source, "csv", Placing.LABELS))
    assert labels(studio) == {"u0": "joy", "u1": "anger"}
    assert len(studio.session.utterances) == 5
    studio.shaping.undo()
    assert labels(studio) == {"u0": "fear"}


def test_an_export_that_is_stopped_is_over(qtbot: QtBot, studio: Studio, tmp_path: Path) -> None:
    studio.exchange.export("csv", tmp_path / "out.csv", LabelChoice.HUMAN)
    with qtbot.waitSignal(studio.exchange.progressed) as said:
        studio.exchange.cancel()
    assert said.args == [None]
    studio.exchange.close()
    assert not any("were written" in entry.text for entry in studio.notices.entries)
