"""Player, timeline, table, inspector and log around one open video; panels can be moved, closed and torn off."""

from collections.abc import Iterator

from PySide6.QtCore import QByteArray, Qt, Signal
from PySide6.QtGui import QAction, QHideEvent, QShowEvent
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget

from app.models.session import Session
from app.settings import LAYOUT, OVERLAYS, TRACKS, Settings
from app.views.inspector.panel import Inspector
from app.views.log import LogView
from app.views.player import Player
from app.views.timeline.widget import Timeline
from app.views.utterances import Utterances

_LAYOUT_VERSION = 1  # raised when panels are added or renamed: an older remembered layout is then left alone
_LEFT, _RIGHT, _BOTTOM = (
    Qt.DockWidgetArea.LeftDockWidgetArea,
    Qt.DockWidgetArea.RightDockWidgetArea,
    Qt.DockWidgetArea.BottomDockWidgetArea,
)
_TABLE_SHARE, _INSPECTOR_SHARE, _TIMELINE_SHARE = 0.36, 0.245, 0.42
_CONTEXT = 1.0  # seconds before and after a replayed utterance


class Workspace(QMainWindow):
    """The views of one window and how the playhead connects them."""

    trouble = Signal(str)  # one sentence from a view

    def __init__(self, session: Session, settings: Settings) -> None:
        super().__init__()
        self.setWindowFlags(Qt.WindowType.Widget)
        self.setDockNestingEnabled(True)
        self._session, self._settings = session, settings
        self.player, self.timeline = Player(session), Timeline(session)
        self.timeline.set_tracks(settings.get(TRACKS))
        self.utterances, self.inspector = Utterances(session), Inspector(session, settings)
        self.log = LogView()
        self.setCentralWidget(self.player)
        self._docks = list(self._make_docks())
        self.setCorner(Qt.Corner.BottomLeftCorner, _BOTTOM)
        self.setCorner(Qt.Corner.BottomRightCorner, _RIGHT)  # the inspector is the tallest
        self._connect()
        self._first_layout = self.saveState(_LAYOUT_VERSION)
        self._layout: QByteArray = settings.get(LAYOUT)

    def dock_actions(self) -> list[QAction]:
        """One per panel: shows and hides it."""
        return [dock.toggleViewAction() for dock in self._docks]

    def reset_layout(self) -> None:
        """All panels back to where they were at first."""
        self.restoreState(self._first_layout, _LAYOUT_VERSION)
        self._share_space()

    def remember_layout(self) -> None:
        """For the next start."""
        self._settings.set(LAYOUT, self.saveState(_LAYOUT_VERSION) if self.isVisible() else self._layout)
        self._settings.set(TRACKS, self.timeline.tracks())

    def close_readers(self) -> None:
        """End every thread that reads media for these views."""
        self.player.close_medium()
        self.inspector.close_reader()
        self.timeline.shutdown()

    def replay(self) -> None:
        """The selected utterance with a second before and after."""
        chosen, media = self._session.utterance(self._session.selected), self._session.media
        if chosen is not None and media is not None:
            self.player.play_span(max(0.0, chosen.start - _CONTEXT), min(media.duration, chosen.end + _CONTEXT))

    def select_neighbour(self, step: int) -> None:
        """The next (1) or previous (-1) utterance; with none selected the one at the playhead, or the nearest."""
        session, time = self._session, self.player.playback.time
        row = session.row(session.selected)
        if row is not None:
            row += step
        elif (said := session.utterances_at(time)) or step < 0:
            row = session.row(said[0].id) if said else session.row_at(time)
        else:
            row = session.row_at(time) + 1
        if row is not None and 0 <= row < len(session.utterances):
            session.select(session.utterances[row].id)

    def show_filter(self) -> None:
        """Bring the filter box up."""
        self._docks[0].show()
        self._docks[0].raise_()
        self.utterances.focus_filter()

    def _make_docks(self) -> Iterator[QDockWidget]:
        yield self._dock("Utterances", self.utterances, _LEFT)
        yield self._dock("Inspector", self.inspector, _RIGHT)
        yield self._dock("Timeline", self.timeline, _BOTTOM)
        log = self._dock("Log", self.log, _BOTTOM)
        log.hide()
        yield log

    def _dock(self, title: str, content: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
        dock = QDockWidget(title, self)
        dock.setObjectName(title)
        dock.setWidget(content)
        dock.toggleViewAction().setStatusTip(f"Show or hide the panel “{title}”")
        self.addDockWidget(area, dock)
        return dock

    def _connect(self) -> None:
        player, session = self.player, self._session
        player.time_changed.connect(self.timeline.set_time)
        player.time_changed.connect(self.utterances.set_time)
        player.playing_changed.connect(self.utterances.set_playing)
        player.set_overlays(self._settings.get(OVERLAYS))
        player.overlays_changed.connect(lambda shown: self._settings.set(OVERLAYS, shown))
        player.failed.connect(self.trouble)
        for source in (self.timeline, self.inspector):
            source.seek_requested.connect(player.seek)
        self.timeline.utterance_activated.connect(lambda _: player.toggle())
        session.opened.connect(self._open)
        session.selection_changed.connect(self._go_to)
        self._open()

    def _open(self) -> None:
        self.player.open(self._session.media)

    def _go_to(self, utterance_id: str) -> None:
        """The playhead follows the selection, unless it is inside already."""
        chosen = self._session.utterance(utterance_id)
        if chosen is not None and not chosen.start <= self.player.playback.time < chosen.end:
            self.player.seek(chosen.start)

    def _share_space(self) -> None:
        table, inspector, timeline, _log = self._docks
        wide, high = self.width(), self.height()
        widths = [round(wide * _TABLE_SHARE), round(wide * _INSPECTOR_SHARE)]
        self.resizeDocks([table, inspector], widths, Qt.Orientation.Horizontal)
        self.resizeDocks([timeline], [round(high * _TIMELINE_SHARE)], Qt.Orientation.Vertical)

    def showEvent(self, event: QShowEvent) -> None:
        """Panels where they were left; torn-off ones come back too."""
        super().showEvent(event)
        if self._layout.isEmpty() or not self.restoreState(self._layout, _LAYOUT_VERSION):
            self._share_space()
        self.utterances.table.setFocus()  # not the filter box, which would swallow the shortcuts

    def hideEvent(self, event: QHideEvent) -> None:
        """Without a video the torn-off panels go with the rest."""
        self._layout = self.saveState(_LAYOUT_VERSION)
        for dock in self._docks:
            if dock.isFloating():
                dock.hide()
        super().hideEvent(event)
