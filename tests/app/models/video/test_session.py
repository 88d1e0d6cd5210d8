"""The session takes in events and answers quickly, also for 20,000 utterances."""

from pytestqt.qtbot import QtBot

from app.models.video.session import Session
from m2fnet_core.base.dialogue import FaceBox, Utterance
from m2fnet_core.base.events import FacesScanned
from tests.app.conversation import analysed, begin, find_faces, media, predict, utterances


def test_events_become_state(qtbot: QtBot) -> None:
    session = Session()
    session.open(media())
    with qtbot.waitSignals([session.model_changed, session.utterances_changed]):
        begin(session, utterances(), kind="untrained")
    assert (session.model, session.trained, session.device) == ("starter", False, "cpu")
    assert session.speakers == ("Ada", "Bo")
    with qtbot.waitSignal(session.prediction_changed) as heard:
        predict(session, "u1", "anger")
    assert heard.args == ["u1"]
    prediction = session.prediction("u1")
    assert prediction is not None
    assert prediction.label == "anger"
    find_faces(session, "u1", (2.1, 2.2))
    assert session.frames_used("u1") == (2.1, 2.2)
    assert len(session.faces_used("u1")) == 4


def test_utterances_are_in_order_of_their_start(qtbot: QtBot) -> None:
    session = Session()
    begin(session, reversed_ := tuple(reversed(utterances())))
    assert [u.id for u in session.utterances] == ["u0", "u1", "u2", "u3", "u4"]
    assert [session.row(u.id) for u in reversed_] == [4, 3, 2, 1, 0]
    assert session.row("nobody") is None


def test_everybody_who_speaks_at_a_moment_is_found(qtbot: QtBot) -> None:
    session = Session()
    long, first, second = Utterance("long", 0, 10), Utterance("a", 1, 2), Utterance("b", 3, 4)
    begin(session, (long, first, second))
    assert session.utterances_at(-1) == ()
    assert session.utterances_at(1.5) == (long, first)
    assert session.utterances_at(2) == (long,)  # an end is no longer covered
    assert session.utterances_at(3) == (long, second)
    assert session.utterances_at(10) == ()


def test_scanned_frames_around_a_time(qtbot: QtBot) -> None:
    session = Session()
    faces = {time: (FaceBox(time, (0, 0, 1, 1), 0.9, 1.0),) for time in (2.0, 0.0, 1.0)}
    for time, found in faces.items():
        session.apply(FacesScanned(time, found))
    assert session.scanned_around(-1) == ((), faces[0.0])
    assert session.scanned_around(1.0) == (faces[1.0], faces[2.0])
    assert session.scanned_around(5.0) == (faces[2.0], ())


def test_selection_is_announced_once_and_ends_with_its_utterance(qtbot: QtBot) -> None:
    session = Session()
    analysed(session)
    heard: list[str] = []
    session.selection_changed.connect(heard.append)
    session.select("u1")
    session.select("u1")
    begin(session, utterances()[:1])
    assert heard == ["u1", ""]


def test_another_medium_starts_empty(qtbot: QtBot) -> None:
    session = Session()
    analysed(session)
    session.select("u1")
    session.open(None)
    assert session.utterances == ()
    assert session.selected == ""
    assert session.prediction("u1") is None
    assert session.scanned_around(1) == ((), ())


def test_each_of_twenty_thousand_utterances_is_found_at_its_time(qtbot: QtBot) -> None:
    session = Session()
    spoken = utterances(20_000)
    begin(session, spoken)
    for number in range(0, 20_000, 2):
        assert session.utterances_at(2.0 * number + 1)[0].id == f"u{number}"
