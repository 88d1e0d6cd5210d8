"""Text as it was meant, whatever bytes stand between."""

from pathlib import Path

import pytest

from m2fnet_core.base.errors import TranscriptError
from m2fnet_core.transcript import read_transcript
from m2fnet_core.transcript.encoding import read_text

CUES = "1\n00:00:01,000 --> 00:00:02,000\nSchön, größer\n\n2\n00:00:03,000 --> 00:00:04,000\nIt’s “that” straße\n"


def written(folder: Path, body: bytes) -> Path:
    path = folder / "talk.srt"
    path.write_bytes(body)
    return path


def test_text_that_is_nearly_utf8_loses_its_wrong_byte_alone(tmp_path: Path) -> None:
    good = CUES.encode()
    place = good.index("ö".encode())
    for bad in (good[:place] + good[place + 1 :], good[:place] + b"\xff" + good[place:], good[:-2] + b"\xc3"):
        text, notices = read_text(written(tmp_path, bad))
        assert "größer" in text
        assert "It’s “that”" in text
        assert notices == ("talk.srt: 1 letter cannot be read, shown as \ufffd.",)


@pytest.mark.parametrize("code", ["cp1252", "utf-16", "utf-8-sig", "utf-16-le"])
def test_another_encoding_is_still_that_encoding(tmp_path: Path, code: str) -> None:
    text, _ = read_text(written(tmp_path, CUES.encode(code)))
    assert text == CUES


@pytest.mark.parametrize("code", ["utf-8", "utf-16", "utf-16-le"])
def test_zeros_at_the_end_and_between_letters_are_no_text(tmp_path: Path, code: str) -> None:
    read = read_transcript(written(tmp_path, CUES.encode(code) + bytes(200)))
    assert [u.text for u in read.utterances] == ["Schön, größer", "It’s “that” straße"]
    read = read_transcript(written(tmp_path, CUES.replace("Sch", "S\0ch").encode()))
    assert read.utterances[0].text == "Schön, größer"


def test_marks_that_nobody_sees_are_not_said(tmp_path: Path) -> None:
    marked = CUES.replace("1\n", "\u200e1\n", 1).replace("00:00:03", "\u202a00:00:03").replace("Schön", "\ufeffSchön")
    read = read_transcript(written(tmp_path, marked.encode()))
    assert [(u.start, u.text) for u in read.utterances] == [(1.0, "Schön, größer"), (3.0, "It’s “that” straße")]


def test_a_file_of_another_kind_is_no_text(tmp_path: Path) -> None:
    with pytest.raises(TranscriptError, match="is not a text file"):
        read_text(written(tmp_path, b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\x01\x02\x03" + bytes(range(256))))


HUGE = "9" * 5000


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("t.csv", f"start,end,speaker,text\n{HUGE},1,A,no\n0,1,A,ok\n1e999,nan,A,no\n"),
        ("t.srt", f"1\n{HUGE}:00:01,000 --> 00:00:02,000\nno\n\n2\n00:00:00,000 --> 00:00:01,000\nok\n"),
        (
            "t.eaf",
            "<ANNOTATION_DOCUMENT><TIME_ORDER>"
            f'<TIME_SLOT TIME_SLOT_ID="a" TIME_VALUE="0"/><TIME_SLOT TIME_SLOT_ID="b" TIME_VALUE="1000"/>'
            f'<TIME_SLOT TIME_SLOT_ID="c" TIME_VALUE="{HUGE}"/></TIME_ORDER><TIER TIER_ID="A">'
            '<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="x" TIME_SLOT_REF1="a" TIME_SLOT_REF2="b">'
            "<ANNOTATION_VALUE>ok</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>"
            '<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="y" TIME_SLOT_REF1="b" TIME_SLOT_REF2="c">'
            "<ANNOTATION_VALUE>no</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION></TIER></ANNOTATION_DOCUMENT>",
        ),
        (
            "t.csv",
            "Sr No.,Utterance,Speaker,Emotion,Dialogue_ID,Utterance_ID,StartTime,EndTime\n"
            f'1,no,A,joy,{HUGE},0,"0:0:1,0","0:0:2,0"\n2,ok,A,joy,0,0,"00:00:00,000","00:00:01,000"\n3,no\n',
        ),
    ],
)
def test_a_time_that_is_absurd_costs_its_row_alone(tmp_path: Path, name: str, body: str) -> None:
    (tmp_path / name).write_text(body, "utf-8")
    read = read_transcript(tmp_path / name)
    assert [(u.start, u.end, u.text) for u in read.utterances] == [(0.0, 1.0, "ok")]
