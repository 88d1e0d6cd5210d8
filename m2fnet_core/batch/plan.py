"""What is left of many videos: each one's inputs as they are now against what the journals say. No torch."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from m2fnet_core.base.dialogue import Utterance
from m2fnet_core.base.errors import M2FNetError
from m2fnet_core.base.files import write_whole
from m2fnet_core.base.json_codec import build, plain
from m2fnet_core.batch.folder import RunFolder, cannot_write
from m2fnet_core.batch.listing import Listed
from m2fnet_core.batch.outcome import Journals, Outcome
from m2fnet_core.media.content import content_hash
from m2fnet_core.media.probe import probe
from m2fnet_core.transcript.registry import TranscriptsBeside

_THREADS = 8  # that look at files at once: on a network drive most of that is waiting


@dataclass(frozen=True, slots=True)
class Task:
    """A video to analyse. ``length`` is 0 where the file could not be read: then it fails at once, with its reason."""

    media: Path
    target: str
    length: float = 0.0
    turn: int = 1
    utterances: tuple[Utterance, ...] | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """A video of a plan. ``turn``: the first attempt whose outcome counts; 0 where one of before still stands."""

    length: float
    turn: int


@dataclass(frozen=True, slots=True)
class Inputs:
    """A video's inputs as they are now."""

    size: int = 0
    changed: int = 0
    words: str = ""  # hash of its transcript, or of the utterances that are given


@dataclass(frozen=True, slots=True)
class Plan:
    """All videos of a run: what is to do, longest first, and what is known already.

    ``moved``: those of the known whose video lay elsewhere before; the journals do not know of it yet.
    """

    tasks: tuple[Task, ...]
    known: tuple[Outcome, ...]
    moved: tuple[Outcome, ...] = ()

    @property
    def seconds(self) -> float:
        """Of media, that are to do."""
        return sum(task.length for task in self.tasks)


def inputs_of(media: Path, utterances: Sequence[Utterance] | None, texts: TranscriptsBeside | None = None) -> Inputs:
    """As they are now; all zero for a file that is not there. ``texts``: what is known of its folder already."""
    try:
        state = media.stat()
    except OSError:
        return Inputs()
    return Inputs(state.st_size, state.st_mtime_ns, _words(media, utterances, texts or TranscriptsBeside()))


def plan(found: Sequence[Listed], folder: RunFolder, journals: Journals, retry_failed: bool) -> Plan:
    """Sort videos into those to do and those whose outcome stands. Raises DocumentError."""
    journals.take()
    moved = _by_content(journals.newest.values(), {str(each.media) for each in found})
    texts = TranscriptsBeside()

    def look(each: Listed) -> Task | Outcome:
        inputs = inputs_of(each.media, each.utterances, texts)
        return _look(each, inputs, folder, journals.newest, moved, retry_failed)

    with ThreadPoolExecutor(_THREADS) as pool:
        looked = list(pool.map(look, found))
    known = [each for each in looked if isinstance(each, Outcome)]
    tasks = [each for each in looked if isinstance(each, Task)]
    # What cannot be read comes first: it costs nothing, and is told early.
    tasks.sort(key=lambda task: (task.length > 0, -task.length))
    made = Plan(tuple(tasks), tuple(known), tuple(each for each in known if each.media not in journals.newest))
    keep_plan(made, folder)
    return made


def is_sound(outcome: Outcome, folder: RunFolder) -> bool:
    """Whether the result that an outcome names is there as it was written."""
    try:
        body = (folder.results / outcome.result).read_bytes()
    except OSError:
        return False
    return hashlib.sha256(body).hexdigest() == outcome.result_sha256


def read_plan(folder: RunFolder) -> Mapping[str, Planned]:
    """The newest run's videos; none while a run just begins."""
    try:
        raw: Mapping[str, Any] = json.loads(folder.plan.read_text(encoding="utf-8"))
        return {media: Planned(float(length), int(turn)) for media, (length, turn) in raw["videos"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def write_tasks(tasks: Sequence[Task], path: Path) -> None:
    """Raises OSError."""
    write_whole(path, json.dumps([plain(task) for task in tasks]).encode())


def read_tasks(body: str | bytes) -> tuple[Task, ...]:
    """Raises ValueError."""
    found: tuple[Task, ...] = build(tuple[Task, ...], json.loads(body))
    return found


def _look(
    each: Listed,
    inputs: Inputs,
    folder: RunFolder,
    newest: Mapping[str, Outcome],
    moved: Mapping[int, Sequence[Outcome]],
    retry_failed: bool,
) -> Task | Outcome:
    before = newest.get(str(each.media))
    if before is not None and _stands(before, each, inputs, folder, retry_failed):
        return before
    if before is None:
        for other in moved.get(inputs.size, ()):
            if other.state == "done" and _stands(other, each, inputs, folder, retry_failed):
                return replace(other, media=str(each.media), changed=inputs.changed)
    length = before.length if before is not None and _same_file(before, inputs) else 0.0
    target = before.result if before is not None and before.result else f"{each.target}.json"
    turn = 1 if before is None else before.turn + 1
    return Task(each.media, target, length or _length(each.media), turn, each.utterances)


def _stands(outcome: Outcome, each: Listed, inputs: Inputs, folder: RunFolder, retry_failed: bool) -> bool:
    """Whether an outcome is of these very inputs and its result whole; of a failure, whether it shall stay one."""
    if outcome.words != inputs.words or not _is_content(outcome, each.media, inputs):
        return False
    if outcome.state == "done":
        return is_sound(outcome, folder)
    return not (retry_failed or outcome.again)


def _is_content(outcome: Outcome, media: Path, inputs: Inputs) -> bool:
    """By size and time, and where the time differs (a copy) by content."""
    if _same_file(outcome, inputs):
        return True
    if outcome.size != inputs.size or not outcome.sha256:
        return False
    try:
        return content_hash(media) == outcome.sha256
    except M2FNetError:
        return False


def _same_file(outcome: Outcome, inputs: Inputs) -> bool:
    return (outcome.size, outcome.changed) == (inputs.size, inputs.changed)


def _by_content(outcomes: Iterable[Outcome], there: set[str]) -> dict[int, list[Outcome]]:
    """Videos that are not listed any more, by size: one of them may have been moved or renamed."""
    found: dict[int, list[Outcome]] = {}
    for outcome in outcomes:
        if outcome.media not in there:
            found.setdefault(outcome.size, []).append(outcome)
    return found


def _length(media: Path) -> float:
    try:
        return probe(media).duration
    except M2FNetError:
        return 0.0


def _words(media: Path, utterances: Sequence[Utterance] | None, texts: TranscriptsBeside) -> str:
    if utterances is not None:
        return hashlib.sha256(json.dumps([asdict(each) for each in utterances], default=str).encode()).hexdigest()
    beside = texts.find(media)
    if beside is None:
        return ""
    try:
        return hashlib.sha256(beside.read_bytes()).hexdigest()
    except OSError:
        return "unreadable"


def keep_plan(made: Plan, folder: RunFolder) -> None:
    """Write down what is planned, for whoever asks how the run stands. Raises DocumentError."""
    known = {outcome.media: (outcome.length, 0) for outcome in made.known}
    videos = {**known, **{str(task.media): (task.length, task.turn) for task in made.tasks}}
    try:
        write_whole(folder.plan, json.dumps({"videos": videos}).encode())
    except OSError as error:
        raise cannot_write(folder.root, error) from error
