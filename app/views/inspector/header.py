"""Who says what, when, with which emotion, and which modalities were there."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from app import icons
from app.models.session import Session
from app.theme import emotion_colour, muted, readable_on, speaker_colour
from app.views.parts import label, row
from app.words import clock, percent
from m2fnet_core.dialogue import Prediction, Utterance

_CHIP = 26
_WORDS = (("text", "Text", "no text"), ("sound", "Sound", "no sound"), ("scene", "Scene", "no picture"))
_FACES = ("face", "Faces", "no faces found")


class Header(QWidget):
    """The top of the inspector."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._speaker = _Speaker()
        self._times = label("", "muted")
        self._text = label("", "heading", wrap=True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._chip, self._presence = _Chip(), _Presence()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(row(self._speaker, 1, self._times))
        layout.addWidget(self._text)
        layout.addLayout(row(self._chip, 1))
        layout.addWidget(self._presence)

    def set_utterance(self, utterance: Utterance, prediction: Prediction | None) -> None:
        """Show an utterance, analysed or not."""
        speakers = self._session.speakers
        self._speaker.set_speaker(utterance.speaker, speaker_colour(utterance.speaker, speakers))
        self._times.setText(f"{clock(utterance.start)} – {clock(utterance.end)}   ({utterance.duration:.1f} s)")
        self._text.setText(f"“{utterance.text}”" if utterance.text else "No text: nothing was transcribed here.")
        self._chip.set_prediction(prediction, self._session.labels)
        self._presence.set_prediction(prediction)

    def presence_words(self) -> str:
        """Which modalities were there, as shown."""
        return self._presence.accessibleDescription()


class _Speaker(QWidget):
    """A dot in the speaker's colour and the name."""

    def __init__(self) -> None:
        super().__init__()
        self._name, self._colour = "", QColor()

    def set_speaker(self, name: str, colour: QColor) -> None:
        self._name, self._colour = name or "Unknown speaker", colour if name else QColor()
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """As wide as the name."""
        font = self.font()
        font.setBold(True)
        return QSize(self.fontMetrics().horizontalAdvance(self._name) + 34, 22)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The dot and the name."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._colour if self._colour.isValid() else muted(self.palette()))
        painter.drawEllipse(QPointF(6, self.height() / 2), 5, 5)
        font = painter.font()
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(self.palette().windowText().color())
        painter.drawText(self.rect().adjusted(18, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self._name)
        painter.end()


class _Chip(QWidget):
    """The predicted emotion, large, in its colour."""

    def __init__(self) -> None:
        super().__init__()
        self._words, self._colour = "", QColor()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_prediction(self, prediction: Prediction | None, labels: tuple[str, ...]) -> None:
        if prediction is None:
            self._words, self._colour = "not analysed yet", muted(self.palette())
            self.setToolTip("")
        else:
            later = "  (provisional)" if prediction.provisional else ""
            self._words = f"{prediction.label}  {percent(prediction.probabilities[prediction.label])}{later}"
            self._colour = emotion_colour(prediction.label, labels)
            self.setToolTip("May still change: later turns are not analysed yet." if later else "Predicted emotion")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """As wide as its words."""
        return QSize(self.fontMetrics().horizontalAdvance(self._words) + 40, _CHIP)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A rounded chip."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._colour)
        painter.drawRoundedRect(QRectF(self.rect()), _CHIP / 2, _CHIP / 2)
        font = painter.font()
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(readable_on(self._colour))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._words)
        painter.end()


class _Presence(QWidget):
    """Icons and words: what the network had."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[tuple[str, str, bool]] = []
        self.setToolTip("What the network had; a modality that is absent is left out, never guessed.")

    def set_prediction(self, prediction: Prediction | None) -> None:
        there = _there(prediction) if prediction is not None else ()
        names = (*_WORDS, _FACES)
        self._rows = [(name, yes if has else no, has) for (name, yes, no), has in zip(names, there, strict=False)]
        self.setVisible(bool(self._rows))
        self.setAccessibleDescription(", ".join(words for _, words, _ in self._rows))
        self.update()

    def sizeHint(self) -> QSize:
        """One line."""
        return QSize(240, 22)

    def paintEvent(self, event: QPaintEvent) -> None:
        """From left to right."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left = 0.0
        for name, words, has in self._rows:
            ink = self.palette().windowText().color() if has else muted(self.palette())
            painter.setOpacity(1.0 if has else 0.7)
            icons.draw(painter, name, ink, QRectF(left, 3, 16, 16))
            painter.setPen(ink)
            wide = painter.fontMetrics().horizontalAdvance(words)
            painter.drawText(QRectF(left + 20, 0, wide + 2, 22), Qt.AlignmentFlag.AlignVCenter, words)
            left += 20 + wide + 14
        painter.end()


def _there(prediction: Prediction) -> tuple[bool, ...]:
    present = prediction.present
    return (present.text, present.audio, present.scene, present.faces)
