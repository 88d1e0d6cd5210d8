"""A run folder: resolved configuration, events, TensorBoard scalars, per step the last and the best state (torch)."""

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from m2fnet_core.base.errors import TrainingError
from m2fnet_core.base.json_codec import build, plain
from trainer.config import STEPS, RunConfig
from trainer.events import Event, to_line

CONFIG, EVENTS, DONE, UNREADABLE = "run.json", "events.jsonl", "done.json", "unreadable.txt"
_FREE = ("steps", "features", "ablate", "out", "device")  # no trained network depends on them; they may change in a run
ROWS = "rows"  # an ablation's trainings, a folder each
_TOLD = ("events.out.", UNREADABLE)  # names, or their beginnings
_STATES = ("last.safetensors", "best.safetensors")
# What is made from what a step leaves, directly or through another step.
_MADE_FROM: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("text", "audio", "visual"), ("features", "fusion", "evaluate", "ablate")),
    "features": ("fusion", "evaluate", "ablate"),
    "fusion": ("evaluate",),
}


@dataclass(frozen=True, slots=True)
class State:
    """A step's state on disk: tensors by name, and what is JSON."""

    tensors: dict[str, Tensor]
    about: dict[str, Any]


class Run:
    """The folder of one run. Its parts are written whole or not at all."""

    def __init__(self, config: RunConfig) -> None:
        self.config = config
        self.folder = config.out / config.name
        self._told = False

    def prepare(self, step: str, resume: bool) -> None:
        """Make the folder and write the resolved configuration.

        Raises TrainingError when the folder keeps results of another configuration (names the difference), or when
        ``step`` was begun there and ``resume`` is False. A run that ended on a wrong setting has none yet.
        """
        path = self.folder / CONFIG
        mine = {"created": datetime.now(UTC).isoformat(), **self._description()}
        if path.exists() and self._keeps_results():
            self._refuse_other(_settings(path), mine["config"])
            mine["created"] = json.loads(path.read_text(encoding="utf-8")).get("created", mine["created"])
            begun = (self.folder / step / "last.safetensors").exists() and self.done(step) is None
            if begun and not resume:
                raise TrainingError(
                    f"{self.folder} has begun {step} already; add --resume to go on, or rename the run."
                )
        self._write_text(path, json.dumps(mine, indent=2, ensure_ascii=False) + "\n")

    def _keeps_results(self) -> bool:
        """Whether a step has left anything but what it told."""
        found = (path for step in STEPS for path in (self.folder / step).rglob("*"))
        return any(path.is_file() and not path.name.startswith(_TOLD) for path in found)

    def _refuse_other(self, theirs: Mapping[str, Any], mine: Mapping[str, Any]) -> None:
        """Raise TrainingError where the settings differ in what is trained. Another ablation is another table."""
        there, here = ({key: value for key, value in c.items() if key not in _FREE} for c in (theirs, mine))
        difference = differences(there, here)
        if difference:
            raise TrainingError(
                f"{self.folder} holds a run with other settings ({'; '.join(difference[:5])}); "
                "choose another name, or remove that folder."
            )
        if theirs.get("ablate") != mine["ablate"]:
            (self.folder / "ablate" / DONE).unlink(missing_ok=True)

    def _description(self) -> dict[str, Any]:
        return {"program": version("m2fnet-studio"), "torch": version("torch"), "config": plain(self.config)}

    def step_folder(self, step: str) -> Path:
        """Where a step keeps its states and what it exports; made when missing."""
        folder = self.folder / step
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def tell(self, event: Event) -> None:
        """Append to events.jsonl."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / EVENTS).open("ab+") as file:
            if file.tell() and not self._told:  # a process that was killed may have left half a line
                file.seek(-1, os.SEEK_END)
                file.write(b"" if file.read(1) == b"\n" else b"\n")
            file.write(f"{to_line(event)}\n".encode())
        self._told = True

    def save_state(self, step: str, name: str, state: State) -> None:
        """Write step/name.safetensors, whole or not at all: on a full disk the former one stays (TrainingError)."""
        path = self.step_folder(step) / f"{name}.safetensors"
        part = path.with_suffix(".part")
        try:
            save_file(state.tensors, part, metadata={"about": json.dumps(state.about)})
            with part.open("rb+") as file:
                os.fsync(file.fileno())
            part.replace(path)
        except (OSError, SafetensorError) as error:
            part.unlink(missing_ok=True)
            raise TrainingError(
                f"{path} cannot be written ({error}); the former state is kept. Free some space and resume the run."
            ) from error

    def load_state(self, step: str, name: str) -> State | None:
        """None when there is none. Raises TrainingError for a damaged file."""
        path = self.folder / step / f"{name}.safetensors"
        if not path.exists():
            return None
        try:
            with safe_open(path, framework="pt") as file:
                about = json.loads((file.metadata() or {})["about"])
                return State({key: file.get_tensor(key) for key in file.keys()}, about)  # noqa: SIM118 - no mapping
        except (OSError, SafetensorError, KeyError, ValueError) as error:
            raise TrainingError(f"{path} is damaged ({error}); remove it to start this step again.") from error

    def mark_done(self, step: str, metrics: Mapping[str, float]) -> None:
        """Remember that a step is complete, with its figures; what was made from its former result is not any more."""
        for later in _MADE_FROM.get(step, ()):
            self._forget(self.folder / later)
        self._write_text(self.step_folder(step) / DONE, json.dumps(dict(metrics), indent=2) + "\n")

    def _forget(self, folder: Path) -> None:
        """Remove a step's figures and states, and the rows of an ablation on vectors."""
        for name in (DONE, *_STATES):
            (folder / name).unlink(missing_ok=True)
        if (folder / ROWS).exists():
            shutil.rmtree(folder / ROWS)

    def done(self, step: str) -> dict[str, float] | None:
        """Figures of a completed step, None while it is not. Raises TrainingError for a damaged file."""
        path = self.folder / step / DONE
        if not path.exists():
            return None
        try:
            return {name: float(value) for name, value in json.loads(path.read_text(encoding="utf-8")).items()}
        except (ValueError, AttributeError, TypeError) as error:
            raise TrainingError(f"{path} is damaged ({error}); remove it to run that step again.") from error

    def _write_text(self, path: Path, text: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{path.name}.{os.getpid()}.part")  # the processes of torchrun write the same at once
        with part.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())  # else a power cut can leave the name without the content
        part.replace(path)


def _settings(path: Path) -> Mapping[str, Any]:
    """What a run.json says; settings that are newer than it have their defaults. Raises TrainingError when damaged."""
    try:
        config = json.loads(path.read_text(encoding="utf-8"))["config"]
        return dict(plain(build(RunConfig, config)))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise TrainingError(
            f"{path} cannot be compared with this run's settings ({error}); choose another name, or remove that folder."
        ) from error


def differences(theirs: Any, mine: Any, where: str = "") -> list[str]:
    """Settings that differ, as "name: theirs, not mine"."""
    if isinstance(theirs, dict) and isinstance(mine, dict):
        return [
            line
            for key in sorted(theirs.keys() | mine.keys())
            for line in differences(theirs.get(key), mine.get(key), f"{where}.{key}" if where else key)
        ]
    if isinstance(theirs, list) and isinstance(mine, list) and len(theirs) == len(mine):
        pairs = enumerate(zip(theirs, mine, strict=True), 1)
        return [line for n, (left, right) in pairs for line in differences(left, right, f"{where}[{n}]")]
    return [] if theirs == mine else [f"{where}: {theirs!r} there, {mine!r} here"]
