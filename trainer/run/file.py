"""run.toml into a RunConfig, with errors that name the nearest known key, and back. No torch."""

import dataclasses
import difflib
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, get_args, get_type_hints

import tomli_w

from m2fnet_core.base.errors import TrainingError
from m2fnet_core.base.files import write_whole
from m2fnet_core.base.json_codec import build, plain
from trainer.config import CorpusConfig, RunConfig

_LONGEST_NAME = 120  # characters: file systems take 255 bytes


def read_run(path: Path, overrides: Sequence[str] = ()) -> RunConfig:
    """The run of a run.toml, with ``key.sub=value`` overrides. Paths in it become absolute.

    Raises TrainingError: unreadable file, no TOML, an unknown key (names the nearest one), a value out of its bounds.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise TrainingError(f"{path} cannot be read ({error.strerror}); name a run.toml that exists.") from error
    except (ValueError, RecursionError) as error:
        raise TrainingError(f"{path} is not valid TOML: {error}.") from error
    for override in overrides:
        _override(values, override)
    run = parse_run(values, path)
    if run.name in ("", ".", "..") or len(run.name) > _LONGEST_NAME or set(run.name) & set("/\\\0\n"):
        raise TrainingError(f"{path}: name {run.name!r:.80} is not the name of one folder; give the run another one.")
    return run


def parse_run(values: Mapping[str, Any], path: Path) -> RunConfig:
    """The run of parsed TOML; ``path`` is named in errors, and relative folders are taken from its folder."""
    _refuse_unknown(RunConfig, values, path)
    try:
        run: RunConfig = build(RunConfig, _merged(plain(RunConfig()), values))
    except ValueError as error:
        raise TrainingError(f"{path}: {error}.") from error
    base = path.resolve().parent
    corpora = tuple(dataclasses.replace(c, folder=base / c.folder) for c in run.corpora)
    text = dataclasses.replace(run.text, encoder=_beside(base, run.text.encoder))
    start_from = _beside(base, run.start_from)
    audio = dataclasses.replace(run.audio, encoder_weights=_beside(base, run.audio.encoder_weights))
    return dataclasses.replace(run, out=base / run.out, corpora=corpora, text=text, audio=audio, start_from=start_from)


def write_run(config: RunConfig, path: Path) -> None:
    """Write a run.toml that `read_run` reads as this very run; it holds its name, corpora and what is no default.

    Makes the folder. Raises TrainingError where it cannot be written.
    """
    values = changed_settings(config)
    values["out"] = config.out.absolute().as_posix()
    values["corpora"] = [_corpus(corpus) for corpus in config.corpora]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, tomli_w.dumps({"name": config.name, **values}).encode())
    except OSError as error:
        raise TrainingError(f"{path} cannot be written ({error.strerror}); choose another folder.") from error


def changed_settings(config: RunConfig) -> dict[str, Any]:
    """The settings that are no defaults, as nested plain values."""
    return _changed(plain(config), plain(RunConfig()))


def _changed(values: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    found = {}
    for key, value in values.items():
        default = defaults.get(key)
        if value != default:
            found[key] = _changed(value, default) if isinstance(value, dict) and isinstance(default, dict) else value
    return found


def _corpus(corpus: CorpusConfig) -> dict[str, Any]:
    changed = _changed(plain(corpus), plain(CorpusConfig(corpus.kind)))
    return {"kind": corpus.kind, **changed, "folder": corpus.folder.absolute().as_posix()}


def _beside(base: Path, name: str) -> str:
    """A folder or file beside run.toml by its full path; anything else (a Hugging Face id, nothing) as it is."""
    return str(base / name) if name and (base / name).exists() else name


def _override(values: dict[str, Any], override: str) -> None:
    key, equals, text = override.partition("=")
    if not equals:
        raise TrainingError(f"--set {override} has no value; write --set key=value.")
    *tables, last = key.strip().split(".")
    for table in tables:
        values = values.setdefault(table, {})
        if not isinstance(values, dict):
            raise TrainingError(f"--set {override}: {table} is a value, not a table.")
    try:
        values[last] = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        values[last] = text


def _refuse_unknown(kind: Any, values: Any, path: Path, where: str = "") -> None:
    """Raise TrainingError for the first key that the dataclass ``kind`` or one inside it does not have."""
    if not isinstance(values, Mapping):
        return
    hints = get_type_hints(kind)
    for key, value in values.items():
        if key not in hints:
            near = difflib.get_close_matches(key, hints, n=1, cutoff=0.0)
            raise TrainingError(f"{path} has an unknown key {where}{key}; the nearest known one is {where}{near[0]}.")
        for inner in (hints[key], *get_args(hints[key])):
            if dataclasses.is_dataclass(inner):
                for part in value if isinstance(value, list) else [value]:
                    _refuse_unknown(inner, part, path, f"{where}{key}.")


def _merged(whole: dict[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """``whole`` with ``values`` laid over it, so that a table which changes one setting keeps that step's others."""
    for key, value in values.items():
        inner = whole.get(key)
        whole[key] = _merged(inner, value) if isinstance(inner, dict) and isinstance(value, Mapping) else value
    return whole
