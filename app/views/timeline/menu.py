"""The timeline's context menu: what can be done to an utterance, and which tracks are shown."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from app.views.timeline.rows import Rows


class TracksMenu(QMenu):
    """First the actions of an utterance, then the tracks that can be hidden. It is gone when it was closed."""

    arranged = Signal()  # tracks were shown, hidden or sized anew

    def __init__(self, rows: Rows, actions: Sequence[QAction], parent: QWidget) -> None:
        super().__init__(parent)
        self._rows = rows
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.addActions(list(actions))
        self.addSection("Tracks")
        for track in rows.tracks:
            if track.hideable:
                action = self.addAction(track.title)
                action.setCheckable(True)
                action.setChecked(track.key not in rows.hidden)
                action.toggled.connect(partial(self._show_track, track.key))
        self.addSeparator()
        self.addAction("Reset heights", self._reset_heights)

    def _show_track(self, key: str, shown: bool) -> None:
        self._rows.hidden = self._rows.hidden - {key} if shown else self._rows.hidden | {key}
        self.arranged.emit()

    def _reset_heights(self) -> None:
        self._rows.forget_heights()
        self.arranged.emit()
