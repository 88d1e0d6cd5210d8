"""How the cells of the utterance table are painted: speaker dots, emotion chips with a bar, modality icons."""

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPalette, QPen
from PySide6.QtWidgets import QComboBox, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.base import icons
from app.base.theme import emotion_colour, muted, readable_on, scaled, sign_of, speaker_colour
from app.base.words import decision_words, percent
from app.models.tables.utterance_table import DECISION, PLAYING, PREDICTION, UTTERANCE, Column
from app.models.video.session import Session
from app.views.parts.field import TextField
from app.views.table.speaker_box import SpeakerBox
from m2fnet_core.base.dialogue import Prediction
from m2fnet_core.document.content import Decision
from m2fnet_core.document.review import corrected

Index = QModelIndex | QPersistentModelIndex
ROW_HEIGHT = 28
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_PAD = 8.0
_ICON = 15.0
_SWATCH = 14
MODALITY_ICONS = ("text", "sound", "scene", "face")


class UtteranceCells(QStyledItemDelegate):
    """Paints every cell of the table from the utterance and its prediction."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """All rows are equally high."""
        return QSize(super().sizeHint(option, index).width(), scaled(ROW_HEIGHT))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Ground, then what belongs to the column."""
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        palette: QPalette = option.palette
        rect = QRectF(option.rect)
        ink = palette.color(QPalette.ColorRole.HighlightedText if selected else QPalette.ColorRole.Text)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if selected:
            painter.fillRect(rect, palette.color(QPalette.ColorRole.Highlight))
        match Column(index.column()):
            case Column.NUMBER:
                self._number(painter, rect, index, palette, ink)
            case Column.START | Column.END:
                self._words(painter, rect, index, ink)
            case Column.SPEAKER:
                self._speaker(painter, rect, index, ink)
            case Column.TEXT:
                self._text(painter, rect, index, palette, ink)
            case Column.LABEL:
                self._label(painter, rect, index, palette, ink)
            case Column.EMOTION:
                self._emotion(painter, rect, index, palette, ink)
            case Column.MODALITIES:
                self._modalities(painter, rect, index, palette, ink)
        painter.restore()

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        """A text field, or one with a list of what is there already."""
        column = Column(index.column())
        if column is Column.TEXT:
            return TextField(parent)
        if column is Column.SPEAKER:
            return self._speaker_box(parent)
        box = QComboBox(parent)
        box.addItems(["", *self._session.label_set])
        return box

    def _speaker_box(self, parent: QWidget) -> SpeakerBox:
        box = SpeakerBox([speaker for speaker in self._session.speakers if speaker], parent)
        box.chosen.connect(lambda: self.commitData.emit(box))
        box.chosen.connect(lambda: self.closeEditor.emit(box))
        return box

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        """What is there now, ready to be written over."""
        text = str(index.data(Qt.ItemDataRole.EditRole))
        if isinstance(editor, QComboBox):
            editor.setCurrentText(text)
            if (field := editor.lineEdit()) is not None:
                field.selectAll()
        elif isinstance(editor, TextField):
            editor.setText(text)
            editor.selectAll()

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        """Hand over what was written."""
        text = editor.currentText() if isinstance(editor, QComboBox) else ""
        model.setData(index, editor.text() if isinstance(editor, TextField) else text)

    def _label(self, painter: QPainter, rect: QRectF, index: Index, palette: QPalette, ink: QColor) -> None:
        """The person's label as a filled chip; a triangle where the network says something else."""
        decision: Decision | None = index.data(DECISION)
        if decision is None:
            return
        words = rect.adjusted(_PAD, 0, -4, 0)
        if decision.label is not None:
            colour = emotion_colour(decision.label, self._session.all_labels)
            self._chip(painter, rect, decision, colour, corrected(decision, index.data(PREDICTION)))
            words = rect.adjusted(_PAD + 19, 0, -14, 0)
            ink = readable_on(colour)
            font = painter.font()
            font.setWeight(QFont.Weight.DemiBold)
            painter.setFont(font)
        text = decision_words(decision) if decision.label or decision.skip or decision.unsure else decision.comment
        _elided(painter, words, text, ink if decision.label is not None else muted(palette))

    def _chip(self, painter: QPainter, rect: QRectF, decision: Decision, colour: QColor, differs: bool) -> None:
        chip = rect.adjusted(_PAD - 2, 4, -5, -4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawRoundedRect(chip, 6, 6)
        sign = "warning" if decision.unsure else "different" if differs else "check"
        box = QRectF(chip.left() + 5, chip.center().y() - 6.5, 13, 13)
        icons.draw(painter, sign, readable_on(colour), box)

    def _number(self, painter: QPainter, rect: QRectF, index: Index, palette: QPalette, ink: QColor) -> None:
        if index.data(PLAYING):
            painter.fillRect(
                QRectF(rect.left(), rect.top(), 3, rect.height()), palette.color(QPalette.ColorRole.Accent)
            )
        else:
            ink = muted(palette)
        self._words(painter, rect, index, ink)

    def _words(self, painter: QPainter, rect: QRectF, index: Index, ink: QColor) -> None:
        painter.setPen(ink)
        painter.drawText(rect.adjusted(_PAD, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, str(index.data()))

    def _speaker(self, painter: QPainter, rect: QRectF, index: Index, ink: QColor) -> None:
        name = index.data(UTTERANCE).speaker
        if name:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(speaker_colour(name, self._session.speakers))
            painter.drawEllipse(QPointF(rect.left() + _PAD + 3, rect.center().y()), 4, 4)
        _elided(painter, rect.adjusted(_PAD + 12, 0, -2, 0), name, ink)

    def _text(self, painter: QPainter, rect: QRectF, index: Index, palette: QPalette, ink: QColor) -> None:
        text = index.data(UTTERANCE).text
        _elided(painter, rect.adjusted(_PAD, 0, -4, 0), text or "no text", ink if text else muted(palette))

    def _emotion(self, painter: QPainter, rect: QRectF, index: Index, palette: QPalette, ink: QColor) -> None:
        prediction: Prediction | None = index.data(PREDICTION)
        if prediction is None:
            return
        colour = emotion_colour(prediction.label, self._session.labels)
        share = prediction.probabilities[prediction.label]
        middle = rect.center().y()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        size = scaled(_SWATCH)
        swatch = QRectF(rect.left() + _PAD - 2, middle - size / 2, size, size)
        painter.drawRoundedRect(swatch, 3, 3)
        icons.draw_sign(painter, sign_of(prediction.label, self._session.all_labels), readable_on(colour), swatch)
        if prediction.provisional:
            painter.setOpacity(0.55)
        figure = percent(round(share, 2))
        space = painter.fontMetrics().horizontalAdvance("100 %") + 6.0
        words = rect.adjusted(_PAD + size + 2, 0, -space - 4, -6)
        _elided(painter, words, prediction.label, ink)
        painter.setPen(muted(palette))
        painter.drawText(
            rect.adjusted(0, 0, -6, -6), Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, figure
        )
        track = QRectF(words.left(), rect.bottom() - 6, rect.right() - 6 - words.left(), 3)
        _bar(painter, track, share, colour, palette)

    def _modalities(self, painter: QPainter, rect: QRectF, index: Index, palette: QPalette, ink: QColor) -> None:
        prediction: Prediction | None = index.data(PREDICTION)
        if prediction is None:
            return
        present = prediction.present
        there = (present.text, present.audio, present.scene, present.faces)
        for place, (name, has) in enumerate(zip(MODALITY_ICONS, there, strict=True)):
            box = QRectF(rect.left() + 4 + place * (_ICON + 4), rect.center().y() - _ICON / 2, _ICON, _ICON)
            painter.setOpacity(1.0 if has else 0.35)
            icons.draw(painter, name, ink if has else muted(palette), box)
            if not has:
                painter.setPen(QPen(muted(palette), 1.4))
                painter.drawLine(box.bottomLeft(), box.topRight())


def _bar(painter: QPainter, track: QRectF, share: float, colour: QColor, palette: QPalette) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(palette.color(QPalette.ColorRole.Mid))
    painter.drawRoundedRect(track, 1.5, 1.5)
    painter.setBrush(colour)
    painter.drawRoundedRect(QRectF(track.left(), track.top(), max(3.0, track.width() * share), 3), 1.5, 1.5)


def _elided(painter: QPainter, rect: QRectF, text: str, ink: QColor) -> None:
    painter.setPen(ink)
    shown = painter.fontMetrics().elidedText(text.replace("\n", " "), Qt.TextElideMode.ElideRight, int(rect.width()))
    painter.drawText(rect, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
