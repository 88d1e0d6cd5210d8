"""Corrected documents: one's own projects (.m2f) as a corpus of dialogues. No torch.

Only what people decided is a label; on request also predictions that are sure enough, in training alone. A medium is
cut into pieces of a minute, and its content and the minute decide the split of a piece: the same in every run, project
and copy, however much is added or edited. What is for the test never trains a network, whatever a run.toml says. No
dialogue reaches from one piece into another, so that no context does either.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from m2fnet_core.analysis.dialogue_windows import split_at_pauses
from m2fnet_core.base.dialogue import Dialogue, Utterance
from m2fnet_core.base.errors import DocumentError, MediaError, TrainingError
from m2fnet_core.base.wording import some
from m2fnet_core.document.content import Decision, Document, KeptPrediction, Medium, MediumState, Turn
from m2fnet_core.document.media_files import compared, looked_up
from m2fnet_core.document.places import SUFFIX
from m2fnet_core.document.project import Project
from m2fnet_core.media.content import another_file, content_hash
from trainer.config import CorpusConfig
from trainer.datasets.base import SPLITS, Corpus, label_dialogues
from trainer.datasets.folders import files_under

PIECE = 60.0  # seconds of media time
# The splits of pieces that follow each other; a medium begins anywhere in it. Eight minutes hold all three.
_ROUND = ("train", "train", "validation", "train", "train", "train", "test", "train")
_PIECE_ID = re.compile(r"(?:^|/)([0-9a-f]{16}/\d+)(?:\.\d+)?(?: \(\d+\))?$")
_PAUSE = 30.0  # seconds that end a dialogue, as in an analysis
_LONGEST = 33  # utterances: MELD's longest dialogue
_SAME_TIME = 0.1  # seconds by which an utterance may have moved since it was predicted


@dataclass(frozen=True, slots=True)
class _Talk:
    """One medium of one project."""

    medium: Medium
    key: str  # its content
    utterances: tuple[Utterance, ...]
    decided: int  # utterances that a person labelled


def read_documents(config: CorpusConfig, labels: Sequence[str]) -> Corpus:
    """Dialogues of a project file, or of all in a folder and below it.

    Raises TrainingError when there is no project, or none with a decision of the annotator asked for.
    """
    problems = list[str]()
    talks = [talk for path in _projects(config.folder) for talk in _talks(path, config, problems)]
    kept, again = dict[str, _Talk](), list[str]()
    for talk in sorted(talks, key=lambda talk: -talk.decided):
        if kept.setdefault(talk.key, talk) is not talk:
            again.append(talk.medium.path.name)
    gone = [talk.medium for talk in talks if talk.medium.state is not MediumState.OK]
    problems += _told(gone, again)
    if not any(talk.decided for talk in kept.values()):
        whose = f" by {config.annotator}" if config.annotator else ""
        raise TrainingError(
            f"{config.folder} holds no decision{whose}; label utterances first, or name another corpus."
        )
    splits: dict[str, tuple[Dialogue, ...]] = {}
    for talk in kept.values():
        for number, piece in groupby(talk.utterances, key=lambda u: _number(u.start)):
            split = _split(config, talk.key, number)
            dialogues = label_dialogues(_dialogues(talk, number, tuple(piece)), labels, config.label_map)
            useful = tuple(d for d in dialogues if any(u.label is not None for u in d.utterances))
            splits[split] = (*splits.get(split, ()), *useful)
    found = {split: splits[split] for split in SPLITS if split in splits}
    return Corpus("documents", found, tuple(problems), tuple(f"{m.path.name}: {m.reason}" for m in gone))


def _told(gone: Sequence[Medium], again: Sequence[str]) -> Iterator[str]:
    """One sentence for each kind of problem, however many videos have it."""
    if len(gone) == 1:
        yield f"{gone[0].path.name}: {gone[0].reason} Its utterances train with text alone."
    elif gone:
        names = some([medium.path.name for medium in gone])
        yield f"{len(gone)} videos cannot be read ({names}): text only there; put them back or relink them."
    if len(again) == 1:
        yield f"{again[0]} is in several projects; the one with most decisions is used."
    elif again:
        yield f"{len(again)} videos are in several projects ({some(again)}); the one with most decisions is used."


def split_of(key: str, piece: int) -> str:
    """The split of a piece of the medium with this content hash: six of eight train, one validates, one tests."""
    begin = int(hashlib.sha256(key.encode()).hexdigest()[:8], 16)
    return _ROUND[(begin + piece) % len(_ROUND)]


def piece_of(dialogue: str) -> str:
    """The piece that a dialogue with this id comes from, "MEDIUM/NUMBER"; "" for a dialogue of another corpus."""
    found = _PIECE_ID.search(dialogue)
    return found[1] if found else ""


def _number(start: float) -> int:
    return int(max(0.0, start) // PIECE)


def _split(config: CorpusConfig, key: str, piece: int) -> str:
    """``split_of``, or the configuration's word; but what is for the test stays there."""
    own = split_of(key, piece)
    return own if own == "test" or not config.split else config.split


def _projects(place: Path) -> list[Path]:
    found = [place] if place.is_file() else files_under(place, {SUFFIX})
    if not found:
        raise TrainingError(f"{place} holds no project ({SUFFIX}); give the folder that your projects lie in.")
    return found


def _talks(path: Path, config: CorpusConfig, problems: list[str]) -> Iterator[_Talk]:
    """The media of a project; one that cannot be opened is a problem, and the others go on."""
    try:
        project = Project.open(path, read_only=True)
    except DocumentError as error:
        problems.append(str(error))
        return
    try:
        document = project.document
    finally:
        project.close()
    votes = _votes(document, config.annotator)
    for given in document.media.values():
        medium = looked_up(given, path.absolute().parent)
        if medium.state is MediumState.OK:
            _refuse_replaced(medium)
        key = medium.sha256 or medium.path.name
        turns = sorted((t for t in document.turns.values() if t.medium == medium.id), key=lambda turn: turn.start)
        labelled = []
        for turn in turns:
            sure = config.pseudo_labels if _split(config, key, _number(turn.start)) == "train" else 0.0
            labelled.append(_utterance(document, turn, votes.get(turn.id, ()), sure))
        decided = sum(_agreed(votes.get(turn.id, ())) is not None for turn in turns)
        yield _Talk(medium, key, tuple(labelled), decided)


def _refuse_replaced(medium: Medium) -> None:
    """Labels of one video must not be learnt on another. One that cannot be read is told where it is read."""
    try:
        digest = content_hash(medium.path)
    except MediaError:
        return
    if compared(medium, digest).state is MediumState.REPLACED:
        raise TrainingError(another_file(medium.path))


def _votes(document: Document, annotator: str) -> dict[str, tuple[Decision, ...]]:
    """By utterance what counts: everybody's decisions, or one annotator's."""
    found: dict[str, tuple[Decision, ...]] = {}
    for (utterance, whose), decision in document.decisions.items():
        if annotator in ("", whose) and (decision.skip or decision.label is not None):
            found[utterance] = (*found.get(utterance, ()), decision)
    return found


def _utterance(document: Document, turn: Turn, votes: Sequence[Decision], sure: float) -> Utterance:
    """``sure``: least probability of a prediction that stands in for a decision; 0: none does."""
    label = _agreed(votes) if votes else _predicted(turn, document.predictions.get(turn.id), sure)
    speaker = document.speakers[turn.speaker].name if turn.speaker else ""
    return Utterance(turn.id, turn.start, turn.end, speaker, turn.text, label)


def _agreed(votes: Sequence[Decision]) -> str | None:
    """The label of most; None where most skipped it, or where no label has more than the others."""
    ranked = Counter(None if vote.skip else vote.label for vote in votes).most_common(2)
    if not ranked or (len(ranked) == 2 and ranked[0][1] == ranked[1][1]):
        return None
    return ranked[0][0]


def _predicted(turn: Turn, kept: KeptPrediction | None, sure: float) -> str | None:
    """The newest prediction's label, if a trained model made it, surely enough, of this very span."""
    if not sure or kept is None or not kept.model.trained or kept.prediction.provisional:
        return None
    moved = max(abs(kept.start - turn.start), abs(kept.end - turn.end))
    said = kept.prediction
    return said.label if moved <= _SAME_TIME and said.probabilities.get(said.label, 0.0) >= sure else None


def _dialogues(talk: _Talk, number: int, piece: Sequence[Utterance]) -> Iterator[Dialogue]:
    """A piece's dialogues: cut at long pauses, and where they are longer than any of MELD's."""
    media = talk.medium.path if talk.medium.state is MediumState.OK else None
    parts = (
        part[first : first + _LONGEST]
        for part in split_at_pauses(piece, _PAUSE)
        for first in range(0, len(part), _LONGEST)
    )
    for place, part in enumerate(parts):
        yield Dialogue(f"{talk.key[:16]}/{number}.{place}", part, media)
