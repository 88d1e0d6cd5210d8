"""Which words before a colon are speakers, and how one cue becomes several turns."""

from collections.abc import Sequence

import pytest

from m2fnet_core.transcript.speakers import Turn, split_speakers


def turns(*cues: str) -> list[tuple[str, str]]:
    return [(turn.speaker, turn.text) for cue in split_speakers(cues) for turn in cue]


TALK = ("Ann: Hi.", "Bob: Hello.", "Ann: Well.", "Bob: Yes.")


@pytest.mark.parametrize(
    "text",
    [
        "Note: this was cut.",
        "NOTE: this was cut.",
        "At 10:30 we left.",
        "10:30",
        "At 10: thirty of us",
        "Dr. Smith said: hello.",
        "I thought: why not?",
        "He shouted “Stop: now”",
        "See https://example.org",
        "Well, listen: no.",
        "So: we go.",
        "[laughs] You are mad.",
        "(sighs) Yes.",
        "a very long beginning of a sentence that goes on: and on",
    ],
)
@pytest.mark.parametrize("others", [(), TALK, ("No names.", "None here.", "Nor here.")])
def test_a_colon_alone_makes_no_speaker(text: str, others: Sequence[str]) -> None:
    assert ("", text) in turns(text, *others)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Ann", "Ann: "),
        ("Dr. Smith", "Dr. Smith: "),
        ("Mary-Jane O'Neil", "Mary-Jane O'Neil: "),
        ("Ludwig van Beethoven", "Ludwig van Beethoven: "),
        ("Speaker 1", "Speaker 1: "),
        ("SPEAKER_00", "[SPEAKER_00]: "),
        ("Ann", "Ann (V.O.): "),
        ("Ann", "Ann:\n"),
        ("Ann", "<b>Ann:</b> "),
        ("Ann", "- Ann: "),
        ("小明", "小明："),
        ("Zoë", "Zoë: "),
    ],
)
def test_names_where_most_cues_have_one(name: str, written: str) -> None:
    assert turns(f"{written}I am here.", *TALK)[0] == (name, "I am here.")


def test_a_name_needs_to_recur_where_names_are_rare() -> None:
    plain = [f"Line {number} goes on." for number in range(10)]
    assert turns("Ann: once.", *plain)[0] == ("", "Ann: once.")
    assert turns("Ann: once.", "Ann: twice.", *plain)[:2] == [("Ann", "once."), ("Ann", "twice.")]
    assert turns("ANN: in subtitlers' capitals.", *plain)[0] == ("ANN", "in subtitlers' capitals.")


def test_lower_case_names_need_a_file_full_of_them() -> None:
    assert turns("interviewer: Why?", "speaker_1: So.", "interviewer: How?", "speaker_1: Thus.")[0] == (
        "interviewer",
        "Why?",
    )
    assert turns("meanwhile: rain.", *TALK)[0] == ("", "meanwhile: rain.")


def test_brackets_without_a_colon_are_names_only_where_usual() -> None:
    assert turns("[Ann] Hi.", "[Bob] Hello.", "[Ann] Well.") == [("Ann", "Hi."), ("Bob", "Hello."), ("Ann", "Well.")]
    assert turns("[Door slams] Who is there?", "Me.", "Come in.")[0] == ("", "[Door slams] Who is there?")


def test_one_spelling_for_one_speaker() -> None:
    assert turns("Ann: Hi.", "ANN: Well.") == [("Ann", "Hi."), ("Ann", "Well.")]


@pytest.mark.parametrize(
    ("cue", "expected"),
    [
        ("- Hi.\n- Hello.", [("", "Hi."), ("", "Hello.")]),
        ("- Hi. - Hello!", [("", "Hi."), ("", "Hello!")]),
        ("-Hi.\n-Hello.", [("", "Hi."), ("", "Hello.")]),
        (">> Hi.\n>> Hello.", [("", "Hi."), ("", "Hello.")]),
        ("Hi.\n- Hello.", [("", "Hi."), ("", "Hello.")]),  # only the second speaker has a dash
        ("– Hi there\nmy friend.\n– Hello.", [("", "Hi there my friend."), ("", "Hello.")]),
        ("- Alone.", [("", "Alone.")]),
        ("- It was -5 degrees.", [("", "It was -5 degrees.")]),
        ("-5 degrees.", [("", "-5 degrees.")]),
        ("I thought\n— well, no.", [("", "I thought — well, no.")]),
        ("A well-known - if odd - man.", [("", "A well-known - if odd - man.")]),
        ("--and then", [("", "--and then")]),
        ("- Ann: Hi.\n- Bob: Hello.", [("Ann", "Hi."), ("Bob", "Hello.")]),
        ("Ann: Hi.\nBob: Hello.", [("Ann", "Hi."), ("Bob", "Hello.")]),
        ("Ann: Hi\\Nthere.", [("Ann", "Hi there.")]),
        ("<v Cid>Hi.\nBob: no, a quote.", [("Cid", "Hi. Bob: no, a quote.")]),
    ],
)
def test_dialogue_dashes_and_names_inside_a_cue(cue: str, expected: list[tuple[str, str]]) -> None:
    assert turns(cue, *TALK)[: -len(TALK)] == expected


@pytest.mark.parametrize(
    ("marked", "plain"),
    [
        ("<i>Hi</i> <font color='#fff'>you</font>", "Hi you"),
        ("{\\an8}{\\i1}Hi{\\i0} you", "Hi you"),
        ("Tom &amp; Jerry &lt;3", "Tom & Jerry <3"),
        ("2 < 3 and 5 > 4", "2 < 3 and 5 > 4"),
        ("\u200eHi\u00a0 you\u200f", "Hi you"),
        ("♪ La la ♪", "♪ La la ♪"),
    ],
)
def test_markup_goes_and_words_stay(marked: str, plain: str) -> None:
    assert turns(marked) == [("", plain)]


def test_names_without_capitals_count_where_the_file_bears_them_out() -> None:
    small = ["anna berg: Hello", "tom lee: Hi", "anna berg: Bye", "tom lee: Yes"]
    assert [cue[0].speaker for cue in split_speakers(small)] == ["anna berg", "tom lee", "anna berg", "tom lee"]
    mail = ["bob's iPhone: Hi", "ann.lee@example.org: Yes", "bob's iPhone: No", "ann.lee@example.org: ok"]
    assert split_speakers(mail)[1] == [Turn("ann.lee@example.org", "Yes")]
    numbered = ["(speaker 0) one", "(speaker 1) two", "(speaker 0) three", "(speaker 1) four"]
    assert split_speakers(numbered)[1] == [Turn("speaker 1", "two")]
    once = ["what i mean: that", "Hello there", "Bye"]
    assert [cue[0].speaker for cue in split_speakers(once)] == ["", "", ""]
