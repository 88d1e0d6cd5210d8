"""The demo's sound: espeak-ng says the lines, a small room answers."""

import subprocess
import tempfile
import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tools.demo.script import LINES, TAIL, Line

RATE = 22050  # espeak-ng's own
VOICES = {"Nora": "en-gb+f2", "June": "en-us+f4"}
_PAN = {"Nora": 0.38, "June": 0.62}  # share of the right channel
_LOUD = 0.11  # root mean square of every line
_SILENCE = 0.01  # of the loudest sample, at both ends


@dataclass(frozen=True, slots=True)
class Spoken:
    """A line with its place in the conversation (seconds) and its sound (float32[n] at `RATE`)."""

    line: Line
    start: float
    end: float
    sound: NDArray[np.float32]


def speak_all() -> tuple[Spoken, ...]:
    """Every line, one after the other with its pause. Raises SystemExit when espeak-ng is not there."""
    spoken, now = list[Spoken](), 0.0
    for line in LINES:
        sound = _say(line)
        start = now + line.pause
        now = start + len(sound) / RATE
        spoken.append(Spoken(line, start, now, sound))
    return tuple(spoken)


def mix(spoken: tuple[Spoken, ...]) -> NDArray[np.float32]:
    """The whole conversation: float32[2, n] at `RATE`."""
    stereo = np.zeros((2, round((spoken[-1].end + TAIL) * RATE)), np.float32)
    for part in spoken:
        at, right = round(part.start * RATE), _PAN[part.line.speaker]
        sound = part.sound[: stereo.shape[1] - at]
        stereo[0, at : at + len(sound)] += sound * np.float32(np.sqrt(2 * (1 - right)))
        stereo[1, at : at + len(sound)] += sound * np.float32(np.sqrt(2 * right))
    return _in_a_room(stereo)


def loudness(spoken: tuple[Spoken, ...], speaker: str, frames: int, fps: int) -> NDArray[np.float64]:
    """How loud ``speaker`` is during each frame: float64[frames] in 0…1."""
    loud = np.zeros(frames)
    for part in (part for part in spoken if part.line.speaker == speaker):
        first = round(part.start * fps)
        size = RATE // fps
        blocks = part.sound[: len(part.sound) // size * size].reshape(-1, size)
        level = np.sqrt((blocks**2).mean(axis=1)) / (2 * _LOUD)
        loud[first : first + len(level)] = level[: frames - first]
    return np.clip(loud, 0, 1)


def _say(line: Line) -> NDArray[np.float32]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "line.wav"
        voice = ["-v", VOICES[line.speaker], "-s", str(line.speed), "-p", str(line.pitch), "-w", str(file)]
        try:
            subprocess.run(["espeak-ng", *voice, line.text], check=True)
        except FileNotFoundError as error:
            raise SystemExit("espeak-ng is missing: install the package of that name first.") from error
        with wave.open(str(file)) as reader:
            sound = np.frombuffer(reader.readframes(reader.getnframes()), "<i2").astype(np.float32) / 32768
    heard = np.flatnonzero(np.abs(sound) > _SILENCE * np.abs(sound).max())
    sound = sound[heard[0] : heard[-1] + 1]
    return np.asarray(sound * (_LOUD / np.sqrt((sound**2).mean())), np.float32)


def _in_a_room(stereo: NDArray[np.float32]) -> NDArray[np.float32]:
    """Soften the voice's sharpest tones and add a short, quiet echo, a little different for each ear."""
    softened = stereo.copy()
    softened[:, 1:-1] = 0.25 * stereo[:, :-2] + 0.5 * stereo[:, 1:-1] + 0.25 * stereo[:, 2:]
    wet = softened.copy()
    random = np.random.default_rng(1)
    for channel in range(2):
        for delay, gain in zip(random.uniform(0.011, 0.19, 24), 0.16 * 0.86 ** np.arange(24), strict=True):
            shift = round(delay * RATE)
            wet[channel, shift:] += softened[channel, :-shift] * np.float32(gain * random.choice([-1, 1]))
    return np.asarray(wet * np.float32(min(1.0, 0.9 / np.abs(wet).max())), np.float32)
