"""What the steps of a run will take on this machine, measured with a few of its own batches (torch)."""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from statistics import median

import torch

from m2fnet_core.base.devices import available_devices, choose_device
from m2fnet_core.base.dialogue import Dialogue
from m2fnet_core.base.errors import Cancelled, M2FNetError
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.base.wording import count
from m2fnet_core.features.vectors import UtteranceVectors
from trainer.config import LoopConfig, RunConfig
from trainer.datasets.cache_features import default_workers, extract_all
from trainer.datasets.corpora import read_dialogues
from trainer.datasets.packs import write_pack
from trainer.events import Devices, Estimated, Event, Failed, Hook, Progress, Started, Warned, ignore
from trainer.learn.loop import Fit
from trainer.learn.task import Task
from trainer.run.folder import Run
from trainer.steps.job import Job
from trainer.steps.registry import STEPS
from trainer.steps.run_bundle import run_bundle
from trainer.studies.paper_tables import wanted_rows

_BATCHES, _BUDGET = 8, 10.0  # measured at most, seconds at most, of each step; the first batch only warms up
_JUDGED = 30.0  # seconds: where an epoch is shorter, its validation is measured as well
_UTTERANCES = 6  # whose vectors are made to measure that step
_TRAINED = ("text", "audio", "visual", "fusion")


class _Measured(Exception):  # noqa: N818 - the way out of a step once its batches are timed
    def __init__(self, seconds: float, disk: int) -> None:
        self.seconds, self.disk = seconds, disk


@dataclass(frozen=True, slots=True)
class _Probe(Job):
    """A job whose fit measures a few batches and leaves the step."""

    def fit(self, task: Task, loop: LoopConfig, workers: int = 0) -> None:
        """Always raises `_Measured`, or Cancelled where the person asked."""
        watch = _Watch(self.cancel, self.hook)
        try:
            Fit(task, loop, self.run, self.device, watch, watch.stop, workers)()
        except Cancelled:
            self.cancel.check()
        epoch = len(task.batches(1)) * watch.seconds
        if epoch < _JUDGED:
            started = time.monotonic()
            with torch.inference_mode():
                task.model.eval()
                task.validate(task.model, self.cancel)
            epoch += time.monotonic() - started
        state = self.run.folder / task.step / "last.safetensors"
        raise _Measured(loop.epochs * epoch, 2 * state.stat().st_size)


class _Watch:
    """Times batches, and stops the fit after enough of them."""

    def __init__(self, cancel: CancelToken, hook: Hook) -> None:
        self.stop = CancelToken()
        self._cancel, self._hook = cancel, hook
        self._times = list[float]()  # when training began, and when each batch was done

    @property
    def seconds(self) -> float:
        """Of a batch, the median: the first one warms up, others may have an epoch's validation before them."""
        return median(after - before for before, after in pairwise(self._times))

    def __call__(self, event: Event) -> None:
        if isinstance(event, Warned):  # a number format that is slow here
            self._hook(event)
        if isinstance(event, Started | Progress):
            self._times.append(time.monotonic())
            over = len(self._times) > _BATCHES or self._times[-1] - self._times[0] > _BUDGET
            if over or self._cancel.cancelled:
                self.stop.cancel()


def estimate(config: RunConfig, hook: Hook, cancel: CancelToken) -> None:
    """Tell the hook `Estimated` for every step of the run that takes long, `Failed` for one that cannot start.

    Nothing of the run itself is touched. Raises DeviceError, Cancelled.
    """
    device = choose_device(config.device)
    config = replace(config, visual=replace(config.visual, sizes=()))  # the smaller faces of its beginning cost less
    with tempfile.TemporaryDirectory(prefix="m2fnet-estimate-") as folder:
        job = _Probe(Run(replace(config, out=Path(folder), name="run")), device, _warnings(hook), cancel)
        costs: dict[str, tuple[float, int]] = {}
        for step in config.steps:
            cancel.check()
            try:
                cost = costs[step] = _cost(step, job, costs)
            except M2FNetError as error:
                hook(Failed(step, str(error)))
                continue
            if cost != (0.0, 0):
                hook(_estimated(step, cost, device, config.out))


def _cost(step: str, job: _Probe, costs: Mapping[str, tuple[float, int]]) -> tuple[float, int]:
    """Seconds and bytes of a step; (0, 0) for one that takes no time worth telling."""
    if step in _TRAINED:
        if step == "fusion" and "features" not in costs:
            _features(job)
        try:
            STEPS[step](job)
        except _Measured as found:
            return found.seconds, found.disk
    if step == "features":
        return _features(job)
    if step == "ablate":
        ablate = job.run.config.ablate
        rows = {(row.inputs, replace(job.run.config.fusion.net, **row.net)) for row in wanted_rows(job.run.config)}
        trainings = {"fusion": len(rows) * ablate.seeds, "text": 2 if ablate.context else 0}  # equal rows train once
        known = [(costs.get(of, (0.0, 0)), times) for of, times in trainings.items()]
        return sum(cost[0] * times for cost, times in known), sum(cost[1] * times for cost, times in known)
    return 0.0, 0


def _features(job: _Probe) -> tuple[float, int]:
    """Measured on the first utterances; leaves a pack of all that repeats their vectors, for fusion to be measured on.

    The extractors may be random still: they take as long as trained ones.
    """
    config, folder = job.run.config, job.run.step_folder("features")
    if any(corpus.kind == "pack" for corpus in config.corpora):
        return 0.0, 0
    splits, _ = read_dialogues(config)
    some = _first(splits["train"])
    started = time.monotonic()
    bundle = run_bundle(job.run, job.device, with_media=False)
    loaded = time.monotonic()
    workers = config.features.workers or default_workers(job.device)
    vectors, _ = extract_all(bundle, {"train": some}, folder / "store", workers, ignore, job.cancel)
    seconds = (time.monotonic() - loaded) / len(vectors)
    disk = sum(path.stat().st_size for path in (folder / "store").rglob("*") if path.is_file()) / len(vectors)
    _write_alike(folder, splits, list(vectors.values()))
    count = sum(len(d.utterances) for dialogues in splits.values() for d in dialogues)
    return loaded - started + seconds * count, round(2 * disk * count)


def _first(dialogues: tuple[Dialogue, ...]) -> tuple[Dialogue, ...]:
    """The beginnings of as many dialogues as make up the utterances to measure."""
    some, left = list[Dialogue](), _UTTERANCES
    for dialogue in dialogues:
        if left > 0:
            some.append(replace(dialogue, utterances=dialogue.utterances[: min(left, 3)]))
            left -= len(some[-1].utterances)
    return tuple(some)


def _write_alike(folder: Path, splits: Mapping[str, tuple[Dialogue, ...]], known: list[UtteranceVectors]) -> None:
    places = [
        (dialogue.id, utterance.id)
        for some in splits.values()
        for dialogue in some
        for utterance in dialogue.utterances
    ]
    write_pack(folder, splits, {place: known[number % len(known)] for number, place in enumerate(places)})


def _estimated(step: str, cost: tuple[float, int], device: torch.device, out: Path) -> Estimated:
    place = next(path for path in (out, *out.parents) if path.exists())
    used, free = _memory(device)
    return Estimated(step, cost[0], cost[1], used, str(device), shutil.disk_usage(place).free, free)


def _memory(device: torch.device) -> tuple[int, int]:
    """Bytes of the device that this process used at its highest so far, and that would be free without it."""
    if device.type == "cuda":
        free = torch.cuda.mem_get_info(device)[0] + torch.cuda.memory_reserved(device)
        return torch.cuda.max_memory_allocated(device), free
    if sys.platform == "win32":
        return 0, 0
    import resource

    highest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    try:
        free = _kib("/proc/meminfo", "MemAvailable") + _kib("/proc/self/status", "VmRSS")
    except (OSError, StopIteration):
        free = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return highest, free


def _kib(table: str, name: str) -> int:
    """A row of one of Linux's tables, in bytes. Raises OSError, StopIteration."""
    lines = Path(table).read_text(encoding="utf-8").splitlines()
    return next(1024 * int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


def _warnings(hook: Hook) -> Hook:
    return lambda event: hook(event) if isinstance(event, Warned) else None


def devices() -> Devices:
    """The devices that can train here, and why the others cannot."""
    there, names = available_devices(), dict[str, str]()
    for name in there:
        if name.startswith("cuda"):
            names[name] = torch.cuda.get_device_name(name)
        else:
            names[name] = "Apple GPU" if name == "mps" else f"CPU, {count(torch.get_num_threads(), 'thread')}"
    unusable = {}
    if not torch.cuda.is_available():
        built = (
            "no NVIDIA GPU with a working driver was found" if torch.version.cuda else "PyTorch is installed without it"
        )
        unusable["cuda"] = f"CUDA cannot be used: {built}."
    if "mps" not in there:
        built = "it needs a newer macOS" if torch.backends.mps.is_built() else "it is for Macs with an Apple GPU"
        unusable["mps"] = f"Metal cannot be used: {built}."
    return Devices(names, unusable)
