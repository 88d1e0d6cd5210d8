"""The decoder thread behind the picture that stands still."""

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from app.playback.exact import ExactFrames
from app.playback.nearby import Nearby
from app.playback.pictures import Pictures
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.media.frames import Frame, FrameReader
from m2fnet_core.media.index import frame_index
from m2fnet_core.media.info import MediaInfo
from m2fnet_core.media.probe import probe
from tests.media_maker import Picture, read_number, write_media
from tests.patience import patiently, signalled

FRAMES, SIZE = 90, (128, 96)
BYTES = SIZE[0] * SIZE[1] * 4


def number_of(image: QImage) -> int:
    rgb = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(rgb.constBits(), np.uint8).reshape(rgb.height(), rgb.bytesPerLine())
    return read_number(rows[:, : 3 * rgb.width()].reshape(rgb.height(), rgb.width(), 3))


class CountingReader(FrameReader):
    """Counts the pictures it hands out."""

    given = 0

    def read(self, *arguments: object) -> Iterator[Frame]:  # type: ignore[override]
        for frame in super().read(*arguments):  # type: ignore[arg-type]
            self.given += 1
            yield frame


@pytest.fixture
def film(tmp_path: Path) -> MediaInfo:
    """All frames hang on the first one."""
    return probe(write_media(tmp_path / "film.mp4", Picture(frames=FRAMES, gop=FRAMES), None))


@pytest.mark.parametrize("room", [1, 5, 9, 20, 200])
def test_any_order_gives_the_right_picture_within_the_budget(film: MediaInfo, room: int) -> None:
    index, pictures = frame_index(film), Pictures(room * BYTES)
    order = [0, 1, 2, 50, 49, 48, 47, 30, 31, 32, 89, 88, 0, 60, *range(59, 40, -1), 41, 42]
    with FrameReader(film, index) as reader:
        nearby = Nearby(reader, index, pictures, CancelToken())
        for number in order:
            picture = nearby.picture(number)
            assert picture is not None
            assert number_of(picture) == number
            assert pictures.bytes <= room * BYTES


def test_stepping_back_through_a_group_does_not_decode_it_for_every_step(film: MediaInfo) -> None:
    index = frame_index(film)
    with CountingReader(film, index) as reader:
        nearby = Nearby(reader, index, Pictures(30 * BYTES), CancelToken())
        for number in range(FRAMES - 1, -1, -1):
            assert nearby.picture(number) is not None
            nearby.prepare(number, backwards=True)
        assert reader.given < 2 * FRAMES


def test_stepping_forward_decodes_each_frame_once(film: MediaInfo) -> None:
    index = frame_index(film)
    with CountingReader(film, index) as reader:
        nearby = Nearby(reader, index, Pictures(30 * BYTES), CancelToken())
        for number in range(FRAMES):
            assert nearby.picture(number) is not None
            while nearby.prepare(number, backwards=False):
                pass
        assert reader.given <= FRAMES


def test_a_request_while_decoding_is_answered_before_older_ones(qtbot: QtBot, film: MediaInfo) -> None:
    came: list[int] = []
    exact = ExactFrames(film)
    exact.decoded.connect(lambda number, _picture: came.append(number))
    for number in range(FRAMES):
        exact.want(number)
    patiently(qtbot, lambda: FRAMES - 1 in came)
    assert len(came) < FRAMES
    exact.close()


def test_nothing_is_heard_after_closing(qtbot: QtBot, film: MediaInfo) -> None:
    came: list[int] = []
    exact = ExactFrames(film)
    exact.decoded.connect(lambda number, _picture: came.append(number))
    with signalled(qtbot, exact.indexed):
        pass
    exact.want(5)
    exact.close()
    QCoreApplication.processEvents()
    assert came == []


def test_a_video_that_went_away_is_one_sentence(qtbot: QtBot, film: MediaInfo) -> None:
    film.path.unlink()
    exact = ExactFrames(film)
    with signalled(qtbot, exact.failed) as told:
        pass
    exact.close()
    assert "film.mp4" in told[0]


def test_a_damaged_frame_is_told_and_the_next_ones_are_shown(qtbot: QtBot, tmp_path: Path) -> None:
    """A key frame's data is overwritten with zeros."""
    path = write_media(tmp_path / "damaged.mp4", Picture(frames=60, gop=20, b_frames=0, size=(320, 240)), None)
    info, data = probe(path), bytearray(path.read_bytes())
    index = frame_index(info)
    with av.open(str(path)) as container:
        places = [(p.pos, p.size) for p in container.demux(video=0) if p.pos is not None and p.size]
    at, size = places[20]
    data[at : at + size] = bytes(size)
    path.write_bytes(bytes(data))
    exact = ExactFrames(info)
    said: list[str] = []
    came: list[int] = []
    exact.failed.connect(said.append)
    exact.decoded.connect(lambda number, _picture: came.append(number))
    exact.want(20)
    patiently(qtbot, lambda: bool(said) or 20 in came)
    exact.want(45)
    patiently(qtbot, lambda: 45 in came)
    exact.close()
    assert all("damaged" in sentence for sentence in said)
    assert len(index) == 60
