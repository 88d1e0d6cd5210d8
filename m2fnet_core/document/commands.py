"""Everything a person can do to a document. One command is one transaction and one undo step.

Commands are plain frozen data: `Project.do` applies them, the log keeps them. Ids of new things are made by the caller
with `new_id`, so that a command means the same when it is read again.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from m2fnet_core.base.emotions import LabelSet
from m2fnet_core.document.content import Decision, FaceRole, Look, Medium, Take, Turn


def new_id() -> str:
    """A name that no other thing of any project has: 12 hexadecimal digits."""
    return secrets.token_hex(6)


@dataclass(frozen=True, slots=True)
class AddMedia:
    """Put videos into the project."""

    media: tuple[Medium, ...]


@dataclass(frozen=True, slots=True)
class RemoveMedium:
    """Take a medium out, with its utterances and decisions (undo brings them back)."""

    medium: str


@dataclass(frozen=True, slots=True)
class Relink:
    """Media whose files lie elsewhere now."""

    media: tuple[Medium, ...]


@dataclass(frozen=True, slots=True)
class TakeFile:
    """Go on with another file in a medium's place; what was said on the former one stays, marked as such."""

    medium: str
    sha256: str
    duration: float  # seconds


@dataclass(frozen=True, slots=True)
class Decide:
    """Record decisions; each replaces the same annotator's former one on that utterance. Many at once: batch accept."""

    decisions: tuple[Decision, ...]


@dataclass(frozen=True, slots=True)
class Clear:
    """Take an annotator's decisions on these utterances back."""

    utterances: tuple[str, ...]
    annotator: str


@dataclass(frozen=True, slots=True)
class SetBounds:
    """Start and end (media seconds) by utterance."""

    bounds: Mapping[str, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Split:
    """Cut an utterance at ``at`` (media seconds). The first part keeps the id and the decisions; ``texts`` are the
    parts' texts.
    """

    utterance: str
    at: float
    second: str  # id of the second part
    texts: tuple[str | None, str | None]


@dataclass(frozen=True, slots=True)
class Merge:
    """Join utterances of one medium into the first of them, which keeps its id, its speaker and its decisions."""

    utterances: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Insert:
    """New utterances. ``speakers`` names those that are not in the project yet, by id."""

    turns: tuple[Turn, ...]
    speakers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Delete:
    """Take utterances out, with their decisions."""

    utterances: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SetText:
    """The words of an utterance; None: nobody transcribed it."""

    utterance: str
    text: str | None


@dataclass(frozen=True, slots=True)
class SetSpeaker:
    """Who utters. ``name`` is that of a new speaker, "" for one that the project knows."""

    utterances: tuple[str, ...]
    speaker: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class RenameSpeaker:
    """Another name for a speaker; a name that another speaker has merges the two."""

    speaker: str
    name: str


@dataclass(frozen=True, slots=True)
class MergeSpeakers:
    """All utterances and faces of the others become those of ``into``."""

    speakers: tuple[str, ...]
    into: str


@dataclass(frozen=True, slots=True)
class Import:
    """What a file brought: utterances (in place of the medium's where ``replace``), speakers and decisions."""

    medium: str
    turns: tuple[Turn, ...]
    speakers: Mapping[str, str]  # name by id, of those that are new
    decisions: tuple[Decision, ...]
    replace: bool
    source: str  # name of the file, for the log


@dataclass(frozen=True, slots=True)
class Recognise:
    """What speech recognition found (`heard.recognised`): ``turns`` are new or have words now, ``gone`` give way."""

    medium: str
    turns: tuple[Turn, ...]
    speakers: Mapping[str, str]  # name by id, of those that are new
    gone: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SetLabelSet:
    """Another label set; ``renamed`` maps labels that go to ones that stay. Labels that go without one are refused
    while a decision uses them. ``looks`` and ``meanings`` take the place of the document's; None leaves them.
    """

    label_set: LabelSet
    renamed: Mapping[str, str]
    looks: tuple[Look, ...] | None = None
    meanings: Mapping[str, str] | None = None  # a network's label -> one of the set


@dataclass(frozen=True, slots=True)
class NameFaces:
    """Say who face tracks of a medium are, or that they are no faces; role None takes the name back."""

    medium: str
    tracks: tuple[str, ...]
    role: FaceRole | None
    speaker: str = ""
    name: str = ""  # of a new speaker


@dataclass(frozen=True, slots=True)
class AddTrace:
    """Takes that were recorded in one go."""

    takes: tuple[Take, ...]


@dataclass(frozen=True, slots=True)
class RemoveTrace:
    """Take these takes out, by id."""

    takes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Together:
    """Several commands as one step, also over several media."""

    commands: "tuple[Command, ...]"
    title: str  # what the undo menu calls it


Command = (
    AddMedia
    | RemoveMedium
    | Relink
    | TakeFile
    | Decide
    | Clear
    | SetBounds
    | Split
    | Merge
    | Insert
    | Delete
    | SetText
    | SetSpeaker
    | RenameSpeaker
    | MergeSpeakers
    | Import
    | Recognise
    | SetLabelSet
    | NameFaces
    | AddTrace
    | RemoveTrace
    | Together
)
