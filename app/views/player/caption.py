"""One line under the picture: who speaks, what the network reads in it, and the words."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPalette, QTextLayout, QTextOption
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.base.theme import emotion_colour, muted, scaled, speaker_colour
from app.base.words import decision_words, percent
from app.models.video.session import Session
from m2fnet_core.base.dialogue import Prediction, Utterance

_LINES = 2
_PAD = 10.0


class Caption(QWidget):
    """The utterance at the frame on screen: the selected one where several speak at once."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._time = 0.0
        self._shown: Utterance | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Utterance")
        signals = (session.utterances_changed, session.prediction_changed, session.decision_changed)
        for signal in (*signals, session.selection_changed):
            signal.connect(self._refresh)

    @property
    def utterance(self) -> Utterance | None:
        """What is shown."""
        return self._shown

    def sizeHint(self) -> QSize:
        """Two lines of words, always, so that the picture never jumps."""
        return QSize(200, round(_LINES * self.fontMetrics().height() + 14))

    def set_time(self, time: float) -> None:
        """The frame on screen."""
        self._time = time
        found = self._find()
        if found is not self._shown:
            self._shown = found
            self.update()

    def _refresh(self) -> None:
        self._shown = self._find()
        self.update()

    def _find(self) -> Utterance | None:
        speaking = self._session.utterances_at(self._time)
        chosen = (u for u in speaking if u.id == self._session.selected)
        return next(chosen, speaking[-1] if speaking else None)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Speaker and emotion on the left, the words beside them."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._shown is not None:
            edge = self._paint_head(painter, self._shown)
            self._paint_words(painter, self._shown.text, edge)
        painter.end()

    def _paint_head(self, painter: QPainter, utterance: Utterance) -> float:
        """Who, and below it the predicted emotion. Returns where the words begin."""
        height = self.fontMetrics().height()
        top = (self.height() - _LINES * height) / 2
        colour = speaker_colour(utterance.speaker, self._session.speakers)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawRoundedRect(QRectF(_PAD, top + 1, 3, _LINES * height - 2), 1.5, 1.5)
        left = _PAD + 11
        bold = QFont(self.font())
        bold.setWeight(QFont.Weight.DemiBold)
        painter.setFont(bold)
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        room = max(float(scaled(110)), self.width() * 0.2)
        metrics = painter.fontMetrics()
        name = metrics.elidedText(utterance.speaker or "Speech", Qt.TextElideMode.ElideRight, int(room))
        painter.drawText(QRectF(left, top, room, height), Qt.AlignmentFlag.AlignVCenter, name)
        painter.setFont(self.font())
        self._paint_emotion(painter, utterance, QRectF(left, top + height, room, height))
        return left + room + 14

    def _paint_emotion(self, painter: QPainter, utterance: Utterance, place: QRectF) -> None:
        prediction = self._session.prediction(utterance.id)
        decision = self._session.decision(utterance.id)
        painter.setPen(muted(self.palette()))
        own = decision_words(decision)
        if prediction is None and not own:
            words = "prediction hidden" if self._session.blind else "not analysed yet"
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, words)
            return
        dot = place.height() * 0.55
        if shown := self._session.shown_label(utterance.id):
            _paint_dot(painter, QRectF(place.left(), place.center().y() - dot / 2, dot, dot), shown)
        text = own or ("" if prediction is None else _percentage(prediction))
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText) if own else muted(self.palette()))
        room = place.adjusted(dot + 6, 0, 0, 0)
        text = self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(room.width()))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, text)

    def _paint_words(self, painter: QPainter, text: str | None, left: float) -> None:
        room = QRectF(left, 0, max(0.0, self.width() - left - _PAD), self.height())
        painter.setPen(muted(self.palette()) if text is None else self.palette().color(QPalette.ColorRole.WindowText))
        lines = self._wrap(text or "no transcript", room.width())
        height = self.fontMetrics().height()
        top = (self.height() - len(lines) * height) / 2
        for row, words in enumerate(lines):
            painter.drawText(
                QRectF(left, top + row * height, room.width(), height), Qt.AlignmentFlag.AlignVCenter, words
            )

    def _wrap(self, text: str, width: float) -> list[str]:
        """At most two lines, the last one cut with an ellipsis."""
        layout = QTextLayout(text, self.font())
        layout.setTextOption(QTextOption(Qt.AlignmentFlag.AlignLeft))
        layout.beginLayout()
        starts: list[int] = []
        while len(starts) < _LINES and (line := layout.createLine()).isValid():
            line.setLineWidth(width)
            starts.append(line.textStart())
        layout.endLayout()
        lines = [text[a:b].strip() for a, b in zip(starts, [*starts[1:], len(text)], strict=True)]
        elide = Qt.TextElideMode.ElideRight
        return [self.fontMetrics().elidedText(words, elide, int(width)) for words in lines]


def _percentage(prediction: Prediction) -> str:
    return f"{prediction.label}  {percent(prediction.probabilities.get(prediction.label, 0.0))}"


def _paint_dot(painter: QPainter, place: QRectF, label: str) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(emotion_colour(label)))
    painter.drawEllipse(place)
