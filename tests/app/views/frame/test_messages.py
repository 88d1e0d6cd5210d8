"""Banners, status bar and start page say what is the matter and what to do next."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.base.settings import Settings
from app.models.studio import Studio
from app.views.frame.actions import Actions
from app.views.frame.messages import Messages
from app.views.frame.start import StartPage
from app.views.frame.status import StatusBar
from m2fnet_core.base.events import Progress
from tests.app.conversation import begin, media, utterances


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    """Something to hang actions on."""
    made = QWidget()
    qtbot.addWidget(made)
    return made


@pytest.fixture
def studio(qtbot: QtBot) -> Iterator[Studio]:
    """No video is open; no worker runs."""
    made = Studio(Settings())
    yield made
    made.close()


@pytest.fixture
def actions(window: QWidget) -> Actions:
    """What the banners' buttons trigger."""
    return Actions(window)


@pytest.fixture
def messages(qtbot: QtBot, studio: Studio, actions: Actions) -> Messages:
    """The banners."""
    made = Messages(studio, actions)
    qtbot.addWidget(made)
    made.show()
    return made


def test_untrained_weights_are_said_until_a_model_is_chosen(studio: Studio, messages: Messages) -> None:
    assert messages.model.text == ""
    begin(studio.session, utterances(), kind="untrained")
    assert messages.model.text == "Untrained weights: predictions are random until a model is chosen."
    assert messages.model.button("Choose a model…").isVisible()
    begin(studio.session, utterances(), kind="trained")
    assert messages.model.text == ""


def test_the_starter_model_is_said_to_be_one_with_a_way_to_its_card(
    qtbot: QtBot, studio: Studio, messages: Messages, actions: Actions
) -> None:
    begin(studio.session, utterances(), kind="starter")
    assert messages.model.text == "Starter model: a start to look around with, not a measurement."
    asked = messages.model.button("What it can do…")
    with qtbot.waitSignal(actions["model-card"].triggered):
        asked.click()
    assert messages.model.text, "it stays in sight"


def test_notices_gather_in_one_banner_and_under_the_bell(
    qtbot: QtBot, studio: Studio, messages: Messages, window: QWidget
) -> None:
    status = StatusBar(studio.session, studio.analysis, studio.notices, Actions(window))
    qtbot.addWidget(status)
    for sentence in ("One.", "Two.", "Two.", "Three.", "Four."):
        studio.notices.note(sentence)
    assert messages.latest.text == "Two.\nThree.\nFour.\n… and 1 more under the bell."
    assert status.bell.text() == "4"
    messages.latest.hide()
    studio.notices.fail("Five.")
    assert messages.latest.text == "Five."
    assert messages.latest.property("kind") == "failure"
    status.bell.menu().actions()[-1].trigger()
    assert status.bell.text() == ""


def test_another_video_starts_without_old_messages(studio: Studio, messages: Messages) -> None:
    studio.notices.fail("Something.")
    studio.session.open(media())
    assert messages.latest.text == ""


def test_the_status_bar_tells_how_far_the_analysis_is(qtbot: QtBot, studio: Studio, window: QWidget) -> None:
    from app.models.video.analysis import State

    status = StatusBar(studio.session, studio.analysis, studio.notices, Actions(window))
    qtbot.addWidget(status)
    status.show()
    assert not status.bar.isVisible()
    studio.analysis.state = State.RUNNING
    studio.analysis.progress = Progress("looking for faces", 3, 10, 75.0)
    studio.analysis.changed.emit()
    assert status.stage.text() == "looking for faces 3 of 10, 1 min left"
    assert status.bar.value() == 3
    assert status.cancel.isVisible()
    begin(studio.session, utterances(), kind="untrained")
    assert status.model.text() == "starter (untrained)"
    assert status.device.text() == "cpu"


def test_the_start_page_offers_recent_files(qtbot: QtBot, tmp_path: Path, window: QWidget) -> None:
    settings = Settings()
    page = StartPage(Actions(window), settings)
    qtbot.addWidget(page)
    page.show()
    film = tmp_path / "an interview.mp4"
    film.touch()
    settings.remember_file(film)
    entry = next(b for b in page.findChildren(QPushButton) if "an interview" in b.text())
    with qtbot.waitSignal(page.chosen) as heard:
        entry.click()
    assert heard.args == [film]
    page.set_reading("film.mp4")
    page.set_dragged_over(True)
    page.set_reading("")
    page.set_dragged_over(False)
