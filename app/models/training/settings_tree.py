"""All settings of a run, or of one of its corpora, as rows of a form; and it with one of them changed."""

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from m2fnet_core.base.errors import TrainingError
from m2fnet_core.base.json_codec import build, plain
from trainer.config import CorpusConfig, RunConfig
from trainer.run.file import parse_run

_ELSEWHERE = ("corpora", "steps", "out", "labels", "label_set", "start_from", "device", "name")  # have their own place
# Of a corpus those that mean something for its kind.
_OF_KIND = {
    "meld": ("label_map",),
    "iemocap": ("protocol", "label_map"),
    "pack": ("label_map",),
    "documents": ("annotator", "pseudo_labels", "label_map"),
    "faces": ("split", "validation_share", "identities", "align", "votes", "label_map"),
    "speech": ("split", "validation_share", "validation_speakers", "test_speakers", "label_map"),
}
_FOUND = {"fusion.net": ("text", "audio", "scene", "faces", "classes")}  # vectors and labels decide these
_TOLD: Mapping[str, Any] = {"help": "", "unit": "", "paper": "", "choices": (), "low": None, "high": None}


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One setting; ``group`` is its table in run.toml ("" for the run's own), ``name`` its dotted name."""

    group: str
    name: str
    value: Any
    default: Any
    help: str
    unit: str
    paper: str
    choices: tuple[str, ...]
    low: float | None
    high: float | None

    @property
    def text(self) -> str:
        """The value as a person types it."""
        return as_text(self.value)


def rows(config: RunConfig) -> list[SettingRow]:
    """Every setting that the form shows, in the order of the configuration."""
    return list(_rows(config, RunConfig(), ""))


def corpus_rows(corpus: CorpusConfig) -> list[SettingRow]:
    """The settings that a corpus of its kind has."""
    shown = _OF_KIND[corpus.kind]
    return [row for row in _rows(corpus, CorpusConfig(corpus.kind), "") if row.name in shown]


def _rows(config: Any, default: Any, where: str) -> Iterator[SettingRow]:
    for field in dataclasses.fields(config):
        if field.name in _FOUND.get(where, ()) or (not where and field.name in _ELSEWHERE):
            continue
        name = f"{where}.{field.name}" if where else field.name
        value, usual = getattr(config, field.name), getattr(default, field.name)
        if dataclasses.is_dataclass(value):
            yield from _rows(value, usual, name)
        else:
            told = {key: field.metadata.get(key, empty) for key, empty in _TOLD.items()}
            yield SettingRow(where, name, value, usual, **told)


def as_text(value: Any) -> str:
    """A value as a person types it."""
    if isinstance(value, list | tuple):
        return ", ".join(as_text(one) for one in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{word}: {label}" for word, label in value.items())
    if value is None:
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)


def changed(config: RunConfig, name: str, text: str) -> RunConfig:
    """The run with one setting as typed. Raises TrainingError that names what is wrong with it."""
    values = plain(config)
    table = values
    *tables, last = name.split(".")
    for key in tables:
        table = table[key]
    table[last] = _read(table[last], text.strip(), name)
    return parse_run(values, Path("settings"))


def changed_corpus(corpus: CorpusConfig, name: str, text: str) -> CorpusConfig:
    """The corpus with one setting as typed. Raises TrainingError that names what is wrong with it."""
    values = plain(corpus)
    values[name] = _read(values[name], text.strip(), name)
    try:
        made: CorpusConfig = build(CorpusConfig, values)
    except ValueError as error:
        raise TrainingError(str(error)) from error
    return made


def _read(now: Any, text: str, name: str) -> Any:
    """The typed text in the kind of the value that it replaces."""
    try:
        if isinstance(now, bool):
            return text.lower() in ("true", "yes", "1")
        if isinstance(now, int):
            return int(text)
        if isinstance(now, float):
            return float(text)
        if now is None:
            return int(text) if text else None
        if isinstance(now, list | tuple):
            parts = [part.strip() for part in text.split(",") if part.strip()]
            return [int(part) for part in parts] if now and isinstance(now[0], int) else parts
        if isinstance(now, Mapping):
            return _pairs(text, name)
    except ValueError:
        kind = "a whole number" if isinstance(now, int) or now is None else "a number"
        raise TrainingError(f"{name} takes {kind}, not {text!r}.") from None
    return text


def _pairs(text: str, name: str) -> dict[str, str]:
    """``happy: joy, calm: neutral``; nothing behind the colon is a label too: none."""
    pairs = [part.partition(":") for part in text.split(",") if part.strip()]
    if not all(colon and word.strip() for word, colon, _ in pairs):
        raise TrainingError(f"{name} takes pairs as happy: joy, calm: neutral, not {text!r}.")
    return {word.strip(): label.strip() for word, _, label in pairs}
