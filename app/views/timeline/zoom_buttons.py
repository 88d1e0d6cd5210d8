"""Zoom buttons beside the overview."""

from collections.abc import Callable

from PySide6.QtWidgets import QToolButton, QWidget

from app.base.icons import button

_BUTTONS = (("zoom-out", "Zoom out"), ("zoom-in", "Zoom in"), ("fit", "Show the whole video"))


def zoom_buttons(
    parent: QWidget, zoom_out: Callable[[], None], zoom_in: Callable[[], None], fit: Callable[[], None]
) -> list[QToolButton]:
    """The three buttons, at their place in ``parent``."""
    made: list[QToolButton] = []
    for (name, tip), act in zip(_BUTTONS, (zoom_out, zoom_in, fit), strict=True):
        made.append(button(name, tip))
        made[-1].setParent(parent)
        made[-1].setGeometry(6 + 34 * (len(made) - 1), 5, 30, 30)
        made[-1].clicked.connect(act)
    return made
