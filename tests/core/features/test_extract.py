"""The one code from utterances to vectors, on small real files."""

import shutil
import threading
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch

from m2fnet_core.base.dialogue import Presence, Utterance
from m2fnet_core.base.errors import Cancelled, MediaError
from m2fnet_core.base.events import Event, FacesFound, Notice, UtteranceStarted, VectorsReady
from m2fnet_core.base.folders import cache_folder
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.bundle.checkpoint import untrained_bundle
from m2fnet_core.bundle.info import TextConfig, VisualConfig
from m2fnet_core.bundle.networks import Bundle, placed
from m2fnet_core.features.cascade import Cascade
from m2fnet_core.features.extract import FeatureExtractor
from m2fnet_core.features.store import FeatureStore
from m2fnet_core.features.vectors import UtteranceVectors
from m2fnet_core.media.info import MediaInfo
from m2fnet_core.media.probe import probe
from tests.face_maker import with_faces
from tests.media_maker import Picture, Sound, write_media

LINES = (
    Utterance("1", 0.0, 0.6, "Ann", "Look at that."),
    Utterance("2", 0.6, 1.2, "Bob", "At what?"),
    Utterance("3", 1.2, 2.0, "Ann", "Never mind."),
)


@cache
def bundle() -> Bundle:
    made = untrained_bundle()
    visual = VisualConfig(frames=5, scene_size=48, face_size=40, detect_side=256)
    return placed(replace(made, info=replace(made.info, visual=visual)), torch.device("cpu"))


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds: a face for 30 frames, then none; a tone."""
    face, empty = (with_faces((256, 192), places)[0] for places in ([(40, 10, 130)], []))
    shown = [face] * 30 + [empty] * 20
    return write_media(tmp_path_factory.mktemp("video") / "v.mp4", Picture(50, size=(256, 192), shown=shown))


def extracted(
    info: MediaInfo | None,
    dialogue: Sequence[Utterance] = LINES,
    store: FeatureStore | None = None,
    cancel: CancelToken | None = None,
) -> tuple[list[UtteranceVectors], list[Event]]:
    events: list[Event] = []
    return list(FeatureExtractor(bundle(), store, events.append).vectors(info, dialogue, cancel)), events


def cached(events: Sequence[Event]) -> list[bool]:
    return [event.cached for event in events if isinstance(event, VectorsReady)]


def same(first: UtteranceVectors, second: UtteranceVectors) -> bool:
    names = ("text", "audio", "scene", "faces")
    pairs = [(getattr(first, n), getattr(second, n)) for n in names]
    equal = all((a is None and b is None) or np.array_equal(a, b) for a, b in pairs)
    return equal and (first.boxes, first.frames) == (second.boxes, second.frames)


def test_every_utterance_gets_its_vectors_in_order_with_what_is_missing_missing(video: Path) -> None:
    vectors, events = extracted(probe(video))
    assert [v.present for v in vectors] == [Presence(True, True, True, True)] * 2 + [Presence(True, True, True, False)]
    assert vectors[0].text is not None
    assert [len(v) for v in (vectors[0].text, vectors[0].audio, vectors[0].scene, vectors[0].faces)] == [
        256,
        300,
        300,
        300,
    ]
    kinds = [type(e) for e in events]
    assert kinds == [UtteranceStarted, FacesFound, VectorsReady] * 3
    found = events[1]
    assert isinstance(found, FacesFound)
    assert found.frames == pytest.approx((0.2, 0.24, 0.28, 0.32, 0.36))
    assert len(found.faces) == 5
    x1, y1, x2, y2 = found.faces[0].box
    assert (40 < x1 < x2 < 170, 10 < y1 < y2 < 130) == (True, True)
    assert cached(events) == [False] * 3


def test_the_second_time_everything_comes_from_the_store(video: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, _ = extracted(probe(video), store=FeatureStore())
    monkeypatch.setattr(Cascade, "detect", None)
    second, events = extracted(probe(video), store=FeatureStore())
    assert cached(events) == [True] * 3
    assert all(same(a, b) for a, b in zip(first, second, strict=True))


def test_without_a_store_nothing_of_the_features_is_kept(video: Path) -> None:
    extracted(probe(video))
    assert not list(cache_folder().glob("features*"))


def test_editing_one_utterance_recomputes_only_what_depends_on_it(video: Path) -> None:
    extracted(probe(video), store=FeatureStore())
    words = (LINES[0], replace(LINES[1], text="Nothing at all."), LINES[2])
    monitored: list[str] = []
    kept = FeatureStore.put
    try:
        FeatureStore.put = lambda self, key, entry: monitored.extend(entry.arrays) or kept(self, key, entry)  # type: ignore[method-assign]
        extracted(probe(video), words, FeatureStore())
        assert monitored == ["text"] * 3  # its neighbours' context changed with it
        monitored.clear()
        extracted(probe(video), (*LINES[:2], replace(LINES[2], end=1.9)), FeatureStore())
        assert sorted(monitored) == ["audio", "scene"]
    finally:
        FeatureStore.put = kept  # type: ignore[method-assign]


def test_another_extractor_is_another_key(video: Path) -> None:
    extracted(probe(video), store=FeatureStore())
    other = replace(bundle(), info=replace(bundle().info, visual=replace(bundle().info.visual, face_margin=0.3)))
    events: list[Event] = []
    list(FeatureExtractor(other, FeatureStore(), events.append).vectors(probe(video), LINES))
    assert cached(events) == [False] * 3


def test_a_file_without_sound_and_one_without_picture(tmp_path: Path) -> None:
    silent = write_media(tmp_path / "s.mp4", Picture(30), None)
    heard = write_media(tmp_path / "h.wav", None, Sound(1.2))
    line = (Utterance("1", 0.0, 1.0, "Ann", None),)
    assert extracted(probe(silent), line)[0][0].present == Presence(scene=True)
    (vectors,), events = extracted(probe(heard), line)
    assert vectors.present == Presence(audio=True)
    assert not [e for e in events if isinstance(e, FacesFound)]


def test_words_alone() -> None:
    vectors, _ = extracted(None)
    assert [v.present for v in vectors] == [Presence(text=True)] * 3


def test_no_utterances_no_vectors(video: Path) -> None:
    assert extracted(probe(video), ()) == ([], [])


def test_utterances_that_are_clips_of_their_own(tmp_path: Path, video: Path) -> None:
    clip = shutil.copy(video, tmp_path / "dia0_utt0.mp4")
    lines = (replace(LINES[0], media=Path(clip), start=600.0, end=602.0), replace(LINES[1], media=tmp_path / "no.mp4"))
    vectors, events = extracted(None, lines, FeatureStore())
    assert vectors[0].frames == pytest.approx((0.88, 0.92, 0.96, 1.0, 1.04))
    assert vectors[1].present == Presence(text=True)
    (notice,) = (e for e in events if isinstance(e, Notice))
    assert "no.mp4" in notice.text
    assert cached(extracted(None, lines[:1], FeatureStore())[1]) == [False]  # without its neighbour another text
    assert cached(extracted(None, lines, FeatureStore())[1])[0]


def test_a_span_behind_the_end_of_the_video_is_no_failure(video: Path) -> None:
    (vectors,), _ = extracted(probe(video), (Utterance("1", 1.9, 30.0),))
    assert vectors.present.scene


def test_a_file_that_vanishes_half_way_is_one_sentence(tmp_path: Path, video: Path) -> None:
    path = Path(shutil.copy(video, tmp_path / "going.mp4"))
    many = [Utterance(str(n), 0.0, 0.2 + n / 20) for n in range(10)]
    going = FeatureExtractor(bundle()).vectors(probe(path), many)
    next(going)
    path.unlink()
    with pytest.raises(MediaError, match=r"going\.mp4 is not at"):
        list(going)


def test_cancel_stops_and_keeps_what_was_computed(video: Path) -> None:
    cancel = CancelToken()
    events: list[Event] = []
    going = FeatureExtractor(bundle(), FeatureStore(), events.append).vectors(probe(video), LINES, cancel)
    next(going)
    cancel.cancel()
    with pytest.raises(Cancelled):
        next(going)
    assert cached(extracted(probe(video), store=FeatureStore())[1])[0]


def test_giving_up_half_way_leaves_no_thread_and_no_open_file(video: Path) -> None:
    going = FeatureExtractor(bundle()).vectors(probe(video), LINES)
    next(going)
    going.close()  # type: ignore[attr-defined]
    assert not [t for t in threading.enumerate() if t.name.startswith("ahead")]


def test_a_store_that_cannot_be_written_is_one_notice(video: Path) -> None:
    cache_folder().mkdir(parents=True, exist_ok=True)
    (cache_folder() / "features-1").write_text("in the way")
    vectors, events = extracted(probe(video), store=FeatureStore())
    assert len(vectors) == 3
    (notice,) = (e for e in events if isinstance(e, Notice))
    assert "cannot be kept" in notice.text


def test_batches_of_other_utterances_do_not_change_a_text_vector(video: Path) -> None:
    config = replace(bundle().info, text=TextConfig(max_tokens=256, past=0, future=0))
    lone = replace(bundle(), info=config)
    together = list(FeatureExtractor(lone).vectors(None, LINES))
    for line, vectors in zip(LINES, together, strict=True):
        (alone,) = FeatureExtractor(lone).vectors(None, [line])
        np.testing.assert_allclose(alone.text, vectors.text, atol=1e-4)
