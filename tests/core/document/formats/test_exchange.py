"""What all formats share: whose label, whole files, names, and how a file is fitted to a project."""

from dataclasses import replace
from pathlib import Path

import pytest

from m2fnet_core.base.errors import DocumentError
from m2fnet_core.document.commands import Import
from m2fnet_core.document.content import Decision, Document, Speaker
from m2fnet_core.document.formats import FORMATS, LabelChoice, format_of, main_annotator, sheet_of, write
from tests.core.document.formats.talk import after, bring, document, empty, export, said, with_words

TEXT_FORMATS = [name for name in FORMATS if name not in ("mp4", "traces", "realtier")]


def decided(given: Document, *decisions: Decision) -> Document:
    return replace(given, decisions={(d.utterance, d.annotator): d for d in decisions})


def test_the_main_annotator_is_who_decided_most() -> None:
    given = decided(
        document(), Decision("t0", "ben", "joy"), Decision("t1", "ben", "fear"), Decision("t0", "anna", "anger")
    )
    assert main_annotator(given) == "ben"
    assert main_annotator(empty(given)) == ""
    assert [row.label for row in sheet_of(given, "m", LabelChoice.HUMAN).rows] == ["joy", "fear"]
    assert [row.label for row in sheet_of(given, "m", LabelChoice.HUMAN, "anna").rows] == ["anger", None]
    with pytest.raises(DocumentError, match="choose one of anna, ben"):
        sheet_of(given, "m", LabelChoice.HUMAN, "zoe")
    with pytest.raises(DocumentError, match="no medium"):
        sheet_of(given, "other", LabelChoice.HUMAN)


def test_a_skip_keeps_the_models_label_out() -> None:
    given = decided(document(), Decision("t0", "anna", skip=True), Decision("t1", "anna", unsure=True))
    assert [row.label for row in sheet_of(given, "m", LabelChoice.HUMAN_ELSE_MODEL).rows] == [None, "sadness"]
    assert [row.label for row in sheet_of(given, "m", LabelChoice.MODEL).rows] == ["neutral", "sadness"]


@pytest.mark.parametrize("name", TEXT_FORMATS)
def test_a_place_that_cannot_be_written_is_one_sentence_and_keeps_what_was_there(tmp_path: Path, name: str) -> None:
    place = tmp_path / f"missing/talk{FORMATS[name].suffixes[0]}"
    with pytest.raises(DocumentError, match="could not be written") as caught:
        export(document(), name, place)
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", TEXT_FORMATS)
def test_a_project_without_utterances_is_a_valid_file(tmp_path: Path, name: str) -> None:
    assert export(empty(document()), name, tmp_path / "talk") == ()
    assert (tmp_path / "talk").is_file()


@pytest.mark.parametrize("name", [name for name in TEXT_FORMATS if name != "rttm"])  # which changes names anyway
def test_half_a_character_in_a_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(DocumentError):
        export(document([(0, 1, "A\ud800", "x")]), name, tmp_path / "talk")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "odd"), [("srt", "Dr: X"), ("srt", "a [b]"), ("srt", "x" * 41), ("srt", "a\nb"), ("vtt", "a\nb")]
)
def test_names_that_subtitles_cannot_hold_are_refused(tmp_path: Path, name: str, odd: str) -> None:
    with pytest.raises(DocumentError, match="rename the speaker"):
        export(document([(0, 1, odd, "x")]), name, tmp_path / "talk")


def test_subtitles_look_as_people_expect(tmp_path: Path) -> None:
    given = document([(0.5, 2, "Ann", "Hi\n<there> & you"), (3661.25, 3662, "mum", None), (1, 2, "", "Oh")], ("joy",))
    export(given, "srt", tmp_path / "talk.srt")
    assert (tmp_path / "talk.srt").read_text("utf-8") == (
        "1\n00:00:00,500 --> 00:00:02,000\nAnn: Hi <there> & you [joy]\n\n"
        "2\n00:00:01,000 --> 00:00:02,000\nOh\n\n"
        "3\n01:01:01,250 --> 01:01:02,000\n[mum]: […]\n"
    )
    export(given, "vtt", tmp_path / "talk.vtt")
    assert (
        (tmp_path / "talk.vtt")
        .read_text("utf-8")
        .startswith("WEBVTT\n\n1\n00:00:00.500 --> 00:00:02.000\n<v Ann>Hi &lt;there&gt; &amp; you [joy]\n\n")
    )
    export(with_words(given), "vtt-words", tmp_path / "talk.vtt")
    assert "\n<v Ann>Hi <00:00:00.875>&lt;there&gt; <00:00:01.250>&amp; <00:00:01.625>you [joy]\n\n" in (
        tmp_path / "talk.vtt"
    ).read_text("utf-8")
    into = empty(given)
    assert "Hi <there> & you" in {turn.text for turn in bring(tmp_path / "talk.vtt", "vtt", into).turns}


def test_labels_outside_the_set_are_told_and_can_be_mapped(tmp_path: Path) -> None:
    path = tmp_path / "talk.csv"
    path.write_text("start,end,speaker,text,label\n0,1,Ann,a,happy\n1,2,Ann,b,weird\n2,3,Bob,c,joy\n", "utf-8")
    into = document()
    asked = bring(path, "csv", into)
    assert asked.unknown_labels == ("happy", "weird")
    assert [d.label for d in asked.decisions] == ["joy"]
    mapped = bring(path, "csv", into, labels={"happy": "joy", "weird": ""})
    assert mapped.unknown_labels == ()
    assert [d.label for d in mapped.decisions] == ["joy", "joy"]
    assert mapped.speakers == {}  # Ann and Bob are there already
    assert {turn.speaker for turn in mapped.turns} == {"s0", "s1"}


def test_an_import_is_one_command(tmp_path: Path) -> None:
    export(document(), "vtt", tmp_path / "talk.vtt")
    into = empty(document())
    back = bring(tmp_path / "talk.vtt", "vtt", into)
    command = back.command("m", tmp_path / "talk.vtt", replace_turns=True)
    assert command == Import("m", back.turns, back.speakers, back.decisions, True, "talk.vtt")
    assert {turn.medium for turn in command.turns} == {"m"}
    assert set(command.speakers.values()) == {"Ann", "Bob"}


def test_a_second_annotators_file_is_matched_by_id_and_else_by_time(tmp_path: Path) -> None:
    given = document(human=())
    theirs = decided(given, Decision("t0", "ben", "fear"), Decision("t1", "ben", "anger", comment="loud"))
    for name in ("json", "csv", "srt"):
        export(theirs, name, tmp_path / f"talk.{name}")
        # Since then the first utterance got shorter here.
        here = replace(given, turns={**given.turns, "t0": replace(given.turns["t0"], end=1.6)})
        back = bring(tmp_path / f"talk.{name}", name, here, annotator="ben", match=True)
        assert (back.turns, back.speakers) == ((), {})
        assert {d.utterance: d.label for d in back.decisions} == {"t0": "fear", "t1": "anger"}
        assert {d.annotator for d in back.decisions} == {"ben"}


def test_what_matches_nothing_or_lies_outside_is_told(tmp_path: Path) -> None:
    path = tmp_path / "talk.csv"
    lines = [
        "start,end,speaker,label",
        "0.5,2,Ann,joy",
        "30,31,Ann,joy",
        "59,61,Bob,joy",
        "70,71,Bob,joy",
        "5,4,Bob,joy",
    ]
    path.write_text("\n".join(lines), "utf-8")
    back = bring(path, "csv", document(), match=True)
    assert [d.utterance for d in back.decisions] == ["t0"]
    assert back.notices == (
        "talk.csv has no column text: utterances come without text.",
        "2 utterances without length or outside the medium left out.",
        "1 utterance reached beyond the medium and cut (at 59.0 s).",
        "2 utterances matched none of the project's and left out (at 30.0 s, at 59.0 s).",
    )


def test_two_utterances_at_one_time_go_to_their_speakers(tmp_path: Path) -> None:
    both = document([(1.0, 2.0, "Ann", "a"), (1.0, 2.0, "Bob", "b")], ("joy", "fear"))
    export(both, "vtt", tmp_path / "talk.vtt")
    turned = replace(both, speakers={"s0": Speaker("s0", "Bob"), "s1": Speaker("s1", "Ann")})
    back = bring(tmp_path / "talk.vtt", "vtt", turned, match=True)
    assert {d.utterance: d.label for d in back.decisions} == {"t0": "fear", "t1": "joy"}


def test_a_large_table_is_matched_in_little_time(tmp_path: Path) -> None:
    turns = [(i * 0.002, i * 0.002 + 0.0015, "Ann", "x") for i in range(10_000)]
    given = document(turns, human=["joy"] * 10_000, model=())
    export(given, "vtt", tmp_path / "talk.vtt")
    back = bring(tmp_path / "talk.vtt", "vtt", given, match=True)
    assert len(back.decisions) > 9_500  # some are shorter than a millisecond's rounding


def test_formats_are_found_by_their_ending() -> None:
    found = {name: format_of(Path(f"talk{name}")) for name in (".CSV", ".TextGrid", ".eaf", ".mp4", ".docx")}
    names = {ending: None if each is None else each.name for ending, each in found.items()}
    assert names == {".CSV": "csv", ".TextGrid": "textgrid", ".eaf": "eaf", ".mp4": "mp4", ".docx": None}


def test_formats_of_one_direction_say_so(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="only written"):
        bring(tmp_path / "talk.rttm", "rttm", document())
    assert write(sheet_of(document(), "m", LabelChoice.HUMAN), "rttm", tmp_path / "talk.rttm") == ()


def test_nothing_is_lost_between_two_projects(tmp_path: Path) -> None:
    given = document()
    export(given, "json", tmp_path / "talk.json")
    into = empty(given)
    once = after(into, bring(tmp_path / "talk.json", "json", into))
    export(once, "json", tmp_path / "again.json")
    assert said(after(into, bring(tmp_path / "again.json", "json", into))) == said(given)
