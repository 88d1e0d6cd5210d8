"""Dialogs about annotators: who decides from now on, and whose decisions to take out of a colleague's project."""

from collections.abc import Mapping

from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QGridLayout, QWidget

from app.views.exchange.exchange import dialog_buttons, dialog_page
from app.views.parts.field import TextField
from app.views.parts.widgets import label
from m2fnet_core.base.wording import count


class AnnotatorDialog(QDialog):
    """Choose a name, or rename one's own: then one's decisions move to the new name."""

    def __init__(self, current: str, counts: Mapping[str, int], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Annotator")
        self._current, self._counts = current, counts
        self.names = QComboBox()
        self.names.setEditable(True)
        self.names.setLineEdit(TextField())
        self.names.addItems(list(dict.fromkeys((current, *sorted(counts)))))
        self.names.setAccessibleName("Name")
        self.rename = QCheckBox()
        self.hint = label("", "muted", wrap=True)
        layout = dialog_page(self, "Who decides?")
        layout.addWidget(label("Decisions are kept under this name. Another person takes another name.", wrap=True))
        for part in (self.names, self.rename, self.hint, dialog_buttons(self, "Use this name")):
            layout.addWidget(part)
        self.setMinimumWidth(440)
        self.names.currentTextChanged.connect(self._explain)
        self._explain()

    @property
    def name(self) -> str:
        """As written."""
        return " ".join(self.names.currentText().split())

    @property
    def renames(self) -> bool:
        """Whether the decisions so far move along."""
        return self.rename.isEnabled() and self.rename.isChecked()

    def _explain(self) -> None:
        own = self._counts.get(self._current, 0)
        new = self.name not in ("", self._current) and self.name not in self._counts
        self.rename.setText(f"Move the {count(own, 'decision')} of {self._current} to this name")
        self.rename.setVisible(own > 0)
        self.rename.setEnabled(new)
        if self.name in self._counts:
            self.hint.setText(f"{self.name} has {count(self._counts[self.name], 'decision')} in this project.")
        else:
            self.hint.setText("Nobody decided anything under this name yet.")


class ColleagueDialog(QDialog):
    """A line for each annotator of the other project: take them or not, and under which name."""

    def __init__(self, source: str, suggested: Mapping[str, str], counts: Mapping[str, int], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Import a colleague's project")
        self._lines: dict[str, tuple[QCheckBox, TextField]] = {}
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        for row, (name, here) in enumerate(suggested.items()):
            box, field = QCheckBox(f"{name}, {count(counts.get(name, 0), 'decision')}"), TextField(here)
            box.setChecked(True)
            field.setAccessibleName(f"Name of {name} here")
            box.toggled.connect(field.setEnabled)
            self._lines[name] = (box, field)
            grid.addWidget(box, row, 0)
            grid.addWidget(label("as", "muted"), row, 1)
            grid.addWidget(field, row, 2)
        layout = dialog_page(self, f"Whose decisions to take from {source}?")
        layout.addWidget(
            label(
                "Videos are matched by their content, utterances by their id or their time. It is one step.", wrap=True
            )
        )
        layout.addLayout(grid)
        layout.addWidget(dialog_buttons(self, "Import"))
        self.setMinimumWidth(460)

    @property
    def names(self) -> dict[str, str]:
        """Their name -> the name here, of those that are taken."""
        chosen = {name: field.text().strip() for name, (box, field) in self._lines.items() if box.isChecked()}
        return {name: here for name, here in chosen.items() if here}

    def line(self, name: str) -> tuple[QCheckBox, TextField]:
        """What stands for an annotator."""
        return self._lines[name]
