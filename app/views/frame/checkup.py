"""Help > Check this machine: findings as they come, right or wrong with the way out, and a button that copies them."""

from pathlib import Path

from PySide6.QtGui import QCloseEvent, QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QVBoxLayout, QWidget

from app.base import icons
from app.jobs.process import ChildProcess, Ending, Outcome
from app.views.parts.widgets import label
from m2fnet_core.base.wording import count
from m2fnet_core.machine.finding import Finding, as_text, from_line


class CheckupWindow(QDialog):
    """Runs ``m2fnet-doctor`` as a child process, so that nothing it finds broken can break the window."""

    def __init__(self, model: Path | None, device: str, parent: QWidget) -> None:
        """``model``: the bundle in use, None the one that ships."""
        super().__init__(parent)
        self.setWindowTitle("Check this machine")
        self.resize(820, 620)
        self.findings: list[Finding] = []
        self.summary = label("Checking… the self-test at the end takes about ten seconds.", wrap=True)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setAccessibleName("What was found")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.copy_button = buttons.addButton("Copy for a bug report", QDialogButtonBox.ButtonRole.ActionRole)
        self.copy_button.setIcon(icons.icon("copy"))
        self.copy_button.clicked.connect(self.copy)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self.summary)
        layout.addWidget(self.text)
        layout.addWidget(buttons)
        chosen = ["--model", str(model)] if model is not None else []
        arguments = ["--lines", "--device", device, *chosen]
        self._process = ChildProcess("check", "app.doctor", arguments, from_line, self)
        self._process.message.connect(self._hear)
        self._process.ended.connect(self._conclude)
        self.finished.connect(self._process.end_and_wait)
        self._process.start()

    def copy(self) -> None:
        """Put all that was found on the clipboard."""
        QGuiApplication.clipboard().setText(as_text(self.findings))

    def closeEvent(self, event: QCloseEvent) -> None:
        """The check ends with its window."""
        self._process.end_and_wait()
        super().closeEvent(event)

    def _hear(self, finding: Finding) -> None:
        self.findings.append(finding)
        self.text.setPlainText(as_text(self.findings))

    def _conclude(self, outcome: Outcome) -> None:
        wrong = sum(not finding.right for finding in self.findings)
        if outcome.ending in (Ending.KILLED, Ending.NOT_STARTED) or not self.findings:
            self.summary.setText(outcome.sentence)
        elif wrong:
            self.summary.setText(f"{count(wrong, 'thing')} to mend, marked WRONG, each with the way out below it.")
        else:
            self.summary.setText("All is right.")
