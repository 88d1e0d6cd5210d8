"""Any list of utterances becomes one that fits the file, and says what was changed."""

from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given

from m2fnet_core.base.dialogue import Utterance
from m2fnet_core.base.errors import TranscriptError
from m2fnet_core.transcript import Transcript, clean
from m2fnet_core.transcript.repair import SHORTEST


def spans(*rows: tuple[float, float] | tuple[float, float, str]) -> list[Utterance]:
    return [
        Utterance(f"u{n}", row[0], row[1], row[2] if len(row) > 2 else "", f"text {n}") for n, row in enumerate(rows, 1)
    ]


def times(transcript: Transcript) -> list[tuple[str, float, float]]:
    return [(u.id, u.start, u.end) for u in transcript.utterances]


def test_good_utterances_stay_as_they_are() -> None:
    good = spans((0, 1, "A"), (1, 2, "B"), (2.5, 10, "A"))
    assert clean(good, 10.0) == Transcript(tuple(good))


@pytest.mark.parametrize(
    ("rows", "kept", "notice"),
    [
        ([(0, 1), (3, 2)], [("u1", 0, 1)], "1 utterance ended before it started and was left out (u2)."),
        ([(0, 1), (2, 2), (3, 3)], [("u1", 0, 1)], "2 utterances had no length and were left out (u2, u3)."),
        (
            [(0, 1), (2, 3), (12, 13)],
            [("u1", 0, 1), ("u2", 2, 3)],
            "1 utterance lay outside the file and was left out (u3).",
        ),
        ([(-5, -4), (0, 1)], [("u2", 0, 1)], "1 utterance lay outside the file and was left out (u1)."),
        (
            [(-1, 1), (9, 12)],
            [("u1", 0, 1), ("u2", 9, 10)],
            "2 utterances reached beyond the file and were shortened (u1, u2).",
        ),
        ([(4, 5), (1, 2)], [("u2", 1, 2), ("u1", 4, 5)], "Utterances were not in order of time and were sorted."),
        (
            [(0, 3, "A"), (2, 4, "A")],
            [("u1", 0, 2), ("u2", 2, 4)],
            "1 utterance ran into the same speaker's next one and was shortened (u1).",
        ),
    ],
)
def test_each_repair_is_one_notice(
    rows: list[tuple[float, float]], kept: list[tuple[str, float, float]], notice: str
) -> None:
    repaired = clean(spans(*rows), 10.0)
    assert times(repaired) == kept
    assert repaired.notices == (notice,)


def test_overlaps_of_different_or_unknown_speakers_stay() -> None:
    talk = spans((0, 3, "A"), (1, 4, "B"), (3.5, 6, ""), (4, 5, ""), (4, 5, "A"), (4, 5, "A"))
    assert clean(talk, 10.0) == Transcript(tuple(talk))


def test_exact_repetitions_count_once() -> None:
    talk = [Utterance("u1", 0, 1, "A", "Hi"), Utterance("u2", 0, 1, "A", "Hi"), Utterance("u3", 0, 1, "B", "Hi")]
    repaired = clean(talk, 10.0)
    assert [u.id for u in repaired.utterances] == ["u1", "u3"]
    assert repaired.notices == ("1 utterance repeated another one and was left out (u2).",)


def test_the_transcript_of_another_video_is_told() -> None:
    with pytest.raises(TranscriptError, match=r"^talk\.srt does not belong to this file: none of its utterances"):
        clean(spans((100, 101), (102, 103)), 10.0, "talk.srt")
    mostly = clean(spans((1, 2), (100, 101), (102, 103), (104, 105)), 10.0, "talk.srt")
    assert times(mostly) == [("u1", 1, 2)]
    assert mostly.notices[-1] == (
        "talk.srt: most utterances lie outside this file; it may be the transcript of another one."
    )


def test_nothing_usable_is_a_failure_with_the_reasons() -> None:
    with pytest.raises(TranscriptError, match=r"no usable utterance: 1 utterance ended before it started"):
        clean(spans((3, 2), (4, 4)), 10.0)
    with pytest.raises(TranscriptError, match="no usable utterance"):
        clean([], 10.0)


def test_clips_keep_their_order_and_length() -> None:
    clips = [
        Utterance("dia0_utt0", 0.0, 30.0, media=Path("a.mp4")),
        Utterance("dia0_utt1", 0.0, 2.0, media=Path("b.mp4")),
    ]
    assert clean(clips, 10.0) == Transcript(tuple(clips))


@given(
    rows=st.lists(
        st.tuples(st.floats(-50, 150), st.floats(-50, 150), st.sampled_from(["", "A", "B"])), min_size=0, max_size=30
    )
)
def test_whatever_comes_the_rest_is_usable(rows: list[tuple[float, float, str]]) -> None:
    usable = any(min(end, 100.0) - max(start, 0.0) >= SHORTEST for start, end, _ in rows)
    try:
        repaired = clean(spans(*rows), 100.0)
    except TranscriptError:
        assert not usable
        return
    assert usable
    starts = [u.start for u in repaired.utterances]
    assert starts == sorted(starts)
    assert all(u.start >= 0 and u.end <= 100 and u.duration >= SHORTEST for u in repaired.utterances)
    assert clean(repaired.utterances, 100.0).utterances == repaired.utterances
