"""Events and requests as lines of JSON."""

from pathlib import Path

import pytest

from m2fnet_core.base import events, requests
from m2fnet_core.base.dialogue import Contributions, FaceBox, Prediction, Presence, Utterance

UTTERANCE = Utterance("u1", 0.5, 2.25, "Ann", "Ach, so! \u2028 “…”")
PREDICTION = Prediction(
    "u1",
    "joy",
    {"neutral": 0.25, "joy": 0.75},
    Presence(text=True, faces=True),
    Contributions(text=0.125, visual=-0.5),
    {"u1": 0.75, "u2": 0.25},
    provisional=True,
)
EVENTS: list[events.Event] = [
    events.AnalysisStarted(
        Path("clip.mp4"), "starter", "starter", ("neutral", "joy"), "cpu", (UTTERANCE,), Path("c.srt")
    ),
    events.UtteranceStarted("u1"),
    events.FacesFound("u1", (0.5, 0.54), (FaceBox(0.5, (1.0, 2.0, 30.5, 40.0), 0.99, 1.0),)),
    events.VectorsReady("u1", Presence(text=True), cached=True),
    events.Predicted(PREDICTION),
    events.FacesScanned(3.5, ()),
    events.Progress("looking", 1, 10, 2.5),
    events.Notice("No sound."),
    events.Finished({"schema": 1, "utterances": []}),
    events.Failed("a.mp4 is not a video."),
    events.Stopped(),
]
REQUESTS: list[requests.Request] = [
    requests.Analyze(Path("clip.mp4"), Path("c.srt"), Path("bundle"), "cuda:1", False, (UTTERANCE,)),
    requests.Analyze(Path("clip.mp4")),
    requests.ScanFaces(Path("clip.mp4")),
    requests.Transcribe(Path("clip.mp4"), "openai/whisper-tiny"),
    requests.Cancel(),
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda e: type(e).__name__)
def test_an_event_survives_its_line(event: events.Event) -> None:
    assert events.from_line(events.to_line(event, "job 7")) == ("job 7", event)


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda r: type(r).__name__)
def test_a_request_survives_its_line(request_: requests.Request) -> None:
    assert requests.from_line(requests.to_line(request_, "job 7")) == ("job 7", request_)


def test_a_line_is_one_line_in_any_encoding() -> None:
    name = Path(b"caf\xe9.mp4".decode("utf-8", "surrogateescape"))  # a Latin-1 file name on Linux
    line = requests.to_line(requests.Analyze(name, utterances=(UTTERANCE,)), "1")
    assert line.isascii()
    assert len(line.splitlines()) == 1
    assert requests.from_line(line)[1] == requests.Analyze(name, utterances=(UTTERANCE,))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", "Expecting value"),
        ("hello", "Expecting value"),
        ("[]", "not an event"),
        ('{"event":"Nothing"}', "not an event"),
        ('{"event":"UtteranceStarted"}', "needs utterance_id"),
        ('{"event":"Progress","stage":"a","done":"x","of":1}', "'x'"),
    ],
)
def test_what_is_no_event_is_a_value_error(line: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        events.from_line(line)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", "Expecting value"),
        ("7", "not a request"),
        ('{"request":"Fly"}', "not a request"),
        ('{"request":"Analyze","job":"1"}', "needs media"),
    ],
)
def test_what_is_no_request_is_a_value_error(line: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        requests.from_line(line)


def test_a_probability_that_is_not_a_number_never_leaves() -> None:
    with pytest.raises(ValueError, match="Out of range float"):
        events.to_line(events.Progress("looking", 1, 2, float("nan")))
