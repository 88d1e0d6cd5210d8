"""The inspector shows what the network says about the selected utterance, and why."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from app.base.settings import SORTED_BARS, Settings
from app.models.video.session import Session
from app.views.inspector.panel import Inspector
from m2fnet_core.base.dialogue import Contributions, Presence
from m2fnet_core.media.probe import probe
from tests.app.conversation import analysed, begin, find_faces, predict, utterances
from tests.media_maker import Picture, Sound, write_media


@pytest.fixture
def session(qtbot: QtBot) -> Session:
    """Five analysed utterances, the second selected."""
    made = Session()
    analysed(made)
    made.select("u1")
    return made


@pytest.fixture
def settings(qtbot: QtBot) -> Settings:
    """Nothing changed yet."""
    return Settings()


@pytest.fixture
def inspector(qtbot: QtBot, session: Session, settings: Settings) -> Iterator[Inspector]:
    """It, on screen."""
    view = Inspector(session, settings)
    view.resize(380, 900)
    qtbot.addWidget(view)
    with qtbot.waitExposed(view):
        view.show()
    yield view
    view.close_reader()


def words(inspector: Inspector) -> list[tuple[str, str]]:
    """Labels and figures of the probability bars."""
    return [(bar.word, bar.figure) for bar in inspector.probabilities.rows]


def test_probabilities_in_the_label_set_s_order_or_ranked(inspector: Inspector, settings: Settings) -> None:
    assert words(inspector)[:3] == [("neutral", "5.0 %"), ("surprise", "70 %"), ("fear", "5.0 %")]
    inspector.sort_button.click()
    assert words(inspector)[0] == ("surprise", "70 %")
    assert settings.get(SORTED_BARS)


def test_contributions_are_explained_in_plain_words(inspector: Inspector) -> None:
    text, sound, picture = inspector.contributions.rows
    assert (text.figure, sound.figure, picture.figure) == ("+20", "−5", "absent")
    assert text.tip == "Without the text, the probability of “surprise” would fall by 20 percentage points."
    assert "would rise by 5" in sound.tip
    assert "left this modality out" in picture.tip


def test_without_contributions_there_is_no_empty_section(session: Session, inspector: Inspector) -> None:
    predict(session, "u1", contributions=Contributions(), attention=None)
    assert not inspector.contributions.isVisible()
    assert not inspector.attention.isVisible()


def test_attended_turns_are_listed_and_a_click_selects_one(
    qtbot: QtBot, session: Session, inspector: Inspector
) -> None:
    assert [bar.key for bar in inspector.attention.rows] == ["u0", "u1", "u3"]
    assert inspector.attention.rows[1].word == "2  itself"
    with qtbot.waitSignal(session.selection_changed) as heard:
        qtbot.mouseClick(inspector.attention, Qt.MouseButton.LeftButton, pos=QPoint(40, 60))
    assert heard.args == ["u3"]


def test_it_follows_predictions_of_the_selected_utterance(session: Session, inspector: Inspector) -> None:
    predict(session, "u1", "anger", 0.9)
    assert ("anger", "90 %") in words(inspector)


def test_without_a_selection_it_says_what_to_do(session: Session, inspector: Inspector) -> None:
    session.select("")
    assert inspector.currentIndex() == 0


def test_an_utterance_that_is_not_analysed_yet(session: Session, inspector: Inspector) -> None:
    begin(session, (*utterances(), *utterances(6)[5:]))
    session.select("u5")
    assert inspector.currentIndex() == 1
    assert not inspector.probabilities.isVisible()


def test_absent_modalities_are_named(session: Session, inspector: Inspector) -> None:
    predict(session, "u1", present=Presence(audio=True, scene=True))
    assert inspector.header.presence_words() == "no text, Sound, Scene, no faces found"


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """Ten seconds of numbered pictures."""
    return write_media(tmp_path / "film.mp4", Picture(frames=250), Sound(seconds=10))


def test_frames_and_faces_are_read_and_a_click_goes_there(
    qtbot: QtBot, session: Session, inspector: Inspector, film: Path
) -> None:
    session.open(probe(film))
    begin(session, utterances())
    predict(session, "u1")
    times = [2.0 + k / 25 for k in range(15)]
    session.select("u1")
    find_faces(session, "u1", times)
    frames, faces = inspector.frames.frames, inspector.frames.faces
    qtbot.waitUntil(lambda: all(tile.image is not None for tile in (*frames.tiles, *faces.tiles)))
    assert len(frames.tiles) == 15
    assert [tile.caption for tile in faces.tiles[:2]] == ["80 %", "20 %"]
    assert len(frames.tiles[0].boxes) == 2
    with qtbot.waitSignal(inspector.seek_requested) as heard:
        qtbot.mouseClick(frames, Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
    assert heard.args == [pytest.approx(2.0)]


def test_no_faces_is_said(qtbot: QtBot, session: Session, inspector: Inspector, film: Path) -> None:
    session.open(probe(film))
    begin(session, utterances())
    session.select("u1")
    find_faces(session, "u1", [2.0, 2.04], faces=False)
    assert inspector.frames.faces_title == "No faces found"


def test_another_selection_cancels_the_reading(
    qtbot: QtBot, session: Session, inspector: Inspector, film: Path
) -> None:
    session.open(probe(film))
    begin(session, utterances())
    for number in range(4):
        find_faces(session, f"u{number}", [2.0 * number + k / 25 for k in range(15)])
    for number in (0, 1, 2, 3):
        session.select(f"u{number}")
    tiles = inspector.frames.frames
    qtbot.waitUntil(lambda: all(tile.image is not None for tile in tiles.tiles))
    assert tiles.tiles[0].time == 6.0


def test_a_film_that_went_away_is_one_sentence(
    qtbot: QtBot, session: Session, inspector: Inspector, film: Path
) -> None:
    info = probe(film)
    film.unlink()
    session.open(info)
    begin(session, utterances())
    session.select("u1")
    find_faces(session, "u1", [2.0])
    qtbot.waitUntil(lambda: "film.mp4" in inspector.frames.trouble)
