"""Going on with another file in a medium's place: what was said on the former one stays, marked as such."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from m2fnet_core.base.errors import DocumentError
from m2fnet_core.document.commands import TakeFile
from m2fnet_core.document.content import Document, MediumState


def exchanged(command: TakeFile, document: Document) -> Iterator[tuple[str, Any, Any]]:
    """Table, key and row of what changes. Raises DocumentError for an unknown medium and for content that is known."""
    medium = document.media.get(command.medium)
    if medium is None:
        raise DocumentError(f"The project has no video {command.medium!r} (any more); look again at what is selected.")
    if any(other.sha256 == command.sha256 for key, other in document.media.items() if key != medium.id):
        raise DocumentError(f"The file at {medium.path} is in the project already; open it from the list of videos.")
    mark = f"made on another file ({medium.sha256[:12]})"
    known = f"Utterances and labels of {medium.path.name} from before were {mark}; look whether they fit this one."
    row = replace(medium, sha256=command.sha256, duration=command.duration, state=MediumState.OK, reason=known)
    yield "media", medium.id, row
    for key, decision in document.decisions.items():
        turn = document.turns.get(decision.utterance)
        if turn is not None and turn.medium == medium.id:
            comment = "; ".join(filter(None, (decision.comment, mark)))
            yield "decisions", key, replace(decision, unsure=True, comment=comment)
