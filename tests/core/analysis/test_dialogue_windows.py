"""Where dialogues end, and windows that keep every utterance once."""

from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

from m2fnet_core.analysis.dialogue_windows import split_at_pauses, windows
from m2fnet_core.base.dialogue import Utterance


@given(count=st.integers(0, 400), longest=st.integers(1, 60))
@example(count=33, longest=33)
@example(count=34, longest=33)
@example(count=1500, longest=33)
@example(count=20, longest=1)
def test_every_utterance_is_kept_once_and_no_window_is_too_long(count: int, longest: int) -> None:
    found = windows(count, longest)
    assert [i for w in found for i in range(w.keep_from, w.keep_to)] == list(range(count))
    for w in found:
        assert 0 <= w.start <= w.keep_from < w.keep_to <= w.stop <= count
        assert w.stop - w.start == min(count, longest)


@given(count=st.integers(1, 400), longest=st.integers(4, 60))
def test_who_is_kept_has_context_on_both_sides(count: int, longest: int) -> None:
    for w in windows(count, longest):
        assert w.keep_from - w.start >= longest // 4 or w.keep_from == 0
        assert w.stop - w.keep_to >= longest // 4 or w.keep_to == count


def turns(*times: tuple[float, float]) -> list[Utterance]:
    return [Utterance(str(i), start, end) for i, (start, end) in enumerate(times)]


def lengths(utterances: list[Utterance], pause: float) -> list[int]:
    return [len(dialogue) for dialogue in split_at_pauses(utterances, pause)]


def test_a_long_pause_ends_a_dialogue() -> None:
    assert lengths(turns((0, 2), (3, 4), (34.5, 36), (36, 37)), 30) == [2, 2]
    assert lengths(turns((0, 2), (3, 4), (34, 36)), 30) == [3]
    assert lengths(turns((100, 101)), 30) == [1]
    assert lengths([], 30) == []


def test_silence_counts_from_whoever_spoke_last() -> None:
    assert lengths(turns((0, 60), (5, 6), (80, 81)), 30) == [3]


def test_clips_of_their_own_stay_one_dialogue() -> None:
    clips = [Utterance(str(i), 0.0, 2.0, media=Path(f"dia0_utt{i}.mp4")) for i in range(3)]
    assert lengths(clips, 1) == [3]
