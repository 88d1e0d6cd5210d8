"""The videos of the project: what is analysed, decided and left of each, what is wrong, and the queue of analyses."""

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QFont, QKeyEvent, QPainter, QPalette
from PySide6.QtWidgets import (
    QHeaderView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app.base import icons
from app.base.settings import Settings
from app.base.theme import line, muted
from app.jobs.background import Background, Emit
from app.models.project.project import ProjectModel
from app.models.tables.media_table import ROW, Column, Index, MediaTable, Row
from app.models.video.queue import AnalysisQueue
from app.models.video.session import Session
from app.views.dashboard.followed import FollowedRun
from app.views.parts.lazily import Lazily
from app.views.parts.row_table import RowTable
from app.views.parts.widgets import label, push, row
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.base.wording import count
from m2fnet_core.document.content import Document, MediumState
from m2fnet_core.document.project import Change
from m2fnet_core.document.statistics import Progress, progress, whole

_ROW_HEIGHT = 32
_WIDTHS = {
    Column.STATE: 118,
    Column.LENGTH: 72,
    Column.UTTERANCES: 86,
    Column.ANALYSED: 96,
    Column.DECIDED: 96,
    Column.LEFT: 56,
}
_LEAST_WIDTHS = {Column.LENGTH: 700, Column.UTTERANCES: 620, Column.ANALYSED: 480, Column.LEFT: 360, Column.STATE: 280}
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_BAD, _GOOD = QColor("#dd4b4b"), QColor("#3fae6b")


class Dashboard(QWidget):
    """Double click (or Return) shows a video. Counted in a thread, when the view is seen and something changed."""

    chosen = Signal(str)  # medium id
    relink_asked = Signal()
    add_asked = Signal()

    def __init__(self, project: ProjectModel, session: Session, queue: AnalysisQueue, settings: Settings) -> None:
        super().__init__()
        self._project, self._session, self._queue = project, session, queue
        self._known: dict[str, Progress] = {}  # as counted last, by medium
        self._touched: set[str] = set()  # media to count again
        self._asked: set[str] = set()  # media being counted; a count that another one overtakes says nothing
        self.model = MediaTable(project, queue, self)
        self.table = _Table(self)
        self.summary = label("", "muted")
        self.analyse_button = push("Analyse all", "Analyse every video that is not analysed yet, one after the other")
        self.stop_button = push("Stop", "Leave what is still to do; what is computed so far is kept")
        self.find_button = push("Find missing…", "Look for missing videos in a folder, by their content")
        self.add_button = push("Add videos…", "Put more videos into the project")
        self.followed = FollowedRun(settings)
        self._lay_out()
        self._counter = Background("dashboard", self)
        self._counter.result.connect(self._show)
        self.lazily = Lazily(self, self._count)
        self._connect()

    def close_reader(self) -> None:
        """End the threads."""
        self._counter.close()
        self.followed.close_reader()

    def _lay_out(self) -> None:
        self.table.setModel(self.model)
        self.table.setItemDelegate(_Cells(self._session))
        self.table.set_widths(_WIDTHS)
        self.table.horizontalHeader().setSectionResizeMode(Column.NAME, QHeaderView.ResizeMode.Stretch)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.table)
        head = row(self.summary, 1, margins=(8, 6, 8, 0))
        foot = row(self.analyse_button, self.stop_button, self.find_button, 1, self.add_button, margins=(8, 6, 8, 8))
        foot.setSpacing(8)
        layout.addLayout(head)
        layout.addLayout(foot)
        layout.addWidget(self.followed)
        for button in (self.analyse_button, self.stop_button, self.find_button, self.add_button):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def _connect(self) -> None:
        project, queue, session = self._project, self._queue, self._session
        self.table.doubleClicked.connect(lambda index: self.chosen.emit(self.model.rows[index.row()].medium.id))
        self.analyse_button.clicked.connect(queue.add_left)
        self.stop_button.clicked.connect(queue.stop)
        self.find_button.clicked.connect(self.relink_asked)
        self.add_button.clicked.connect(self.add_asked)
        for signal in (project.opened, project.annotator_changed):
            signal.connect(self._forget)
        project.changed.connect(self._take)
        queue.changed.connect(self._follow_queue)
        session.opened.connect(self.table.viewport().update)

    def _forget(self) -> None:
        """Count everything anew."""
        self._known, self._touched = {}, set()
        self.lazily.ask()

    def _take(self, change: Change) -> None:
        """Count what was touched: of a key that is one video, however large the project."""
        turns = self._project.document.turns
        if change.whole or any(utterance not in turns for utterance in change.utterances):
            self._forget()
        else:
            self._touched |= change.media | {turns[utterance].medium for utterance in change.utterances}
            self.lazily.ask()

    def _count(self) -> None:
        document = self._project.document
        self._asked |= self._touched | (document.media.keys() - self._known.keys())
        self._touched = set()
        self._counter.start(partial(_count, document, self._project.annotator, frozenset(self._asked)))

    def _show(self, counted: Mapping[str, Progress]) -> None:
        self._known = {**self._known, **counted}
        self._asked -= counted.keys()
        self.model.show(self._known)
        self._follow_queue()

    def _follow_queue(self) -> None:
        if not self.isVisible():
            return
        self.model.again()
        rows, waiting = self.model.rows, self._queue.waiting
        every = whole({r.medium.id: r.progress for r in rows})
        todo = f" · {count(len(waiting), 'video')} to analyse" if waiting else ""
        self.summary.setText(f"{count(len(rows), 'video')} · {every.decided} of {every.utterances} decided{todo}")
        self.analyse_button.setVisible(not waiting)
        self.analyse_button.setEnabled(any(r.progress.analysed < max(1, r.progress.utterances) for r in rows))
        self.stop_button.setVisible(bool(waiting))
        self.find_button.setVisible(any(r.medium.state is not MediumState.OK for r in rows))

    def menu_of(self, place: int) -> QMenu:
        """What can be done to a video."""
        shown, menu = self.model.rows[place], QMenu(self)
        medium = shown.medium.id
        menu.addAction(icons.icon("film"), "Show", lambda: self.chosen.emit(medium))
        analyse = menu.addAction(icons.icon("refresh"), "Analyse", lambda: self._queue.add([medium]))
        analyse.setEnabled(shown.medium.state is MediumState.OK and medium not in self._queue.waiting)
        if shown.medium.state is not MediumState.OK:
            menu.addAction(icons.icon("search"), "Find missing…", self.relink_asked.emit)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return menu


def _count(document: Document, annotator: str, media: frozenset[str], emit: Emit, cancel: CancelToken) -> None:
    emit(progress(document, annotator, media))


class _Cells(QStyledItemDelegate):
    """Names with their state, shares as bars."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Ground, then what belongs to the column."""
        shown: Row = index.data(ROW)
        palette: QPalette = option.palette
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        rect, column = QRectF(option.rect), Column(index.column())
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if selected:
            painter.fillRect(rect, palette.color(QPalette.ColorRole.Highlight))
        ink = palette.color(QPalette.ColorRole.HighlightedText if selected else QPalette.ColorRole.Text)
        if column is Column.NAME:
            self._name(painter, rect, shown, ink, palette)
        elif column is Column.STATE:
            self._state(painter, rect, shown, palette)
        elif column in (Column.ANALYSED, Column.DECIDED):
            number = shown.progress.analysed if column is Column.ANALYSED else shown.progress.decided
            _share(painter, rect, number, shown.progress.utterances, palette, ink)
        else:
            painter.setPen(ink if column is Column.LEFT else muted(palette))
            painter.drawText(rect.adjusted(6, 0, -12, 0), _RIGHT, str(index.data()))
        painter.restore()

    def _name(self, painter: QPainter, rect: QRectF, shown: Row, ink: QColor, palette: QPalette) -> None:
        fine = shown.medium.state is MediumState.OK
        colour = muted(palette) if fine else _BAD
        icons.draw(
            painter, "film" if fine else "warning", colour, QRectF(rect.left() + 8, rect.center().y() - 8, 16, 16)
        )
        font = QFont(painter.font())
        plain = QFont(font)
        font.setBold(shown.medium.id == self._session.medium)
        painter.setFont(font)
        painter.setPen(ink if fine else muted(palette))
        room = rect.adjusted(32, 0, -4, 0)
        words = painter.fontMetrics().elidedText(
            shown.medium.path.name, Qt.TextElideMode.ElideMiddle, int(room.width())
        )
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, words)
        room.setLeft(room.left() + painter.fontMetrics().horizontalAdvance(words) + 14)
        if shown.trouble and room.width() > 60:
            painter.setFont(plain)
            painter.setPen(muted(palette))
            reason = painter.fontMetrics().elidedText(shown.trouble, Qt.TextElideMode.ElideRight, int(room.width()))
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, reason)

    def _state(self, painter: QPainter, rect: QRectF, shown: Row, palette: QPalette) -> None:
        done = shown.state == "analysed"
        colour = _BAD if shown.trouble else _GOOD if done else palette.color(QPalette.ColorRole.Accent)
        quiet = not shown.trouble and shown.state in ("new", "ready")
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(muted(palette) if quiet else colour)
        painter.drawEllipse(QPointF(rect.left() + 11, rect.center().y()), 3.5, 3.5)
        painter.setPen(_BAD if shown.trouble else muted(palette))
        painter.drawText(rect.adjusted(22, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, shown.state)


def _share(painter: QPainter, rect: QRectF, number: int, of: int, palette: QPalette, ink: QColor) -> None:
    """A number above a bar; the bar is green when nothing is left."""
    painter.setPen(ink if number else muted(palette))
    painter.drawText(rect.adjusted(6, 0, -12, -7), _RIGHT, str(number))
    track = QRectF(rect.left() + 10, rect.bottom() - 8, rect.width() - 22, 3)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(line(palette))
    painter.drawRoundedRect(track, 1.5, 1.5)
    if number:
        painter.setBrush(_GOOD if number >= of else palette.color(QPalette.ColorRole.Accent))
        painter.drawRoundedRect(QRectF(track.left(), track.top(), track.width() * min(1.0, number / of), 3), 1.5, 1.5)


class _Table(RowTable):
    """Return and the right mouse button mean the video."""

    def __init__(self, dashboard: Dashboard) -> None:
        super().__init__("Videos of the project", _ROW_HEIGHT, _LEAST_WIDTHS)
        self._dashboard = dashboard
        self.setMinimumHeight(130)

    def event(self, event: QEvent) -> bool:
        """Return means the video here, not the prediction."""
        ours = isinstance(event, QKeyEvent) and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if ours and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return shows the video."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.doubleClicked.emit(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """What can be done to the video."""
        index = self.indexAt(event.pos())
        if index.isValid():
            self._dashboard.menu_of(index.row()).popup(event.globalPos())
