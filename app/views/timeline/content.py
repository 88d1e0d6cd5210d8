"""What the timeline shows, as arrays that painting and hit testing can search. No Qt."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from app.views.timeline.spans import Cover, Floats, Ints, Spans, one_hot
from m2fnet_core.base.dialogue import Prediction, Utterance
from m2fnet_core.document.content import Decision


@dataclass(frozen=True, slots=True)
class Lane:
    """One speaker's utterances: ``members`` are their positions in `Content.utterances`, ``spans`` go with them."""

    speaker: str
    members: Ints
    spans: Spans


class Content:
    """Utterances in order of their start, and the predictions and decisions known so far.

    Per utterance: ``codes`` is the place of its label in ``labels`` (a person's, else the network's; ``len(labels)``
    without any), ``probabilities`` float64[n, labels] are the network's, ``provisional`` tells that it may change.
    """

    def __init__(
        self,
        utterances: tuple[Utterance, ...] = (),
        speakers: tuple[str, ...] = (),
        labels: tuple[str, ...] = (),
        predictions: Iterable[Prediction] = (),
    ) -> None:
        self.utterances, self.labels = utterances, labels
        self.predictions = {p.utterance_id: p for p in predictions}
        self.changes: list[int] = []  # positions of utterances that look different now, so that pictures can follow
        self.place = {u.id: i for i, u in enumerate(utterances)}
        self.spans = Spans(np.array([u.start for u in utterances], float), np.array([u.end for u in utterances], float))
        order = {speaker: i for i, speaker in enumerate(speakers)}
        self.lane_of = np.array([order[u.speaker] for u in utterances], int)
        self.lanes = [self._lane(i, speaker) for i, speaker in enumerate(speakers)]
        self.decisions: dict[str, Decision] = {}
        self.codes = np.full(len(utterances), len(labels))
        self.provisional = np.zeros(len(utterances), bool)
        self.probabilities = np.zeros((len(utterances), len(labels)))
        for prediction in self.predictions.values():
            self._take(prediction)

    def _lane(self, number: int, speaker: str) -> Lane:
        members = np.flatnonzero(self.lane_of == number)
        return Lane(speaker, members, Spans(self.spans.starts[members], self.spans.ends[members]))

    def _take(self, prediction: Prediction) -> None:
        place = self.place[prediction.utterance_id]
        self.probabilities[place] = [prediction.probabilities.get(label, 0.0) for label in self.labels]
        self._colour(prediction.utterance_id)

    def _colour(self, utterance: str) -> None:
        """A person's label counts, else the network's."""
        place, prediction, decision = (
            self.place[utterance],
            self.predictions.get(utterance),
            self.decisions.get(utterance),
        )
        own = decision.label if decision is not None else None
        label = own or (prediction.label if prediction is not None else "")
        self.codes[place] = self.labels.index(label) if label in self.labels else len(self.labels)
        self.provisional[place] = own is None and prediction is not None and prediction.provisional

    def decide(self, utterance: str, decision: Decision | None) -> None:
        """Take in what a person says about an utterance, or that they take it back."""
        if utterance not in self.place:
            return
        if decision is None:
            self.decisions.pop(utterance, None)
        else:
            self.decisions[utterance] = decision
        self._colour(utterance)
        self._outdate(utterance)

    def predict(self, prediction: Prediction) -> None:
        """Take in one more prediction, or a better one."""
        if prediction.utterance_id not in self.place:
            return
        self.predictions[prediction.utterance_id] = prediction
        self._take(prediction)
        self._outdate(prediction.utterance_id)

    def _outdate(self, utterance: str) -> None:
        self.changes.append(self.place[utterance])
        for mixed in ("label_cover", "lane_covers", "probability_cover"):
            self.__dict__.pop(mixed, None)

    @property
    def kinds(self) -> Ints:
        """What an utterance looks like: predicted labels, then provisionally predicted labels, then no prediction."""
        known = self.codes < len(self.labels)
        return np.where(known, self.codes + self.provisional * len(self.labels), 2 * len(self.labels))

    @property
    def end(self) -> float:
        """When the last utterance ends; seconds."""
        return float(self.spans.ends.max()) if len(self.spans) else 0.0

    def at(self, time: float) -> Utterance | None:
        """The utterance heard at ``time``; the latest to start where several overlap."""
        place = self.spans.at(time)
        return None if place is None else self.utterances[place]

    @cached_property
    def speech_cover(self) -> Cover:
        """One weight: whether anybody speaks."""
        return Cover(self.spans, np.ones((1, len(self.spans))))

    @cached_property
    def label_cover(self) -> Cover:
        """Weights in the order of `kinds`, all speakers together."""
        return Cover(self.spans, one_hot(self.kinds, 2 * len(self.labels) + 1))

    @cached_property
    def lane_covers(self) -> list[Cover]:
        """As `label_cover`, for each lane."""
        return [Cover(lane.spans, one_hot(self.kinds[lane.members], 2 * len(self.labels) + 1)) for lane in self.lanes]

    def labels_within(self, edges: Floats, lane: int | None = None) -> Floats:
        """Columns of `label_cover`, or of a lane's, counting only the few utterances there: for a touched part."""
        spans = self.spans if lane is None else self.lanes[lane].spans
        found = spans.within(edges[0], edges[-1])
        members = found if lane is None else self.lanes[lane].members[found]
        near = Spans(self.spans.starts[members], self.spans.ends[members])
        return Cover(near, one_hot(self.kinds[members], 2 * len(self.labels) + 1)).columns(edges)

    @cached_property
    def probability_cover(self) -> Cover:
        """The probability of each label, and a last weight for the provisional ones."""
        return Cover(self.spans, np.vstack((self.probabilities.T, self.provisional)))
