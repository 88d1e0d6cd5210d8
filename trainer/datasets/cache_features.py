"""The features step: all utterances of all corpora to vectors, by the very code that the application uses (torch)."""

import os
import threading
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import torch

from m2fnet_core.base.dialogue import Dialogue
from m2fnet_core.base.errors import MediaError, TrainingError
from m2fnet_core.base.events import Event, Notice
from m2fnet_core.base.progress import CancelToken, Pace
from m2fnet_core.bundle.networks import Bundle
from m2fnet_core.features.extract import FeatureExtractor
from m2fnet_core.features.store import FeatureStore
from m2fnet_core.features.vectors import UtteranceVectors
from m2fnet_core.media.probe import probe
from trainer.events import Hook, Progress


def extract_all(
    bundle: Bundle,
    splits: Mapping[str, Sequence[Dialogue]],
    store: Path | None,
    workers: int,
    hook: Hook,
    cancel: CancelToken,
) -> tuple[dict[tuple[str, str], UtteranceVectors], dict[str, int]]:
    """Vectors by dialogue and utterance id, and one sentence per medium that could not be read with its utterances.

    ``workers`` dialogues are read at once. Vectors are kept in ``store`` (None: the application's own) as they come, so
    a stopped step goes on where it was. Raises Cancelled.
    """
    problems: list[tuple[str, int]] = []  # several threads tell them

    def hear(event: Event) -> None:
        if isinstance(event, Notice):
            problems.append((event.text, 1))

    def read(dialogue: Dialogue) -> list[UtteranceVectors]:
        if not hasattr(mine, "extractor"):
            mine.extractor = FeatureExtractor(bundle, FeatureStore(store), hear)
        return _vectors(mine.extractor, dialogue, problems, cancel)

    mine = threading.local()  # an extractor works for one thread
    dialogues = [d for some in splits.values() for d in some]
    of = sum(len(d.utterances) for d in dialogues)
    pace, vectors = Pace(of), dict[tuple[str, str], UtteranceVectors]()
    with ThreadPoolExecutor(workers, thread_name_prefix="features") as pool:
        coming = [pool.submit(read, dialogue) for dialogue in dialogues]
        try:
            for dialogue, future in zip(dialogues, coming, strict=True):
                found = zip(dialogue.utterances, future.result(), strict=True)
                vectors |= {(dialogue.id, utterance.id): one for utterance, one in found}
                hook(Progress("features", len(vectors), of, pace.seconds_left(len(vectors))))
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
    return vectors, _counted(problems)


def _counted(problems: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Sentences, sorted, with all the utterances that each is about: a video may hold many dialogues."""
    counts = Counter[str]()
    for sentence, utterances in problems:
        counts[sentence] += utterances
    return dict(sorted(counts.items()))


def default_workers(device: torch.device) -> int:
    """Dialogues to read at once. On a CPU the networks take it all, and each reads ahead by itself already."""
    return 1 if device.type == "cpu" else max(1, min(8, (os.cpu_count() or 2) // 2))


def _vectors(
    extractor: FeatureExtractor, dialogue: Dialogue, problems: list[tuple[str, int]], cancel: CancelToken
) -> list[UtteranceVectors]:
    """Of one dialogue; without sound and pictures when its own medium cannot be read."""
    try:
        info = None if dialogue.media is None else probe(dialogue.media)
        return list(extractor.vectors(info, dialogue.utterances, cancel))
    except MediaError as error:
        problems.append((str(error), len(dialogue.utterances)))
        return list(extractor.vectors(None, dialogue.utterances, cancel))


def refuse_too_many(problems: Mapping[str, int], utterances: int, most: float) -> None:
    """Raise TrainingError when more than the share ``most`` of the utterances lost their sound and picture."""
    lost = sum(problems.values())
    if lost > most * utterances:
        raise TrainingError(
            f"The sound and picture of {lost} of {utterances} utterances cannot be read (the first: "
            f"{next(iter(problems))}); repair the corpus, or raise features.most_unreadable."
        )
