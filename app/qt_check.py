"""The window's part of the check, as a process of its own: a Qt without a screen ends its process without a word.

``python -m app.qt_check`` prints findings, one a line.
"""

import sys
from collections.abc import Iterator

from m2fnet_core.machine.finding import Finding, each_of, to_line

_TOPIC = "Window"


def screen() -> Iterator[Finding]:
    """Qt's platform, the screens, and whether settings can be kept."""
    from PySide6.QtCore import QSettings, qVersion
    from PySide6.QtGui import QGuiApplication

    application = QGuiApplication.instance() or QGuiApplication([sys.argv[0]])
    assert isinstance(application, QGuiApplication)
    sizes = [
        f"{each.size().width()}x{each.size().height()} at {each.devicePixelRatio():g}" for each in application.screens()
    ]
    yield Finding(
        _TOPIC, "Qt", f"{qVersion()}, platform {application.platformName()}, {', '.join(sizes) or 'no screen'}"
    )
    settings = QSettings("m2fnet-studio", "m2fnet-studio")
    if settings.isWritable():
        yield Finding(_TOPIC, "settings", "can be kept")
    else:
        yield Finding(
            _TOPIC, "settings", f"{settings.fileName()} cannot be written", "Make that file yours and writable."
        )


def sound() -> Iterator[Finding]:
    """Where sound comes out."""
    from PySide6.QtMultimedia import QMediaDevices

    output = QMediaDevices.defaultAudioOutput()
    if output.isNull():
        way_out = "Connect loudspeakers or start the sound server; without one videos play without sound."
        yield Finding("Video and sound", "sound", "no sound output is found", way_out)
    else:
        yield Finding("Video and sound", "sound", output.description())


def main() -> int:
    """Print what is found, each at once: what comes next may end this process."""
    for finding in each_of((("Window", screen), ("Video and sound", sound))):
        print(to_line(finding), flush=True)  # noqa: T201 - this is its output
    return 0


if __name__ == "__main__":
    sys.exit(main())
