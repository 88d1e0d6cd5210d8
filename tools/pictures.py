"""Pictures of the program for its documentation."""

from collections.abc import Callable
from pathlib import Path
from time import monotonic

from PIL import Image
from PySide6.QtGui import QPixmap
from PySide6.QtTest import QTest
from rich.console import Console

from app.base.theme import emotion_colour
from m2fnet_core.base.emotions import MELD

SETTLE_MS = 500
_FOLDER = Path(__file__).resolve().parents[1] / "docs" / "images"
_MOST_BYTES = 250_000
_OWN_COLOURS = 120


def until(there: Callable[[], object], patience: float) -> None:
    """Let the window work until something is so. Raises TimeoutError after ``patience`` seconds."""
    end = monotonic() + patience
    while not there():
        if monotonic() > end:
            raise TimeoutError("the window did not come as far as the documentation tells")
        QTest.qWait(20)
    QTest.qWait(SETTLE_MS)


def keep_picture(picture: QPixmap, name: str) -> None:
    """``docs/images/NAME.png``, with a palette."""
    path = _FOLDER / f"{name}.png"
    picture.save(str(path), "PNG")
    with Image.open(path) as image:
        _few_colours(image.convert("RGB")).save(path, optimize=True)
    size = path.stat().st_size
    Console().print(f"{path.name}: {size // 1000} kB")
    assert size < _MOST_BYTES, f"{path.name} is too large for the documentation"


def _few_colours(picture: Image.Image) -> Image.Image:
    """With a palette: emotions and the window's own colours, which are the most frequent ones, exactly."""
    counted = sorted(picture.getcolors(picture.width * picture.height) or (), reverse=True)
    emotions = [emotion_colour(label, MELD.labels).getRgb()[:3] for label in MELD.labels]
    own = [*emotions, *(colour for _, colour in counted[:_OWN_COLOURS])]
    others = picture.quantize(256 - len(own), Image.Quantize.MEDIANCUT).getpalette() or []
    palette = Image.new("P", (1, 1))
    palette.putpalette([channel for colour in own for channel in colour] + others[: 3 * (256 - len(own))])
    return picture.quantize(palette=palette, dither=Image.Dither.NONE)
