"""``m2fnet-studio --register``: an entry in the desktop's menu, an icon, and the file type of projects (Linux, XDG).

All of it lies in the user's own data folder; ``--unregister`` takes away exactly what was written.
"""

import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from m2fnet_core.base.files import write_whole
from m2fnet_core.base.folders import resource

_NAME = "m2fnet-studio"
_TYPE = "application/x-m2fnet-project"
_ENTRY = """[Desktop Entry]
Type=Application
Name=M2FNet Studio
Comment=Annotate emotion in conversation videos
Exec={command} %f
Icon=m2fnet-studio
Terminal=false
Categories=AudioVideo;Science;
MimeType={kind};
StartupWMClass=m2fnet-studio
"""
_MIME = """<?xml version="1.0" encoding="UTF-8"?>
<mime-info xmlns="http://www.freedesktop.org/standards/shared-mime-info">
  <mime-type type="{kind}">
    <comment>M2FNet Studio project</comment>
    <icon name="m2fnet-studio"/>
    <glob pattern="*.m2f"/>
  </mime-type>
</mime-info>
"""


def register() -> tuple[int, str]:
    """Write entry, icon and file type. Returns the exit code and a sentence for the person."""
    if sys.platform != "linux":
        return 1, "This is for Linux; on Windows and macOS choose the program for .m2f files as docs/machine.md says."
    bodies = {
        "entry": _ENTRY.format(command=_command(), kind=_TYPE).encode(),
        "type": _MIME.format(kind=_TYPE).encode(),
        "icon": resource("icons", "studio.svg").read_bytes(),
    }
    try:
        for name, path in _places().items():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, bodies[name])
    except OSError as error:
        return 1, f"{_data()} cannot be written ({error.strerror or error}); make it writable and try again."
    _refresh()
    return 0, f"Registered in {_data()}: a double click on a .m2f file opens it in M2FNet Studio."


def unregister() -> tuple[int, str]:
    """Take away what `register` wrote."""
    try:
        for path in _places().values():
            path.unlink(missing_ok=True)
    except OSError as error:
        return 1, f"{_data()} cannot be changed ({error.strerror or error}); make it writable and try again."
    _refresh()
    return 0, "Not registered any more."


def _data() -> Path:
    """The user's data folder by the XDG base directory specification; a relative path there counts as none."""
    told = Path(os.environ.get("XDG_DATA_HOME") or "")
    return told if told.is_absolute() else Path.home() / ".local" / "share"


def _places() -> dict[str, Path]:
    return {
        "entry": _data() / "applications" / f"{_NAME}.desktop",
        "type": _data() / "mime" / "packages" / f"{_NAME}.xml",
        "icon": _data() / "icons" / "hicolor" / "scalable" / "apps" / f"{_NAME}.svg",
    }


def _command() -> str:
    """What starts this very installation, quoted as the desktop entry specification says."""
    beside = Path(sys.executable).with_name(_NAME)
    words = [str(beside)] if beside.is_file() else [sys.executable, "-m", "app.start"]
    return " ".join(_quoted(word) for word in words)


def _quoted(word: str) -> str:
    for letter in '\\"`$':
        word = word.replace(letter, f"\\{letter}")
    return '"' + word.replace("\\", "\\\\").replace("%", "%%") + '"'


def _refresh() -> None:
    """Tell the desktop where it keeps lists of its own; one that has no such command reads the folders."""
    for command, folder in (("update-mime-database", "mime"), ("update-desktop-database", "applications")):
        found = shutil.which(command)
        if found and (_data() / folder).is_dir():
            with suppress(OSError, subprocess.TimeoutExpired):
                subprocess.run([found, str(_data() / folder)], capture_output=True, timeout=20, check=False)
