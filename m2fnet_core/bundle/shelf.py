"""The models that a person keeps: bundles under the data folder, brought in and out as folders or zip files. No torch.

What comes from outside is data alone: configuration, tokeniser tables and safetensors; anything else is refused. A
model is on the shelf whole or not at all. Its name is its folder's: a new name leaves its hash, and with it the
predictions that name it, as they are.
"""

import hashlib
import json
import lzma
import re
import shutil
import stat
import uuid
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from safetensors import SafetensorError, safe_open

from m2fnet_core.base.errors import CheckpointError
from m2fnet_core.base.files import whole_file
from m2fnet_core.base.folders import data_folder
from m2fnet_core.base.guard import refuse_overwriting
from m2fnet_core.bundle.info import CONFIG, BundleInfo, read_info
from m2fnet_core.nets.onnx_file import LARGEST

HASHES = "hashes.json"  # sha256 by file, written when a model comes onto the shelf
_NEEDED = (
    CONFIG,
    "fusion.safetensors",
    "text/config.json",
    "text/model.safetensors",
)
_DATA = (
    ".json",
    ".safetensors",
    ".onnx",
    ".txt",
    ".md",
    ".model",
    ".png",
)  # .model: sentencepiece tables; .png: of the card
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    NotImplementedError,
    RuntimeError,
    EOFError,
)  # a zip file
# Bounds of what a zip file becomes, in bytes where nothing else is said.
_MB = 1_000_000
_TABLE, _SMALL, _SPARE = 100 * _MB, 10 * _MB, 200 * _MB  # a tokeniser's; too small to harm; what stays free on the disk
_MOST: Mapping[str, int | None] = {
    ".safetensors": None,
    ".onnx": LARGEST,
    ".md": _MB,
    ".png": 20 * _MB,
    CONFIG: _MB,
    HASHES: _MB,
}
_MEMBERS, _DEPTH, _RATIO = 1000, 8, 200  # files, folders in each other, unpacked over packed
_ALSO = ("LICENSE", "NOTICE", ".gitattributes", ".DS_Store")


@dataclass(frozen=True, slots=True)
class ShelfModel:
    """A model on the shelf. ``info`` is None where ``error`` says in one sentence why it cannot be used."""

    folder: Path
    info: BundleInfo | None
    bytes: int  # on disk
    hash: str  # of its content; "" for a folder that was put there by hand
    error: str = ""

    @property
    def name(self) -> str:
        """What the person calls it."""
        return self.folder.name

    @property
    def kind(self) -> str:
        """untrained, starter or trained; "" when it cannot be used."""
        return self.info.kind if self.info else ""


def content_digest(folder: Path) -> str:
    """Hex digest of a bundle's files, whatever its folder is called. Raises CheckpointError."""
    try:
        return _digest(hashes(folder))
    except OSError as error:
        raise CheckpointError(f"{folder} cannot be read ({error.strerror}); choose the folder of a bundle.") from error


def shelf_folder() -> Path:
    """Where the models lie."""
    return data_folder() / "models"


def models() -> tuple[ShelfModel, ...]:
    """All models on the shelf by name, also those that cannot be used."""
    if not shelf_folder().is_dir():
        return ()
    folders = [path for path in shelf_folder().iterdir() if path.is_dir() and not path.name.startswith(".")]
    return tuple(_model(path) for path in sorted(folders, key=lambda path: path.name.casefold()))


def add(source: Path, name: str = "") -> ShelfModel:
    """Copy a bundle's folder or zip file onto the shelf as ``name`` (or its own); one that is there already is kept.

    Raises CheckpointError: no bundle, files that are no data, damaged or incomplete, hashes that do not fit, no room.
    """
    with _writing(source.name), _staged() as fresh:
        root = _unpacked(source, fresh) if source.is_file() else _copied(source, fresh / "bundle")
        info = _checked(root, source)
        found = hashes(root)
        (root / HASHES).write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
        known = next((model for model in models() if model.hash == _digest(found)), None)
        return known or _model(root.rename(_free(name or info.name)))


def export(model: ShelfModel, target: Path) -> None:
    """Write a model as a zip file (``target`` ends in .zip) or as a folder that must not exist yet.

    Raises CheckpointError where it cannot be written, DocumentError where a file of another kind lies at ``target``.
    """
    with _writing(model.name):
        if target.suffix.lower() != ".zip":
            if target.exists():
                raise CheckpointError(f"{target} exists already; name a new folder.")
            _folder_to(model.folder, target)
            return
        refuse_overwriting(target, (".zip",), ())
        with whole_file(target) as part, zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as archive:
            for path in _files(model.folder):
                archive.write(path, f"{model.name}/{path.relative_to(model.folder).as_posix()}")


def rename(model: ShelfModel, name: str) -> ShelfModel:
    """The model under another name. Raises CheckpointError for a name that is none, or is another's."""
    target = shelf_folder() / _safe(name)
    if target.exists() and not target.samefile(model.folder):
        raise CheckpointError(f"There is a model called {target.name} already; choose another name.")
    with _writing(model.name):
        return _model(model.folder.rename(target))


def delete(model: ShelfModel) -> int:
    """Remove a model; the bytes that are free now. Raises CheckpointError where it cannot be removed."""
    with _writing(model.name):
        gone = model.folder.rename(model.folder.with_name(f".{uuid.uuid4().hex[:8]}"))
        shutil.rmtree(gone)
    return model.bytes


def _model(folder: Path) -> ShelfModel:
    size = sum(path.stat().st_size for path in _files(folder))
    try:
        return ShelfModel(folder, read_info(folder), size, _digest(kept_hashes(folder)))
    except CheckpointError as error:
        return ShelfModel(folder, None, size, "", str(error))


@contextmanager
def _writing(name: str) -> Iterator[None]:
    try:
        yield
    except (OSError, shutil.Error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise CheckpointError(
            f"The model {name} cannot be written or removed ({reason}); free space or check the folder's permissions."
        ) from error


@contextmanager
def _staged() -> Iterator[Path]:
    """A folder on the shelf's disk that is gone at the end."""
    shelf_folder().mkdir(parents=True, exist_ok=True)
    fresh = shelf_folder() / f".{uuid.uuid4().hex[:8]}"
    fresh.mkdir()
    try:
        yield fresh
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _copied(source: Path, target: Path) -> Path:
    """A bundle's folder copied, file by file. Raises CheckpointError for what is no folder or holds no data."""
    if not source.is_dir():
        raise CheckpointError(f"There is no model {source}; choose the folder or the zip file of a bundle.")
    for path in sorted(source.rglob("*")):
        place = path.relative_to(source)
        _refuse_other_than_data(place.as_posix(), source, link=path.is_symlink(), folder=path.is_dir())
        if path.is_file():
            (target / place).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target / place)
    target.mkdir(exist_ok=True)
    return target


def _folder_to(source: Path, target: Path) -> None:
    part = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}")
    try:
        shutil.copytree(source, part)
        part.rename(target)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _unpacked(source: Path, fresh: Path) -> Path:
    """A zip file's bundle in ``fresh``. Raises CheckpointError for paths out of it, links, and more than fits."""
    try:
        with zipfile.ZipFile(source) as archive:
            members = archive.infolist()
            for member in members:
                link = stat.S_ISLNK(member.external_attr >> 16)
                _refuse_other_than_data(member.filename, source, link=link, folder=member.is_dir())
            _refuse_outsize(members, source)
            if sum(member.file_size for member in members) + _SPARE > shutil.disk_usage(fresh).free:
                raise CheckpointError(f"{source.name} needs more disk than there is; free space and import it again.")
            for member in members:
                archive.extract(member, fresh)  # reads no more than the size that the member declares
    except _UNREADABLE as error:
        raise CheckpointError(f"{source.name} is no zip file that can be read ({error}); copy it again.") from error
    inside = [path.parent for path in (fresh / CONFIG, *fresh.glob(f"*/{CONFIG}")) if path.is_file()]
    if not inside:
        raise CheckpointError(f"{source.name} holds no model ({CONFIG} is missing); choose the zip file of a bundle.")
    return inside[0]


def _refuse_outsize(members: Sequence[zipfile.ZipInfo], source: Path) -> None:
    """Raise CheckpointError where unpacking would make far more of the zip file than a model has."""
    if len(members) > _MEMBERS:
        raise CheckpointError(f"{source.name} holds {len(members)} files, which no model has; get it from its maker.")
    for member in members:
        path = PurePosixPath(member.filename)
        most = _MOST.get(path.name, _MOST.get(path.suffix.lower(), _TABLE))
        swollen = member.file_size > _SMALL and member.file_size > _RATIO * member.compress_size
        if len(path.parts) > _DEPTH or swollen or (most is not None and member.file_size > most):
            raise CheckpointError(
                f"{source.name} is not safe: {member.filename[:80]!r} would become larger, or lie deeper, than such a "
                "file of a model; get the model from its maker."
            )


def _refuse_other_than_data(name: str, source: Path, *, link: bool, folder: bool) -> None:
    path = PurePosixPath(name)
    outside = path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name
    if link or outside:
        raise CheckpointError(f"{source.name} is not safe: {name!r} leads out of it; get the model from its maker.")
    if not (folder or path.suffix.lower() in _DATA or path.name in _ALSO):
        raise CheckpointError(
            f"{source.name} holds {name}, which is no data of a model; weights must be safetensors or ONNX files."
        )


def _checked(root: Path, source: Path) -> BundleInfo:
    """The info of a bundle whose files are all there, whole, and those that their hashes tell."""
    info = read_info(root)
    extractors = [f"{name}.{'onnx' if name in info.onnx else 'safetensors'}" for name in ("audio", "visual")]
    missing = [name for name in (*extractors, *_NEEDED) if not (root / name).is_file()]
    if missing:
        raise CheckpointError(f"{source.name} is incomplete: {missing[0]} is missing; copy or train the model again.")
    for path in root.rglob("*.safetensors"):
        try:
            with safe_open(path, framework="np"):
                pass
        except (SafetensorError, OSError) as error:
            raise CheckpointError(f"{path.name} of {source.name} is damaged ({error}); copy it again.") from error
    told, found = kept_hashes(root), hashes(root)
    wrong = [name for name in told if told[name] != found.get(name)]
    if wrong:
        raise CheckpointError(f"{wrong[0]} of {source.name} is not what its {HASHES} tells; copy the model again.")
    return info


def hashes(root: Path) -> dict[str, str]:
    """sha256 of every file but the list of them, by its path."""
    found = {}
    for path in _files(root):
        if path != root / HASHES:
            with path.open("rb") as file:
                found[path.relative_to(root).as_posix()] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def kept_hashes(root: Path) -> dict[str, str]:
    """What the model's own list tells, empty where there is none. Raises CheckpointError for a damaged one."""
    path = root / HASHES
    if not path.is_file():
        return {}
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        return {str(name): str(value) for name, value in kept.items()}
    except (OSError, ValueError, AttributeError) as error:
        raise CheckpointError(f"{path} is damaged ({error}); copy the model again.") from error


def _digest(hashes: Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps(hashes, sort_keys=True).encode()).hexdigest() if hashes else ""


def _safe(name: str) -> str:
    """A name that every system allows for a folder. Raises CheckpointError where nothing of it is left."""
    safe = re.sub(r'[\x00-\x1f<>:"/\\|?*]+', "-", name).strip(" .-")[:80].rstrip(" .")
    if re.fullmatch(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", safe, re.IGNORECASE):  # devices on Windows
        safe = f"model {safe}"
    if not safe:
        raise CheckpointError(f"{name!r} is no name for a model; use letters and digits.")
    return safe


def _free(name: str) -> Path:
    """A place for a new model of this name, numbered where there is one already."""
    safe, number = _safe(name), 1
    while (path := shelf_folder() / f"{safe}{f' {number}' if number > 1 else ''}").exists():
        number += 1
    return path
