"""The worker process: typed lines in and out, jobs in order, cancel at once, no failure ends it."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest

from m2fnet_core.base import events, requests
from m2fnet_core.base.events import Failed, Finished, Predicted, Progress, Stopped, UtteranceStarted, VectorsReady
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.base.requests import Analyze, ScanFaces, Transcribe
from m2fnet_core.service.jobs import WarmBundle, perform
from tests.core.service.worker_client import Worker
from tests.core.small_model import write_small_model
from tests.media_maker import Picture, Sound, write_media

SCHEMA = json.loads((Path(__file__).parents[3] / "docs" / "report.schema.json").read_text("utf-8"))
SRT = "1\n00:00:00,100 --> 00:00:00,900\nAnn: Hello.\n\n2\n00:00:01,000 --> 00:00:01,900\nBob: Oh no!\n"


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    """One process for all tests that leave it alive."""
    with Worker(tmp_path_factory.mktemp("worker")) as process:
        yield process


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds of picture and tone with two utterances beside it."""
    path = write_media(tmp_path_factory.mktemp("video") / "talk.mp4", Picture(frames=50), Sound(seconds=2))
    path.with_suffix(".srt").write_text(SRT, "utf-8")
    return path


@pytest.fixture(scope="module")
def long_video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """200 utterances in a minute: more work than any test waits for."""
    path = write_media(tmp_path_factory.mktemp("long") / "long.mp4", Picture(frames=300, fps=5), Sound(seconds=60))
    rows = "".join(f"{i / 4},{i / 4 + 2.5},Speaker {i},Line {i}\n" for i in range(200))
    path.with_suffix(".csv").write_text("start,end,speaker,text\n" + rows, "utf-8")
    return path


def test_a_bad_file_is_refused_in_one_sentence(worker: Worker, tmp_path: Path) -> None:
    for request in (Analyze(tmp_path / "none.mp4"), ScanFaces(tmp_path / "none.mp4")):
        said = worker.fail(request)
        assert "none.mp4" in said
        assert "\n" not in said


def test_what_is_no_request_is_answered(worker: Worker) -> None:
    for line in ("hello", '{"request":"Fly","job":"x"}', '{"request":"Analyze","job":"x"}'):
        worker.say(line)
        name, event = worker.hear()
        assert name == ""
        assert isinstance(event, Failed)
    worker.say("")  # nobody answers nothing


def test_an_analysis_tells_its_whole_story(worker: Worker, video: Path) -> None:
    heard = worker.run(Analyze(video))
    kinds = [type(event) for event in heard]
    started = next(event for event in heard if isinstance(event, events.AnalysisStarted))
    assert [u.speaker for u in started.utterances] == ["Ann", "Bob"]
    assert started.transcript == video.with_suffix(".srt")
    assert kinds.index(events.AnalysisStarted) < kinds.index(UtteranceStarted) < kinds.index(VectorsReady)
    last = {e.prediction.utterance_id: e.prediction for e in heard if isinstance(e, Predicted)}
    assert not any(prediction.provisional for prediction in last.values())
    assert isinstance(heard[-1], Finished)
    jsonschema.validate(heard[-1].result, SCHEMA)
    assert [u["label"] for u in heard[-1].result["utterances"]] == [last[u.id].label for u in started.utterances]


def test_the_second_opening_is_warm_and_cached(worker: Worker, video: Path) -> None:
    first, second = worker.run(Analyze(video)), worker.run(Analyze(video))
    assert second[-1] == first[-1]
    assert all(event.cached for event in second if isinstance(event, VectorsReady))
    assert not any(isinstance(event, Progress) and "Loading" in event.stage for event in second)


def test_a_running_job_is_stopped_and_the_next_one_works(worker: Worker, long_video: Path, video: Path) -> None:
    job = worker.ask(Analyze(long_video))
    worker.until(UtteranceStarted, job)
    worker.cancel(job)
    heard = worker.until(Stopped, job)
    assert len([event for event in heard if isinstance(event, VectorsReady)]) < 200
    worker.run(Analyze(video))


def test_a_waiting_job_is_stopped_at_once(worker: Worker, long_video: Path) -> None:
    first = worker.ask(Analyze(long_video, use_cache=False))
    worker.until(UtteranceStarted, first)
    second = worker.ask(Analyze(long_video))
    worker.cancel(second)
    heard = [worker.hear()]
    while heard[-1] != (second, Stopped()):
        assert not isinstance(heard[-1][1], Finished)  # the first one has minutes to go
        heard.append(worker.hear())
    worker.cancel(first)
    worker.until(Stopped, first)


def test_cancelling_what_is_over_or_unknown_does_nothing(worker: Worker, tmp_path: Path) -> None:
    job = worker.ask(Analyze(tmp_path / "none.mp4"))
    worker.until(Failed, job)
    worker.cancel(job)
    worker.cancel("never asked")
    assert "none.mp4" in worker.fail(Analyze(tmp_path / "none.mp4"))


def test_jobs_run_in_order(worker: Worker, video: Path, tmp_path: Path) -> None:
    jobs = [worker.ask(Analyze(path)) for path in (video, tmp_path / "none.mp4", video)]
    worker.until(Finished, jobs[0])
    worker.until(Failed, jobs[1])
    worker.until(Finished, jobs[2])


def test_faces_of_the_whole_video_are_scanned(worker: Worker, video: Path) -> None:
    heard = worker.run(ScanFaces(video))
    scanned = [event for event in heard if isinstance(event, events.FacesScanned)]
    assert scanned
    assert all(0 <= event.time < 2 and not event.faces for event in scanned)


def test_an_unknown_recogniser_is_one_sentence(worker: Worker, video: Path) -> None:
    said = worker.fail(Transcribe(video, "nobody/has-this-model"))
    assert "nobody/has-this-model" in said
    assert "\n" not in said


def test_utterances_can_be_given(worker: Worker, video: Path) -> None:
    given = (requests.Utterance("mine", 0.25, 1.5, "Cem", "Hm."),)
    heard = worker.run(Analyze(video, utterances=given))
    assert [u["id"] for u in heard[-1].result["utterances"]] == ["mine"]  # type: ignore[union-attr]


def test_a_reader_that_went_away_ends_the_worker(tmp_path: Path) -> None:
    with Worker(tmp_path) as process:
        process.fail(Analyze(tmp_path / "none.mp4"))
        process.drop_output()
        for _ in range(2):  # the answer to the first closes the pipe, the second finds it closed
            process.ask(Analyze(tmp_path / "none.mp4"))
            process.wait_until_dropped()
        assert process.process.wait(30) == 0


def test_a_worker_that_is_never_asked_ends_with_its_window(tmp_path: Path) -> None:
    with Worker(tmp_path) as process:
        process.close_input()
        assert process.process.wait(30) == 0
        assert process.log() == ""


def test_an_unexpected_error_is_logged_and_ends_only_its_job(tmp_path: Path, own_folders: Path) -> None:
    path = write_media(tmp_path / "silent.mp4", Picture(frames=5), None)

    def broken(event: events.Event) -> None:
        raise ZeroDivisionError("a defect\nof the hook")

    outcome = perform(Analyze(path), broken, CancelToken(), WarmBundle())
    assert isinstance(outcome, Failed)
    log = own_folders / "cache" / "unexpected.log"
    assert "silent.mp4" in outcome.message
    assert str(log) in outcome.message
    assert "\n" not in outcome.message
    assert "Traceback" in log.read_text("utf-8")


def test_the_model_is_loaded_again_only_when_it_changed(tmp_path: Path) -> None:
    folder, told, warm = write_small_model(tmp_path / "model"), list[events.Event](), WarmBundle()
    first = warm.get(folder, "cpu", told.append)
    assert warm.get(folder, "cpu", told.append) is first
    assert len(told) == 1
    written = (folder / "config.json").stat().st_mtime_ns
    os.utime(folder / "config.json", ns=(written + 1, written + 1))  # as after another training
    assert warm.get(folder, "cpu", told.append) is not first
    assert len(told) == 2


def test_a_cancelled_job_never_starts(tmp_path: Path) -> None:
    cancel = CancelToken()
    cancel.cancel()
    assert perform(Analyze(tmp_path / "none.mp4"), events.ignore, cancel, WarmBundle()) == Stopped()


def test_the_end_of_the_window_ends_a_busy_worker(worker: Worker, long_video: Path) -> None:
    """The last test: it ends the process that the others share."""
    worker.until(UtteranceStarted, worker.ask(Analyze(long_video, use_cache=False)))
    worker.close_input()
    assert worker.process.wait(30) == 0
