"""Where the program writes and what lies there: rights, room, cache, models with their hashes. No torch."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from m2fnet_core.base.errors import CheckpointError
from m2fnet_core.base.folders import cache_folder, data_folder, resource
from m2fnet_core.bundle.card import STARTER
from m2fnet_core.bundle.info import read_info
from m2fnet_core.bundle.shelf import hashes, kept_hashes, models
from m2fnet_core.machine.finding import Finding

KNOWN = resource("demo", "known.json")  # written by tools/demo/known_result.py
_ROOM = 2e9  # bytes that an evening's work takes at most
_AGAIN = "Install the program again: pip install --force-reinstall --no-deps m2fnet-studio"


def folders() -> Iterator[Finding]:
    """Whether the program may write where it writes, and has room there."""
    for name, folder, variable in (
        ("data", data_folder(), "M2FNET_DATA"),
        ("cache", cache_folder(), "M2FNET_CACHE"),
        ("temporary", Path(tempfile.gettempdir()), "TMPDIR"),
    ):
        yield _folder(name, folder, variable)


def _folder(name: str, folder: Path, variable: str) -> Finding:
    elsewhere = f"Make it writable, or set {variable} to a folder that is."
    near = next(place for place in (folder, *folder.parents) if place.exists())
    try:
        with tempfile.NamedTemporaryFile(dir=near):
            free = shutil.disk_usage(near).free
    except OSError as error:
        return Finding("Folders", name, f"{folder} cannot be written ({error.strerror or error})", elsewhere)
    said = f"{folder}, {free / 1e9:.1f} GB free" + (f", {_size(folder) / 1e6:.0f} MB used" if name == "cache" else "")
    if free < _ROOM:
        return Finding("Folders", name, said, f"Free space on that disk, or set {variable} to a folder on another.")
    return Finding("Folders", name, said)


def _size(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size
        except OSError:  # gone meanwhile
            continue
    return total


def known() -> Mapping[str, object]:
    """What is known of the model and the demo that ship: hashes by file, and the result. Raises OSError, ValueError."""
    read: Mapping[str, object] = json.loads(KNOWN.read_text(encoding="utf-8"))
    return read


def bundles(model: Path | None) -> Iterator[Finding]:
    """The files of the model in use against their hashes, and the models on the shelf."""
    yield from _bundle(model or STARTER, shipped=model is None)
    kept = models()
    broken = [each for each in kept if each.error]
    for each in broken:
        yield Finding("Models", each.name, each.error, "Remove it on the Models page, and bring it in again.")
    if kept and not broken:
        yield Finding("Models", "shelf", f"{len(kept)} kept, all can be read")


def _bundle(folder: Path, shipped: bool) -> Iterator[Finding]:
    again = _AGAIN if shipped else "Copy the model again from where it came."
    try:
        info = read_info(folder)
        told = dict(_shipped() if shipped else kept_hashes(folder))
        found = hashes(folder)
    except (CheckpointError, OSError, ValueError) as error:
        yield Finding("Models", "in use", str(error), again)
        return
    wrong = [name for name in told if found.get(name) != told[name]]
    for name in wrong:
        what = "is missing" if name not in found else f"is changed or damaged (sha256 {found[name][:12]})"
        yield Finding("Models", name, f"{what} in the model {info.name}", again)
    if wrong:
        return
    weights = {name: sha for name, sha in found.items() if name.endswith((".safetensors", ".onnx"))}
    digest = hashlib.sha256(json.dumps(found, sort_keys=True).encode()).hexdigest()
    sure = "as shipped" if shipped else "as its hashes.json tells" if told else "with no list of hashes beside it"
    yield Finding("Models", "in use", f"{info.name}, {len(found)} files, {sure} (sha256 {digest[:12]})")
    for name, sha in weights.items():
        yield Finding("Models", name, f"{(folder / name).stat().st_size / 1e6:.1f} MB, sha256 {sha[:12]}")


def _shipped() -> Mapping[str, str]:
    files = known()["files"]
    if not isinstance(files, dict):
        raise ValueError(f"{KNOWN.name} lists no files")
    return {str(name): str(sha) for name, sha in files.items()}
