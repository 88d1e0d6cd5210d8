"""Words become utterances, and follow their text when it is edited."""

import pytest

from m2fnet_core.base.dialogue import Word
from m2fnet_core.transcript.wording import packed, parted, retold, rewritten, split_at, told_by, unpacked, uttered


def words(*said: tuple[str, float, float]) -> list[Word]:
    return [Word(*each, 0.5) for each in said]


def test_utterances_end_at_sentence_ends_and_pauses() -> None:
    heard = words(
        ("Hi.", 1.0, 1.2),
        ("How", 1.5, 1.7),
        ("are", 1.75, 1.8),
        ("you", 1.8, 2.0),
        ("now", 2.9, 3.0),
        ("then.", 3.0, 3.2),
    )
    found = uttered(heard, "en", 10.0)
    assert [u.text for u in found] == ["Hi.", "How are you", "now then."]
    assert [u.words for u in found] == [tuple(heard[:1]), tuple(heard[1:4]), tuple(heard[4:])]
    assert found[0].start == pytest.approx(0.9)
    assert found[0].end == pytest.approx(1.3)
    assert found[-1].end == pytest.approx(3.3)


def test_a_sentence_end_in_the_flow_ends_only_a_long_utterance() -> None:
    flow = words(
        ("No.", 0.0, 0.3), ("Wait.", 0.35, 0.6), *((f"w{i}", 0.6 + i, 1.6 + i) for i in range(5)), ("end.", 5.6, 6.0)
    )
    assert [u.text for u in uttered([*flow, *words(("More", 6.0, 6.5))], "en", 9.0)] == [
        "No. Wait. w0 w1 w2 w3 w4 end.",
        "More",
    ]


def test_no_utterance_is_longer_than_15_s() -> None:
    flow = words(*((f"w{i}", i * 0.5, i * 0.5 + (0.4 if i == 31 else 0.5)) for i in range(64)))
    found = uttered(flow, "en", 32.0)
    assert all(u.words[-1].end - u.words[0].start <= 15 for u in found)
    assert found[0].words[-1].text != found[1].words[0].text
    assert any(u.words[0].text == "w32" for u in found)  # cut at the longest pause
    assert [word for u in found for word in u.words] == flow


def test_languages_without_spaces_stay_without() -> None:
    assert uttered(words(("你", 0, 0.2), ("好。", 0.2, 0.5)), "zh", 1.0)[0].text == "你好。"


def test_edited_text_keeps_the_times_of_words_that_stayed() -> None:
    heard = words(("I", 0.0, 0.2), ("sea", 0.2, 0.6), ("you", 0.6, 1.0))
    assert retold(heard, "I see you") == (heard[0], Word("see", 0.2, 0.6), heard[2])
    two = retold(heard, "I can see you")
    assert (two[1].start, two[1].end, two[2].end) == pytest.approx((0.2, 0.4, 0.6))
    assert retold(heard, "I sea") == tuple(heard[:2])
    assert [(w.start, w.end) for w in retold(heard, "I sea you all")][-1] == (1.0, 1.0)
    assert retold(heard, None) == retold((), "new words") == ()


def test_a_cut_parts_the_words_where_they_were_said() -> None:
    heard = words(("I", 0.0, 0.2), ("see", 0.2, 0.6), ("you", 0.6, 1.0))
    assert split_at(heard, 0.45) == (tuple(heard[:2]), tuple(heard[2:]))


def test_a_text_without_spaces_is_edited_and_cut_between_its_words() -> None:
    heard = words(("你", 0.0, 0.2), ("好", 0.2, 0.6), ("吗。", 0.6, 1.0))
    assert told_by("你好吗。", heard)
    assert retold(heard, "你好吗。") == tuple(heard)
    assert retold(heard, rewritten("你好吗。", heard, 1, "很")) == (heard[0], Word("很", 0.2, 0.6), heard[2])
    assert parted("你好吗。", heard, 0.3) == ("你", "好吗。")
    assert rewritten("I see", words(("I", 0, 1), ("see", 1, 2)), 0, "") == "see"


def test_words_are_kept_as_text_and_what_is_none_is_none() -> None:
    heard = tuple(words(('Ä"b', 0.125, 0.25)))
    assert unpacked(packed(heard)) == heard
    assert packed(()) == ""
    assert unpacked("") == unpacked("[1]") == unpacked('[["a", "b", 1, 1]]') == unpacked("{") == ()
