"""What a corpus folder holds, what is missing, and which of its files do not open. No torch."""

import tarfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from rich.console import Group
from rich.table import Table
from rich.text import Text

from m2fnet_core.base.errors import M2FNetError
from m2fnet_core.base.progress import CancelToken, Pace
from m2fnet_core.media.probe import probe
from trainer.config import CorpusConfig
from trainer.datasets.base import SPLITS, Corpus, Item, Items
from trainer.datasets.corpora import DIALOGUE_READERS, present_folder, split_of
from trainer.datasets.faces import load_face, read_faces
from trainer.datasets.packs import read_pack
from trainer.datasets.speech import read_speech
from trainer.events import Checked, Hook, Progress, SplitContent, ignore

UNLABELLED, PEOPLE = "(other)", "(faces of people)"


def check_corpus(
    config: CorpusConfig, labels: Sequence[str], hook: Hook = ignore, cancel: CancelToken | None = None
) -> Checked:
    """Read a corpus and open every file of it. Raises TrainingError for a folder that holds none, Cancelled."""
    present_folder(config)
    if config.kind in ("faces", "speech"):
        items = (read_faces if config.kind == "faces" else read_speech)(config, labels)
        openers: Callable[[Item], object] = load_face if config.kind == "faces" else lambda item: probe(item.path)
        unreadable = _unreadable({i.name: (openers, i) for i in items.items}, hook, cancel)
        parts = _item_parts(items, labels, config.identities)
        return Checked(config.kind, config.folder, parts, items.problems, unreadable)
    corpus = (
        read_pack(config.folder, labels, config.label_map)[0]
        if config.kind == "pack"
        else DIALOGUE_READERS[config.kind](config, labels)
    )
    media = {str(path): (probe, path) for path in _media(corpus)}
    unreadable = _unreadable(media, hook, cancel)
    parts = _dialogue_parts(corpus, labels, config)
    return Checked(config.kind, config.folder, parts, corpus.problems, unreadable, corpus.missing, len(media))


def _media(corpus: Corpus) -> Iterable[Path]:
    for dialogues in corpus.splits.values():
        for dialogue in dialogues:
            yield from (path for path in (dialogue.media, *(u.media for u in dialogue.utterances)) if path is not None)


def _unreadable(
    files: Mapping[str, tuple[Callable[..., object], object]], hook: Hook, cancel: CancelToken | None
) -> dict[str, str]:
    found: dict[str, str] = {}
    pace = Pace(len(files))
    for number, (name, (opener, what)) in enumerate(files.items(), 1):
        if cancel is not None:
            cancel.check()
        try:
            opener(what)
        except (M2FNetError, OSError, ValueError, tarfile.TarError) as error:
            found[name] = str(error)
        hook(Progress("check", number, len(files), pace.seconds_left(number)))
    return found


def _dialogue_parts(corpus: Corpus, labels: Sequence[str], config: CorpusConfig) -> dict[str, SplitContent]:
    def part(split: str) -> SplitContent:
        dialogues = [d for own, some in corpus.splits.items() if split_of(config, own) == split for d in some]
        utterances = [u for d in dialogues for u in d.utterances]
        counts = Counter(u.label or UNLABELLED for u in utterances)
        return SplitContent(_ordered(counts, labels), len(dialogues), len({u.speaker for u in utterances}))

    there = {split_of(config, own) for own in corpus.splits}
    return {split: part(split) for split in SPLITS if split in there}


def _item_parts(items: Items, labels: Sequence[str], identities: bool) -> dict[str, SplitContent]:
    def part(split: str) -> SplitContent:
        mine = items.of(split)
        counts = {PEOPLE: len(mine)} if identities else _ordered(Counter(i.label for i in mine), labels)
        return SplitContent(counts, 0, len({i.speaker for i in mine if i.speaker}))

    there = {item.split for item in items.items}
    return {split: part(split) for split in SPLITS if split in there}


def _ordered(counts: Mapping[str, int], labels: Sequence[str]) -> dict[str, int]:
    return {label: counts[label] for label in (*labels, UNLABELLED) if counts.get(label)}


def as_table(report: Checked) -> Group:
    """For people."""
    table = Table(title=f"{report.kind}: {report.folder}")
    table.add_column("label")
    for split in report.parts:
        table.add_column(split, justify="right")
    for label in dict.fromkeys(label for part in report.parts.values() for label in part.labels):
        table.add_row(label, *(str(part.labels.get(label, 0)) for part in report.parts.values()))
    table.add_section()
    for name, of in (("dialogues", "dialogues"), ("speakers", "speakers")):
        numbers = [getattr(part, of) for part in report.parts.values()]
        if any(numbers):
            table.add_row(name, *map(str, numbers))
    told = [*report.problems, *(f"does not open: {reason}" for reason in report.unreadable.values())]
    return Group(table, *(Text(line) for line in told or ["Everything is there, and every file opens."]))
