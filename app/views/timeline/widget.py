"""The timeline of the open video."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QAction, QContextMenuEvent, QFontMetrics, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QScrollBar, QWidget

from app.base.theme import scaled
from app.models.video.session import Session
from app.views.timeline.canvas import Canvas
from app.views.timeline.hits import hit
from app.views.timeline.live import Traces
from app.views.timeline.look import Look
from app.views.timeline.menu import TracksMenu
from app.views.timeline.navigation import Navigation
from app.views.timeline.pointer import Pointer
from app.views.timeline.rows import Rows
from app.views.timeline.scene import Draft, Scene, Sound
from app.views.timeline.sources import Sources
from app.views.timeline.told import content_of, described
from app.views.timeline.tracks.attention import AttentionTrack
from app.views.timeline.tracks.emotions import EmotionsTrack
from app.views.timeline.tracks.lanes import LanesTrack
from app.views.timeline.tracks.overview import Overview
from app.views.timeline.tracks.ruler import Ruler
from app.views.timeline.tracks.spectrogram import SpectrogramTrack
from app.views.timeline.tracks.traces import TracesTrack
from app.views.timeline.tracks.waveform import WaveformTrack
from app.views.timeline.viewport import Viewport
from app.views.timeline.zoom_buttons import zoom_buttons

_STEP = 1.5  # zoom of one key press
_TRACKS = (Overview, Ruler, AttentionTrack, LanesTrack, WaveformTrack, SpectrogramTrack, EmotionsTrack, TracesTrack)
_HEADER = (150, 210)  # narrowest and widest, pixels
_PREDICTED = ("overview", "attention", "lanes", "emotions")  # tracks that show predictions
_SOUND = ("waveform", "spectrogram")


class Timeline(QWidget):
    """Overview, ruler, attention, speakers, sound, mel spectrogram and emotions on one time axis."""

    seek_requested = Signal(float)  # media time
    utterance_activated = Signal(str)  # id of an utterance that was double-clicked
    view_changed = Signal(float, float)  # first and last visible media time
    bounds_chosen = Signal(str, object)  # id of an utterance that was dragged, Bounds
    drawn = Signal(object, str)  # Bounds of a new utterance, name of its speaker
    menu_asked = Signal()  # a menu about the selected utterance is about to open

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._navigation = Navigation()
        self._scene = Scene(Look.of(self.palette(), self.font()))
        self._rows = Rows([track(self._scene) for track in _TRACKS])
        self._canvas = Canvas(self._scene, self._rows, self._navigation, self)
        self._scroll = QScrollBar(Qt.Orientation.Vertical, self)
        self._sources = Sources(self)
        self.traces = Traces(session, self._scene, self._canvas, self._place)
        self._actions: tuple[QAction, ...] = ()
        self._lay_out()
        self._buttons = zoom_buttons(self._canvas, self.zoom_out, self.zoom_in, self.fit)
        self._connect()
        self._open()

    def _lay_out(self) -> None:
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._canvas, 1)
        layout.addWidget(self._scroll)
        self._canvas.installEventFilter(self)
        self.setFocusProxy(self._canvas)
        self._canvas.setAccessibleName("Timeline")
        self._scroll.setAccessibleName("Tracks of the timeline")
        self._scroll.hide()

    def _connect(self) -> None:
        session, pointer = self._session, Pointer(self._canvas)
        session.opened.connect(self._open)
        session.utterances_changed.connect(self._take_utterances)
        session.model_changed.connect(self._take_labels)
        session.prediction_changed.connect(self._take_prediction)
        session.selection_changed.connect(self._take_selection)
        session.decision_changed.connect(self._take_decision)
        session.faces_changed.connect(self._take_frames)
        session.traces_changed.connect(self.traces.take)
        pointer.seek.connect(self.seek_requested)
        pointer.select.connect(session.select)
        pointer.activate.connect(self.utterance_activated)
        pointer.look.connect(self._look)
        pointer.scroll.connect(lambda by: self._scroll.setValue(self._scroll.value() + by))
        pointer.placed.connect(self._place)
        pointer.drafted.connect(self._tell_draft)
        self._scroll.valueChanged.connect(self._scroll_to)
        self._sources.changed.connect(self.show_sound)

    # What others ask for

    def set_time(self, time: float) -> None:
        """Move the playhead; the view turns a page when the playhead leaves it."""
        before = self._navigation.view
        self._canvas.move_playhead(time)
        self._scene.time = time
        self._navigation.follow(time)
        self._announce(before)

    def zoom_in(self) -> None:
        """Closer, around the playhead if it is visible."""
        self._look(self._navigation.zoomed(_STEP))

    def zoom_out(self) -> None:
        """Further away, around the playhead if it is visible."""
        self._look(self._navigation.zoomed(1 / _STEP))

    def fit(self) -> None:
        """Show the whole file."""
        self._look(Viewport.whole(self._navigation.view.duration, self._navigation.view.width))

    def zoom_to(self, start: float, end: float) -> None:
        """Show a span of media time, in seconds."""
        self._look(self._navigation.view.spanning(start, end))

    def show_sound(self, sound: Sound) -> None:
        """Show what is known of the sound by now."""
        before, self._scene.sound = self._scene.sound, sound
        if sound.there == before.there:
            self._canvas.refresh(_SOUND)
        else:
            self._place()

    def tracks(self) -> str:
        """Which tracks are hidden and how high the others are, for `set_tracks` at the next start."""
        return self._rows.written()

    def set_tracks(self, text: str) -> None:
        """Hide and size the tracks as `tracks` told."""
        self._rows.read(text)
        self._place()

    def shutdown(self) -> None:
        """Stop reading the sound and wait until its threads are gone; the window calls it before it closes."""
        self._sources.close()

    # What the session says

    def _open(self) -> None:
        media = self._session.media
        self._navigation.open(media.duration if media else 0.0)
        self.traces.take()
        self._take_utterances()
        self._take_selection(self._session.selected)
        self._sources.open(media, missing=not self._session.reachable)
        self._place()
        self.view_changed.emit(self._navigation.view.start, self._navigation.view.end)

    def _take_utterances(self) -> None:
        session, scene = self._session, self._scene
        scene.content = content_of(session)
        scene.editable, scene.blind, scene.draft = session.editable, session.blind, None
        self._fit_header()
        self._place()

    def _take_labels(self) -> None:
        if self._session.all_labels != self._scene.content.labels:
            self._take_utterances()

    def _take_prediction(self, utterance_id: str) -> None:
        prediction = self._session.prediction(utterance_id)
        if prediction is not None:
            self._scene.content.predict(prediction)
            self._canvas.refresh(_PREDICTED)

    def _take_decision(self, utterance_id: str) -> None:
        self._scene.content.decide(utterance_id, self._session.decision(utterance_id))
        utterance = self._session.utterance(utterance_id)
        if utterance is not None:
            for track in ("overview", "lanes"):
                self._canvas.refresh_span(track, utterance.start, utterance.end)

    def _tell_draft(self, draft: Draft) -> None:
        if draft.utterance:
            self.bounds_chosen.emit(draft.utterance, draft.bounds)
        else:
            self.drawn.emit(draft.bounds, self._scene.content.lanes[draft.lane].speaker)

    def _take_selection(self, utterance_id: str) -> None:
        before, scene = self._navigation.view, self._scene
        scene.selected = utterance_id
        scene.frames = self._session.frames_used(utterance_id)
        if scene.selection is not None:
            self._navigation.reveal(*scene.selection)
            self._announce(before)
        self._canvas.refresh()
        self._describe()

    def _take_frames(self) -> None:
        frames = self._session.frames_used(self._session.selected)
        if frames != self._scene.frames:
            self._scene.frames = frames
            self._canvas.refresh(("lanes",))

    # Keeping the picture in order

    def _look(self, view: Viewport) -> None:
        before = self._navigation.view
        self._navigation.show(view)
        self._announce(before)

    def _announce(self, before: Viewport) -> None:
        view = self._navigation.view
        if view != before:
            self._canvas.refresh_view()
            self._describe()
            self.view_changed.emit(view.start, view.end)

    def _place(self) -> None:
        """Arrange the tracks on the height there is."""
        self._canvas.place_rows()
        self._scroll.setRange(0, self._rows.overflow)
        self._scroll.setPageStep(self._canvas.height())
        self._scroll.setVisible(self._rows.overflow > 0)
        for shown in self._buttons:
            shown.setVisible(self._navigation.view.duration > 0)
        self._describe()

    def _scroll_to(self, value: int) -> None:
        self._rows.scrolled = value
        self._canvas.place_rows()

    def _fit_header(self) -> None:
        metrics = QFontMetrics(self._scene.look.font)
        names = [metrics.horizontalAdvance(speaker) + 20 for speaker in self._session.speakers]
        self._canvas.header_width = min(max([scaled(_HEADER[0]), *names]), scaled(_HEADER[1]))
        self._fit_width()

    def _fit_width(self) -> None:
        self._navigation.view = self._navigation.view.resized(self._canvas.width() - self._canvas.header_width)

    def _describe(self) -> None:
        """Say in words what is visible, for those who cannot see it."""
        self._canvas.setAccessibleDescription(described(self._session, self._navigation.view, self._scene.curves))

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._fit_width()
            self._place()
        return False

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._scene.look = Look.of(self.palette(), self.font())
            self._fit_header()
            self._place()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Page up and down turn pages; every other key is the window's."""
        pages = {Qt.Key.Key_PageUp: -0.9, Qt.Key.Key_PageDown: 0.9}.get(Qt.Key(event.key()))
        if pages is None:
            event.ignore()
        else:
            self._look(self._navigation.view.moved(pages * self._navigation.view.span))

    def set_actions(self, actions: Sequence[QAction]) -> None:
        """What the context menu of an utterance offers."""
        self._actions = tuple(actions)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        found = hit(self._canvas, self._canvas.mapFrom(self, event.pos())).utterance
        if found:
            self._session.select(found)
            self.menu_asked.emit()
        self.menu(bool(found)).popup(event.globalPos())

    def menu(self, on_utterance: bool) -> QMenu:
        """The context menu: of an utterance first what can be done to it."""
        menu = TracksMenu(self._rows, self._actions if on_utterance else (), self)
        menu.arranged.connect(self._place)
        menu.addSeparator()
        menu.addAction("Show the whole video", self.fit)
        if self._scene.selection is not None:
            menu.addAction("Zoom to the selected utterance", self._zoom_to_selection)
        return menu

    def _zoom_to_selection(self) -> None:
        if self._scene.selection is not None:
            start, end = self._scene.selection
            self.zoom_to(start - (end - start) / 2, end + (end - start) / 2)
