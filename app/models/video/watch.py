"""A notice when the open file goes away."""

from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject

from app.models.notices import Notices


class FileWatch(QObject):
    """Looks at one file at a time."""

    def __init__(self, notices: Notices, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._notices = notices
        self._watcher = QFileSystemWatcher(self)
        self._watcher.fileChanged.connect(self._check)

    def look_at(self, path: Path | None) -> None:
        """At this file from now on, or at none."""
        if self._watcher.files():
            self._watcher.removePaths(self._watcher.files())
        if path is not None:
            self._watcher.addPath(str(path))

    def _check(self, name: str) -> None:
        if not Path(name).exists():
            name = Path(name).name
            self._notices.fail(f"{name} was deleted or moved while it is open; put it back or open another one.")
