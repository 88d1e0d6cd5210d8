"""Which utterances the table keeps in."""

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from app.models.studio import Studio
from app.models.tables.filters import Filters
from app.models.tables.utterance_table import UtteranceTable
from tests.app.desk import studio_with


@pytest.fixture
def studio(qtbot: QtBot) -> Iterator[Studio]:
    """Five utterances of Ada and Bo."""
    made = studio_with()
    yield made
    made.close()


def shown(table: UtteranceTable) -> str:
    """The numbers of the rows."""
    return "".join(table.utterance(place).id.removeprefix("u") for place in range(table.rowCount()))


@pytest.mark.parametrize(
    ("filters", "rows"),
    [
        (Filters(undecided=True), "234"),
        (Filters(unsure=True), "1"),
        (Filters(changed=True), "0"),
        (Filters(emotions=frozenset({"anger"})), "04"),
        (Filters(speakers=frozenset({"Bo"})), "13"),
        (Filters(speakers=frozenset({"Bo"}), undecided=True), "3"),
        (Filters(words=("laughs",)), "1"),
        (Filters(), "01234"),
    ],
)
def test_filters(studio: Studio, filters: Filters, rows: str) -> None:
    studio.annotating.label("anger", "u0")
    studio.annotating.label("surprise", "u1")
    studio.annotating.unsure("u1")
    studio.annotating.comment("u1", "laughs")
    table = UtteranceTable(studio.session)
    table.set_filters(filters)
    assert shown(table) == rows


def test_what_was_just_decided_stays_in_sight_until_one_goes_on(studio: Studio) -> None:
    table = UtteranceTable(studio.session)
    table.set_filters(Filters(undecided=True))
    studio.session.select("u2")
    studio.annotating.label("joy")
    assert shown(table) == "01234"
    studio.session.select("u3")
    assert shown(table) == "0134"
