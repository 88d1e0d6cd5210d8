"""Make resources/demo: ``python -m tools.make_demo`` from the repository's root.

Needs espeak-ng on the path, and the development dependencies (scikit-image for one of the portraits). Two public-domain
portraits talk about a moth: lines of our own, spoken by espeak-ng. The program itself needs neither. At the end the
faces are counted on every frame, as a user's analysis will find them.
"""

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import torch
from facenet_pytorch import MTCNN
from numpy.typing import NDArray
from PIL import Image
from rich.console import Console

from tools.demo.room import SIZE
from tools.demo.scene import FPS, frames
from tools.demo.voices import RATE, Spoken, mix, speak_all

FOLDER = Path(__file__).resolve().parents[1] / "resources" / "demo"
_DETECTION_WIDTH = 640
_VIDEO = {"crf": "28", "preset": "slow", "g": "50", "x264-params": "aq-mode=3"}
_SOUND_RATE = 44100


def main() -> None:
    """Write the video and its transcript, then check them."""
    console = Console()
    spoken = speak_all()
    sound = mix(spoken)
    seconds = sound.shape[1] / RATE
    video = FOLDER / "conversation.mp4"
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "conversation.srt").write_text(_srt(spoken), encoding="utf-8")
    unfinished = video.with_suffix(".part.mp4")
    _encode(unfinished, frames(spoken, seconds), sound)
    unfinished.replace(video)
    console.print(f"{video.name}: {seconds:.1f} s, {video.stat().st_size / 1e6:.2f} MB, {len(spoken)} utterances")
    faces = _count_faces(MTCNN(keep_all=True), video)
    console.print(f"frames by number of faces: { {n: faces.count(n) for n in sorted(set(faces))} }")
    if set(faces) != {2}:
        raise SystemExit("The demo needs exactly two faces on every frame.")


def _srt(spoken: Iterable[Spoken]) -> str:
    cues = [
        f"{number}\n{_clock(part.start)} --> {_clock(part.end)}\n{part.line.speaker}: {part.line.text}\n"
        for number, part in enumerate(spoken, 1)
    ]
    return "\n".join(cues)


def _clock(seconds: float) -> str:
    whole, milliseconds = divmod(round(seconds * 1000), 1000)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02},{milliseconds:03}"


def _encode(path: Path, pictures: Iterable[NDArray[np.uint8]], sound: NDArray[np.float32]) -> None:
    with av.open(str(path), "w", options={"movflags": "+faststart", "fflags": "+bitexact"}) as file:
        video = file.add_stream("libx264", rate=FPS, options=_VIDEO)
        video.width, video.height = SIZE
        video.pix_fmt = "yuv420p"
        audio = file.add_stream("aac", rate=_SOUND_RATE, layout="stereo")
        audio.bit_rate = 80_000
        for number, pixels in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            file.mux(video.encode(frame))
        file.mux(video.encode(None))
        whole = av.AudioFrame.from_ndarray(np.ascontiguousarray(sound), format="fltp", layout="stereo")
        whole.sample_rate, whole.pts, whole.time_base = RATE, 0, Fraction(1, RATE)
        resampler = av.AudioResampler("fltp", "stereo", _SOUND_RATE, frame_size=audio.codec_context.frame_size or 1024)
        for piece in (*resampler.resample(whole), *resampler.resample(None)):
            file.mux(audio.encode(piece))
        file.mux(audio.encode(None))


def _count_faces(detector: MTCNN, path: Path) -> list[int]:
    """Faces of each frame at 640 pixels wide, by facenet-pytorch's defaults."""
    torch.set_num_threads(1)  # on a busy machine threads that wait for each other take many times as long
    counts = list[int]()
    with av.open(str(path)) as file, torch.inference_mode():
        for frame in file.decode(video=0):
            size = (_DETECTION_WIDTH, frame.height * _DETECTION_WIDTH // frame.width)
            boxes, _ = detector.detect(Image.fromarray(frame.to_ndarray(format="rgb24")).resize(size))
            counts.append(0 if boxes is None else len(boxes))
    return counts


if __name__ == "__main__":
    main()
