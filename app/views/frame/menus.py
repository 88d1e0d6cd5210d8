"""The menu bar, made from the table of commands. What depends on the moment (recent files, devices) is filled in."""

from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Protocol, TypeVar

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QMenuBar

from app.base import icons
from app.base.command_table import COMMANDS, Command
from app.base.settings import PRIOR, SCHEME, TEXT_SIZE, Settings
from app.views.frame.actions import Actions

T = TypeVar("T", contravariant=True)
_ABOUT_UTTERANCE = ("unsure", "skip", "clear", "split", "merge", "delete", "text", "speaker", "comment")
_SCHEMES = {"system": "Like the &system", "dark": "&Dark", "light": "&Light"}

_PRIORS = {
    "model": "As the &model says",
    "corpus": "&Corpus: as frequent as in the model's training",
    "uniform": "&Uniform: every emotion alike",
    "own": "As frequent as my &labels in this project",
}
_SIZES = {str(size): f"{size} %" for size in (100, 125, 150, 175, 200)}


class Choose(Protocol[T]):
    """What happens when a person picks something."""

    def __call__(self, chosen: T, /) -> object: ...


class Menus(QObject):
    """All menus of one window."""

    def __init__(self, bar: QMenuBar, actions: Actions) -> None:
        super().__init__(bar)
        self._menus: dict[str, QMenu] = {}
        self.submenus: list[QMenu] = []
        for title, commands in groupby(COMMANDS, key=lambda command: command.menu):
            menu = self._menus[title] = bar.addMenu(title)
            menu.setToolTipsVisible(True)
            for place, (_, group) in enumerate(groupby(commands, key=lambda command: command.group)):
                if place:
                    menu.addSeparator()
                self._fill(menu, list(group), actions)
        self.recent = QMenu("Open &recent", bar)
        self.recent.setIcon(icons.icon("history"))
        self._menus["&File"].insertMenu(actions["demo"], self.recent)
        self.devices = QMenu("Compute &on", bar)
        self.devices.setIcon(icons.icon("device"))
        self._menus["&Analysis"].insertMenu(actions["transcribe"], self.devices)
        self.priors = QMenu("Label &prior", bar)
        self.priors.setIcon(icons.icon("sort"))
        self.priors.setToolTip("How frequent each emotion is held to be before an utterance is seen and heard")
        self._menus["&Analysis"].insertMenu(actions["transcribe"], self.priors)
        self._menus["&Analysis"].insertSeparator(actions["transcribe"])
        self.looks = QMenu("&Colours", bar)
        self.looks.setIcon(icons.icon("look"))
        self.sizes = QMenu("&Text size", bar)
        self.sizes.setIcon(icons.icon("text"))
        self.panels = QMenu("&Panels", bar)
        self.panels.setIcon(icons.icon("layout"))
        self._menus["&View"].insertMenu(actions["reset-layout"], self.looks)
        self._menus["&View"].insertMenu(actions["reset-layout"], self.sizes)
        self._menus["&View"].insertMenu(actions["reset-layout"], self.panels)

    def _fill(self, menu: QMenu, commands: Sequence[Command], actions: Actions) -> None:
        """The rows of a group; those of a submenu together."""
        for title, rows in groupby(commands, key=lambda command: command.submenu):
            into = menu
            if title:
                into = menu.addMenu(title)
                self.submenus.append(into)
            into.addActions([actions[command.key] for command in rows])

    def about_utterance(self, actions: Actions) -> list[QAction]:
        """What the context menu of an utterance offers."""
        return [*(menu.menuAction() for menu in self.submenus), *(actions[key] for key in _ABOUT_UTTERANCE)]

    def offer_recent(
        self, paths: Sequence[Path], choose: Callable[[Path], object], forget: Callable[[], object]
    ) -> None:
        """Fill the list of recent files."""
        self.recent.clear()
        self.recent.setEnabled(bool(paths))
        for path in paths:
            action = self.recent.addAction(path.name.replace("&", "&&"))
            action.setStatusTip(str(path))
            action.triggered.connect(lambda _checked=False, path=path: choose(path))
        self.recent.addSeparator()
        self.recent.addAction("Forget these files", forget)

    def offer_panels(self, panels: Sequence[QAction]) -> None:
        """Fill the list of panels."""
        self.panels.clear()
        self.panels.addActions(list(panels))

    def offer_schemes(self, settings: Settings) -> None:
        """Fill the lists of colour schemes and of text sizes."""
        self._offer(self.looks, _SCHEMES, settings.get(SCHEME), lambda scheme: settings.set(SCHEME, scheme))
        size = str(settings.get(TEXT_SIZE))
        self._offer(self.sizes, _SIZES, size, lambda chosen: settings.set(TEXT_SIZE, int(chosen)))

    def offer_priors(self, settings: Settings) -> None:
        """Fill the list of label priors."""
        self._offer(self.priors, _PRIORS, settings.get(PRIOR), lambda prior: settings.set(PRIOR, prior))

    def offer_devices(self, devices: dict[str, str], chosen: str, choose: Choose[str]) -> None:
        """Fill the list of devices: name -> words."""
        self._offer(self.devices, devices, chosen, choose)

    def _offer(self, menu: QMenu, words: dict[str, str], chosen: str, choose: Choose[str]) -> None:
        menu.clear()
        for old in menu.findChildren(QActionGroup):
            old.deleteLater()
        group = QActionGroup(menu)
        for key, text in words.items():
            action = menu.addAction(text)
            action.setObjectName(key)
            action.setCheckable(True)
            action.setChecked(key == chosen)
            group.addAction(action)
            action.triggered.connect(lambda _checked=False, key=key: choose(key))
