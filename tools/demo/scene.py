"""The demo's pictures: two people behind a desk who come forward when they speak, and a moth."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from tools.demo.portraits import Pixels, Portrait, collins, hopper
from tools.demo.room import DESK, SIZE, Picture, desk_top, machine_room, moth_wing
from tools.demo.script import MOTH_LINES
from tools.demo.voices import Spoken, loudness

FPS = 25
_EASE = 0.22  # seconds


@dataclass(frozen=True, slots=True)
class Pose:
    """Middle of the face on the picture, and pixels per pixel of the portrait."""

    x: float
    y: float
    scale: float


@dataclass(frozen=True, slots=True)
class Actor:
    """One person with the poses between which they move; ``phase`` keeps the two from swaying alike."""

    speaker: str
    portrait: Portrait
    shadow: NDArray[np.uint8]  # [h, w], 0…255
    listening: Pose
    speaking: Pose
    phase: float


def actors() -> tuple[Actor, Actor]:
    """The two people, left and right."""
    left, right = hopper(), collins()
    return (
        Actor("Nora", left, _shadow(left), Pose(375, 365, 0.80), Pose(440, 322, 1.14), 0.0),
        Actor("June", right, _shadow(right), Pose(930, 330, 1.25), Pose(862, 262, 1.95), 2.1),
    )


def _shadow(portrait: Portrait) -> NDArray[np.uint8]:
    return np.asarray(cv2.GaussianBlur(portrait.pixels[:, :, 3], (0, 0), 12) // 2, np.uint8)


def frames(spoken: tuple[Spoken, ...], seconds: float) -> Iterator[Pixels]:
    """Every picture of the demo, uint8[720, 1280, 3]."""
    count, people, room, desk, wing = round(seconds * FPS), actors(), machine_room(), desk_top(), moth_wing()
    presence = {actor.speaker: _presence(spoken, actor.speaker, count) for actor in people}
    voice = {actor.speaker: _smooth(loudness(spoken, actor.speaker, count, FPS), 0.03) for actor in people}
    takes_off, is_gone = spoken[MOTH_LINES[0]].start, spoken[MOTH_LINES[1]].end
    for number in range(count):
        picture = room.copy()
        for actor in sorted(people, key=lambda person: presence[person.speaker][number]):
            _place(picture, actor, number / FPS, presence[actor.speaker][number], voice[actor.speaker][number])
        _set_on_desk(picture, desk)
        _fly(picture, wing, (number / FPS - takes_off) / (is_gone - takes_off), number)
        yield picture.clip(0, 255).astype(np.uint8)


def _presence(spoken: Sequence[Spoken], speaker: str, count: int) -> NDArray[np.float64]:
    """0 while listening, 1 while speaking, eased in between."""
    times = np.arange(count) / FPS
    speaking = np.zeros(count)
    for part in spoken:
        if part.line.speaker == speaker:
            speaking[(times >= part.start - 0.3) & (times <= part.end + 0.05)] = 1
    return _smooth(speaking, _EASE)


def _smooth(values: NDArray[np.float64], seconds: float) -> NDArray[np.float64]:
    reach = math.ceil(3 * seconds * FPS)
    bell = np.exp(-0.5 * (np.arange(-reach, reach + 1) / (seconds * FPS)) ** 2)
    padded = np.pad(values, reach, mode="edge")
    return np.convolve(padded, bell / bell.sum(), mode="valid")


def _place(picture: Picture, actor: Actor, time: float, presence: float, voice: float) -> None:
    """Draw one person with a shadow on what lies behind."""
    a, b, sway = actor.listening, actor.speaking, time + actor.phase
    scale = a.scale * (b.scale / a.scale) ** presence * (1 + 0.006 * math.sin(sway * 1.3))
    x = a.x + (b.x - a.x) * presence + 6 * math.sin(sway * 0.9)
    y = a.y + (b.y - a.y) * presence + 3 * math.sin(sway * 1.7) + 3 * voice
    angle = math.radians(1.1 * math.sin(sway * 1.05) + 0.8 * voice * math.sin(sway * 2.3))
    shadow = _turned(actor.shadow, actor.portrait.face, Pose(x + 14, y + 16, scale), angle)
    picture *= 1 - shadow[:, :, None] / np.float32(255)
    person = _turned(actor.portrait.speaking(voice), actor.portrait.face, Pose(x, y, scale), angle)
    picture *= 1 - person[:, :, 3:] / np.float32(255)
    picture += person[:, :, :3] * np.float32(0.80 + 0.22 * presence)


def _turned(image: Pixels, face: tuple[float, float], pose: Pose, angle: float) -> Pixels:
    """``image`` on an empty picture: its point ``face`` where the pose says, scaled and turned around it."""
    cos, sin = math.cos(angle) * pose.scale, math.sin(angle) * pose.scale
    across = (cos, -sin, pose.x - cos * face[0] + sin * face[1])
    down = (sin, cos, pose.y - sin * face[0] - cos * face[1])
    return np.asarray(cv2.warpAffine(image, np.array((across, down)), SIZE, flags=cv2.INTER_CUBIC), np.uint8)


def _set_on_desk(picture: Picture, desk: Picture) -> None:
    """Draw the desk over the lower end of the people, and their faint reflection on it."""
    height = len(desk)
    reflection = cv2.GaussianBlur(picture[DESK - height : DESK][::-1], (0, 0), 7)
    fading = np.linspace(0.16, 0.0, height, dtype=np.float32)[:, None, None]
    picture[DESK:] = desk + reflection * fading


def _fly(picture: Picture, wing: Image.Image, progress: float, number: int) -> None:
    """Draw the moth, which flutters up between the two; nothing before and after its flight."""
    if not 0 < progress < 1:
        return
    x = 600 + 90 * progress + 46 * math.sin(progress * 15)
    y = 250 - 260 * progress + 30 * math.sin(progress * 27)
    spread = max(5, round(34 * abs(math.cos(number * 1.15))))
    moth = Image.new("RGBA", (96, 96))
    half = wing.resize((spread, 56), Image.Resampling.LANCZOS)
    moth.paste(half, (48, 20), half)
    moth.paste(half.transpose(Image.Transpose.FLIP_LEFT_RIGHT), (48 - spread, 20))
    ImageDraw.Draw(moth).ellipse((44, 26, 51, 66), fill=(88, 70, 54, 255))
    turned = moth.rotate(22 * math.cos(progress * 15), Image.Resampling.BICUBIC)
    top, left = max(0, round(y)), round(x)
    drawn = np.asarray(turned.resize((72, 72), Image.Resampling.LANCZOS), np.float32)[top - round(y) :]
    area = picture[top : top + len(drawn), left : left + 72]
    alpha = drawn[:, :, 3:] / 255
    area[:] = area * (1 - alpha) + drawn[:, :, :3] * alpha
