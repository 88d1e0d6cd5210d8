"""Who says what, when, with which emotion, and which modalities were there."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.base import icons
from app.base.theme import emotion_colour, muted, readable_on, scaled, speaker_colour
from app.base.words import clock, decision_words, percent, prior_words
from app.models.video.session import Session
from app.views.inspector.spoken import SpokenText
from app.views.parts.widgets import label, row
from m2fnet_core.base.dialogue import Prediction, Utterance
from m2fnet_core.document.content import Decision

_CHIP, _CHIP_GAP, _CHIP_PAD = 26, 6, 16  # pixels: height, between two, beside the words
_WORDS = (("text", "Text", "no text"), ("sound", "Sound", "no sound"), ("scene", "Scene", "no picture"))
_FACES = ("face", "Faces", "no faces found")


class Header(QWidget):
    """The top of the inspector."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._speaker = _Speaker()
        self._times = label("", "muted")
        self.spoken = SpokenText()
        self._chips, self._presence = _Chips(), _Presence()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(row(self._speaker, 1, self._times))
        layout.addWidget(self.spoken)
        layout.addWidget(self._chips)
        layout.addWidget(self._presence)

    def set_utterance(self, utterance: Utterance, prediction: Prediction | None) -> None:
        """Show an utterance, analysed or not."""
        speakers = self._session.speakers
        self._speaker.set_speaker(utterance.speaker, speaker_colour(utterance.speaker, speakers))
        self._times.setText(f"{clock(utterance.start)} – {clock(utterance.end)}   ({utterance.duration:.1f} s)")
        session = self._session
        self.spoken.editable = session.editable
        self.spoken.set_utterance(utterance)
        self._chips.own.set_decision(session.decision(utterance.id), session.all_labels)
        self._chips.network.set_prediction(
            prediction, session.labels, self._chips.own.isVisibleTo(self._chips), session.blind
        )
        self._chips.arrange()
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
        shown = (name or "Unknown speaker", colour if name else QColor())
        if shown == (self._name, self._colour):
            return
        self._name, self._colour = shown
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """As wide as the name."""
        font = self.font()
        font.setBold(True)
        return QSize(self.fontMetrics().horizontalAdvance(self._name) + 34, scaled(22))

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


class _Chips(QWidget):
    """The person's word and the network's. No layout: a key changes their widths, and nothing around them moves."""

    def __init__(self) -> None:
        super().__init__()
        self.own, self.network = _Chip(self), _Chip(self)
        self.arrange()

    def arrange(self) -> None:
        """Side by side, as wide as their words."""
        self.setFixedHeight(scaled(_CHIP))
        left = 0
        for chip in (self.own, self.network):
            if chip.isVisibleTo(self):
                chip.setGeometry(left, 0, chip.width_needed(), self.height())
                left = chip.geometry().right() + 1 + _CHIP_GAP


class _Chip(QWidget):
    """An emotion, large, in its colour: filled for the one that counts, as an outline for the other."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._words, self._colour, self._filled = "", QColor(), True

    def set_decision(self, decision: Decision | None, labels: tuple[str, ...]) -> None:
        """What the person chose; nothing is shown of a mere comment."""
        self.setVisible(decision is not None and (decision.label is not None or decision.skip or decision.unsure))
        chosen = decision.label if decision is not None else None
        self._colour = emotion_colour(chosen, labels) if chosen is not None else muted(self.palette())
        self._words = decision_words(decision)
        self.setToolTip("Your decision")
        self.setAccessibleName(f"Your decision: {self._words}")
        self.update()

    def set_prediction(
        self, prediction: Prediction | None, labels: tuple[str, ...], outline: bool, blind: bool
    ) -> None:
        self._filled = not outline
        if prediction is None:
            self._words = "prediction hidden" if blind else "not analysed yet"
            self._colour = muted(self.palette())
            self.setToolTip("Blind mode hides predictions (Ctrl+B)" if blind else "")
        else:
            later = "  (provisional)" if prediction.provisional else ""
            self._words = f"{prediction.label}  {percent(prediction.probabilities[prediction.label])}{later}"
            self._colour = emotion_colour(prediction.label, labels)
            said = "May still change: later turns are not analysed yet." if later else "Predicted emotion."
            self.setToolTip(f"{said}\n{prior_words(prediction.prior)}" if prediction.prior else said)
        self.setAccessibleName(f"Prediction: {self._words}")
        self.update()

    def width_needed(self) -> int:
        """As wide as its words; pixels."""
        font = self.font()
        font.setBold(True)
        return QFontMetrics(font).horizontalAdvance(self._words) + 2 * _CHIP_PAD

    def paintEvent(self, event: QPaintEvent) -> None:
        """A rounded chip."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._filled:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._colour)
            painter.drawRoundedRect(QRectF(self.rect()), self.height() / 2, self.height() / 2)
        else:
            painter.setPen(QPen(self._colour, 1.5))
            painter.drawRoundedRect(
                QRectF(self.rect()).adjusted(1, 1, -1, -1), self.height() / 2 - 1, self.height() / 2 - 1
            )
        font = painter.font()
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(readable_on(self._colour) if self._filled else self.palette().windowText().color())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._words)
        painter.end()


class _Presence(QWidget):
    """Icons and words: what the network had."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[tuple[str, str, bool]] = []
        self.setAccessibleName("What the network had")
        self.setToolTip("What the network had; a modality that is absent is left out, never guessed.")

    def set_prediction(self, prediction: Prediction | None) -> None:
        there = _there(prediction) if prediction is not None else ()
        names = (*_WORDS, _FACES)
        rows = [(name, yes if has else no, has) for (name, yes, no), has in zip(names, there, strict=False)]
        if rows == self._rows:
            return
        self._rows = rows
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
