"""The line above comparison and agreement: who is compared with whom."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QWidget

from app.models.tables.pairing import Pairing
from app.views.parts.widgets import label, row


class JudgesBar(QWidget):
    """Two lists of judges; both views show the same pair. ``scope``: whether the videos can be chosen, too."""

    def __init__(self, pairing: Pairing, scope: bool) -> None:
        super().__init__()
        self._pairing = pairing
        self.first, self.second, self.scope = _list("First judge"), _list("Second judge"), _list("Videos")
        self.scope.addItem("This video", False)
        self.scope.addItem("Whole project", True)
        self.scope.setVisible(scope)
        layout = row(self.first, label("and", "muted"), self.second, 1, self.scope, margins=(8, 8, 8, 6))
        layout.setSpacing(8)
        self.setLayout(layout)
        for box in (self.first, self.second):
            box.activated.connect(self._choose)
        self.scope.activated.connect(lambda place: pairing.set_whole(self.scope.itemData(place)))
        pairing.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Who can be chosen, and who is."""
        choices = self._pairing.choices
        for box, chosen in ((self.first, self._pairing.first), (self.second, self._pairing.second)):
            box.clear()
            for judge in choices:
                box.addItem(judge.title, judge)
            box.setCurrentIndex(choices.index(chosen))
        self.scope.setCurrentIndex(int(self._pairing.whole))

    def _choose(self) -> None:
        self._pairing.choose(self.first.currentData(), self.second.currentData())


def _list(name: str) -> QComboBox:
    box = QComboBox()
    box.setAccessibleName(name)
    box.setToolTip(name)
    box.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
    return box
