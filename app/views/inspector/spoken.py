"""What was said, word by word: where the playhead is, what the recogniser was not sure of, and corrections in place."""

from bisect import bisect_right

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QLabel, QToolTip

from app.base.words import clock, percent
from app.views.parts.field import TextField
from m2fnet_core.base.dialogue import Utterance, Word
from m2fnet_core.transcript.wording import DOUBTFUL, rewritten, told_by

_NOTHING = "No text: nothing was transcribed here."
_PAD = 2  # pixels around the ground of a word
_LEAST = 48  # pixels that an editor has at least


class SpokenText(QLabel):
    """A text as a label shows it; where its words have times, each can be gone to and corrected."""

    went = Signal(float)  # seconds: the start of a word
    written = Signal(str, str)  # utterance id, the whole text with a word corrected

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("heading")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.editable = False
        self._id, self._said = "", ""
        self._words: tuple[Word, ...] = ()
        self._current, self._time = -1, 0.0
        self._editor: _Editor | None = None

    @property
    def marked(self) -> str:
        """The word at the playhead, "" for none."""
        return self._words[self._current].text if self._current >= 0 else ""

    def set_utterance(self, utterance: Utterance) -> None:
        """Show another utterance, or the same with another text."""
        words = utterance.words if told_by(utterance.text, utterance.words) else ()
        if (utterance.id, utterance.text or "", words) == (self._id, self._said, self._words):
            return
        self._close_editor()
        self._id, self._said, self._words = utterance.id, utterance.text or "", words
        self._current = self._place_of(self._time)
        self.setText(f"“{utterance.text}”" if utterance.text else _NOTHING)
        selectable = Qt.TextInteractionFlag.TextSelectableByMouse
        self.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction if words else selectable)
        self.updateGeometry()
        self.update()

    def set_time(self, time: float) -> None:
        """Mark the word at the playhead."""
        self._time = time
        current = self._place_of(time)
        if current != self._current:
            self._current = current
            self.update()

    def _place_of(self, time: float) -> int:
        """Of the word that is said then, -1 for none."""
        place = bisect_right(self._words, time, key=lambda word: word.start) - 1
        return place if place >= 0 and time < self._words[place].end else -1

    def word_box(self, place: int) -> QRect:
        """Where a word is shown; pixels."""
        return self._boxes(self.width())[place]

    def heightForWidth(self, width: int) -> int:
        """As many lines as the words need."""
        return self._boxes(width)[-1].bottom() + 1 + _PAD if self._words else super().heightForWidth(width)

    def sizeHint(self) -> QSize:
        """The lines at the width there is."""
        hint = super().sizeHint()
        return QSize(hint.width(), self.heightForWidth(max(self.width(), 1))) if self._words else hint

    def paintEvent(self, event: QPaintEvent) -> None:
        """Words one after the other; a dotted line under those that may be wrong."""
        if not self._words:
            super().paintEvent(event)
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for place, (word, box) in enumerate(zip(self._words, self._boxes(self.width()), strict=True)):
            self._paint_word(painter, word, QRectF(box), place == self._current)
        painter.end()

    def event(self, event: QEvent) -> bool:
        """A tip for each word."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip and self._words:
            place = self._at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), self._tip(place) if place >= 0 else "", self)
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to the word."""
        place = self._at(event.position())
        if place >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self.went.emit(self._words[place].start)
        else:
            super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Write over the word."""
        place = self._at(event.position())
        if place >= 0 and self.editable:
            self._edit(place)
        else:
            super().mouseDoubleClickEvent(event)

    def _paint_word(self, painter: QPainter, word: Word, box: QRectF, current: bool) -> None:
        palette = self.palette()
        ink = palette.color(QPalette.ColorRole.WindowText)
        if current:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(palette.color(QPalette.ColorRole.Highlight))
            painter.drawRoundedRect(box.adjusted(-_PAD, 0, _PAD, 0), 3, 3)
            ink = palette.color(QPalette.ColorRole.HighlightedText)
        painter.setPen(ink)
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, word.text)
        if word.probability < DOUBTFUL:
            painter.setPen(QPen(ink, 1.5, Qt.PenStyle.DotLine))
            painter.drawLine(box.bottomLeft(), box.bottomRight())

    def _boxes(self, width: int) -> list[QRect]:
        """Where each word goes, from left to right in lines."""
        metrics = self.fontMetrics()
        gap = metrics.horizontalAdvance(" ") if " " in self._said else 0
        left, top, boxes = _PAD, 0, list[QRect]()
        for word in self._words:
            wide = metrics.horizontalAdvance(word.text)
            if left > _PAD and left + wide > width - _PAD:
                left, top = _PAD, top + metrics.lineSpacing()
            boxes.append(QRect(left, top, wide, metrics.height()))
            left += wide + gap
        return boxes

    def _at(self, point: QPointF) -> int:
        boxes = self._boxes(self.width()) if self._words else []
        return next((place for place, box in enumerate(boxes) if box.contains(point.toPoint())), -1)

    def _tip(self, place: int) -> str:
        word = self._words[place]
        sure = f", {percent(word.probability)} sure" if word.probability < 1 else ""
        change = " Double-click to correct it." if self.editable else ""
        return f"{clock(word.start)} – {clock(word.end)}{sure}. Click to go there.{change}"

    def _edit(self, place: int) -> None:
        self._close_editor()
        editor = _Editor(self, self._words[place].text)
        box = self.word_box(place).adjusted(-_PAD, -_PAD, 3 * _PAD, _PAD)
        editor.setGeometry(box.united(QRect(box.topLeft(), QSize(_LEAST, box.height()))))
        editor.returnPressed.connect(lambda: self._take(place, editor.text()))
        editor.left.connect(self._close_editor)
        self._editor = editor
        editor.show()
        editor.setFocus()
        editor.selectAll()

    def _take(self, place: int, text: str) -> None:
        whole = rewritten(self._said, self._words, place, text)
        self._close_editor()
        if whole != self._said:
            self.written.emit(self._id, whole)

    def _close_editor(self) -> None:
        editor, self._editor = self._editor, None
        if editor is not None:
            editor.hide()
            editor.deleteLater()


class _Editor(TextField):
    """One word. Return takes it over; Escape, and a click elsewhere, leave it as it was."""

    left = Signal()

    def __init__(self, parent: QLabel, word: str) -> None:
        super().__init__(parent)
        self.setText(word)
        self.setAccessibleName("Word")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape leaves."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """So does whatever takes the keys."""
        super().focusOutEvent(event)
        self.left.emit()
