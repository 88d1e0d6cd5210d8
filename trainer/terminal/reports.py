"""What the command line tells about corpora, machines and models without training. No torch before it is needed."""

import argparse
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from m2fnet_core.base.emotions import IEMOCAP, MELD
from m2fnet_core.base.progress import CancelToken
from trainer.config import CorpusConfig, RunConfig
from trainer.datasets.check import check_corpus
from trainer.datasets.corpora import read_dialogues
from trainer.events import Checked, Hook, Warned
from trainer.judge.leakage import refuse_leaks
from trainer.run.file import read_run

FEW = 10  # labels of a class in training below which it is hardly learnt
_ITEMS = {"faces": "faces", "speech": "clips"}  # what is counted; in all other corpora utterances

Report = Callable[[argparse.Namespace, Hook, CancelToken], None]


def _check(arguments: argparse.Namespace, hook: Hook, cancel: CancelToken) -> None:
    if arguments.kind:
        labels = (IEMOCAP if arguments.kind == "iemocap" else MELD).labels
        config = RunConfig(labels=labels, corpora=(CorpusConfig(arguments.kind, arguments.run.absolute()),))
    else:
        config = read_run(arguments.run)
    found = []
    for corpus in config.corpora:
        found.append(check_corpus(corpus, config.labels, hook, cancel))
        hook(found[-1])
    for sentence in few_labels(found, config.labels):
        hook(Warned("check", sentence))
    if config.start_from and any(corpus.kind == "documents" for corpus in config.corpora):
        refuse_leaks(config, read_dialogues(config)[0]["test"])


def few_labels(found: Sequence[Checked], labels: Sequence[str]) -> list[str]:
    """A sentence for each kind of training material in which some label is rare."""
    counts: dict[str, Counter[str]] = {}
    for corpus in found:
        part = corpus.parts.get("train")
        if part is not None and any(label in labels for label in part.labels):
            counts.setdefault(_ITEMS.get(corpus.kind, "utterances"), Counter()).update(part.labels)
    sentences = []
    for things, count in counts.items():
        few = [f"{label} ({count[label]})" for label in labels if count[label] < FEW]
        if few:
            sentences.append(
                f"Fewer than {FEW} labelled {things} to train on: {', '.join(few)}; what is so rare is hardly learnt."
            )
    return sentences


def _estimate(arguments: argparse.Namespace, hook: Hook, cancel: CancelToken) -> None:
    from trainer.steps.estimate import estimate

    estimate(read_run(arguments.run, arguments.set), hook, cancel)


def _compare(arguments: argparse.Namespace, hook: Hook, cancel: CancelToken) -> None:
    from trainer.judge.compare import compare

    hook(compare(read_run(arguments.run, arguments.set), arguments.other, hook, cancel))


def _devices(_arguments: argparse.Namespace, hook: Hook, _cancel: CancelToken) -> None:
    from trainer.steps.estimate import devices

    hook(devices())


REPORTS: Mapping[str, Report] = {
    "check": _check,
    "estimate": _estimate,
    "compare": _compare,
    "devices": _devices,
}
