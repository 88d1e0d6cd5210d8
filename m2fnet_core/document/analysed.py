"""Videos that were analysed elsewhere, into a project: each with its utterances and predictions in one transaction."""

import os
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from m2fnet_core.analysis.report import AnalysedUtterance, Report
from m2fnet_core.base.dialogue import Prediction
from m2fnet_core.base.json_codec import plain
from m2fnet_core.document.commands import AddMedia, Insert, Together, new_id
from m2fnet_core.document.content import Document, Medium, Model, Speaker, Turn
from m2fnet_core.document.edits import planned
from m2fnet_core.document.media_files import relative_to
from m2fnet_core.document.store import file, opening, predictions, reading
from m2fnet_core.document.store.failing import DocumentDamaged, DocumentForeign, failures
from m2fnet_core.document.store.place import lock
from m2fnet_core.document.titles import title
from m2fnet_core.people.voice_names import free_names
from m2fnet_core.transcript.wording import packed


@dataclass(frozen=True, slots=True)
class AnalysedVideo:
    """A video as it goes into a project. ``command`` is None where the project has its utterances already.

    ``known`` are the project's speakers before the command, which is planned against them alone: a document of
    hundreds of thousands of utterances must not be built again for each video.
    """

    command: Together | None
    known: Mapping[str, Speaker]
    medium: str
    model: Model
    items: tuple[tuple[Turn, Prediction], ...]


def add_analysed(path: Path, found: Iterable[tuple[Path, str, Report]]) -> int:
    """Add to a project what it lacks of these results (video, hash of the model, report); how many videos came in.

    Each video is one transaction and one undo step; each result is read when its turn comes. Raises DocumentLocked
    (a window has the project open), DocumentDamaged, DocumentError.
    """
    path, added = opening.real(path), 0
    with ExitStack() as undo:
        undo.callback(lock(path).release)
        try:
            connection = opening.opened(path, read_only=False)
        except (DocumentDamaged, DocumentForeign) as error:
            raise opening.with_way_out(error, path) from error
        undo.callback(file.leave, connection, read_only=False)
        document = reading.read(connection, path).document
        collected = _Collected(document, path)
        for media, model_hash, report in found:
            video = collected.add(media, model_hash, report)
            if video is not None:
                with failures(path), file.transaction(connection):
                    _write(connection, video, document)
                added += 1
    return added


def _write(connection: sqlite3.Connection, video: AnalysedVideo, document: Document) -> None:
    command = video.command
    if command is not None:
        edits = planned(command, Document(document.label_set, speakers=video.known))
        number = file.log_entry(connection, type(command).__name__, title(command), plain(command))
        file.write_edits(connection, edits)
        file.keep_edits(connection, number, edits)
    predictions.write_analysis(connection, video.medium, video.model, video.items, file.now())


class _Collected:
    """What a project holds, as far as the next video must know it."""

    def __init__(self, document: Document, project: Path) -> None:
        self._folder = project.absolute().parent
        self._predictions = document.predictions
        self._media = {medium.sha256: medium.id for medium in document.media.values()}
        self._speakers = dict(document.speakers)
        self._names = {speaker.name: key for key, speaker in document.speakers.items()}
        self._turns: dict[str, dict[str, Turn]] = {}
        for turn in document.turns.values():
            self._turns.setdefault(turn.medium, {})[turn.id] = turn

    def add(self, media: Path, model_hash: str, report: Report) -> AnalysedVideo | None:
        used = report.model
        model = Model(used.name, model_hash, used.trained, used.labels)
        medium = self._media.get(report.media.sha256)
        if medium is None:
            return self._new(media, model, report)
        items = tuple(self._there(medium, report))
        if not items or self._has(items[0][0], model):
            return None
        return AnalysedVideo(None, self._speakers, medium, model, items)

    def _new(self, media: Path, model: Model, report: Report) -> AnalysedVideo:
        known, key = dict(self._speakers), new_id()
        report = _called(report, self._names)
        names = dict.fromkeys(" ".join(each.speaker.split()) for each in report.utterances)
        new = {new_id(): name for name in names if name and name not in self._names}
        self._names |= {name: speaker for speaker, name in new.items()}
        self._speakers |= {speaker: Speaker(speaker, name) for speaker, name in new.items()}
        path = Path(os.path.normpath(media.absolute()))
        about = report.media
        medium = Medium(key, path, relative_to(path, self._folder), about.sha256, about.duration)
        items = tuple(_item(each, self._turn(each, key)) for each in report.utterances)
        self._media[about.sha256] = key
        turns = tuple(turn for turn, _ in items)
        command = Together((AddMedia((medium,)), Insert(turns, new)), f"add {media.name}")
        return AnalysedVideo(command, known, key, model, items)

    def _turn(self, each: AnalysedUtterance, medium: str) -> Turn:
        speaker = self._names.get(" ".join(each.speaker.split()), "")
        return Turn(new_id(), medium, each.start, each.end, speaker, each.text, packed(each.words))

    def _there(self, medium: str, report: Report) -> Iterator[tuple[Turn, Prediction]]:
        """The project's own utterances that the report speaks of: by name where it named them, else by time."""
        turns = self._turns.get(medium, {})
        by_time = {(turn.start, turn.end): turn for turn in turns.values()}
        for each in report.utterances:
            turn = turns.get(each.id) or by_time.get((each.start, each.end))
            if turn is not None:
                yield _item(each, turn)

    def _has(self, turn: Turn, model: Model) -> bool:
        kept = self._predictions.get(turn.id)
        return kept is not None and kept.model.hash == model.hash and (kept.start, kept.end) == (turn.start, turn.end)


def _called(report: Report, taken: Collection[str]) -> Report:
    """The report, speakers that nobody named called so that no other video's are meant."""
    others = {each.speaker for each in report.utterances if each.speaker not in report.voices}
    names = free_names(report.voices, {*taken, *others})
    utterances = tuple(replace(each, speaker=names.get(each.speaker, each.speaker)) for each in report.utterances)
    return replace(report, utterances=utterances)


def _item(each: AnalysedUtterance, turn: Turn) -> tuple[Turn, Prediction]:
    return turn, Prediction(turn.id, each.label, each.probabilities, each.present, each.contributions)
