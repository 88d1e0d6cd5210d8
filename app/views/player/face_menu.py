"""The menu of a face on the picture: who it is, that it is no face, and that two names are one person."""

from functools import partial

from PySide6.QtWidgets import QInputDialog, QMenu, QWidget

from app.base import icons
from app.base.words import clock
from app.models.editing.face_names import FaceNames, Known


def face_menu(known: Known, names: FaceNames, parent: QWidget) -> QMenu:
    """For one face. Says why nothing can be done where that is so."""
    menu = QMenu(parent)
    if not known.track or not names.editable:
        why = "This video cannot be changed" if known.track else "The faces of the whole video are still looked for"
        menu.addAction(why).setEnabled(False)
        return menu
    span = names.span(known.track)
    if span is not None:
        menu.addAction(f"Seen from {clock(span[0])} to {clock(span[1])}").setEnabled(False)
        menu.addSeparator()
    for name in names.speakers:
        action = menu.addAction(f"This is {_plain(name)}", partial(names.name, known.track, name))
        action.setCheckable(True)
        action.setChecked(name == known.name)
    menu.addAction(icons.icon("person"), "This is somebody else…", partial(_ask, known.track, names, parent))
    menu.addSeparator()
    action = menu.addAction("Not a face", partial(names.dismiss, known.track))
    action.setCheckable(True)
    action.setChecked(known.dismissed)
    if known.name or known.dismissed:
        menu.addAction(icons.icon("undo"), "Take this back", partial(names.forget, known.track))
    others = [name for name in names.speakers if name != known.name]
    if known.name and others:
        merge = menu.addMenu(icons.icon("merge"), f"{_plain(known.name)} is the same person as")
        for name in others:
            merge.addAction(_plain(name), partial(names.merge, known.name, name))
    return menu


def _ask(track: str, names: FaceNames, parent: QWidget) -> None:
    text, accepted = QInputDialog.getText(parent, "Name the face", "Who is this?")
    if accepted and text.strip():
        names.name(track, " ".join(text.split()))


def _plain(name: str) -> str:
    """As a menu shows it."""
    return name.replace("&", "&&")
