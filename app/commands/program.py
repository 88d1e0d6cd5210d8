"""What every command of the table does, with the dialogs that ask for a file or a name."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtWidgets import QFileDialog, QMainWindow, QWidget

from app.base.settings import OVERLAYS
from app.models.keyboard import Keyboard
from app.models.studio import Studio
from app.views.frame.reach import Reach
from m2fnet_core.base.errors import CheckpointError
from m2fnet_core.base.folders import resource
from m2fnet_core.bundle.card import STARTER, model_card
from m2fnet_core.document.schemes import looks_of

if TYPE_CHECKING:
    from app.views.frame.workspace import Workspace

MEDIA = (
    "Video and sound (*.mp4 *.mkv *.mov *.avi *.webm *.m4v *.wav *.mp3 *.flac *.m4a *.ogg *.opus *.aac);;All files (*)"
)
_TRANSCRIPTS = "Transcripts (*.srt *.vtt *.csv *.eaf *.TextGrid);;All files (*)"
Slots = Mapping[str, Callable[..., object]]


class Room(Protocol):
    """The window as commands see it."""

    @property
    def workspace(self) -> "Workspace":
        """The views of the open video."""


def demo_video() -> Path:
    """The conversation that ships with the program."""
    return resource("demo", "conversation.mp4")


def file_slots(studio: Studio, window: QWidget) -> Slots:
    """The File menu."""
    return {
        "open": lambda: _open(studio, window),
        "transcript": lambda: _open_transcript(studio, window),
        "demo": lambda: studio.open(demo_video()),
        "close": studio.close_media,
        "quit": window.close,
    }


def play_slots(room: Room, studio: Studio) -> Slots:
    """The Play menu. The workspace is asked for late: it is built with the first video."""
    return {
        "toggle": lambda: room.workspace.player.toggle(),
        "shuttle-back": lambda: room.workspace.player.shuttle(-1),
        "pause": lambda: room.workspace.player.shuttle(0),
        "shuttle-on": lambda: room.workspace.player.shuttle(1),
        "frame-back": lambda: room.workspace.player.step(-1),
        "frame-on": lambda: room.workspace.player.step(1),
        "second-back": lambda: room.workspace.player.skip(-1.0),
        "second-on": lambda: room.workspace.player.skip(1.0),
        "next": lambda: room.workspace.select_neighbour(1),
        "previous": lambda: room.workspace.select_neighbour(-1),
        "replay": lambda: room.workspace.replay(),
        "deselect": lambda: studio.session.select(""),
    }


def view_slots(room: Room, studio: Studio, window: QMainWindow) -> Slots:
    """The View menu."""
    reach = Reach(window)
    return {
        "next-control": lambda: studio.aim.told.emit(reach.go(forwards=True)),
        "previous-control": lambda: studio.aim.told.emit(reach.go(forwards=False)),
        "overlays": lambda on: studio.settings.set(OVERLAYS, on),
        "zoom-in": lambda: room.workspace.timeline.zoom_in(),
        "zoom-out": lambda: room.workspace.timeline.zoom_out(),
        "fit": lambda: room.workspace.timeline.fit(),
        "find": lambda: room.workspace.show_filter(),
        "reset-layout": lambda: room.workspace.reset_layout(),
    }


def analysis_slots(studio: Studio, window: QWidget) -> Slots:
    """The Analysis menu."""
    return {
        "again": lambda: studio.analyse(use_cache=False),
        "cancel": studio.analysis.cancel,
        "go-on": studio.analysis.go_on,
        "model": lambda: _choose_model(studio, window),
        "model-card": lambda: _show_model_card(studio, window),
        "own-model": lambda: studio.choose_model(None),
        "transcribe": lambda: studio.transcribe(),
        "recogniser": lambda: _choose_recogniser(studio, window),
        "storage": lambda: _show_storage(window),
    }


def help_slots(studio: Studio, keyboard: Keyboard, window: QWidget) -> Slots:
    """The Help menu."""
    return {
        "shortcuts": lambda: _show_shortcuts(studio, keyboard, window),
        "keyboard": lambda: _change_shortcuts(keyboard, window),
        "documentation": lambda: _show_documentation(window),
        "checkup": lambda: _check_machine(studio, window),
        "about": lambda: _show_about(studio, window),
    }


def _open(studio: Studio, window: QWidget) -> None:
    studio.worker.start()  # warm by the time a file is chosen
    name, _ = QFileDialog.getOpenFileName(window, "Open a video or sound file", _folder(studio), MEDIA)
    if name:
        studio.open(Path(name))


def _open_transcript(studio: Studio, window: QWidget) -> None:
    name, _ = QFileDialog.getOpenFileName(window, "Open a transcript", _folder(studio), _TRANSCRIPTS)
    if name:
        studio.use_transcript(Path(name))


def _choose_model(studio: Studio, window: QWidget) -> None:
    start = str(studio.model or "")
    name = QFileDialog.getExistingDirectory(window, "Choose the folder of a model bundle", start)
    if name:
        studio.choose_model(Path(name))


def _choose_recogniser(studio: Studio, window: QWidget) -> None:
    from app.views.parts.recogniser import RecogniserDialog

    dialog = RecogniserDialog(studio.settings, studio.session.reachable and studio.path is not None, window)
    dialog.fetch_wanted.connect(lambda: studio.transcribe(fetch=True))
    dialog.open()


def _show_storage(window: QWidget) -> None:
    from app.views.frame.storage import Storage

    Storage(window).open()


def _show_shortcuts(studio: Studio, keyboard: Keyboard, window: QWidget) -> None:
    from app.views.frame.keyboard import CheatSheet

    CheatSheet(keyboard, window, looks_of(studio.project.document)).open()


def _change_shortcuts(keyboard: Keyboard, window: QWidget) -> None:
    from app.views.frame.keyboard import KeyboardEditor

    KeyboardEditor(keyboard, window).open()


def _show_documentation(window: QWidget) -> None:
    from app.views.parts.dialogs import Page

    tour = resource("help", "documentation.md")
    Page("Documentation", tour.read_text(encoding="utf-8"), tour.parent, window).open()


def _show_model_card(studio: Studio, window: QWidget) -> None:
    from app.views.parts.dialogs import Page

    try:
        text = model_card(studio.model)
    except CheckpointError as error:
        studio.notices.fail(str(error))
    else:
        Page("About the model", text, studio.model or STARTER, window).open()


def _check_machine(studio: Studio, window: QWidget) -> None:
    from app.views.frame.checkup import CheckupWindow

    CheckupWindow(studio.model, studio.device, window).open()


def _show_about(studio: Studio, window: QWidget) -> None:
    from app.views.frame.about import About

    About(studio.session, window).open()


def _folder(studio: Studio) -> str:
    """Where a person probably looks: beside the open or the latest file."""
    recent = studio.settings.recent()
    near = studio.path or (recent[0] if recent else None)
    return str(near.parent) if near is not None else ""
