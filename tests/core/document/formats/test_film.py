"""The annotated video: same times, same sound, boxes and labels in the picture; whole, stoppable, bounded."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import psutil
import pytest

from m2fnet_core.base.dialogue import FaceBox
from m2fnet_core.base.errors import Cancelled, DocumentError, MediaError
from m2fnet_core.base.events import Event, Progress
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.document.content import Document, Medium
from m2fnet_core.document.formats import LabelChoice, Sheet, sheet_of, write
from m2fnet_core.media.content import content_hash
from m2fnet_core.media.frames import FrameReader
from m2fnet_core.media.index import frame_index
from m2fnet_core.media.probe import probe
from tests.core.document.formats.talk import document
from tests.media_maker import Picture, Sound, repeat_media, write_media

GREY = Picture(frames=40, size=(322, 241), pixel_format="yuv444p", shown=[np.full((241, 322, 3), 90, np.uint8)] * 40)


def sheet(video: Path, faces: Sequence[FaceBox] = (), given: Document | None = None) -> Sheet:
    """The talk of `document`, said in this video."""
    given = document([(0.4, 1.0, "Zoë", "Hi.")], ("joy",)) if given is None else given
    given = replace(given, media={"m": Medium("m", video, video.name, content_hash(video), 1.6)})
    made = sheet_of(given, "m", LabelChoice.HUMAN_ELSE_MODEL)
    return replace(made, faces=tuple((face.time, (face,)) for face in faces))


def face(time: float) -> FaceBox:
    return FaceBox(time, (100.0, 60.0, 180.0, 150.0), 0.99, 0.75)


def pictures(path: Path) -> list[np.ndarray]:
    info = probe(path)
    with FrameReader(info) as reader:
        return [frame.pixels for frame in reader.read(range(len(frame_index(info))))]


def test_boxes_and_labels_are_drawn_on_their_frames_alone(tmp_path: Path) -> None:
    video = write_media(tmp_path / "talk.mp4", GREY, Sound(1.6))
    out = tmp_path / "out.mp4"
    heard = list[Event]()
    assert write(sheet(video, [face(0.8), face(1.0)]), "mp4", out, heard.append) == ()
    shown = pictures(out)
    assert shown[0].shape == (240, 322, 3)  # H.264 has even sides
    plain = shown[2].astype(int)

    def changed(number: int, rows: slice, columns: slice) -> float:
        return float(np.abs(shown[number].astype(int) - plain)[rows, columns].max())

    box, caption = (slice(100, 120), slice(95, 105)), (slice(220, 240), slice(0, 60))
    assert changed(22, *box) > 100  # 0.88 s: between two frames that were looked at
    assert changed(12, *caption) > 60
    assert changed(12, *box) < 30
    assert changed(30, *caption) < 30  # nobody speaks any more
    progress = [event for event in heard if isinstance(event, Progress)]
    assert (progress[-1].done, progress[-1].of) == (40, 40)


def test_times_of_a_variable_rate_and_the_sound_are_kept(tmp_path: Path) -> None:
    times = [0.0, 0.1, 0.15, 0.5, 0.9, 1.0]
    video = write_media(tmp_path / "talk.mkv", Picture(frames=6, times=times, start=0.5), Sound(1.2, start=0.5))
    write(sheet(video), "mp4", tmp_path / "out.mp4")
    assert frame_index(probe(tmp_path / "out.mp4")).times == pytest.approx(times, abs=0.002)
    assert packets_of(tmp_path / "out.mp4") == packets_of(video)


def packets_of(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(audio=0) if packet.size]


def test_sound_that_mp4_cannot_hold_becomes_aac(tmp_path: Path) -> None:
    video = write_media(tmp_path / "talk.mkv", Picture(frames=25), Sound(1.0, codec="pcm_s16le"))
    write(sheet(video), "mp4", tmp_path / "out.mp4")
    info = probe(tmp_path / "out.mp4")
    assert info.audio is not None
    assert (info.audio.codec, info.audio.channels) == ("aac", 2)
    assert info.duration == pytest.approx(1.0, abs=0.1)


def test_a_video_without_sound_or_known_faces_works(tmp_path: Path) -> None:
    video = write_media(tmp_path / "talk.mp4", Picture(frames=5, rotation=90), None)
    notices = write(sheet(video), "mp4", tmp_path / "out.mp4")
    assert notices == ("No faces of talk.mp4 are known, so no boxes are drawn.",)
    assert probe(tmp_path / "out.mp4").audio is None


_OLD = b"\0\0\0\x18ftypisom an older film"


def test_stopping_leaves_what_was_there(tmp_path: Path) -> None:
    video = write_media(tmp_path / "talk.mp4", Picture(frames=60), Sound(2.4))
    out = tmp_path / "out.mp4"
    out.write_bytes(_OLD)
    cancel = CancelToken()

    def stop(event: Event) -> None:
        cancel.cancel()

    with pytest.raises(Cancelled):
        write(sheet(video), "mp4", out, stop, cancel)
    assert out.read_bytes() == _OLD
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out.mp4", "talk.mp4"]


def test_what_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    video = write_media(tmp_path / "talk.mp4", Picture(frames=5), None)
    sound = write_media(tmp_path / "talk.wav", None, Sound(0.5))
    with pytest.raises(DocumentError, match="is what the result is made from"):
        write(sheet(video), "mp4", video)
    with pytest.raises(DocumentError, match="no picture"):
        write(sheet(sound), "mp4", tmp_path / "out.mp4")
    with pytest.raises(DocumentError, match="could not be written"):
        write(sheet(video), "mp4", tmp_path / "missing" / "out.mp4")
    with pytest.raises(MediaError, match=r"gone\.mp4"):
        write(sheet(tmp_path / "gone.mp4"), "mp4", tmp_path / "out.mp4")


def test_memory_does_not_grow_with_the_video(tmp_path: Path) -> None:
    once = write_media(tmp_path / "once.mp4", Picture(frames=25, size=(640, 360)), Sound(1.0))
    rise = []
    for times in (2, 12):
        video = repeat_media(once, tmp_path / f"{times}.mp4", times)
        rise.append(peak_while(lambda video=video: write(sheet(video), "mp4", tmp_path / "out.mp4")))  # type: ignore[misc]
    assert rise[1] - rise[0] < 40e6


def peak_while(work: object) -> float:
    """Highest memory of the process during ``work``, in bytes."""
    process, done, peak = psutil.Process(), threading.Event(), [0]

    def look() -> None:
        while not done.wait(0.01):
            peak[0] = max(peak[0], process.memory_info().rss)

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        work()  # type: ignore[operator]
    finally:
        done.set()
        watcher.join()
    return float(peak[0])
