"""Colours: emotions, speakers, and the dark and light palettes."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QPalette

_EMOTIONS = {
    "neutral": "#8a93a3",
    "joy": "#e8b923",
    "happy": "#e8b923",
    "excited": "#f08c2e",
    "surprise": "#b06be0",
    "sadness": "#4a86e8",
    "sad": "#4a86e8",
    "fear": "#3fae9f",
    "disgust": "#7aa83a",
    "anger": "#dd4b4b",
    "angry": "#dd4b4b",
    "frustrated": "#b8552f",
}
_FALLBACK = ("#5b8ff9", "#61ddaa", "#f6bd16", "#7262fd", "#78d3f8", "#9661bc", "#f6903d", "#008685", "#f08bb4")
_SPEAKERS = ("#39a0ed", "#f28f3b", "#6cc070", "#c879d8", "#e5c84b", "#e2697f", "#4fc1b6", "#a0a7b8")


def emotion_colour(label: str, labels: tuple[str, ...] = ()) -> QColor:
    """The colour of an emotion; labels the program does not know get one by their place in the label set."""
    known = _EMOTIONS.get(label.lower())
    if known is not None:
        return QColor(known)
    place = labels.index(label) if label in labels else sum(map(ord, label))
    return QColor(_FALLBACK[place % len(_FALLBACK)])


def speaker_colour(speaker: str, speakers: tuple[str, ...]) -> QColor:
    """The colour of a speaker by order of first appearance."""
    place = speakers.index(speaker) if speaker in speakers else len(speakers)
    return QColor(_SPEAKERS[place % len(_SPEAKERS)])


def is_dark(palette: QPalette | None = None) -> bool:
    """Whether text is lighter than its ground."""
    palette = palette or QGuiApplication.palette()
    return palette.color(QPalette.ColorRole.Window).lightness() < 128


def apply_scheme(scheme: str) -> None:
    """``scheme``: "dark", "light", or "system" to follow the desktop."""
    known = {"dark": Qt.ColorScheme.Dark, "light": Qt.ColorScheme.Light}
    QGuiApplication.styleHints().setColorScheme(known.get(scheme, Qt.ColorScheme.Unknown))
