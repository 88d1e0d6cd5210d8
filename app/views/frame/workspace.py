"""Player, timeline, table, inspector and log around one open video; panels can be moved, closed and torn off."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from PySide6.QtCore import QByteArray, Qt, Signal
from PySide6.QtGui import QAction, QHideEvent, QShowEvent
from PySide6.QtWidgets import QDockWidget, QMainWindow, QVBoxLayout, QWidget

from app.base.settings import LAYOUT, OVERLAYS, TRACKS, Settings
from app.models.editing.face_names import FaceNames
from app.models.studio import Studio
from app.models.tables.utterance_table import Column
from app.views.dashboard.dashboard import Dashboard
from app.views.frame.log import LogView
from app.views.frame.traces import connected_pad
from app.views.inspector.panel import Inspector
from app.views.parts.lazily import Later
from app.views.player import Player
from app.views.table.review_bar import ReviewBar
from app.views.table.utterances import Utterances
from app.views.timeline.widget import Timeline
from m2fnet_core.base.dialogue import Utterance

_LAYOUT_VERSION = 3  # raised when panels are added or renamed: an older remembered layout is then left alone
_LEFT, _RIGHT, _BOTTOM = (
    Qt.DockWidgetArea.LeftDockWidgetArea,
    Qt.DockWidgetArea.RightDockWidgetArea,
    Qt.DockWidgetArea.BottomDockWidgetArea,
)
_TABLE_SHARE, _INSPECTOR_SHARE, _TIMELINE_SHARE = 0.39, 0.235, 0.42
_CONTEXT = 1.0  # seconds before and after a replayed utterance


class Workspace(QMainWindow):
    """The views of one window and how the playhead connects them."""

    trouble = Signal(str)  # one sentence from a view

    def __init__(self, studio: Studio, settings: Settings) -> None:
        super().__init__()
        session = studio.session
        self.setWindowFlags(Qt.WindowType.Widget)
        self.setDockNestingEnabled(True)
        self.studio, self._session, self._settings = studio, session, settings
        names = FaceNames(studio.project, session, self)
        self.player, self.timeline = Player(session, names), Timeline(session)
        self.timeline.set_tracks(settings.get(TRACKS))
        self.utterances, self.inspector = Utterances(session), Inspector(session, settings)
        self.review_bar = ReviewBar(studio.review)
        self.media = Dashboard(studio.project, session, studio.queue, settings)
        self.panels = {title: Later(partial(make, self)) for title, make in _PANELS.items()}
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
        self.media.close_reader()
        for panel in self.panels.values():
            panel.close_reader()

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
        self._bring_up(self._docks[0])
        self.utterances.focus_filter()

    def _bring_up(self, dock: QDockWidget) -> None:
        dock.show()
        dock.raise_()

    def _make_docks(self) -> Iterator[QDockWidget]:
        yield self._dock("Utterances", _stacked(self.utterances, self.review_bar), _LEFT)
        inspector = self._dock("Inspector", self.inspector, _RIGHT)
        yield inspector
        yield self._dock("Timeline", self.timeline, _BOTTOM)
        panels = ((title, panel, _RIGHT) for title, panel in self.panels.items())
        for title, content, area in (("Videos", self.media, _LEFT), *panels, ("Log", self.log, _BOTTOM)):
            dock = self._dock(title, content, area)
            if title in self.panels:
                self.tabifyDockWidget(inspector, dock)
                dock.toggleViewAction().triggered.connect(lambda on, dock=dock: dock.raise_() if on else None)
            dock.hide()
            yield dock

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
        player.time_changed.connect(self.inspector.set_time)
        player.playing_changed.connect(self.utterances.set_playing)
        player.set_overlays(self._settings.get(OVERLAYS))
        player.overlays_changed.connect(lambda shown: self._settings.set(OVERLAYS, shown))
        player.failed.connect(self.trouble)
        for source in (self.timeline, self.inspector):
            source.seek_requested.connect(player.seek)
        self.timeline.utterance_activated.connect(lambda _: player.toggle())
        self.trace_pad = connected_pad(self.studio.tracing, player, self.timeline)
        self._connect_annotating()
        session.opened.connect(self._open)
        session.selection_changed.connect(self._go_to)
        self._open()

    def _connect_annotating(self) -> None:
        """What the views let a person do to utterances goes to the document in one place."""
        studio, box, session = self.studio, self.inspector.decision, self._session
        act, aim = studio.annotating, studio.aim
        self.player.time_changed.connect(aim.set_time)
        self.player.playing_changed.connect(aim.set_playing)
        self.timeline.bounds_chosen.connect(studio.shaping.set_bounds)
        self.timeline.drawn.connect(studio.shaping.insert_between)
        self.timeline.menu_asked.connect(self.player.pause)
        self.utterances.edited.connect(self._take_cell)
        self.inspector.text_written.connect(studio.shaping.set_text)
        self.inspector.label_chosen.connect(lambda label: act.label(label, session.selected))
        box.unsure_clicked.connect(lambda: act.unsure(session.selected))
        box.skip_clicked.connect(lambda: act.skip(session.selected))
        box.intensity_clicked.connect(lambda level: act.intensity(level, session.selected))
        box.comment_written.connect(act.comment)
        self.review_bar.next_clicked.connect(act.review)
        self.media.chosen.connect(self.studio.show_medium)
        self.studio.project.opened.connect(self._offer_media)
        self.studio.project.changed.connect(lambda change: self._offer_media() if change.media else None)
        self._offer_media()

    def set_actions(self, actions: Sequence[QAction]) -> None:
        """What the context menus of an utterance offer."""
        self.utterances.set_actions(actions)
        self.timeline.set_actions(actions)

    def edit_text(self) -> None:
        """Write the words of the utterance that keys mean."""
        self._edit(Column.TEXT)

    def edit_speaker(self) -> None:
        """Write who speaks."""
        self._edit(Column.SPEAKER)

    def edit_comment(self) -> None:
        """Write a comment on the utterance."""
        if self._hold_target():
            self._bring_up(self._docks[1])
            self.inspector.decision.write_comment()

    def _edit(self, column: Column) -> None:
        if self._hold_target():
            self._bring_up(self._docks[0])
            self.utterances.edit(self._session.selected, column)

    def _hold_target(self) -> bool:
        """Select what keys mean and stand still: typing takes a while."""
        target = self.studio.aim.target
        if target is not None:
            self.player.pause()
            self._session.select(target.id)
        return target is not None

    def _take_cell(self, utterance: str, column: int, text: str) -> None:
        act = self.studio.annotating
        match Column(column):
            case Column.TEXT:
                self.studio.shaping.set_text(utterance, text)
            case Column.SPEAKER:
                self.studio.shaping.set_speaker((utterance,), text)
            case Column.LABEL if text:
                act.label(text, utterance)
            case Column.LABEL:
                act.clear(utterance)

    def _offer_media(self) -> None:
        """The list of videos comes up where there is more than one."""
        if len(self.studio.project.document.media) > 1 and not self._several:
            self._docks[3].show()
        self._several = len(self.studio.project.document.media) > 1

    _several = False

    def _open(self) -> None:
        session = self._session
        self.player.open(session.media if session.reachable else None, missing=not session.reachable)

    def _go_to(self, utterance_id: str) -> None:
        """The playhead follows the selection, unless it is inside already."""
        chosen = self._session.utterance(utterance_id)
        if chosen is not None and not chosen.start <= self.player.playback.time < chosen.end:
            self.player.seek(self._first_frame_of(chosen))

    def _first_frame_of(self, utterance: Utterance) -> float:
        """A moment of the first frame that begins inside it: the one on screen at its start began before it."""
        video = self._session.media.video if self._session.media is not None else None
        frame = 0.99 / video.fps if video is not None and video.fps > 0 else 0.0
        return min(utterance.start + frame, (utterance.start + utterance.end) / 2)

    def _share_space(self) -> None:
        table, inspector, timeline, *_ = self._docks
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


def _compare(room: Workspace) -> QWidget:
    from app.views.comparison.compare import Compare

    view = Compare(room.studio.pairing, room.studio.session)
    view.play_asked.connect(room.player.play_span)
    return view


def _agreement(room: Workspace) -> QWidget:
    from app.views.comparison.agreement import AgreementPanel

    return AgreementPanel(room.studio.pairing, room.studio.project, room.studio.session)


def _statistics(room: Workspace) -> QWidget:
    from app.views.comparison.statistics import Statistics

    return Statistics(room.studio.project, room.studio.session, room.studio.notices)


# Made when they are first shown: most windows never need them, and plots take half a second to load.
_PANELS: Mapping[str, Callable[[Workspace], QWidget]] = {
    "Comparison": _compare,
    "Agreement": _agreement,
    "Statistics": _statistics,
}


def _stacked(*parts: QWidget) -> QWidget:
    """One below the other."""
    made = QWidget()
    layout = QVBoxLayout(made)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    for part in parts:
        layout.addWidget(part)
    return made
