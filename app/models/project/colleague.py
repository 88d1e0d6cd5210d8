"""Annotators of a project: their names, and what a colleague's project says about the same videos."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from app.models.notices import Notices
from app.models.project.project import ProjectModel
from m2fnet_core.base.emotions import LabelSet
from m2fnet_core.base.errors import M2FNetError
from m2fnet_core.base.wording import count
from m2fnet_core.document.colleague import Brought, Taking, brought
from m2fnet_core.document.commands import AddTrace, Clear, Command, Decide, RemoveTrace, SetLabelSet, Together
from m2fnet_core.document.content import Document
from m2fnet_core.document.project import Project


def read_project(path: Path, notices: Notices) -> Document | None:
    """Another project's content; None (and a notice) when it cannot be read. The file stays as it is."""
    try:
        other = Project.open(path, read_only=True)
    except M2FNetError as error:
        notices.fail(str(error))
        return None
    document = other.document
    other.close()
    return document


def look(
    project: ProjectModel, other: Document, taking: Taking, notices: Notices, added: tuple[str, ...] = ()
) -> Brought | None:
    """What would come over if the labels ``added`` joined the set; None (and a notice) when nothing can."""
    own = replace(project.document, label_set=_wider(project, added))
    try:
        return brought(other, own, taking)
    except M2FNetError as error:
        notices.fail(str(error))
        return None


def take(project: ProjectModel, found: Brought, source: str, notices: Notices, added: tuple[str, ...] = ()) -> bool:
    """Put it into the project, as one step, and say what came and what did not."""
    if not found.decisions and not found.takes:
        notices.note(f"{source} brings nothing new on the videos of this project.")
        return False
    labels = (SetLabelSet(_wider(project, added), {}),) if added else ()
    parts = (*labels, Decide(found.decisions), AddTrace(found.takes))
    if project.do(Together(parts, f"import {source}")) is None:
        return False
    lost = f" {count(found.lost, 'decision')} matched no utterance here." if found.lost else ""
    videos = count(found.videos, "video")
    takes = f" and {count(len(found.takes), 'trace')}" if found.takes else ""
    notices.note(f"{count(len(found.decisions), 'decision')}{takes} on {videos} came from {source}.{lost}")
    return True


def _wider(project: ProjectModel, added: tuple[str, ...]) -> LabelSet:
    own = project.document.label_set
    return LabelSet(own.name, (*own.labels, *added)) if added else own


def renamed(document: Document, names: Mapping[str, str]) -> Command | None:
    """The command that moves annotators' decisions and traces to other names; None when there is nothing to move.

    Utterances that the other name decided already keep that decision; the old one stays beside it.
    """
    moved = [
        decision
        for decision in document.decisions.values()
        if decision.annotator in names and (decision.utterance, names[decision.annotator]) not in document.decisions
    ]
    takes = [take for take in document.traces.values() if take.annotator in names]
    if not moved and not takes:
        return None
    clears = tuple(
        Clear(tuple(d.utterance for d in moved if d.annotator == old), old)
        for old in dict.fromkeys(d.annotator for d in moved)
    )
    decide = Decide(tuple(replace(d, annotator=names[d.annotator]) for d in moved))
    traces = (
        RemoveTrace(tuple(take.id for take in takes)),
        AddTrace(tuple(replace(take, annotator=names[take.annotator]) for take in takes)),
    )
    return Together((*clears, decide, *traces), "rename annotator")
