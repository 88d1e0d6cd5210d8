"""The whole first flow: what it tells while it works, and what it returns."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from m2fnet_core.analysis.analyze import analyze
from m2fnet_core.analysis.predict import predict
from m2fnet_core.analysis.provisional import LivePredictions
from m2fnet_core.analysis.report import Report
from m2fnet_core.base.dialogue import Utterance
from m2fnet_core.base.errors import Cancelled
from m2fnet_core.base.events import (
    AnalysisStarted,
    Event,
    FacesFound,
    Notice,
    Predicted,
    Progress,
    UtteranceStarted,
    VectorsReady,
)
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.base.requests import Analyze
from m2fnet_core.bundle.info import VisualConfig
from m2fnet_core.bundle.networks import Bundle
from m2fnet_core.bundle.untrained import untrained_bundle
from m2fnet_core.features.vectors import UtteranceVectors
from tests.face_maker import with_faces
from tests.media_maker import Picture, Sound, write_media

TURNS = (
    Utterance("a", 0.0, 0.8, "Ann", "Look at that!"),
    Utterance("b", 0.8, 1.4, "Bob"),
    Utterance("c", 1.5, 2.0, "Ann", "Never mind."),
)


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    made = untrained_bundle()
    visual = VisualConfig(frames=5, scene_size=48, face_size=40, detect_side=256)
    return replace(made, info=replace(made.info, visual=visual, max_dialogue=3, pause_seconds=5.0))


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds: a face in the first, a tone."""
    face, empty = (with_faces((256, 192), places)[0] for places in ([(40, 10, 130)], []))
    shown = [face] * 25 + [empty] * 25
    picture = Picture(50, size=(256, 192), shown=shown)
    return write_media(tmp_path_factory.mktemp("video") / "talk.mp4", picture, Sound())


def run(bundle: Bundle, video: Path, turns: Sequence[Utterance] = TURNS) -> tuple[Report, list[Event]]:
    events: list[Event] = []
    return analyze(Analyze(video, utterances=tuple(turns)), events.append, bundle=bundle), events


def test_it_tells_what_it_does_in_order(bundle: Bundle, video: Path) -> None:
    report, events = run(bundle, video)
    started = next(e for e in events if isinstance(e, AnalysisStarted))
    assert started.utterances == TURNS
    assert started.labels == report.model.labels == bundle.info.label_set.labels
    assert not started.trained
    assert [e.utterance_id for e in events if isinstance(e, UtteranceStarted)] == ["a", "b", "c"]
    ready = {e.utterance_id: e.present for e in events if isinstance(e, VectorsReady)}
    assert [(there.text, there.faces) for there in ready.values()] == [(True, True), (False, False), (True, False)]
    looked = [e for e in events if isinstance(e, FacesFound)]
    assert [e.utterance_id for e in looked] == ["a", "b", "c"]
    assert [len(e.frames) for e in looked] == [5, 5, 5]
    assert len(looked[0].faces) == 5
    stages = [e for e in events if isinstance(e, Progress) and e.of == 3]
    assert [e.done for e in stages] == [0, 1, 2, 3]
    assert stages[0].seconds_left is None
    assert stages[-1].seconds_left == 0


def test_predictions_are_provisional_until_the_end(bundle: Bundle, video: Path) -> None:
    report, events = run(bundle, video)
    told = [e.prediction for e in events if isinstance(e, Predicted)]
    assert told[0].provisional
    final = [prediction for prediction in told if not prediction.provisional]
    assert [p.utterance_id for p in final] == ["a", "b", "c"]
    assert told[-3:] == final
    for prediction, utterance in zip(final, report.utterances, strict=True):
        assert prediction.attention is not None
        assert sum(prediction.attention.values()) == pytest.approx(1)
        assert (prediction.label, prediction.present) == (utterance.label, utterance.present)
        assert prediction.label == max(utterance.probabilities, key=lambda k: utterance.probabilities[k])


def test_what_the_cache_knows_changes_nothing(bundle: Bundle, video: Path) -> None:
    first, told = run(bundle, video)
    again, later = run(bundle, video)
    assert first == again
    assert [e.cached for e in told if isinstance(e, VectorsReady)] == [False] * 3
    assert [e.cached for e in later if isinstance(e, VectorsReady)] == [True] * 3


def test_one_edited_utterance_is_the_only_one_computed_anew(bundle: Bundle, video: Path) -> None:
    run(bundle, video)
    _, events = run(bundle, video, [*TURNS[:2], replace(TURNS[2], start=1.6)])
    ready = {e.utterance_id: e.cached for e in events if isinstance(e, VectorsReady)}
    assert ready == {"a": True, "b": True, "c": False}


def test_what_is_missing_is_said(bundle: Bundle, video: Path) -> None:
    said = "\n".join(e.text for e in run(bundle, video)[1] if isinstance(e, Notice))
    assert "untrained" in said
    assert "1 of 3 utterances has no text" in said
    assert "No face" not in said


def test_a_cancelled_analysis_stops_before_the_next_utterance(bundle: Bundle, video: Path) -> None:
    cancel, events = CancelToken(), list[Event]()

    def stop(event: Event) -> None:
        events.append(event)
        if isinstance(event, VectorsReady):
            cancel.cancel()

    with pytest.raises(Cancelled):
        analyze(Analyze(video, utterances=TURNS), stop, cancel, bundle)
    assert [e.utterance_id for e in events if isinstance(e, VectorsReady)] == ["a"]
    assert not any(isinstance(e, Predicted) and not e.prediction.provisional for e in events)


def test_a_pause_ends_a_dialogue(bundle: Bundle, tmp_path: Path) -> None:
    path = write_media(tmp_path / "long.wav", None, Sound(seconds=12))
    near = [Utterance("a", 0.0, 1.0, text="One."), Utterance("b", 1.0, 2.0, text="Two.")]
    far = [replace(near[0]), replace(near[1], start=9.0, end=10.0)]
    together, apart = (analyze(Analyze(path, utterances=tuple(turns)), bundle=bundle) for turns in (near, far))
    (alone,) = analyze(Analyze(path, utterances=tuple(near[:1])), bundle=bundle).utterances
    assert apart.utterances[0].probabilities == pytest.approx(alone.probabilities, abs=1e-6)
    assert together.utterances[0].probabilities != pytest.approx(alone.probabilities, abs=1e-6)


def some_vectors(bundle: Bundle, count: int) -> list[UtteranceVectors]:
    generator = np.random.default_rng(0)
    widths = (bundle.text.width, 300, 300, 300)
    return [UtteranceVectors(*(generator.normal(size=n).astype(np.float32) for n in widths)) for _ in range(count)]


def test_live_predictions_rest_in_proportion_to_their_cost(bundle: Bundle) -> None:
    now, told = [0.0], list[Predicted]()
    turns = [Utterance(str(i), i, i + 1) for i in range(8)]
    vectors = some_vectors(bundle, 8)

    def clock() -> float:
        now[0] += 0.01  # each look takes that long: a run costs 0.01 s and rests for about 0.1 s
        return now[0]

    live = LivePredictions(bundle, turns, told.append, clock)  # type: ignore[arg-type]
    for known in range(1, 5):
        live.update(vectors[:known])
    assert [e.prediction.utterance_id for e in told] == ["0"]
    now[0] += 1
    live.update(vectors[:6])
    assert [e.prediction.utterance_id for e in told] == ["0", "1", "2", "3", "4", "5"]
    assert all(e.prediction.provisional for e in told)


def test_live_predictions_see_the_turns_before(bundle: Bundle) -> None:
    turns, vectors, told = [Utterance(str(i), i, i + 1) for i in range(3)], some_vectors(bundle, 3), list[Predicted]()
    live = LivePredictions(bundle, turns, told.append, lambda: 0.0)  # type: ignore[arg-type]
    for known in (1, 2, 3):
        live.update(vectors[:known])
    assert replace(told[-1].prediction, provisional=False) == predict(bundle, vectors, turns)[-1]
