"""What does not move in the demo: a machine room at night, the desk in front of it, and the moth's wing."""

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

Picture = NDArray[np.float32]  # [h, w, 3], 0…255

SIZE = (1280, 720)
DESK = 642  # row of the desk's far edge
_LAMPS = ((255, 176, 84), (255, 214, 140), (110, 214, 200), (240, 110, 84))


def machine_room() -> Picture:
    """Out of focus: the cabinets of an old computer with their small lamps, a window's light from the left."""
    random, (width, height) = np.random.default_rng(7), SIZE
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    cold = np.exp(-(((columns - 180) / 420) ** 2 + ((rows - 150) / 330) ** 2))
    warm = np.exp(-(((columns - 1080) / 380) ** 2 + ((rows - 420) / 300) ** 2))
    room = np.array([24, 40, 50]) + cold[:, :, None] * [52, 84, 92] + warm[:, :, None] * [84, 50, 26]
    room += cv2.GaussianBlur(np.asarray(_cabinets(), np.float32), (0, 0), 9) * 0.9
    room += cv2.GaussianBlur(_lamps(random), (0, 0), 2.2)
    edge = ((columns / width - 0.5) ** 2 + (rows / height - 0.5) ** 2)[:, :, None]
    grain = random.normal(0, 0.8, (height, width, 1))  # against bands in the soft light
    return np.asarray(room * (1 - 0.75 * edge) + grain, np.float32).clip(0, 255)


def _cabinets() -> Image.Image:
    cabinets = Image.new("RGB", SIZE)
    pen = ImageDraw.Draw(cabinets)
    for left in range(-30, SIZE[0], 168):
        pen.rectangle((left, 70, left + 140, SIZE[1]), fill=(26, 30, 34))
        pen.rectangle((left + 12, 100, left + 128, 190), fill=(10, 12, 16))
    return cabinets


def _lamps(random: np.random.Generator) -> Picture:
    lamps = np.zeros((SIZE[1], SIZE[0], 3), np.float32)
    for _ in range(84):
        place = (int(random.integers(0, SIZE[0])), int(random.integers(90, 560)))
        hue = np.array(_LAMPS[int(random.choice(4, p=[0.45, 0.25, 0.22, 0.08]))]) * random.uniform(0.12, 0.5)
        radius = int(random.integers(7, 19))
        if 950 < place[0] < 1130 and place[1] > 280:
            continue  # beside June's shoulder a detector takes three lamps for a face
        disc = np.zeros_like(lamps)
        cv2.circle(disc, place, radius, hue.tolist(), -1, cv2.LINE_AA)
        lamps += disc
    return lamps


def desk_top() -> Picture:
    """The front of the picture, where the portraits end: dark wood with a lit edge."""
    height = SIZE[1] - DESK
    rows = np.arange(height, dtype=np.float32)[:, None]
    columns = np.linspace(-1, 1, SIZE[0], dtype=np.float32)[None, :]
    grain = np.random.default_rng(3).normal(0, 1, (height, 1)).cumsum(axis=0) / 75
    light = (1 - 0.55 * rows / height) * (1 - 0.45 * columns**2) + grain
    edge = np.exp(-((rows - 2) ** 2) / 5) * (1 - 0.6 * columns**2)
    return np.asarray(light[:, :, None] * [96, 60, 40] + edge[:, :, None] * [70, 52, 38], np.float32)


def moth_wing() -> Image.Image:
    """The right pair of wings, RGBA, its root at the left edge."""
    wing = Image.new("RGBA", (160, 224))
    pen = ImageDraw.Draw(wing)
    pen.polygon([(0, 150), (30, 110), (112, 150), (120, 190), (84, 214), (40, 206)], fill=(190, 168, 136, 240))
    pen.polygon([(0, 120), (18, 60), (96, 6), (148, 22), (156, 66), (120, 128), (40, 156)], fill=(226, 208, 176, 245))
    pen.polygon([(96, 6), (148, 22), (156, 66), (132, 60)], fill=(172, 146, 112, 245))
    return wing
