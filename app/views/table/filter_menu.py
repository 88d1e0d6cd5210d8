"""The button beside the filter box: keep only some emotions, speakers, or states of the decision."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QMenu, QToolButton

from app.base.icons import IconButton
from app.models.tables.filters import Filters
from app.models.video.session import Session

_STATES = (
    ("undecided", "Undecided", "Nobody said anything about them yet"),
    ("unsure", "Unsure", "You marked them as unsure"),
    ("changed", "Changed", "Your label is not the network's"),
)


class FilterButton(IconButton):
    """Its menu is made when it opens, from what the open medium has."""

    chosen = Signal(object)  # Filters without words

    def __init__(self, session: Session) -> None:
        super().__init__("filter")
        self._session, self.filters = session, Filters()
        self.setToolTip("Show only some emotions, speakers, or what is undecided, unsure or changed")
        self.setStatusTip(self.toolTip())
        self.setAccessibleName("Filter by emotion, speaker and decision")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.menu_ = QMenu(self)
        self.menu_.aboutToShow.connect(self._fill)
        self.setMenu(self.menu_)
        session.opened.connect(self.clear)

    def clear(self) -> None:
        """Let everything through."""
        if self.filters.chosen:
            self._choose(Filters())

    def _fill(self) -> None:
        session, menu = self._session, self.menu_
        menu.clear()
        for key, word, tip in _STATES:
            action = menu.addAction(word)
            action.setToolTip(tip)
            action.setCheckable(True)
            action.setChecked(getattr(self.filters, key))
            action.toggled.connect(lambda on, key=key: self._choose(replace(self.filters, **{key: on})))
        self._head("Emotion")
        self._offer(session.all_labels, self.filters.emotions, lambda names: replace(self.filters, emotions=names))
        self._head("Speaker")
        speakers = sorted(session.speakers)
        self._offer(speakers, self.filters.speakers, lambda names: replace(self.filters, speakers=names))
        menu.addSeparator()
        menu.addAction("Show all", self.clear).setEnabled(self.filters.chosen > 0)

    def _head(self, title: str) -> None:
        self.menu_.addSeparator()
        self.menu_.addAction(title).setEnabled(False)

    def _offer(self, names: Iterable[str], chosen: frozenset[str], made: Callable[[frozenset[str]], Filters]) -> None:
        for name in names:
            action = self.menu_.addAction((name or "Unknown speaker").replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(name in chosen)
            action.toggled.connect(lambda _on, name=name: self._choose(made(chosen ^ {name})))

    def _choose(self, filters: Filters) -> None:
        self.filters = filters
        self.setText(str(filters.chosen) if filters.chosen else "")
        self.chosen.emit(filters)
