"""What a command changes, worked out before anything is written: pure functions from a document to row edits.

An edit says what a row was and what it becomes. So undo is the same edits turned round, and no command needs an
inverse of its own.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import Any, TypeVar

from m2fnet_core.base.errors import DocumentError
from m2fnet_core.document import commands as c
from m2fnet_core.document.content import (
    Decision,
    Document,
    FaceIdentity,
    FaceRole,
    Look,
    Meaning,
    Medium,
    Speaker,
    Turn,
)
from m2fnet_core.document.exchanged import exchanged
from m2fnet_core.document.traces import values_of
from m2fnet_core.transcript.wording import packed, retold, split_at, unpacked

TABLES = ("media", "speakers", "turns", "decisions", "faces", "looks", "meanings", "traces")
_SLACK = 0.5  # seconds that an utterance may reach past the end: containers round their duration
Row = Medium | Speaker | Turn | Decision | FaceIdentity
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Edit:
    """One row of one table: None before means it is new, None after that it goes. ``key`` is the table's in `Document`.

    Table "label_set" has one row, with the key "".
    """

    table: str
    key: Any
    before: Any
    after: Any

    def reversed(self) -> "Edit":
        """The way back."""
        return replace(self, before=self.after, after=self.before)


class Plan:
    """Edits so far, and the tables as they would be after them."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self._edits: dict[tuple[str, Any], Edit] = {}

    def get(self, table: str, key: Any) -> Any:
        """The row as it would be, None where there would be none."""
        edit = self._edits.get((table, key))
        return edit.after if edit else getattr(self.document, table).get(key)

    def rows(self, table: str) -> Iterable[tuple[Any, Any]]:
        """All rows as they would be."""
        known: Iterable[tuple[Any, Any]] = getattr(self.document, table).items()
        edited = {key: edit.after for (where, key), edit in self._edits.items() if where == table}
        if not edited:
            return known
        kept = [(key, row) for key, row in known if key not in edited]
        return [*kept, *((key, row) for key, row in edited.items() if row is not None)]

    def put(self, table: str, key: Any, row: Any) -> None:
        """A new or another row; None takes it away."""
        known = self._edits.get((table, key))
        before = known.before if known else self._before(table, key)
        self._edits[table, key] = Edit(table, key, before, row)

    def _before(self, table: str, key: Any) -> Any:
        return self.document.label_set if table == "label_set" else getattr(self.document, table).get(key)

    def edits(self) -> tuple[Edit, ...]:
        """What really changes, in order."""
        return tuple(edit for edit in self._edits.values() if edit.before != edit.after)


def planned(command: c.Command, document: Document) -> tuple[Edit, ...]:
    """The edits of a command. Raises DocumentError with a sentence for what cannot be."""
    plan = Plan(document)
    _carry_out(command, plan)
    return plan.edits()


def _carry_out(command: c.Command, plan: Plan) -> None:
    if isinstance(command, c.Together):
        for part in command.commands:
            _carry_out(part, plan)
    else:
        _HOW[type(command)](command, plan)


def _known(plan: Plan, table: str, key: Any) -> Any:
    row = plan.get(table, key)
    if row is None:
        word = {"media": "video", "speakers": "speaker", "turns": "utterance"}[table]
        raise DocumentError(f"The project has no {word} {key!r} (any more); look again at what is selected.")
    return row


def _add_media(command: c.AddMedia, plan: Plan) -> None:
    for medium in command.media:
        if any(m.sha256 and m.sha256 == medium.sha256 for _, m in plan.rows("media")):
            raise DocumentError(f"{medium.path.name} is in the project already; open it from the list of videos.")
        if plan.get("media", medium.id) is not None:
            raise DocumentError(f"The project has a video {medium.id!r} already; a new one needs another id.")
        plan.put("media", medium.id, medium)


def _remove_medium(command: c.RemoveMedium, plan: Plan) -> None:
    _known(plan, "media", command.medium)
    turns = [key for key, turn in plan.rows("turns") if turn.medium == command.medium]
    _drop_turns(plan, turns)
    for key in [key for key, face in plan.rows("faces") if face.medium == command.medium]:
        plan.put("faces", key, None)
    for key in [key for key, take in plan.rows("traces") if take.medium == command.medium]:
        plan.put("traces", key, None)
    plan.put("media", command.medium, None)


def _relink(command: c.Relink, plan: Plan) -> None:
    for medium in command.media:
        _known(plan, "media", medium.id)
        plan.put("media", medium.id, medium)


def _take_file(command: c.TakeFile, plan: Plan) -> None:
    for table, key, row in exchanged(command, plan.document):
        plan.put(table, key, row)


def _decide(command: c.Decide, plan: Plan) -> None:
    labels = _labels(plan)
    for decision in command.decisions:
        _known(plan, "turns", decision.utterance)
        _check_decision(decision, labels)
        plan.put("decisions", (decision.utterance, decision.annotator), decision)


def _labels(plan: Plan) -> Sequence[str]:
    edit = plan._edits.get(("label_set", ""))
    return (edit.after if edit else plan.document.label_set).labels


def _check_decision(decision: Decision, labels: Sequence[str]) -> None:
    for label in (decision.label, decision.second):
        if label is not None and label not in labels:
            raise DocumentError(f"The label {label!r} is not of the project's set ({', '.join(labels)}); add it first.")
    if not decision.annotator:
        raise DocumentError("A decision needs its annotator's name; set it under Project.")
    if decision.intensity not in (None, 1, 2, 3):
        raise DocumentError(f"An intensity is 1, 2 or 3, not {decision.intensity}.")


def _clear(command: c.Clear, plan: Plan) -> None:
    for utterance in command.utterances:
        plan.put("decisions", (utterance, command.annotator), None)


def _set_bounds(command: c.SetBounds, plan: Plan) -> None:
    for utterance, (start, end) in command.bounds.items():
        turn = _known(plan, "turns", utterance)
        _put_turn(plan, replace(turn, start=float(start), end=float(end)))


def _put_turn(plan: Plan, turn: Turn) -> None:
    medium = _known(plan, "media", turn.medium)
    if not 0 <= turn.start < turn.end < inf:
        raise DocumentError(f"An utterance cannot go from {turn.start:.3f} s to {turn.end:.3f} s; start comes first.")
    if medium.duration and turn.end > medium.duration + _SLACK:
        raise DocumentError(f"{turn.end:.3f} s is past the end of {medium.path.name} ({medium.duration:.3f} s).")
    if turn.speaker:
        _known(plan, "speakers", turn.speaker)
    plan.put("turns", turn.id, turn)


def _split(command: c.Split, plan: Plan) -> None:
    turn = _known(plan, "turns", command.utterance)
    if not turn.start < command.at < turn.end:
        raise DocumentError(f"{command.at:.3f} s is not inside the utterance; put the playhead into it first.")
    _must_be_new(plan, command.second)
    first, second = command.texts
    before, after = split_at(unpacked(turn.words), command.at)
    _put_turn(plan, replace(turn, end=command.at, text=first, words=packed(retold(before, first))))
    rest = packed(retold(after, second))
    _put_turn(plan, replace(turn, id=command.second, start=command.at, text=second, words=rest))


def _must_be_new(plan: Plan, key: str) -> None:
    if plan.get("turns", key) is not None:
        raise DocumentError(f"The project has an utterance {key!r} already; a new one needs another id.")


def _merge(command: c.Merge, plan: Plan) -> None:
    turns = [_known(plan, "turns", utterance) for utterance in command.utterances]
    if len({turn.id for turn in turns}) < 2 or len({turn.medium for turn in turns}) > 1:
        raise DocumentError("Merging needs at least two utterances of one video; select them and merge again.")
    first = turns[0]
    spoken = [turn for turn in sorted(turns, key=lambda turn: turn.start) if turn.text]
    text = " ".join(turn.text for turn in spoken if turn.text) or None
    timed = all(turn.words for turn in spoken)  # half of the words would look like all of them
    words = packed([word for turn in spoken for word in unpacked(turn.words)]) if timed else ""
    start, end = min(turn.start for turn in turns), max(turn.end for turn in turns)
    _drop_turns(plan, [turn.id for turn in turns[1:]])
    _put_turn(plan, replace(first, start=start, end=end, text=text, words=words))


def _insert(command: c.Insert, plan: Plan) -> None:
    _add_speakers(plan, command.speakers)
    for turn in command.turns:
        _must_be_new(plan, turn.id)
        _put_turn(plan, turn)


def _add_speakers(plan: Plan, speakers: Mapping[str, str]) -> None:
    for key, name in speakers.items():
        if plan.get("speakers", key) is None:
            plan.put("speakers", key, Speaker(key, _free_name(plan, name)))


def _free_name(plan: Plan, name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise DocumentError("A speaker needs a name; type one.")
    if any(speaker.name == name for _, speaker in plan.rows("speakers")):
        raise DocumentError(f"The project has a speaker {name} already; choose that one.")
    return name


def _delete(command: c.Delete, plan: Plan) -> None:
    for utterance in command.utterances:
        _known(plan, "turns", utterance)
    _drop_turns(plan, command.utterances)


def _drop_turns(plan: Plan, utterances: Iterable[str]) -> None:
    gone = set(utterances)
    for key in [key for key, _ in plan.rows("decisions") if key[0] in gone]:
        plan.put("decisions", key, None)
    for utterance in gone:
        plan.put("turns", utterance, None)


def _set_text(command: c.SetText, plan: Plan) -> None:
    turn = _known(plan, "turns", command.utterance)
    text = command.text or None
    plan.put("turns", turn.id, replace(turn, text=text, words=packed(retold(unpacked(turn.words), text))))


def _set_speaker(command: c.SetSpeaker, plan: Plan) -> None:
    if command.name:
        _add_speakers(plan, {command.speaker: command.name})
    for utterance in command.utterances:
        turn = _known(plan, "turns", utterance)
        _put_turn(plan, replace(turn, speaker=command.speaker))


def _rename_speaker(command: c.RenameSpeaker, plan: Plan) -> None:
    speaker = _known(plan, "speakers", command.speaker)
    name = " ".join(command.name.split())
    others = [key for key, other in plan.rows("speakers") if other.name == name and key != speaker.id]
    if others:
        _merge_speakers(c.MergeSpeakers((speaker.id,), others[0]), plan)
    elif name != speaker.name:
        plan.put("speakers", speaker.id, replace(speaker, name=_free_name(plan, name)))


def _merge_speakers(command: c.MergeSpeakers, plan: Plan) -> None:
    _known(plan, "speakers", command.into)
    gone = set(command.speakers) - {command.into}
    for key in gone:
        _known(plan, "speakers", key)
    for table in ("turns", "faces"):
        for key, row in plan.rows(table):
            if row.speaker in gone:
                plan.put(table, key, replace(row, speaker=command.into))
    for key in gone:
        plan.put("speakers", key, None)


def _import(command: c.Import, plan: Plan) -> None:
    _known(plan, "media", command.medium)
    if command.replace:
        _drop_turns(plan, [key for key, turn in plan.rows("turns") if turn.medium == command.medium])
    _add_speakers(plan, command.speakers)
    for turn in command.turns:
        there = plan.get("turns", turn.id)
        if turn.medium != command.medium or (there is not None and there.medium != command.medium):
            raise DocumentError(f"{command.source} brings an utterance of another video; import it there.")
        _put_turn(plan, turn)
    _decide(c.Decide(command.decisions), plan)


def _recognise(command: c.Recognise, plan: Plan) -> None:
    _known(plan, "media", command.medium)
    _drop_turns(plan, command.gone)
    _add_speakers(plan, command.speakers)
    for turn in command.turns:
        _put_turn(plan, turn)


def _set_label_set(command: c.SetLabelSet, plan: Plan) -> None:
    plan.put("label_set", "", command.label_set)
    labels = command.label_set.labels
    for key, decision in plan.rows("decisions"):
        label, second = (command.renamed.get(w, w) if w else None for w in (decision.label, decision.second))
        lost = next((word for word in (label, second) if word is not None and word not in labels), None)
        if lost is not None:
            raise DocumentError(f"Decisions use the label {lost!r}, which the new set lacks; say what becomes of it.")
        plan.put("decisions", key, replace(decision, label=label, second=None if second == label else second))
    if command.looks is not None:
        _replace_all(plan, "looks", {look.label: look for look in command.looks if look != Look(look.label)})
    if command.meanings is not None:
        lost = next((word for word in command.meanings.values() if word not in labels), None)
        if lost is not None:
            raise DocumentError(f"Predictions cannot be shown as {lost!r}, which the new set lacks; choose another.")
        _replace_all(plan, "meanings", {word: Meaning(word, means) for word, means in command.meanings.items()})


def _replace_all(plan: Plan, table: str, rows: Mapping[str, Any]) -> None:
    for key in [key for key, _ in plan.rows(table) if key not in rows]:
        plan.put(table, key, None)
    for key, row in rows.items():
        plan.put(table, key, row)


def _name_faces(command: c.NameFaces, plan: Plan) -> None:
    _known(plan, "media", command.medium)
    if command.name:
        _add_speakers(plan, {command.speaker: command.name})
    if command.speaker or command.role is FaceRole.SPEAKER:
        _known(plan, "speakers", command.speaker)
    for track in command.tracks:
        face = command.role and FaceIdentity(command.medium, track, command.role, command.speaker)
        plan.put("faces", (command.medium, track), face)


def _add_trace(command: c.AddTrace, plan: Plan) -> None:
    for take in command.takes:
        _known(plan, "media", take.medium)
        if plan.get("traces", take.id) is not None:
            raise DocumentError(f"The project has a trace {take.id!r} already; a new one needs another id.")
        if not take.annotator:
            raise DocumentError("A trace needs its annotator's name; set it under Annotate.")
        if take.first < 0 or not len(values_of(take)):
            raise DocumentError("A trace needs a value at a time of the video; record it again.")
        plan.put("traces", take.id, take)


def _remove_trace(command: c.RemoveTrace, plan: Plan) -> None:
    for take in command.takes:
        if plan.get("traces", take) is None:
            raise DocumentError("The trace is gone already; look again at the timeline.")
        plan.put("traces", take, None)


_HOW: Mapping[type, Callable[[Any, Plan], None]] = {
    c.AddMedia: _add_media,
    c.RemoveMedium: _remove_medium,
    c.Relink: _relink,
    c.TakeFile: _take_file,
    c.Decide: _decide,
    c.Clear: _clear,
    c.SetBounds: _set_bounds,
    c.Split: _split,
    c.Merge: _merge,
    c.Insert: _insert,
    c.Delete: _delete,
    c.SetText: _set_text,
    c.SetSpeaker: _set_speaker,
    c.RenameSpeaker: _rename_speaker,
    c.MergeSpeakers: _merge_speakers,
    c.Import: _import,
    c.Recognise: _recognise,
    c.SetLabelSet: _set_label_set,
    c.NameFaces: _name_faces,
    c.AddTrace: _add_trace,
    c.RemoveTrace: _remove_trace,
}
