"""The same on real recordings, where they are."""

from pathlib import Path

import av
import numpy as np
import pytest

from m2fnet_core.media.frames import FrameReader
from m2fnet_core.media.index import frame_index
from m2fnet_core.media.probe import probe
from m2fnet_core.media.sound import iter_sound, read_sound

VIDEOS = Path(__file__).resolve().parents[3] / "../shared/data/video"

pytestmark = pytest.mark.skipif(not VIDEOS.is_dir(), reason="the development recordings are not on this machine")


@pytest.mark.parametrize(
    ("name", "frames", "size", "variable"),
    [
        ("three_person_conversation.mp4", 607, (1280, 720), False),
        ("one_talking_head.mp4", 200, (512, 512), False),
        ("street_many_small_faces.mp4", 105, (1920, 1080), False),
        ("one_face_sad_to_laughing_silent.mp4", 472, (640, 360), False),
        ("no_face.mp4", 95, (960, 540), False),  # an edit list hides three of its 98 packets
        ("face_noface.mov", 169, (960, 540), True),
    ],
)
def test_random_frames_are_exact(name: str, frames: int, size: tuple[int, int], variable: bool) -> None:
    info = probe(VIDEOS / name)
    index = frame_index(info)
    assert info.video is not None
    assert (len(index), (info.video.width, info.video.height), index.variable) == (frames, size, variable)
    wanted = np.unique(np.random.default_rng(0).integers(0, frames, 5))
    stamps = index.stamps[wanted].tolist()
    truth = {}
    with av.open(str(info.path)) as container:
        for frame in container.decode(video=0):
            if frame.pts in stamps:
                truth[frame.pts] = frame.to_ndarray(format="rgb24")
    with FrameReader(info, index) as reader:
        for number, stamp in zip(wanted.tolist(), stamps, strict=True):
            np.testing.assert_array_equal(reader.frame(number).pixels, truth[stamp])


@pytest.mark.parametrize("name", ["three_person_conversation.mp4", "face_noface.mov", "one_talking_head.mp4"])
def test_a_span_of_sound_equals_that_part_of_the_whole(name: str) -> None:
    info = probe(VIDEOS / name)
    whole = np.concatenate([sound for _, sound in iter_sound(info)])
    assert len(whole) / 16000 == pytest.approx(info.duration, abs=0.05)
    span = read_sound(info, 2.0, 4.5)
    np.testing.assert_allclose(span, whole[32000:72000], atol=0.01)
