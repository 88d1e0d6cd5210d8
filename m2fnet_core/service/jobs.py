"""One request carried out to its end, whatever the end is: what the worker and the command line share.

torch is imported by the first job that needs it, so that both start, refuse a bad file and show their help at once.
"""

import contextlib
import logging
from collections.abc import Mapping
from dataclasses import replace
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TYPE_CHECKING, Any

from m2fnet_core.base.errors import Cancelled, M2FNetError
from m2fnet_core.base.events import Failed, Finished, Hook, Progress, Stopped
from m2fnet_core.base.folders import cache_folder
from m2fnet_core.base.json_codec import plain
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.base.requests import Analyze, ScanFaces, Transcribe
from m2fnet_core.media.probe import probe

if TYPE_CHECKING:
    from m2fnet_core.bundle.checkpoint import Bundle

Job = Analyze | ScanFaces | Transcribe
_LOG_BYTES = 1_000_000
_log = logging.getLogger(__name__)


class WarmBundle:
    """The bundle used last, kept for the next job that wants the same one on the same device."""

    def __init__(self) -> None:
        self._key: tuple[Any, ...] | None = None
        self._bundle: Bundle | None = None

    def get(self, folder: Path | None, device: str, hook: Hook) -> "Bundle":
        """Raises CheckpointError and DeviceError as loading does."""
        key = (folder, device, _state(folder))
        if self._bundle is None or self._key != key:
            hook(Progress("Loading the model", 0, 1))
            self._bundle = None  # first, so that two never need the memory at once
            self._bundle = _load(folder, device)
            self._key = key
        from m2fnet_core.bundle.networks import placed

        # Anew for each job: an extractor moves to the CPU when the device's memory is full, and may fit by now.
        return placed(self._bundle, self._bundle.device)


def perform(job: Job, hook: Hook, cancel: CancelToken, warm: WarmBundle) -> Finished | Failed | Stopped:
    """Do what was asked and say how it ended. Nothing but the end of the process gets past this."""
    try:
        cancel.check()
        return Finished(_result(job, hook, cancel, warm))
    except Cancelled:
        return Stopped()
    except M2FNetError as error:
        return Failed(str(error))
    except Exception as error:  # noqa: BLE001 - a defect must not take the other jobs down; it is logged whole
        return Failed(_unexpected(error, job))


def warm_up() -> None:
    """Import what the first analysis needs: some seconds that it then saves."""
    with contextlib.suppress(ImportError, OSError):  # a broken installation: the first job says so
        import m2fnet_core.analysis.analyze  # noqa: F401


def _result(job: Job, hook: Hook, cancel: CancelToken, warm: WarmBundle) -> Mapping[str, Any]:
    info = probe(job.media)  # before seconds of loading: a file that is no video is refused at once
    match job:
        case Analyze():
            bundle = warm.get(job.model, job.device, hook)
            from m2fnet_core.analysis.analyze import analyze

            found: object = analyze(job, hook, cancel, bundle)
        case ScanFaces():
            from m2fnet_core.features.scan import scan_faces

            found = scan_faces(info, job.device, job.use_cache, hook, cancel)
        case Transcribe():
            from m2fnet_core.transcript.recogniser import fetch
            from m2fnet_core.transcript.transcribe import transcribe

            if job.fetch:
                fetch(job.recogniser, hook)
            found = transcribe(info, job.recogniser, job.device, hook, cancel)
            if job.speakers is not None:
                from m2fnet_core.people.voices import name_speakers

                found = replace(found, utterances=name_speakers(info, found.utterances, job.speakers, hook, cancel))
    result: Mapping[str, Any] = plain(found)
    return result


def _load(folder: Path | None, device: str) -> "Bundle":
    from m2fnet_core.base.devices import choose_device
    from m2fnet_core.bundle.checkpoint import load_bundle

    return load_bundle(folder, choose_device(device))


def _state(folder: Path | None) -> int | None:
    """When the bundle was written: training may have put another one in its place."""
    try:
        return None if folder is None else (folder / "config.json").stat().st_mtime_ns
    except OSError:
        return None  # loading says what is wrong with it


def _unexpected(error: Exception, job: Job) -> str:
    place = cache_folder() / "unexpected.log"
    with contextlib.suppress(OSError):  # then the details are on standard error alone
        place.parent.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(place, maxBytes=_LOG_BYTES, backupCount=1, encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    _log.addHandler(handler)
    try:
        _log.error("unexpected end of %s for %s", type(job).__name__, job.media, exc_info=error)
    finally:
        _log.removeHandler(handler)
        handler.close()
    what = " ".join(f"{type(error).__name__}: {error}".split())  # one line, whatever a library says
    return (
        f"The work on {job.media.name} ended on an error nobody expected ({what}); "
        f"the details for a bug report are in {place}."
    )
