"""What the commands about annotators do: choose and rename oneself, take a colleague's decisions, adopt a label."""

from collections import Counter
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from app.commands.program import Slots
from app.models.project import colleague
from app.models.studio import PROJECT, Studio
from m2fnet_core.document.colleague import Taking, suggested_names
from m2fnet_core.document.content import Document


def colleague_slots(studio: Studio, window: QWidget) -> Slots:
    """Rows of the File and the Annotate menu."""
    return {
        "annotator": lambda: _ask_annotator(studio, window),
        "colleague": lambda: _ask_project(studio, window),
        "adopt": lambda: studio.pairing.adopt(),
        "analyse-all": studio.queue.add_left,
    }


def _ask_annotator(studio: Studio, window: QWidget) -> None:
    from app.views.exchange.colleague import AnnotatorDialog

    project = studio.project
    document = project.document
    counts = Counter(name for _, name in document.decisions)
    counts.update({take.annotator: 0 for take in document.traces.values()})
    dialog = AnnotatorDialog(project.annotator, counts, window)

    def use() -> None:
        command = colleague.renamed(project.document, {project.annotator: dialog.name}) if dialog.renames else None
        if command is None or project.do(command) is not None:
            project.set_annotator(dialog.name)

    dialog.accepted.connect(use)
    dialog.open()


def _ask_project(studio: Studio, window: QWidget) -> None:
    name, _ = QFileDialog.getOpenFileName(window, "Import a colleague's project", "", f"Projects (*{PROJECT})")
    if name:
        import_project(studio, window, Path(name))


def import_project(studio: Studio, window: QWidget, path: Path) -> None:
    """Ask whose decisions to take, then take them."""
    from app.views.exchange.colleague import ColleagueDialog

    other = colleague.read_project(path, studio.notices)
    if other is None:
        return
    suggested = suggested_names(other, studio.project.document)
    if not suggested:
        studio.notices.note(f"Nobody decided anything in {path.name} on the videos of this project.")
        return
    dialog = ColleagueDialog(path.name, suggested, Counter(name for _, name in other.decisions), window)
    dialog.accepted.connect(lambda: _take(studio, window, other, path.name, Taking(dialog.names)))
    dialog.open()


def _take(
    studio: Studio, window: QWidget, other: Document, source: str, taking: Taking, added: tuple[str, ...] = ()
) -> None:
    """Take over, once it is said what their unknown labels mean."""
    from app.views.exchange.exchange import UnknownLabels

    found = colleague.look(studio.project, other, taking, studio.notices, added)
    if found is None:
        return
    if not found.unknown_labels:
        colleague.take(studio.project, found, source, studio.notices, added)
        return
    dialog = UnknownLabels(found.unknown_labels, studio.session.label_set, window)
    dialog.accepted.connect(
        lambda: _take(studio, window, other, source, Taking(taking.names, dialog.mapped), dialog.added)
    )
    dialog.open()
