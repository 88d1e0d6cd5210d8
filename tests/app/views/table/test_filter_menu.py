"""The menu beside the filter box: what it offers, what it keeps in the table, and how it is let go."""

import pytest
from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot

from app.models.video.session import Session
from app.views.table.utterances import Utterances
from m2fnet_core.base.dialogue import Utterance
from m2fnet_core.document.content import Decision
from tests.app.conversation import analysed, begin, media


@pytest.fixture
def session() -> Session:
    """Five utterances of Ada and Bo; u1 was decided otherwise than the network, and unsure."""
    made = Session()
    analysed(made)
    made.decide("u1", Decision("u1", "eve", "joy", unsure=True))
    return made


@pytest.fixture
def view(qtbot: QtBot, session: Session) -> Utterances:
    made = Utterances(session)
    qtbot.addWidget(made)
    return made


def entry(view: Utterances, words: str) -> QAction:
    """Of the menu as it opens now."""
    view.filter_button.menu_.aboutToShow.emit()
    return next(action for action in view.filter_button.menu_.actions() if action.text() == words)


def kept(view: Utterances) -> int:
    """Rows of the table."""
    return view.table.model().rowCount()


@pytest.mark.parametrize(
    ("words", "rows"), [("Undecided", 4), ("Unsure", 1), ("Changed", 1), ("joy", 2), ("surprise", 0), ("Bo", 2)]
)
def test_an_entry_keeps_what_it_names_and_is_ticked_the_next_time(view: Utterances, words: str, rows: int) -> None:
    entry(view, words).trigger()
    assert kept(view) == rows
    assert view.filter_button.text() == "1"
    again = entry(view, words)
    assert again.isChecked()
    again.trigger()
    assert kept(view) == 5
    assert view.filter_button.text() == ""


def test_entries_add_up_and_all_go_at_once(view: Utterances) -> None:
    entry(view, "Ada").trigger()
    entry(view, "Bo").trigger()
    assert kept(view) == 5
    entry(view, "Undecided").trigger()
    assert (kept(view), view.filter_button.text()) == (4, "2")
    entry(view, "Show all").trigger()
    assert kept(view) == 5
    assert not entry(view, "Show all").isEnabled()


def test_another_video_is_seen_whole_and_has_its_own_speakers(view: Utterances, session: Session) -> None:
    entry(view, "Ada").trigger()
    session.open(media())
    begin(session, (Utterance("x0", 0.0, 1.0, "", "Who?"), Utterance("x1", 1.0, 2.0, "R&D", "We.")))
    assert kept(view) == 2
    entry(view, "Unknown speaker").trigger()
    assert kept(view) == 1
    entry(view, "R&&D").trigger()
    assert kept(view) == 2
