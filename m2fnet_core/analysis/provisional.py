"""Predictions while the vectors still come in: provisional, because later turns may change them (torch)."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from m2fnet_core.analysis.predict import predict
from m2fnet_core.base.dialogue import Utterance
from m2fnet_core.base.events import Hook, Predicted
from m2fnet_core.bundle.networks import Bundle
from m2fnet_core.features.vectors import UtteranceVectors

_SHARE = 10  # the dialogue network takes at most about one part in so many of the time


class LivePredictions:
    """Runs the dialogue network again as vectors come in, and tells the hook of each utterance's first prediction.

    It rests for a while after each run, so that a large network or many utterances out of the store cost little.
    """

    def __init__(
        self,
        bundle: Bundle,
        utterances: Sequence[Utterance],
        hook: Hook,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._bundle = bundle
        self._utterances = utterances
        self._hook = hook
        self._clock = clock
        self._told = 0  # utterances
        self._next = clock()

    def update(self, vectors: Sequence[UtteranceVectors]) -> None:
        """``vectors`` of the utterances known so far, from the first one on."""
        begun = self._clock()
        if begun < self._next:
            return
        first = max(0, self._told - self._bundle.info.max_dialogue)  # context
        known = slice(first, len(vectors))
        predictions = predict(self._bundle, vectors[known], self._utterances[known])
        for prediction in predictions[self._told - first :]:
            self._hook(Predicted(replace(prediction, provisional=True)))
        self._told = len(vectors)
        self._next = self._clock() + _SHARE * (self._clock() - begun)
