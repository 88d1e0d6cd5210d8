"""A line across the window that says what is the matter and offers the way out."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QPushButton

from app.base import icons
from app.views.parts.widgets import label, push, row

CAUTION, FAILURE, INFO = "caution", "failure", "info"
_ICONS = {CAUTION: "warning", FAILURE: "warning", INFO: "info"}


class Banner(QFrame):
    """Hidden until `say` is called; a person can put it away unless what it says must stay in sight."""

    def __init__(self, name: str, stays: bool = False) -> None:
        super().__init__()
        self.setObjectName("banner")
        self.setAccessibleName(name)
        self._icon = icons.button("warning", "")
        self._icon.setAccessibleName(f"Kind of message: {name}")
        self._icon.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._text = label("", wrap=True)
        self._buttons: list[QPushButton] = []
        self._stays = stays
        self._close = icons.button("close", "Put this message away")
        self._close.setAccessibleName("Put this message away")
        self._close.setVisible(not stays)
        self._close.clicked.connect(self.hide)
        self._layout = row(self._icon, self._text, self._close, margins=(6, 4, 6, 4))
        self._layout.setStretch(1, 1)
        self.setLayout(self._layout)
        self.hide()

    @property
    def text(self) -> str:
        """What it says, "" while it is hidden."""
        return "" if self.isHidden() else self._text.text()

    def button(self, text: str) -> QPushButton:
        """The offered way out of that name. Raises StopIteration when there is none."""
        return next(button for button in self._buttons if button.text() == text)

    def say(self, kind: str, text: str, *ways_out: tuple[str, Callable[[], object]]) -> None:
        """Show a sentence. A way out is a button's text and what it does; using it puts a banner away that may go."""
        for button in self._buttons:
            self._layout.removeWidget(button)
            button.deleteLater()
        self._buttons = [self._offer(offer, do) for offer, do in ways_out]
        self._text.setText(text)
        self._icon.setIcon(icons.icon(_ICONS[kind], self.palette()))
        if self.property("kind") != kind:
            self.setProperty("kind", kind)
            self.style().unpolish(self)
            self.style().polish(self)
        self.show()

    def _offer(self, text: str, do: Callable[[], object]) -> QPushButton:
        button = push(text, text)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        if not self._stays:
            button.clicked.connect(self.hide)
        button.clicked.connect(lambda: do())
        self._layout.insertWidget(self._layout.count() - 1, button)
        return button
