"""One share of many videos, carried out where it stands: what every way of running them calls. torch comes with the
first video that is analysed.

Each video is claimed, analysed, its result written whole, and then noted in the journal; what ended half-way was not.
"""

import contextlib
import errno
import hashlib
import logging
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from m2fnet_core.analysis.report import json_bytes
from m2fnet_core.base.errors import Cancelled, DocumentError
from m2fnet_core.base.events import AnalysisStarted, Event, Failed, Finished, Hook, Notice, Stopped, ignore
from m2fnet_core.base.files import write_whole
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.base.requests import Analyze
from m2fnet_core.batch.claims import MOST_ATTEMPTS, Claims
from m2fnet_core.batch.folder import RunFolder, cannot_write
from m2fnet_core.batch.outcome import Journal, Journals, Outcome
from m2fnet_core.batch.plan import Inputs, Task, inputs_of, is_sound
from m2fnet_core.batch.settings import Settings, settings_for
from m2fnet_core.service.jobs import WarmBundle, perform

Work = Callable[[Analyze, Hook, CancelToken], Finished | Failed | Stopped]

_WAIT = 120.0  # seconds for a drive that is away
# What no waiting mends: a full disk, a quota, a missing permission.
_FULL = {errno.ENOSPC, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM, getattr(errno, "EDQUOT", errno.ENOSPC)}
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Run:
    """Where results go and how they are made: what a process must know to take part."""

    root: Path
    settings: Settings

    @property
    def folder(self) -> RunFolder:
        """The places of these settings."""
        return RunFolder(self.root, self.settings.key)


def analyse_shard(
    tasks: Sequence[Task], run: Run, hook: Hook = ignore, cancel: CancelToken | None = None, work: Work | None = None
) -> tuple[Outcome, ...]:
    """Analyse videos one after the other; what came of each, in order. Fewer when ``cancel`` was called.

    ``work`` analyses one video (None: the real analysis). Raises DocumentError when results cannot be kept, and
    when the model is not the one any more that the run began with.
    """
    hands = Hands(run, cancel or CancelToken(), work)
    done: list[Outcome] = []
    with contextlib.suppress(Cancelled):
        done.extend(hands.analyse(task, hook) for task in tasks)
    return tuple(done)


class Hands:
    """What a process keeps from one video to the next: a warm model, its journal, what it knows of the others."""

    def __init__(self, run: Run, cancel: CancelToken, work: Work | None = None) -> None:
        self._run, self._cancel, self._work = run, cancel, work or _analysis(run)
        self._folder = run.folder
        self._claims, self._journal = Claims(self._folder.claims), Journal(self._folder.journals)
        self._journals = Journals(self._folder.journals)
        self._model_hash = ""

    def analyse(self, task: Task, hook: Hook = ignore) -> Outcome:
        """One video. Raises DocumentError where nothing can be kept, Cancelled."""
        self._cancel.check()
        place = self._folder.claims
        if not (place.is_dir() or self._patiently(place.is_dir)):
            raise cannot_write(self._folder.root, OSError(errno.ENOENT, f"{place} is gone"))
        try:
            with self._claims.held(str(task.media)) as (owner, mine):
                if not mine:
                    return Outcome(media=str(task.media), state="skipped", reason=f"It is being analysed by {owner}.")
                there = self._done_meanwhile(task)
                if there is not None:
                    return there
                if owner.attempts > MOST_ATTEMPTS:
                    return self._note(_given_up(task, owner.attempts - 1, inputs_of(task.media, task.utterances)))
                return self._attempt(task, hook)
        except OSError as error:
            raise cannot_write(self._folder.root, error) from error

    def _done_meanwhile(self, task: Task) -> Outcome | None:
        """What another process did since the plan was made."""
        if not (self._claims.failed(str(task.media)) or (self._folder.results / task.target).exists()):
            return None  # by far the most; reading what all others wrote would cost more than a short clip
        self._journals.take()
        newest = self._journals.newest.get(str(task.media))
        if newest is None or newest.turn < task.turn:
            return None
        return newest if newest.state != "done" or is_sound(newest, self._folder) else None

    def _attempt(self, task: Task, hook: Hook) -> Outcome:
        inputs, begun, heard = inputs_of(task.media, task.utterances), time.monotonic(), _Heard(hook)
        ended = self._ended(task, heard)
        if isinstance(ended, Failed) and self._came_back(task):
            ended = self._ended(task, heard)
        made = Outcome(
            media=str(task.media),
            state="failed",
            seconds=round(time.monotonic() - begun, 3),
            device=heard.device,
            length=task.length,
            size=inputs.size,
            changed=inputs.changed,
            words=inputs.words,
            model_hash=heard.model_hash,
            notices=tuple(heard.notices),
            turn=task.turn,
        )
        match ended:
            case Stopped():
                raise Cancelled
            case Failed():
                away = task.length > 0 and not task.media.exists()
                return self._note(replace(made, reason=ended.message, again=away))
            case Finished():
                return self._keep(task, replace(made, state="done"), inputs, ended.result)

    def _ended(self, task: Task, heard: "_Heard") -> Finished | Failed | Stopped:
        asked = replace(self._run.settings.request, media=task.media, utterances=task.utterances)
        ended = self._work(asked, heard.hear, self._cancel)
        if heard.model_hash and heard.model_hash != (self._model_hash or heard.model_hash):
            raise _another_model(self._run)
        self._model_hash = heard.model_hash or self._model_hash
        return ended

    def _came_back(self, task: Task) -> bool:
        """Whether a video that was there when the run was planned went away, and came back after a while."""
        if not task.length or task.media.exists():
            return False
        return self._patiently(task.media.exists)

    def _keep(self, task: Task, made: Outcome, inputs: Inputs, result: Mapping[str, Any]) -> Outcome:
        if inputs_of(task.media, task.utterances) != inputs:
            reason = f"{task.media.name} or its transcript changed while it was analysed; run the same command again."
            return self._note(replace(made, state="failed", reason=reason, again=True))
        body, media = json_bytes(result), result["media"]
        self._written(self._folder.results / task.target, body)
        return self._note(
            replace(
                made,
                length=float(media["duration"]),
                sha256=str(media["sha256"]),
                utterances=len(result["utterances"]),
                result=task.target,
                result_sha256=hashlib.sha256(body).hexdigest(),
            )
        )

    def _written(self, path: Path, body: bytes) -> None:
        def write() -> bool:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, body)
            return True

        self._persistently(write)

    def _note(self, outcome: Outcome) -> Outcome:
        outcome = replace(outcome, host=socket.gethostname())

        def add() -> bool:
            self._journal.add(outcome)
            if outcome.state == "failed":
                self._claims.note_failure(outcome.media)
            return True

        self._persistently(add)
        return outcome

    def _persistently(self, write: Callable[[], bool]) -> None:
        """Try again while a drive is away; a full one is told at once. Raises OSError."""
        troubles: list[OSError] = []

        def attempt() -> bool:
            try:
                return write()
            except OSError as error:
                troubles.append(error)
                if error.errno in _FULL:
                    raise
                _log.warning("%s; trying again", error)
                return False

        if not (attempt() or self._patiently(attempt)):
            raise troubles[-1]

    def _patiently(self, call: Callable[[], bool]) -> bool:
        """Call until it says yes, ever more seldom and for two minutes at most. Raises Cancelled."""
        end, pause = time.monotonic() + _WAIT, 0.5
        while time.monotonic() < end:
            until = time.monotonic() + pause
            while time.monotonic() < until:
                self._cancel.check()
                time.sleep(0.1)
            if call():
                return True
            pause = min(2 * pause, 10.0)
        return False


class _Heard:
    """What an analysis says about itself as it goes."""

    def __init__(self, hook: Hook) -> None:
        self._hook = hook
        self.device = self.model_hash = ""
        self.notices: list[str] = []

    def hear(self, event: Event) -> None:
        match event:
            case AnalysisStarted():
                self.device, self.model_hash = event.device, event.model_hash
            case Notice() if event.text not in self.notices:
                self.notices.append(event.text)
        self._hook(event)


def _analysis(run: Run) -> Work:
    """The real one, its model kept warm."""
    warm, request = WarmBundle(), run.settings.request
    if settings_for(request).key != run.settings.key:
        raise _another_model(run)
    # Now, that no video's time holds it; a model or a device that fails would fail every video, so it ends all.
    warm.get(request.model, request.device, ignore)

    def work(asked: Analyze, hook: Hook, cancel: CancelToken) -> Finished | Failed | Stopped:
        return perform(asked, hook, cancel, warm)

    return work


def _another_model(run: Run) -> DocumentError:
    return DocumentError(
        f"The model {run.settings.model} is not the one any more that this run began with; start the command again, "
        "and its results are kept apart."
    )


def _given_up(task: Task, attempts: int, inputs: Inputs) -> Outcome:
    reason = (
        f"{attempts} processes ended while they analysed {task.media.name}: the memory was full, somebody killed them, "
        "or a decoder or driver is at fault; try it again with --retry-failed and fewer workers."
    )
    return Outcome(
        media=str(task.media),
        state="failed",
        reason=reason,
        length=task.length,
        size=inputs.size,
        changed=inputs.changed,
        words=inputs.words,
        turn=task.turn,
    )
