"""Agreement against published worked examples, its intervals, and what is said where there is no figure."""

import numpy as np
import pytest

from m2fnet_core.document.agreement import (
    Agreement,
    Drawn,
    Labels,
    compare,
    difference,
    joint,
    kappa,
    one_against_rest,
    percent,
)

COHEN = ((88, 10, 2), (14, 40, 6), (18, 10, 12))  # Cohen 1960, table 2: 200 cases, two clinicians
# Krippendorff 2011, "Computing Krippendorff's alpha-reliability", examples A, B and C.
BINARY = ("0100000010", "1110010000")
NOMINAL = ("aabbdcccedda", "babbbccceddd")
FOUR = ("123321412...", "1233224125.3", ".3332342251.", "12332441251.")


def judged(row: str) -> dict[str, str]:
    """One letter per utterance; a dot is none."""
    return {f"u{place:02d}": letter for place, letter in enumerate(row) if letter != "."}


def from_table(table: tuple[tuple[int, ...], ...], labels: str = "abc") -> tuple[dict[str, str], dict[str, str]]:
    """Two judges whose counts are the table's."""
    first, second = dict[str, str](), dict[str, str]()
    for row, counts in zip(labels, table, strict=True):
        for column, count in zip(labels, counts, strict=True):
            for _ in range(count):
                name = f"u{len(first)}"
                first[name], second[name] = row, column
    return first, second


def compared(first: Labels, second: Labels, labels: str = "abc", dialogues: int = 1, seed: int = 0) -> Agreement:
    """The utterances in dialogues of about the same length."""
    every = sorted({*first, *second})
    return compare(first, second, tuple(labels), {u: f"d{k % dialogues}" for k, u in enumerate(every)}, seed)


def test_cohens_own_example() -> None:
    found = compared(*from_table(COHEN))
    assert found.table == COHEN
    assert (found.matched, found.differing) == (200, 60)
    assert found.percent.value == pytest.approx(0.70)
    assert found.kappa.value == pytest.approx(0.29 / 0.59)


def test_the_first_textbook_example_of_kappa() -> None:
    found = compared(*from_table(((20, 5), (10, 15)), "ab"), "ab")
    assert found.percent.value == pytest.approx(0.7)
    assert found.kappa.value == pytest.approx(0.4)


def test_krippendorffs_two_observers_binary() -> None:
    found = compared(judged(BINARY[0]), judged(BINARY[1]), "01")
    assert found.alpha.value == pytest.approx(0.095, abs=5e-4)


def test_krippendorffs_two_observers_nominal() -> None:
    found = compared(judged(NOMINAL[0]), judged(NOMINAL[1]), "abcde")
    assert found.alpha.value == pytest.approx(0.692, abs=5e-4)


def test_krippendorffs_four_observers_with_missing_values() -> None:
    found = joint([judged(row) for row in FOUR], tuple("12345"), {})
    assert (found.judges, found.utterances) == (4, 11)  # unit 12 was judged by one alone
    assert found.alpha.value == pytest.approx(0.743, abs=5e-4)
    assert found.alpha.low is not None
    assert found.alpha.high is not None
    assert found.alpha.low < 0.743 < found.alpha.high


def test_two_judges_of_the_joint_alpha_are_the_pair() -> None:
    first, second = judged(NOMINAL[0]), judged(NOMINAL[1])
    both = joint([first, second], tuple("abcde"), {})
    assert both.alpha == compared(first, second, "abcde").alpha


def test_each_class_is_one_against_the_rest() -> None:
    table = np.array(COHEN, float)
    (both, first), (second, rest) = one_against_rest(table)[0]
    assert (both, first, second, rest) == (88, 12, 32, 68)
    found = compared(*from_table(COHEN)).classes
    assert [(one.label, one.first, one.second, one.both) for one in found] == [
        ("a", 100, 120, 88),
        ("b", 60, 60, 40),
        ("c", 40, 20, 12),
    ]
    for place, one in enumerate(found):
        assert one.kappa.value == pytest.approx(float(kappa(one_against_rest(table)[place])))


def test_only_utterances_with_a_label_of_both_count() -> None:
    found = compared({"u0": "a", "u1": "b", "u2": "a"}, {"u1": "b", "u2": "b", "u3": "c", "u4": "c"})
    assert (found.matched, found.only_first, found.only_second) == (2, 1, 2)


def test_a_label_outside_the_set_is_kept() -> None:
    found = compared({"u0": "a", "u1": "z"}, {"u0": "a", "u1": "a"})
    assert found.labels == ("a", "b", "c", "z")


def test_a_reason_instead_of_nothing() -> None:
    nothing = compared({"u0": "a"}, {"u1": "a"})
    assert (nothing.percent.value, nothing.kappa.value) == (None, None)
    assert nothing.kappa.reason == "No utterance has a label of both."
    one = compared({"u0": "a", "u1": "a"}, {"u0": "a", "u1": "a"})
    assert one.percent.value == 1.0
    assert one.kappa.value is None
    assert "Only a was ever said" in one.kappa.reason
    assert "Only a was ever said" in one.alpha.reason
    assert one.classes[0].kappa.reason == "Both said a every time."
    assert one.classes[1].kappa.reason == "Nobody said b."
    assert one.percent.low is None
    assert "interval" in one.percent.reason


def test_of_a_rare_class_there_is_a_figure_but_no_interval() -> None:
    found = compared(*from_table(((30, 0, 0), (0, 30, 0), (0, 0, 1))))
    rare = found.classes[2].kappa
    assert rare.value == 1.0
    assert rare.low is None
    assert "resamples" in rare.reason


def test_judges_that_never_agree() -> None:
    found = compared(*from_table(((0, 10), (10, 0)), "ab"), "ab")
    assert found.percent.value == 0.0
    assert found.kappa.value == -1.0


def test_the_interval_is_that_of_the_large_sample_formula() -> None:
    found = compared(*from_table(COHEN)).percent
    assert found.low is not None
    assert found.high is not None
    error = 1.96 * np.sqrt(0.7 * 0.3 / 200)
    assert (found.low, found.high) == (pytest.approx(0.7 - error, abs=0.01), pytest.approx(0.7 + error, abs=0.01))


def test_the_same_seed_gives_the_same_interval() -> None:
    pair = from_table(COHEN)
    assert compared(*pair, seed=3) == compared(*pair, seed=3)
    assert compared(*pair, seed=3).kappa != compared(*pair, seed=4).kappa


def test_whole_dialogues_are_drawn_where_there_are_enough() -> None:
    """Judges agree fully in half of the dialogues and never in the others: utterances would promise too much."""
    dialogues = {f"u{k}": f"d{k // 10}" for k in range(200)}
    first = {u: "a" if k % 2 else "b" for k, u in enumerate(dialogues)}
    flip = {"a": "b", "b": "a"}
    second = {u: label if int(dialogues[u][1:]) % 2 else flip[label] for u, label in first.items()}
    wide = compare(first, second, ("a", "b"), dialogues)
    narrow = compare(first, second, ("a", "b"), dict.fromkeys(dialogues, "d0"))
    assert (wide.drawn, narrow.drawn) == (Drawn.DIALOGUES, Drawn.UTTERANCES)
    assert wide.percent.value == narrow.percent.value == 0.5

    def width(found: Agreement) -> float:
        assert found.percent.low is not None
        assert found.percent.high is not None
        return found.percent.high - found.percent.low

    assert width(wide) > 2 * width(narrow)
    many = joint([first, second], ("a", "b"), dialogues).alpha
    assert many.value == wide.alpha.value
    assert many == wide.alpha


def test_the_difference_of_two_agreements() -> None:
    blind, assisted = (
        compared(*from_table(((50, 50), (50, 50)), "ab")),
        compared(*from_table(((90, 10), (10, 90)), "ab")),
    )
    found = difference(blind, assisted, percent)
    assert found.value == pytest.approx(0.4)
    assert found.low is not None
    assert found.high is not None
    assert 0.3 < found.low < 0.4 < found.high < 0.5
    none = difference(blind, compared({}, {}), percent)
    assert none.value is None
    assert none.reason


def test_twenty_thousand_utterances_are_compared_by_dialogue() -> None:
    rng = np.random.default_rng(1)
    first = {f"u{k}": "abcdefg"[int(c)] for k, c in enumerate(rng.integers(0, 7, 20_000))}
    second = {u: label if int(u[1:]) % 3 else "a" for u, label in first.items()}
    dialogues = {u: f"d{int(u[1:]) // 200}" for u in first}
    assert compare(first, second, tuple("abcdefg"), dialogues).drawn is Drawn.DIALOGUES
