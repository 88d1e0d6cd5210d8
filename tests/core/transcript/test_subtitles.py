"""SRT and WebVTT files as people have them, broken ones included, through `read_transcript`."""

from collections.abc import Callable
from pathlib import Path

import pytest

from m2fnet_core.base.dialogue import Utterance
from m2fnet_core.base.errors import TranscriptError
from m2fnet_core.transcript import Transcript, read_transcript

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def writer(text: str, name: str = "talk.srt", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return path

    return writer


def said(transcript: Transcript) -> list[tuple[float, float, str, str | None]]:
    return [(u.start, u.end, u.speaker, u.text) for u in transcript.utterances]


GOOD = """1
00:00:01,000 --> 00:00:02,500
Ann: Where have you
been?

2
00:00:03,000 --> 00:00:04,000
Bob: <i>Away</i>, {\\an8}far away.
"""
GOOD_SAID = [(1.0, 2.5, "Ann", "Where have you been?"), (3.0, 4.0, "Bob", "Away, far away.")]


def test_srt_gives_speakers_clean_text_and_stable_ids(write: Write) -> None:
    path = write(GOOD)
    read = read_transcript(path)
    assert said(read) == GOOD_SAID
    assert [u.id for u in read.utterances] == ["u0001", "u0002"]
    assert read.notices == ()
    assert read_transcript(path) == read


@pytest.mark.parametrize(
    "broken",
    [
        GOOD.replace("\n", "\r\n"),
        GOOD.replace("\n", "\r"),
        "\ufeff" + GOOD,
        GOOD.replace(",000", ".000").replace(",500", ".500"),
        GOOD.replace("00:00:", "00:"),  # hours missing
        GOOD.replace("00:00:", "0:00:"),
        GOOD.replace(",", ", ", 1),
        GOOD.replace("00:00:02,500", "00:00:02:500"),
        GOOD.replace("-->", "->"),
        GOOD.replace(" --> ", "-->"),
        GOOD.replace("1\n00", "00", 1).replace("2\n00", "00"),  # numbers missing
        GOOD.replace("2\n00:00:03", "17b\n00:00:03"),  # numbers broken
        GOOD.replace("2\n00:00:03", "two\n00:00:03"),
        GOOD.replace("been?\n\n", "been?\n"),  # blank line missing
        GOOD.replace("been?\n\n", "been?\n\n\n \n"),
        GOOD.replace(",500\n", ",500\n\n"),  # blank line inside a cue
        GOOD.rstrip(),
        GOOD.replace("02,500", "02,500 X1:10 X2:20 Y1:5 Y2:9"),
    ],
)
def test_srt_with_small_faults_reads_as_meant(write: Write, broken: str) -> None:
    assert said(read_transcript(write(broken))) == GOOD_SAID


def test_a_number_that_is_spoken_stays_where_the_file_has_no_numbers(write: Write) -> None:
    text = "00:00:01,000 --> 00:00:02,000\nHow many?\n42\n00:00:03,000 --> 00:00:04,000\nThanks.\n"
    assert [u.text for u in read_transcript(write(text)).utterances] == ["How many? 42", "Thanks."]


def test_cues_without_times_or_text_are_left_out_and_counted(write: Write) -> None:
    read = read_transcript(
        write(GOOD + "\n3\n00:00:xx,000 --> 00:00:06,000\nlost\n\n4\n00:00:07,000 --> 00:00:08,000\n\n")
    )
    assert said(read) == GOOD_SAID
    assert read.notices == (
        "talk.srt: 1 cue without readable times left out.",
        "talk.srt: 1 cue without text left out.",
    )


@pytest.mark.parametrize(
    ("encoding", "named"),
    [
        ("utf-8-sig", None),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32"),
        ("cp1252", "cp1252"),
    ],
)
def test_encodings_are_recognised_and_named(write: Write, encoding: str, named: str | None) -> None:
    text = GOOD.replace("Away", "Ça va – d’où").replace("been", "été")
    read = read_transcript(write(text, encoding=encoding))
    assert [u.text for u in read.utterances] == ["Where have you été?", "Ça va – d’où, far away."]
    if named is None:
        assert read.notices == ()
    else:
        (notice,) = read.notices
        assert notice.startswith(f"talk.srt is not UTF-8: it was read as {named};")


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("cp1251", "Привет, как дела? Что ты делаешь сегодня вечером?"),
        ("cp1250", "Zażółć gęślą jaźń. Dziękuję bardzo, proszę pana."),
        ("cp1254", "Nasılsın? Bugün çok güzel bir gün, teşekkürler."),
        ("shift_jis", "こんにちは、元気ですか。今日はいい天気ですね。"),
        ("gb18030", "你好，你今天怎么样？我很高兴见到你。"),
    ],
)
def test_other_scripts_in_their_old_encodings(write: Write, encoding: str, words: str) -> None:
    text = f"1\n00:00:01,000 --> 00:00:02,500\n{words}\n"
    read = read_transcript(write(text, encoding=encoding))
    assert [u.text for u in read.utterances] == [words]
    assert "is not UTF-8" in read.notices[0]


def test_vtt_takes_voices_and_leaves_comments_and_styles_out(write: Write) -> None:
    read = read_transcript(
        write(
            "WEBVTT - talk\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:0\n\n"
            "NOTE made by hand\nin two lines\n\nSTYLE\n::cue(v) { color: red }\n\n"
            "first\n00:01.000 --> 00:02.500 align:start position:10%\n"
            "<v.loud Mary Ann>Hello <c.red>you</c> &amp; me\n\n"
            "NOTE another\n\n"
            "01:00:03.000 --> 01:00:04.000\n<v Bob>Hi <00:00:03.500>there</v>\n\n"
            "01:00:05.000 --> 01:00:07.000\n<v Mary Ann>Ready?\n<v Bob>Steady!!\n",
            "talk.vtt",
        )
    )
    assert said(read) == [
        (1.0, 2.5, "Mary Ann", "Hello you & me"),
        (3603.0, 3604.0, "Bob", "Hi there"),
        (3605.0, pytest.approx(3605.857, abs=1e-3), "Mary Ann", "Ready?"),
        (pytest.approx(3605.857, abs=1e-3), 3607.0, "Bob", "Steady!!"),
    ]
    assert read.notices == ("talk.vtt: 1 cue shared by several speakers divided by length of text.",)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is empty"),
        ("  \n\n", "is empty"),
        ("Just a letter to my friend.\n", "holds no cue with times and text"),
        ("1\n00:00:01,000 --> 00:00:02,000\n\n", "holds no cue with times and text"),
    ],
)
def test_a_file_without_cues_is_refused_by_name(write: Write, text: str, reason: str) -> None:
    path = write(text)
    with pytest.raises(TranscriptError, match=reason) as raised:
        read_transcript(path)
    assert str(path) in str(raised.value)


def test_what_is_no_text_file_is_refused(tmp_path: Path) -> None:
    video = tmp_path / "film.srt"
    video.write_bytes(bytes(range(256)) * 64)
    with pytest.raises(TranscriptError, match="is not a text file"):
        read_transcript(video)
    with pytest.raises(TranscriptError, match="cannot be read"):
        read_transcript(tmp_path / "gone.srt")
    (tmp_path / "folder.srt").mkdir()
    with pytest.raises(TranscriptError, match="cannot be read"):
        read_transcript(tmp_path / "folder.srt")
    with (tmp_path / "huge.srt").open("wb") as file:
        file.truncate(2**30)
    with pytest.raises(TranscriptError, match="too large for a transcript"):
        read_transcript(tmp_path / "huge.srt")


def test_an_unknown_format_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(TranscriptError, match=r"use one of: srt, vtt, eaf, textgrid, csv\."):
        read_transcript(tmp_path / "talk.docx")


def test_utterances_are_plain_words_of_the_dialogue(write: Write) -> None:
    assert read_transcript(write(GOOD, "TALK.SRT")).utterances[0] == Utterance(
        "u0001", 1.0, 2.5, "Ann", "Where have you been?"
    )


def test_a_line_that_rolls_through_several_cues_is_said_once(tmp_path: Path) -> None:
    path = tmp_path / "talk.vtt"
    path.write_text(
        "WEBVTT\n\n00:00.400 --> 00:02.500\nso<00:00.800><c> we</c> went home\n\n00:02.500 --> 00:02.510\n"
        "so we went home\n\n00:02.510 --> 00:05.000\nso we went home\nand nobody was there\n\n"
        "00:05.000 --> 00:05.010\nand nobody was there\n\n00:05.010 --> 00:08.000\nand nobody was there\nreally\n",
        "utf-8",
    )
    assert [(u.start, u.end, u.text) for u in read_transcript(path).utterances] == [
        (0.4, 2.5, "so we went home"),
        (2.51, 5.0, "and nobody was there"),
        (5.01, 8.0, "really"),
    ]


def test_a_cue_whose_highlight_moves_is_one_utterance_and_what_is_said_twice_is_two(tmp_path: Path) -> None:
    path = tmp_path / "talk.srt"
    cue = "{0}\n00:00:0{0},000 --> 00:00:0{1},000\n{2}\n\n"
    marked = ("<u>you</u> came back", "you <u>came</u> back", "you came <u>back</u>")
    path.write_text("".join(cue.format(n, n + 1, text) for n, text in enumerate(marked, 1)), "utf-8")
    assert [(u.start, u.end, u.text) for u in read_transcript(path).utterances] == [(1.0, 4.0, "you came back")]
    twice = ("No.", "No.", "Why not?", "Because.")
    path.write_text("".join(cue.format(n, n + 1, text) for n, text in enumerate(twice, 1)), "utf-8")
    assert [u.text for u in read_transcript(path).utterances] == [*twice]


def test_words_that_begin_like_a_comment_are_said_inside_a_cue(tmp_path: Path) -> None:
    path = tmp_path / "talk.vtt"
    path.write_text(
        "WEBVTT\n\nNOTE a remark\nover two lines\n\n00:01.000 --> 00:02.000\nNOTE THE EXIT\n\nNOTE\n\nSTYLE\n"
        "::cue { color: red }\n\n00:03.000 --> 00:04.000\nIt is\nREGION 5\n",
        "utf-8",
    )
    assert [u.text for u in read_transcript(path).utterances] == ["NOTE THE EXIT", "It is REGION 5"]
