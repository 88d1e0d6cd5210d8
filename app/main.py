"""The command ``m2fnet-studio``: opens the window, on a video when one is named."""

import argparse
import logging
import signal
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from PySide6.QtCore import QLoggingCategory, QTimer
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from app.base.settings import SCHEME, TEXT_SIZE, Settings
from app.base.theme import apply_scheme, apply_text_size
from app.commands.mistakes import Mistakes
from app.commands.program import demo_video
from app.main_window import MainWindow
from app.models.video.analysis import State
from app.screenshot import Screenshot
from m2fnet_core.base.folders import resource

_ALSO = (
    "m2fnet-studio doctor says what this machine can do and what is wrong. m2fnet-studio --register and --unregister "
    "give a Linux desktop the program and the file type .m2f, and take them away."
)
# Qt tells the terminal every stream of every file it opens, and which sound servers it did not find.
_QUIET = "*.info=false\nqt.multimedia.symbolsresolver=false"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program. Returns the exit code."""
    options = parse(sys.argv[1:] if argv is None else argv)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl+C in the terminal; the worker ends with its input
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    QLoggingCategory.setFilterRules(_QUIET)
    application = create_application()
    window = launch(options)
    Mistakes(window.studio.notices)
    return application.exec()


def create_application() -> QApplication:
    """The one QApplication, in the program's look."""
    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication([sys.argv[0]])
    application.setApplicationName("m2fnet-studio")
    application.setApplicationDisplayName("M2FNet Studio")
    application.setApplicationVersion(version("m2fnet-studio"))
    application.setDesktopFileName("m2fnet-studio")
    application.setWindowIcon(QIcon(str(resource("icons", "studio.svg"))))
    application.setStyle("Fusion")
    return application


def launch(options: argparse.Namespace) -> MainWindow:
    """Show the window; what was asked for on the command line starts as soon as it is on screen."""
    settings = Settings()
    apply_scheme(settings.get(SCHEME))
    apply_text_size(settings.get(TEXT_SIZE))
    window = MainWindow(settings)
    if options.model is not None:
        window.studio.model = options.model
    if options.device is not None:
        window.studio.device = options.device
    window.show()
    if options.screenshot is not None:
        Screenshot(window, options.screenshot).start()
    elif options.demo:
        play_when_analysed(window)
    if options.video is not None:
        QTimer.singleShot(0, window, lambda: window.studio.open(options.video, options.transcript))
    return window


def play_when_analysed(window: MainWindow) -> None:
    """Start playing by itself, once: the demo shows a new user what the window does."""
    analysis = window.studio.analysis

    def look() -> None:
        if analysis.state is State.DONE:
            analysis.changed.disconnect(look)
            if not window.workspace.player.playing:
                window.workspace.player.play()

    analysis.changed.connect(look)


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The command line's options. Ends the program (SystemExit) on a wrong one."""
    parser = argparse.ArgumentParser(
        prog="m2fnet-studio", description="See the emotion of every utterance of a video.", epilog=_ALSO
    )
    parser.add_argument(
        "video", nargs="?", type=Path, metavar="VIDEO", help="video, sound file or project (m2f) to open"
    )
    parser.add_argument("--demo", action="store_true", help="open the conversation that comes with the program")
    parser.add_argument("--transcript", type=Path, metavar="F", help="use this transcript (srt, vtt, csv)")
    parser.add_argument("--model", type=Path, metavar="DIR", help="predict with this model bundle")
    parser.add_argument("--device", metavar="D", help="auto, cpu, cuda, cuda:1, mps (default: as last chosen)")
    parser.add_argument(
        "--screenshot", type=Path, metavar="F.png", help="analyse, save a picture of the window, and quit"
    )
    parser.add_argument("--version", action="version", version=version("m2fnet-studio"))
    options = parser.parse_args(list(arguments))
    if options.demo:
        options.video = options.video or demo_video()
    if options.video is None and (options.transcript is not None or options.screenshot is not None):
        parser.error("name a video (or --demo) for this")
    return options


if __name__ == "__main__":
    sys.exit(main())
