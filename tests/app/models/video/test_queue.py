"""The queue of analyses, with a worker that answers when the test lets it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Signal
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from app.base.settings import QUEUE
from app.models.project.intake import Intake
from app.models.studio import Studio
from app.models.video.analysis import Analysis
from app.models.video.queue import AnalysisQueue, Means, Place, Standing
from m2fnet_core.base.calibration import LabelPrior
from m2fnet_core.base.dialogue import Utterance
from m2fnet_core.base.emotions import MELD
from m2fnet_core.base.events import AnalysisStarted, Event, Failed, Finished, Predicted, Progress
from m2fnet_core.base.requests import Analyze, Request
from m2fnet_core.document.commands import AddMedia, Insert
from m2fnet_core.document.content import Medium, Turn
from tests.app.conversation import prediction
from tests.app.desk import MEDIUM, studio_with


class Worker(QObject):
    """Speaks as `WorkerClient` does; jobs end when the test says so."""

    heard = Signal(str, object)
    died = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.jobs: dict[str, Request] = {}
        self.cancelled: list[str] = []

    def submit(self, request: Request) -> str:
        """A job."""
        job = str(len(self.jobs) + 1)
        self.jobs[job] = request
        return job

    def cancel(self, job: str) -> None:
        """It is noted."""
        self.cancelled.append(job)

    def say(self, *events: Event) -> None:
        """What the latest job says."""
        for event in events:
            self.heard.emit(str(len(self.jobs)), event)

    @property
    def latest(self) -> Analyze:
        """What it was asked last."""
        request = self.jobs[str(len(self.jobs))]
        assert isinstance(request, Analyze)
        return request


class Desk:
    """A project of four videos: "film" is open, "a" and "b" can be read, "gone" cannot."""

    def __init__(self, folder: Path) -> None:
        self.studio: Studio = studio_with(predicted=False)
        media = []
        for key in ("a", "b", "gone"):
            path = folder / f"{key}.mp4"
            if key != "gone":
                path.write_bytes(b"video")
            media.append(Medium(key, path, "", key * 8, 10.0))
        self.studio.project.do(AddMedia(tuple(media)))
        self.worker = Worker()
        self.analysis = Analysis(
            self.studio.session,
            Intake(self.studio.project, self.studio.session),
            self.worker,  # type: ignore[arg-type]  # speaks as one
            self.studio.notices,
        )
        delete(self.studio.queue)
        self.queue = self.another()

    def another(self) -> AnalysisQueue:
        """As a program that was just started would have it."""
        studio = self.studio
        means = Means(lambda: "cpu", lambda: None, LabelPrior)
        return AnalysisQueue(studio.project, self.analysis, self.worker, studio.settings, means)  # type: ignore[arg-type]

    def analyse(self, key: str) -> None:
        """The worker finds one utterance and predicts it."""
        found = (Utterance("x1", 0.5, 2.0, "Ada", "Hello."),)
        path = self.studio.project.document.media[key].path
        self.worker.say(
            AnalysisStarted(path, "starter", "trained", MELD.labels, "cpu", found, model_hash="h"),
            Predicted(prediction("x1", "joy")),
            Finished({"media": {"sha256": key * 8}}),
        )

    def standings(self) -> dict[str, Standing]:
        """By medium."""
        return {medium: place.standing for medium, place in self.queue.places.items()}


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path) -> Iterator[Desk]:
    """Nothing is queued."""
    made = Desk(tmp_path)
    yield made
    made.studio.close()


def test_one_after_the_other_and_past_the_bad_ones(qtbot: QtBot, desk: Desk) -> None:
    desk.queue.add(["gone", "a", "b"])
    assert desk.queue.places["gone"].standing is Standing.FAILED
    assert "not there" in desk.queue.places["gone"].reason
    assert desk.worker.latest.media.name == "a.mp4"
    assert desk.queue.running == "a"
    desk.worker.say(Progress("Looking", 1, 4))
    assert desk.queue.progress == Progress("Looking", 1, 4)
    desk.worker.say(Failed("a.mp4 cannot be read; choose another file."))
    assert desk.queue.places["a"] == Place(Standing.FAILED, "a.mp4 cannot be read; choose another file.")
    assert desk.worker.latest.media.name == "b.mp4"
    desk.analyse("b")
    assert desk.standings()["b"] is Standing.DONE
    document = desk.studio.project.document
    (turn,) = [turn for turn in document.turns.values() if turn.medium == "b"]
    assert document.predictions[turn.id].prediction.label == "joy"
    assert document.speakers[turn.speaker].name == "Ada"
    assert desk.queue.waiting == ()
    assert desk.studio.session.medium == MEDIUM  # what is on screen stays


def test_utterances_that_are_there_are_the_ones_that_are_analysed(qtbot: QtBot, desk: Desk) -> None:
    desk.studio.project.do(Insert((Turn("w0", "a", 1.0, 2.0, "ada", "Hm."),), {}))
    desk.queue.add(["a"])
    assert desk.worker.latest.utterances == (Utterance("w0", 1.0, 2.0, "Ada", "Hm."),)
    desk.worker.say(
        AnalysisStarted(Path("a.mp4"), "starter", "trained", MELD.labels, "cpu", desk.worker.latest.utterances),
        Predicted(prediction("w0", "fear")),
        Finished({"media": {"sha256": "a" * 8}}),
    )
    assert desk.studio.project.document.predictions["w0"].prediction.label == "fear"
    desk.queue.add(["b"])
    assert desk.worker.latest.utterances is None


def test_the_open_video_goes_first(qtbot: QtBot, desk: Desk) -> None:
    desk.queue.add(["a"])
    desk.analysis.analyze(Analyze(Path("film.mp4")))
    assert "1" in desk.worker.cancelled
    assert desk.standings() == {"a": Standing.WAITING}
    desk.analysis.cancel()
    assert desk.standings() == {"a": Standing.RUNNING}


def test_what_is_left_survives_a_restart(qtbot: QtBot, desk: Desk) -> None:
    desk.queue.add(["a", "b"])
    desk.analyse("a")
    path = desk.studio.project.path
    assert path is not None
    assert json.loads(desk.studio.settings.get(QUEUE)) == {str(path): ["b"]}
    desk.studio.project.close()
    assert desk.queue.waiting == ()
    assert json.loads(desk.studio.settings.get(QUEUE)) == {str(path): ["b"]}
    delete(desk.queue)
    desk.queue = desk.another()
    assert desk.studio.project.open(path)
    assert desk.standings() == {"b": Standing.RUNNING}
    desk.analyse("b")
    assert desk.studio.settings.get(QUEUE) == "{}"


def test_a_saved_project_takes_its_queue_along(qtbot: QtBot, desk: Desk, tmp_path: Path) -> None:
    desk.queue.add(["a"])
    assert desk.studio.project.save_as(tmp_path / "mine.m2f")
    assert json.loads(desk.studio.settings.get(QUEUE))[str(tmp_path / "mine.m2f")] == ["a"]


def test_settings_that_make_no_sense_are_no_queue(qtbot: QtBot, desk: Desk) -> None:
    path = desk.studio.project.path
    assert path is not None
    for text in ("nonsense", "[1]", json.dumps({str(path): ["unknown"]})):
        desk.studio.settings.set(QUEUE, text)
        desk.studio.project.close()
        desk.studio.settings.set(QUEUE, text)
        assert desk.studio.project.open(path)
        assert desk.queue.waiting == ()


def test_a_video_that_kills_the_worker_twice_is_left_alone(qtbot: QtBot, desk: Desk) -> None:
    desk.queue.add(["a", "b"])
    desk.worker.died.emit("The analysis process ended unexpectedly.")
    assert desk.queue.running == "a"
    desk.worker.died.emit("The analysis process ended unexpectedly.")
    assert desk.queue.places["a"] == Place(Standing.FAILED, "The analysis process ended unexpectedly.")
    assert desk.queue.running == "b"


def test_what_cannot_be_kept_is_no_success(qtbot: QtBot, desk: Desk) -> None:
    desk.queue.add(["a"])
    late = (Utterance("x1", 500.0, 600.0, "Ada", "Past the end."),)
    finished = Finished({"media": {"sha256": "a" * 8}})
    desk.worker.say(AnalysisStarted(Path("a.mp4"), "starter", "trained", MELD.labels, "cpu", late), finished)
    assert desk.queue.places["a"].standing is Standing.FAILED


def test_stopping_and_asking_again(qtbot: QtBot, desk: Desk) -> None:
    desk.queue.add(["gone", "a", "b"])
    desk.queue.stop()
    assert desk.standings() == {"gone": Standing.FAILED}
    assert desk.worker.cancelled == ["1"]
    desk.analyse("a")  # too late: nobody listens
    assert all(turn.medium == MEDIUM for turn in desk.studio.project.document.turns.values())
    desk.queue.add_left()
    assert desk.queue.waiting == ("a", "b", "gone")
    assert desk.standings()[MEDIUM] is Standing.FAILED


def test_a_read_only_project_says_so(qtbot: QtBot, desk: Desk, tmp_path: Path) -> None:
    other = Studio(desk.studio.settings)
    path = desk.studio.project.path
    assert path is not None
    assert other.project.open(path)
    assert other.project.read_only
    other.queue.add(["a"])
    assert "read-only" in other.queue.places["a"].reason
    other.close()
