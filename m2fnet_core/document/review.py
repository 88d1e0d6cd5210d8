"""Which utterances are worth a person's look next, and how many errors are probably left. No Qt, no torch."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from m2fnet_core.base.dialogue import Prediction
from m2fnet_core.document.content import Decision, Document, Turn

_BINS = 5  # of the predicted label's probability
_PRIOR = 4.0  # decisions that the model's own word about itself weighs as much as


class Order(StrEnum):
    """By what the review queue is ordered. Ties, and `TIME`, are in order of the start."""

    TIME = "time"
    ENTROPY = "entropy"
    MARGIN = "margin"
    MODALITIES = "modalities"
    DIFFERENT = "different"
    SHIFT = "shift"
    RARE = "rare"


Predictions = Mapping[str, Prediction]  # by utterance
Decisions = Mapping[str, Decision]  # one annotator's, by utterance


def decided(decision: Decision | None) -> bool:
    """Whether an annotator is done with an utterance: it has a label, or shall have none."""
    return decision is not None and (decision.label is not None or decision.skip)


def corrected(decision: Decision | None, prediction: Prediction | None) -> bool:
    """Whether a person chose another label than the network."""
    chosen = decision.label if decision is not None else None
    return chosen is not None and prediction is not None and chosen != prediction.label


def medium_to_review(document: Document, annotator: str, after: str) -> str:
    """The next medium after another one, from the last on to the first, in which the annotator has something undecided.

    Returns "" when there is none but that one. Looks at every utterance.
    """
    said = document.decisions
    waiting = {turn.medium for turn in document.turns.values() if not decided(said.get((turn.id, annotator)))}
    media = list(document.media)
    place = media.index(after) if after in document.media else -1
    return next((medium for medium in media[place + 1 :] + media[: max(0, place)] if medium in waiting), "")


def queue(turns: Sequence[Turn], predictions: Predictions, decisions: Decisions, order: Order) -> tuple[str, ...]:
    """Utterances to look at, the most rewarding first. ``turns`` are one medium's in order of their start.

    By time, entropy, margin and rare class: everything undecided, what is not predicted last. By modalities and shift:
    the undecided ones of which it is true. `DIFFERENT`: the decided ones whose label is not the network's.
    """
    asked = [turn for turn in turns if decided(decisions.get(turn.id)) is (order is Order.DIFFERENT)]
    worth = scores(turns, predictions, decisions, order)
    if order in (Order.MODALITIES, Order.DIFFERENT, Order.SHIFT):
        asked = [turn for turn in asked if worth.get(turn.id, 0.0) > 0]
    return tuple(turn.id for turn in sorted(asked, key=lambda turn: -worth.get(turn.id, -1.0)))


def scores(turns: Sequence[Turn], predictions: Predictions, decisions: Decisions, order: Order) -> dict[str, float]:
    """How much each predicted utterance is worth a look, 0 to 1; those without a prediction have none."""
    known = [(turn, predictions[turn.id]) for turn in turns if turn.id in predictions]
    match order:
        case Order.ENTROPY:
            return {turn.id: entropy(prediction) for turn, prediction in known}
        case Order.MARGIN:
            return {turn.id: 1.0 - margin(prediction) for turn, prediction in known}
        case Order.MODALITIES:
            return {turn.id: disagreement(prediction) for turn, prediction in known}
        case Order.DIFFERENT:
            return {turn.id: difference(prediction, decisions.get(turn.id)) for turn, prediction in known}
        case Order.SHIFT:
            return _shifts(known)
        case Order.RARE:
            shares = Counter(prediction.label for _, prediction in known)
            return {turn.id: 1.0 - shares[prediction.label] / len(known) for turn, prediction in known}
    return {}


def entropy(prediction: Prediction) -> float:
    """Of the probabilities, 0 (certain) to 1 (all labels alike)."""
    shares = [share for share in prediction.probabilities.values() if share > 0]
    return -sum(share * math.log(share) for share in shares) / math.log(max(2, len(prediction.probabilities)))


def margin(prediction: Prediction) -> float:
    """How far the most probable label is ahead of the next one, 0 to 1."""
    first, second, *_ = [*sorted(prediction.probabilities.values(), reverse=True), 0.0, 0.0]
    return first - second


def disagreement(prediction: Prediction) -> float:
    """How strongly one modality speaks for the prediction while another speaks against it; 0 when none does."""
    said = prediction.contributions
    shares = [share for share in (said.text, said.audio, said.visual) if share is not None]
    return max(0.0, min(max(shares, default=0.0), -min(shares, default=0.0)))


def difference(prediction: Prediction, decision: Decision | None) -> float:
    """How sure the network is of a label that a person did not choose; 0 where they agree."""
    return prediction.probabilities.get(prediction.label, 0.0) if corrected(decision, prediction) else 0.0


def _shifts(known: Sequence[tuple[Turn, Prediction]]) -> dict[str, float]:
    """By how much the probabilities differ from the same speaker's turn before, where the label differs, too."""
    latest: dict[str, Prediction] = {}
    result: dict[str, float] = {}
    for turn, prediction in known:
        before = latest.get(turn.speaker)
        turned = before is not None and before.label != prediction.label
        result[turn.id] = _distance(before, prediction) if turned and before is not None else 0.0
        if turn.speaker:
            latest[turn.speaker] = prediction
    return result


def _distance(one: Prediction, other: Prediction) -> float:
    """Half of the summed differences of the probabilities: 0 alike, 1 nothing in common."""
    labels = one.probabilities.keys() | other.probabilities.keys()
    return sum(abs(one.probabilities.get(k, 0.0) - other.probabilities.get(k, 0.0)) for k in labels) / 2


@dataclass(slots=True)
class _Bin:
    """Utterances of about the same predicted probability. ``doubt`` adds up 1 - probability of the undecided."""

    decided: int = 0
    corrected: int = 0
    undecided: int = 0
    doubt: float = 0.0


@dataclass(frozen=True, slots=True)
class Estimate:
    """Of the utterances nobody decided: how many the network probably got wrong. ``corrected`` of ``decided`` were."""

    undecided: int
    errors: float
    decided: int
    corrected: int


class Tally:
    """Keeps the estimate up to date, one utterance at a time.

    Among predictions about as sure, the share corrected so far is taken for the share of errors among the undecided.
    Until there are corrections to go by, the network's own probabilities stand in: they weigh as much as 4 decisions.
    """

    def __init__(self) -> None:
        self._bins = [_Bin() for _ in range(_BINS)]
        self._known: dict[str, tuple[Prediction, Decision | None]] = {}

    def put(self, utterance: str, prediction: Prediction | None, decision: Decision | None) -> None:
        """What is known of an utterance now, in place of what was; without a prediction it does not count."""
        before = self._known.pop(utterance, None)
        if before is not None:
            self._count(*before, -1)
        if prediction is not None and not (decision is not None and decision.skip):
            self._known[utterance] = (prediction, decision)
            self._count(prediction, decision, 1)

    def _count(self, prediction: Prediction, decision: Decision | None, by: int) -> None:
        sure = prediction.probabilities.get(prediction.label, 0.0)
        place = self._bins[min(_BINS - 1, max(0, int(sure * _BINS)))]
        if decided(decision):
            place.decided += by
            place.corrected += by * corrected(decision, prediction)
        else:
            place.undecided += by
            place.doubt += by * (1.0 - sure)

    @property
    def estimate(self) -> Estimate:
        """At this moment."""
        errors = sum(
            (place.corrected * place.undecided + _PRIOR * place.doubt) / (place.decided + _PRIOR)
            for place in self._bins
        )
        decided_now, corrected_now = (sum(getattr(b, name) for b in self._bins) for name in ("decided", "corrected"))
        return Estimate(sum(b.undecided for b in self._bins), max(0.0, errors), decided_now, corrected_now)
