"""What the commands of the Edit and Annotate menus do, and export and import."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QInputDialog, QWidget

from app.base.command_table import LABELS
from app.base.outside import plain_tip
from app.commands.program import Room, Slots
from app.models.project.exchange import Placing, Reading
from app.models.studio import PROJECT, Studio

_PROJECTS = f"Projects (*{PROJECT})"


def annotate_slots(room: Room, studio: Studio, window: QWidget) -> Slots:
    """The Edit and the Annotate menu."""
    act, shape = studio.annotating, studio.shaping
    labels: dict[str, Callable[..., object]] = {}
    for number in LABELS:
        labels[f"label-{number}"] = partial(_label, studio, number, act.label)
        labels[f"second-{number}"] = partial(_label, studio, number, act.second)
    for level in (1, 2, 3):
        labels[f"intensity-{level}"] = partial(act.intensity, level)
    return {
        **labels,
        "undo": shape.undo,
        "redo": shape.redo,
        "accept": act.accept_and_go_on,
        "unsure": act.unsure,
        "skip": act.skip,
        "clear": act.clear,
        "set-start": shape.set_start,
        "set-end": shape.set_end,
        "split": shape.split,
        "merge": shape.merge,
        "insert": shape.insert,
        "delete": shape.delete,
        "text": lambda: room.workspace.edit_text(),
        "speaker": lambda: room.workspace.edit_speaker(),
        "rename-speaker": lambda: _rename_speaker(studio, window),
        "comment": lambda: room.workspace.edit_comment(),
        "review": act.review,
        "accept-many": lambda: _accept_many(studio, window),
        "blind": studio.project.set_blind,
    }


def project_slots(studio: Studio, window: QWidget) -> Slots:
    """What the File menu does with projects."""
    return {
        "open-project": lambda: _open_project(studio, window),
        "save-as": lambda: _save_as(studio, window),
        "add-media": lambda: _add_media(studio, window),
        "relink": lambda: _relink(studio, window),
        "take-file": lambda: _take_file(studio),
        "import": lambda: _import(studio, window),
        "export": lambda: _export(studio, window),
    }


def _label(studio: Studio, number: int, give: Callable[[str], object]) -> None:
    labels = studio.session.label_set
    if number <= len(labels):
        give(labels[number - 1])


def _rename_speaker(studio: Studio, window: QWidget) -> None:
    target = studio.aim.target
    if target is None or not target.speaker:
        studio.aim.told.emit("Select an utterance whose speaker has a name; P gives it one.")
        return
    asked = plain_tip(f"Another name for {target.speaker}, everywhere in the project. That of another makes them one.")
    name, accepted = QInputDialog.getText(window, "Rename speaker", asked, text=target.speaker)
    if accepted:
        studio.shaping.rename_speaker(target.speaker, name)


def _accept_many(studio: Studio, window: QWidget) -> None:
    share, accepted = QInputDialog.getInt(
        window, "Accept many", "Accept every undecided prediction of at least this many per cent:", 90, 1, 100
    )
    if accepted:
        number = studio.annotating.accept_many(share / 100)
        studio.aim.told.emit(f"{number} predictions accepted" if number else "No undecided one is that sure.")


def _open_project(studio: Studio, window: QWidget) -> None:
    near = studio.project.path
    start = str(near.parent) if near is not None and not studio.project.is_untitled else ""
    name, _ = QFileDialog.getOpenFileName(window, "Open a project", start, _PROJECTS)
    if name:
        studio.open_project(Path(name))


def _save_as(studio: Studio, window: QWidget) -> None:
    own, video = studio.project.path, studio.path
    near = own if own is not None and not studio.project.is_untitled else video
    suggested = str(near.with_suffix(PROJECT)) if near is not None else ""
    name, _ = QFileDialog.getSaveFileName(window, "Save the project as", suggested, _PROJECTS)
    if name:
        path = Path(name)
        studio.save_as(path if path.suffix.lower() == PROJECT else path.with_name(path.name + PROJECT))


def _add_media(studio: Studio, window: QWidget) -> None:
    from app.commands.program import MEDIA

    near = str(studio.path.parent) if studio.path is not None else ""
    names, _ = QFileDialog.getOpenFileNames(window, "Add videos to the project", near, MEDIA)
    if names:
        studio.add_media([Path(name) for name in names])


def _take_file(studio: Studio) -> None:
    if studio.replaced.take():
        studio.show_medium(studio.session.medium)


def _relink(studio: Studio, window: QWidget) -> None:
    name = QFileDialog.getExistingDirectory(window, "Choose the folder that the missing videos are in")
    if name:
        studio.relink(Path(name))


def _export(studio: Studio, window: QWidget) -> None:
    from app.views.exchange.exchange import ExportDialog, ask_target

    near, dialog = studio.path, ExportDialog(window)

    def write() -> None:
        path = ask_target(window, near, dialog.format) if near is not None else None
        if path is not None:
            studio.exchange.export(dialog.format.name, path, dialog.choice)

    dialog.accepted.connect(write)
    dialog.open()


def _import(studio: Studio, window: QWidget) -> None:
    from app.views.exchange.exchange import ask_source

    path = ask_source(window, studio.path or Path())
    if path is not None:
        import_file(studio, window, path)


def import_file(studio: Studio, window: QWidget, path: Path) -> None:
    """Ask what becomes of the utterances that are there, where there are any, then import."""
    from app.views.exchange.exchange import ImportDialog
    from m2fnet_core.document.formats import format_of

    chosen = format_of(path)
    if chosen is None or chosen.read is None:
        studio.notices.fail(f"{path.name} is of no format that can be imported; choose another file.")
    elif studio.session.utterances:
        dialog = ImportDialog(path, len(studio.session.utterances), window)
        name = chosen.name
        dialog.accepted.connect(lambda: _read(studio, window, Reading(path, name, dialog.placing)))
        dialog.open()
    else:
        _read(studio, window, Reading(path, chosen.name, Placing.REPLACE))


def _read(studio: Studio, window: QWidget, reading: Reading) -> None:
    """Import the file, once it is said what its unknown labels mean."""
    from app.views.exchange.exchange import UnknownLabels

    imported = studio.exchange.read(reading)
    if imported is None or not imported.unknown_labels:
        if imported is not None:
            studio.exchange.take(reading, imported)
        return
    dialog = UnknownLabels(imported.unknown_labels, studio.session.label_set, window)
    dialog.accepted.connect(lambda: _read(studio, window, replace(reading, mapped=dialog.mapped, added=dialog.added)))
    dialog.open()
