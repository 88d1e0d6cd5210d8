"""Where a run over many videos keeps things. No torch.

``DIR/results-KEY`` holds the results of one choice of settings, ``DIR/.m2fnet/KEY`` what the program notes about them:
journals (one for each process that worked, lines are only appended), claims (who works at what now), the plan.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from m2fnet_core.base.errors import DocumentError
from m2fnet_core.base.files import write_whole
from m2fnet_core.base.json_codec import build, plain
from m2fnet_core.batch.settings import Settings

SUMMARY, SUMMARY_TABLE, TABLE = "summary.json", "summary.csv", "utterances.csv"
WRITTEN = (SUMMARY, SUMMARY_TABLE, TABLE)  # beside the results
_STATE, _RESULTS, _SETTINGS = ".m2fnet", "results-", "settings.json"


@dataclass(frozen=True, slots=True)
class RunFolder:
    """The places of one choice of settings in the folder ``root`` that a person named."""

    root: Path
    key: str

    @property
    def results(self) -> Path:
        """Holds one file for each video, in folders as the videos lie."""
        return self.root / f"{_RESULTS}{self.key}"

    @property
    def state(self) -> Path:
        """What the program notes."""
        return self.root / _STATE / self.key

    @property
    def journals(self) -> Path:
        """A file for each process that worked."""
        return self.state / "journals"

    @property
    def claims(self) -> Path:
        """A file for each video that is worked at now."""
        return self.state / "claims"

    @property
    def plan(self) -> Path:
        """All videos of the newest run."""
        return self.state / "plan.json"

    @property
    def logs(self) -> Path:
        """What libraries say in the processes that analyse."""
        return self.state / "logs"

    @property
    def jobs(self) -> Path:
        """Of a cluster."""
        return self.state / "jobs"


def made(root: Path, settings: Settings) -> RunFolder:
    """The folder, ready to be written. Raises DocumentError where that cannot be, or would replace somebody's file."""
    folder = RunFolder(root, settings.key)
    foreign = [name for name in WRITTEN if (root / name).exists() and not (root / _STATE).is_dir()]
    if foreign:
        raise DocumentError(f"{root / foreign[0]} is there already and is no run's; name another folder with --out.")
    try:
        for place in (folder.results, folder.journals, folder.claims, folder.logs):
            place.mkdir(parents=True, exist_ok=True)
        if not (folder.results / _SETTINGS).is_file():
            body = json.dumps(plain(settings), indent=1)
            write_whole(folder.results / _SETTINGS, body.encode())
    except OSError as error:
        raise cannot_write(root, error) from error
    return folder


def others(folder: RunFolder) -> list[Path]:
    """Results of other settings in the same place."""
    return sorted(path for path in folder.root.glob(f"{_RESULTS}*") if path.is_dir() and path != folder.results)


def newest(root: Path) -> RunFolder:
    """The settings whose plan was written last. Raises DocumentError where there is none."""
    try:
        plans = {path.parent.name: path.stat().st_mtime for path in root.glob(f"{_STATE}/*/plan.json")}
    except OSError as error:
        raise DocumentError(f"{root} cannot be read ({error.strerror}); bring the drive back.") from error
    if not plans:
        raise DocumentError(f"{root} holds no run over many videos; name the folder that was given with --out.")
    return RunFolder(root, max(plans, key=lambda key: plans[key]))


def read_settings(folder: RunFolder) -> Settings:
    """Raises DocumentError where they are gone or damaged."""
    path = folder.results / _SETTINGS
    try:
        found: Settings = build(Settings, json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise DocumentError(f"{path} cannot be read ({error}); start the run again with the same command.") from error
    return found


def cannot_write(place: Path, error: OSError) -> DocumentError:
    """A full disk, a share that stays away, a missing permission: the same way out for all."""
    reason = error.strerror or str(error)
    return DocumentError(
        f"{place} cannot be written ({reason}); make room there or bring it back, and run the same command again: "
        "what is done stays done."
    )
