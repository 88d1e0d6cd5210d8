"""A screenshot shows what is typical of the video."""

from pytestqt.qtbot import QtBot

from app.models.video.session import Session
from app.screenshot import telling_time, telling_utterance
from tests.app.conversation import analysed, find_faces


def test_the_usual_number_of_faces_near_two_fifths(qtbot: QtBot) -> None:
    session = Session()
    analysed(session)
    for number in range(5):
        find_faces(session, f"u{number}", [2.0 * number + k / 25 for k in range(3)], faces=number != 2)
    chosen = telling_utterance(session)
    assert chosen is not None
    assert chosen.id == "u1"
    assert telling_time(session, chosen) == 2.04


def test_without_faces_or_utterances(qtbot: QtBot) -> None:
    session = Session()
    assert telling_utterance(session) is None
    analysed(session)
    chosen = telling_utterance(session)
    assert chosen is not None
    assert telling_time(session, chosen) == (chosen.start + chosen.end) / 2
