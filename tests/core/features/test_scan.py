"""Faces all over a video, for display."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from m2fnet_core.base.errors import Cancelled, MediaError
from m2fnet_core.base.events import Event, FacesScanned, Progress
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.features.cascade import Cascade
from m2fnet_core.features.scan import Scanned, sampled_frames, scan_faces
from m2fnet_core.media.index import frame_index
from m2fnet_core.media.probe import probe
from tests.face_maker import with_faces
from tests.media_maker import Picture, Sound, write_media


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five seconds: a face that moves right, gone after three seconds."""
    shown = [with_faces((256, 192), [(i, 10, 130)] if i < 75 else [])[0] for i in range(125)]
    return write_media(tmp_path_factory.mktemp("video") / "v.mp4", Picture(125, size=(256, 192), shown=shown), None)


def scanned(path: Path, cancel: CancelToken | None = None, stop_after: int = 1000) -> list[Event]:
    events: list[Event] = []

    def hook(event: Event) -> None:
        events.append(event)
        if cancel is not None and len(events) == stop_after:
            cancel.cancel()

    scan_faces(probe(path), "cpu", True, hook, cancel)
    return events


def found(events: list[Event]) -> list[FacesScanned]:
    return [event for event in events if isinstance(event, FacesScanned)]


def test_five_frames_a_second_in_order_with_the_faces_on_them(video: Path) -> None:
    events = scanned(video)
    faces = found(events)
    assert [event.time for event in faces] == pytest.approx(np.arange(25) * 0.2)
    assert [len(event.faces) for event in faces] == [1] * 15 + [0] * 10
    left = [event.faces[0].box[0] for event in faces[:15]]
    assert np.diff(left) == pytest.approx([5] * 14, abs=4)
    assert all(event.faces[0].area_weight == 1 for event in faces[:15])
    assert [e.done for e in events if isinstance(e, Progress)] == [1, 2]


def test_the_second_time_comes_from_the_store(video: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = found(scanned(video))
    monkeypatch.setattr(Cascade, "detect", None)
    assert found(scanned(video)) == first


def test_cancelled_it_goes_on_where_it_stopped(video: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cancel = CancelToken()
    with pytest.raises(Cancelled):
        scanned(video, cancel, stop_after=16)
    looked = []
    detect = Cascade.detect
    monkeypatch.setattr(Cascade, "detect", lambda self, p, c=None: looked.extend(p) or detect(self, p, c))
    assert len(found(scanned(video))) == 25
    assert 0 < len(looked) <= 4  # the second block alone


def test_a_video_shorter_than_a_sample_and_one_of_a_low_rate(tmp_path: Path) -> None:
    one = write_media(tmp_path / "one.mp4", Picture(1), None)
    slow = write_media(tmp_path / "slow.mp4", Picture(6, fps=2), None)
    assert sampled_frames(frame_index(probe(one))) == [0]
    assert sampled_frames(frame_index(probe(slow))) == list(range(6))
    assert [event.faces for event in found(scanned(one))] == [()]


def test_a_sound_file_has_nothing_to_scan(tmp_path: Path) -> None:
    sound = write_media(tmp_path / "s.wav", None, Sound(0.5))
    assert scan_faces(probe(sound)) == Scanned(0, 0)


def test_a_file_that_went_away(tmp_path: Path, video: Path) -> None:
    path = Path(shutil.copy(video, tmp_path / "gone.mp4"))
    info = probe(path)
    path.unlink()
    with pytest.raises(MediaError, match=r"gone\.mp4"):
        scan_faces(info, "cpu")
