"""Corpora of a minute's work, made up, to see the whole training run: ``m2fnet-train smoke FOLDER``.

Three emotions that differ in words, in the pitch of a tone and in brightness. What is learnt from them means nothing.
"""

import csv
import shutil
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from m2fnet_core.base.folders import resource
from trainer.datasets.meld import CLIPS, FILES

LABELS = ("neutral", "joy", "anger")
_LINES = {"neutral": "well fine today", "joy": "great wonderful yes", "anger": "stop never again"}
_HEAD = ("Sr No.", "Utterance", "Speaker", "Emotion", "Sentiment", "Dialogue_ID", "Utterance_ID", "Season", "Episode")
_TIMES = ("StartTime", "EndTime")
_DIALOGUES, _SECONDS, _FPS, _RATE = 4, 0.6, 10, 16000
_MEMBERS = 6  # faces and clips of each label and split


def make_corpora(folder: Path) -> Path:
    """A MELD.Raw, faces, speech and an untrained encoder in ``folder``; the run.toml that trains on them."""
    folder.mkdir(parents=True, exist_ok=True)
    for split in FILES:
        _write_meld(folder / "meld", split)
        for place, label in enumerate(LABELS):
            _write_faces(folder / "faces" / split / label, place)
            _write_speech(folder / "speech" / split / label, place)
    _write_encoder(folder / "encoder")
    return Path(shutil.copyfile(resource("runs", "smoke.toml"), folder / "run.toml"))


def _write_meld(folder: Path, split: str) -> None:
    clips = folder / CLIPS[split][0]
    clips.mkdir(parents=True)
    with (folder / FILES[split]).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*_HEAD, *_TIMES])
        for number in range(_DIALOGUES * len(LABELS)):
            dialogue, place = divmod(number, len(LABELS))
            label, times = LABELS[place], ("00:00:00,000", f"00:00:00,{int(1000 * _SECONDS)}")
            writer.writerow([number, _LINES[label], "Ann", label, "", dialogue, place, 1, 1, *times])
            _write_clip(clips / f"dia{dialogue}_utt{place}.mp4", place, number)


def _write_clip(path: Path, place: int, seed: int) -> None:
    with av.open(str(path), "w") as container:
        picture = container.add_stream("mpeg4", rate=_FPS)
        picture.width, picture.height, picture.pix_fmt = 64, 48, "yuv420p"
        sound = container.add_stream("aac", rate=_RATE, layout="mono")
        for number in range(round(_SECONDS * _FPS)):
            frame = av.VideoFrame.from_ndarray(_shades(place, seed + number, (48, 64)), format="rgb24")
            container.mux(picture.encode(frame))
        container.mux(picture.encode(None))
        for frame in _sound_frames(_tone(place, seed)):
            container.mux(sound.encode(frame))
        container.mux(sound.encode(None))


def _sound_frames(samples: NDArray[np.float32]) -> Iterable[av.AudioFrame]:
    for start in range(0, len(samples), 1024):
        frame = av.AudioFrame.from_ndarray(samples[None, start : start + 1024], format="fltp", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = _RATE, start, Fraction(1, _RATE)
        yield frame


def _write_faces(folder: Path, place: int) -> None:
    folder.mkdir(parents=True)
    for number in range(_MEMBERS):
        Image.fromarray(_shades(place, number, (32, 32))).save(folder / f"{number}.png")


def _write_speech(folder: Path, place: int) -> None:
    folder.mkdir(parents=True)
    for number in range(_MEMBERS):
        with av.open(str(folder / f"{number}.wav"), "w") as container:
            stream = container.add_stream("pcm_f32le", rate=_RATE, layout="mono")
            frame = av.AudioFrame.from_ndarray(_tone(place, number)[None], format="flt", layout="mono")
            frame.sample_rate = _RATE
            container.mux(stream.encode(frame))
            container.mux(stream.encode(None))


def _tone(place: int, seed: int) -> NDArray[np.float32]:
    """A tone of the label's pitch in a little noise, float32 [samples]."""
    generator = np.random.default_rng(seed)
    times = np.arange(round(_SECONDS * _RATE)) / _RATE
    tone = np.sin(2 * np.pi * (300.0 * (place + 1) + generator.uniform(-30, 30)) * times)
    return (0.5 * tone + 0.02 * generator.standard_normal(len(times))).astype(np.float32)


def _shades(place: int, seed: int, size: tuple[int, int]) -> NDArray[np.uint8]:
    """A noisy picture of the label's brightness, uint8 [*size, 3]."""
    noise = np.random.default_rng(seed).integers(0, 60, (*size, 3))
    return (noise + 60 * place).astype(np.uint8)


def _write_encoder(folder: Path) -> None:
    from m2fnet_core.bundle.untrained import untrained_bundle
    from m2fnet_core.nets.text_encoder import save_text_encoder

    folder.mkdir()
    save_text_encoder(untrained_bundle().text, folder)
