"""The review queue puts what is worth a look first, and the estimate follows the corrections."""

import pytest

from m2fnet_core.base.dialogue import Contributions, Prediction, Presence
from m2fnet_core.document.content import Decision, Turn
from m2fnet_core.document.review import Order, Tally, disagreement, entropy, margin, queue

LABELS = ("neutral", "joy", "anger")


def prediction(name: str, *shares: float, **said: float) -> Prediction:
    """Probabilities in the order of LABELS."""
    probabilities = dict(zip(LABELS, shares, strict=True))
    label = max(probabilities, key=lambda key: probabilities[key])
    return Prediction(name, label, probabilities, Presence(), Contributions(**said))


TURNS = tuple(Turn(f"u{k}", "m", float(k), k + 0.9, ("ada", "bo")[k % 2]) for k in range(5))
PREDICTIONS = {
    "u0": prediction("u0", 0.9, 0.05, 0.05),
    "u1": prediction("u1", 0.4, 0.35, 0.25, text=0.3, audio=-0.2),
    "u2": prediction("u2", 0.1, 0.8, 0.1, text=0.3, visual=0.1),
    "u3": prediction("u3", 0.5, 0.0, 0.5, audio=-0.1, visual=0.05),
}


def said(utterance: str, label: str | None, **more: object) -> Decision:
    """Ada's decision."""
    return Decision(utterance, "ada", label, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (Order.TIME, "u0 u1 u2 u3 u4"),
        (Order.ENTROPY, "u1 u3 u2 u0 u4"),
        (Order.MARGIN, "u3 u1 u2 u0 u4"),
        (Order.MODALITIES, "u1 u3"),
        (Order.SHIFT, "u2"),
        (Order.RARE, "u2 u0 u1 u3 u4"),
        (Order.DIFFERENT, ""),
    ],
)
def test_each_order(order: Order, expected: str) -> None:
    assert " ".join(queue(TURNS, PREDICTIONS, {}, order)) == expected


def test_what_is_decided_leaves_the_queue_and_what_differs_has_its_own() -> None:
    decisions = {
        "u0": said("u0", "joy"),
        "u1": said("u1", "neutral"),
        "u2": said("u2", None, skip=True),
        "u3": said("u3", None, comment="later"),
        "u4": said("u4", "joy"),
    }
    assert queue(TURNS, PREDICTIONS, decisions, Order.ENTROPY) == ("u3",)
    assert queue(TURNS, PREDICTIONS, decisions, Order.DIFFERENT) == ("u0",)


def test_measures_of_doubt() -> None:
    even = prediction("x", 1 / 3, 1 / 3, 1 / 3)
    assert entropy(even) == pytest.approx(1.0)
    assert entropy(prediction("x", 1.0, 0.0, 0.0)) == 0.0
    assert margin(even) == pytest.approx(0.0)
    assert disagreement(PREDICTIONS["u1"]) == pytest.approx(0.2)
    assert disagreement(PREDICTIONS["u2"]) == 0.0
    assert disagreement(prediction("x", 0.1, 0.2, 0.7)) == 0.0


def test_the_estimate_starts_with_the_network_s_own_doubt() -> None:
    tally = Tally()
    for name, known in PREDICTIONS.items():
        tally.put(name, known, None)
    tally.put("u4", None, None)
    assert tally.estimate.undecided == 4
    assert tally.estimate.errors == pytest.approx(0.1 + 0.6 + 0.2 + 0.5)


def test_corrections_of_equally_sure_predictions_raise_it_and_agreement_lowers_it() -> None:
    sure = {f"s{k}": prediction(f"s{k}", 0.85, 0.1, 0.05) for k in range(40)}
    tally = Tally()
    for name, known in sure.items():
        tally.put(name, known, None)
    start = tally.estimate.errors
    assert start == pytest.approx(40 * 0.15)
    for k in range(10):
        tally.put(f"s{k}", sure[f"s{k}"], said(f"s{k}", "anger"))
    wrong = tally.estimate
    assert (wrong.undecided, wrong.decided, wrong.corrected) == (30, 10, 10)
    assert wrong.errors == pytest.approx(30 * (10 + 4 * 0.15) / 14)
    for k in range(10):
        tally.put(f"s{k}", sure[f"s{k}"], said(f"s{k}", "neutral"))
    assert tally.estimate.corrected == 0
    assert tally.estimate.errors < 30 * 0.15
    for k in range(10):
        tally.put(f"s{k}", sure[f"s{k}"], None)
    assert tally.estimate.errors == pytest.approx(start)


def test_skipped_utterances_are_out_of_the_estimate() -> None:
    tally = Tally()
    tally.put("u0", PREDICTIONS["u0"], said("u0", None, skip=True))
    assert tally.estimate.undecided == 0
    assert tally.estimate.decided == 0
