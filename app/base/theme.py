"""Colours: emotions, speakers, and the dark and light palettes."""

import re
from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from m2fnet_core.base.folders import resource

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
    "anger": "#e44d4d",
    "angry": "#e44d4d",
    "frustrated": "#b8552f",
}
_DARK = {
    "window": "#15171c",
    "surface": "#1b1e24",
    "alternate": "#1f232a",
    "raised": "#272c35",
    "line": "#313743",
    "text": "#e7e9ee",
    "muted": "#98a1b0",
    "faint": "#596170",
    "accent": "#5b8cff",
    "selected": "#2c4274",
    "selectedtext": "#ffffff",
    "danger": "#3a2226",
    "dangerline": "#a8434d",
    "caution": "#362c17",
    "cautionline": "#a37a1e",
    "info": "#1d2a42",
    "infoline": "#3f64b5",
}
_LIGHT = {
    "window": "#f3f4f7",
    "surface": "#ffffff",
    "alternate": "#f7f8fa",
    "raised": "#ffffff",
    "line": "#d8dce4",
    "text": "#1a1e26",
    "muted": "#5f6878",
    "faint": "#a3aab6",
    "accent": "#2f62e6",
    "selected": "#d5e1fd",
    "selectedtext": "#10204a",
    "danger": "#fdecec",
    "dangerline": "#e2969b",
    "caution": "#fff5dc",
    "cautionline": "#e3be62",
    "info": "#e8effd",
    "infoline": "#9db8f2",
}
Role = QPalette.ColorRole
_ROLES = {
    Role.Window: "window",
    Role.WindowText: "text",
    Role.Base: "surface",
    Role.AlternateBase: "alternate",
    Role.Text: "text",
    Role.Button: "raised",
    Role.ButtonText: "text",
    Role.BrightText: "text",
    Role.ToolTipBase: "raised",
    Role.ToolTipText: "text",
    Role.PlaceholderText: "muted",
    Role.Highlight: "selected",
    Role.HighlightedText: "selectedtext",
    Role.Accent: "accent",
    Role.Link: "accent",
    Role.LinkVisited: "accent",
    Role.Light: "raised",
    Role.Midlight: "raised",
    Role.Mid: "line",
    Role.Dark: "line",
    Role.Shadow: "line",
}
_FALLBACK = ("#5b8ff9", "#61ddaa", "#f6bd16", "#7a6bff", "#78d3f8", "#935fb8", "#f6903d", "#008382", "#f08bb4")
_SPEAKERS = ("#39a0ed", "#f28f3b", "#6cc070", "#c879d8", "#e5c84b", "#e2697f", "#4fc1b6", "#a0a7b8")


_text = {"scale": 1.0}  # of the system's text size
_own: dict[str, str] = {}  # the open project's colours; like the palette, the program has one at a time
SIGNS = "●■▲◆★▼◐◧◭◈✚✖◉▣△◇☆▽◑◨◮✦✛✕○□▶◀♣♠"  # one for each label of a scheme: no colour means anything alone


def set_label_colours(colours: Mapping[str, str]) -> None:
    """The colours that the open project gives its labels."""
    _own.clear()
    _own.update(colours)


def emotion_colour(label: str, labels: tuple[str, ...] = ()) -> QColor:
    """The project's colour of a label, else the program's; others get one by their place in the label set."""
    known = _own.get(label) or _EMOTIONS.get(label.lower())
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
    """Colour the whole program. ``scheme``: "dark", "light", or "system" to follow the desktop."""
    hints = QGuiApplication.styleHints()
    known = {"dark": Qt.ColorScheme.Dark, "light": Qt.ColorScheme.Light}
    hints.setColorScheme(known.get(scheme, Qt.ColorScheme.Unknown))
    dark = known.get(scheme, hints.colorScheme()) == Qt.ColorScheme.Dark
    QApplication.setPalette(_palette(_DARK if dark else _LIGHT))
    _dress()


def apply_text_size(percent: int) -> None:
    """Text of the whole program, of the system's size; what holds text grows with it. 100 to 200, others count as such.

    Raises nothing, and does nothing where it is so already: laying out everything anew takes a moment.
    """
    scale = min(max(percent, 100), 200) / 100
    font = QApplication.font()
    if scale != _text["scale"]:
        font.setPointSizeF(font.pointSizeF() / _text["scale"] * scale)
        _text["scale"] = scale
        QApplication.setFont(font)
        _dress()


def scaled(pixels: int) -> int:
    """Pixels that hold text, at the text size in force."""
    return round(pixels * _text["scale"])


def _dress() -> None:
    """The style sheet in today's tones and size."""
    application = QApplication.instance()
    if isinstance(application, QApplication):
        application.setStyleSheet(_style_sheet(_DARK if is_dark() else _LIGHT))


def muted(palette: QPalette) -> QColor:
    """Text that stands back: units, hints, what is absent."""
    return palette.color(QPalette.ColorRole.PlaceholderText)


def line(palette: QPalette) -> QColor:
    """Borders and grid lines."""
    return palette.color(QPalette.ColorRole.Mid)


def sign_of(label: str, labels: Sequence[str]) -> str:
    """The sign that stands beside the colour of a label; "" for one that is not among these."""
    return SIGNS[labels.index(label) % len(SIGNS)] if label in labels else ""


def readable_on(ground: QColor) -> QColor:
    """Near-black or white, whichever is easier to read on ``ground``: the higher contrast of WCAG 2."""
    return max((QColor("#15181d"), QColor("#ffffff")), key=lambda ink: contrast(ink, ground))


def contrast(one: QColor, other: QColor) -> float:
    """Of two colours, 1 (alike) to 21 (WCAG 2.2, 1.4.3)."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: QColor) -> float:
    parts = zip((0.2126, 0.7152, 0.0722), (colour.redF(), colour.greenF(), colour.blueF()), strict=True)
    return sum(w * (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4) for w, c in parts)


def _palette(tones: Mapping[str, str]) -> QPalette:
    palette = QPalette()
    for role, tone in _ROLES.items():
        palette.setColor(role, QColor(tones[tone]))
    for role in (Role.WindowText, Role.Text, Role.ButtonText, Role.HighlightedText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(tones["faint"]))
    palette.setColor(QPalette.ColorGroup.Disabled, Role.Highlight, QColor(tones["line"]))
    return palette


def _style_sheet(tones: Mapping[str, str]) -> str:
    """The style sheet with its tones filled in; ``@name`` stands for a tone, ``@arrow`` for the arrow of a list."""
    text = resource("styles", "studio.qss").read_text(encoding="utf-8")
    arrow = "dark" if tones is _DARK else "light"
    words = {**tones, "arrow": resource("styles", f"arrow-{arrow}.svg").as_posix()}
    text = re.sub(r"(?<=font-size: )(\d+)", lambda found: str(scaled(int(found[1]))), text)
    return re.sub(r"@(\w+)", lambda found: words[found[1]], text)
