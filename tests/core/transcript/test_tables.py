"""csv transcripts: one's own table and MELD's annotations."""

from pathlib import Path

import pytest

from m2fnet_core.base.dialogue import Utterance
from m2fnet_core.base.errors import TranscriptError
from m2fnet_core.media.info import MediaInfo
from m2fnet_core.transcript import read_transcript

MELD = """Sr No.,Utterance,Speaker,Emotion,Sentiment,Dialogue_ID,Utterance_ID,Season,Episode,StartTime,EndTime
1,"Oh my God, he’s lost it.",Phoebe,sadness,negative,0,0,4,7,"00:20:57,256","00:21:00,049"
2,What?,Monica,surprise,negative,0,1,4,7,"00:21:01,927","0:21:03,261"
3,Hi!,Joey,joy,positive,3,0,2,1,"00:01:00,000","00:01:02,500"
"""


def table(tmp_path: Path, text: str, name: str = "talk.csv") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def media(name: str, duration: float = 4.0) -> MediaInfo:
    return MediaInfo(Path(name), duration, 0.0, None, None)


@pytest.mark.parametrize(
    "text",
    [
        'start,end,speaker,text\n1.5,2.25,Ann,"Hi, you"\n00:00:03.000,"00:00:04,5",Bob,Note: well\n',
        "Text; SPEAKER ;Start;End\nHi, you;Ann;1,5;2,25\nNote: well;Bob;0:03;00:04,500\n\n;;;\n",
        "sep=;\nstart;end;speaker;text\n1,5;2,25;Ann;Hi, you\n3;4,5;Bob;Note: well\n",
        "# by hand\n# in 2021\n\nBegin|Stop|Who|Utterance\n1.5|2.25|Ann|Hi, you\n3|4.5|Bob|Note: well\n",
        'Start Time,End Time,Participant,Sentence\n1.5,2.25,Ann,"Hi, you"\n3,4.5,Bob,Note: well\n',
        'onset,duration,speaker,text\n1.5,0.75,Ann,"Hi, you"\n3,1.5,Bob,Note: well\n',
        '#,start_ms,end_ms,speaker,text\n1,1500,2250,Ann,"Hi, you"\n2,3000,4500,Bob,Note: well\n',
        "START\tEND\tText\tSpeaker\n1.5\t2.25\tHi, you\tAnn\n3\t4.5\tNote: well\tBob\n",
    ],
)
def test_plain_table_in_any_order_case_and_separator(tmp_path: Path, text: str) -> None:
    read = read_transcript(table(tmp_path, text))
    assert read.utterances == (
        Utterance("u0001", 1.5, 2.25, "Ann", "Hi, you"),
        Utterance("u0002", 3.0, 4.5, "Bob", "Note: well"),
    )
    assert read.notices == ()


def test_labels_and_empty_cells(tmp_path: Path) -> None:
    read = read_transcript(table(tmp_path, "start,end,speaker,text,label\n0,1,,,joy\n1,2,Ann,Hi,\n"))
    assert read.utterances == (
        Utterance("u0001", 0.0, 1.0, "", None, "joy"),
        Utterance("u0002", 1.0, 2.0, "Ann", "Hi"),
    )


def test_missing_columns_are_named(tmp_path: Path) -> None:
    with pytest.raises(TranscriptError, match=r"lacks the columns start and end; .*found: first, last, text\)"):
        read_transcript(table(tmp_path, "first,last,text\n0,1,Hi\n"))
    with pytest.raises(TranscriptError, match="lacks the column end;"):
        read_transcript(table(tmp_path, "start,text\n0,Hi\n"))
    read = read_transcript(table(tmp_path, "start,end\n0,1\n"))
    assert read.utterances == (Utterance("u0001", 0.0, 1.0),)
    assert read.notices == (
        "talk.csv has no column speaker: utterances come without speakers.",
        "talk.csv has no column text: utterances come without text.",
    )


def test_times_that_look_like_milliseconds_are_not_taken_for_seconds(tmp_path: Path) -> None:
    path = table(tmp_path, "start,end,text\n0,2400,Hi\n2400,5200,there\n")
    for medium in (None, media("talk.mp4", 6.0)):
        with pytest.raises(TranscriptError, match=r"talk\.csv look like milliseconds .*rename the columns to start_ms"):
            read_transcript(path, medium)
    long = table(tmp_path, "start,end,text\n0,300,Hi\n300,600,there\n")  # whole minutes of a lecture
    assert len(read_transcript(long, media("talk.mp4", 600.0)).utterances) == len(read_transcript(long).utterances) == 2


def test_rows_without_times_are_left_out_and_the_others_keep_their_ids(tmp_path: Path) -> None:
    read = read_transcript(table(tmp_path, "start,end,speaker,text\n0,1,A,x\nsoon,2,A,y\n2,nan,A,z\n3,4,A,w\n"))
    assert [utterance.id for utterance in read.utterances] == ["u0001", "u0004"]
    assert read.notices == ("talk.csv: 2 rows without readable times left out (row 2, 3).",)
    with pytest.raises(TranscriptError, match="no row with readable start and end times"):
        read_transcript(table(tmp_path, "start,end\na,b\n"))


def test_a_broken_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TranscriptError, match="not a readable csv table"):
        read_transcript(table(tmp_path, 'start,end\n"' + "x" * 200_000 + '",1\n'))


def test_meld_times_inside_one_video(tmp_path: Path) -> None:
    read = read_transcript(table(tmp_path, MELD), media("episode.mkv", 2000.0))
    assert read.notices == ()
    assert read.utterances[0] == Utterance(
        "dia0_utt0", 1257.256, 1260.049, "Phoebe", "Oh my God, he’s lost it.", "sadness"
    )
    assert [utterance.id for utterance in read.utterances] == ["dia0_utt0", "dia0_utt1", "dia3_utt0"]
    assert read_transcript(table(tmp_path, MELD)).utterances == read.utterances  # no clips: the same


def test_meld_clips_beside_the_csv_and_missing_ones(tmp_path: Path) -> None:
    for name in ("dia0_utt0.mp4", "dia3_utt0.mp4"):
        (tmp_path / name).touch()
    read = read_transcript(table(tmp_path, MELD))
    assert [utterance.media for utterance in read.utterances] == [
        tmp_path / "dia0_utt0.mp4",
        None,
        tmp_path / "dia3_utt0.mp4",
    ]
    assert [utterance.start for utterance in read.utterances] == [0.0, 1261.927, 0.0]
    assert read.utterances[2].end == pytest.approx(2.5)
    assert read.notices == ("1 clip of 3 missing beside the csv (dia0_utt1.mp4): text only there.",)


def test_meld_for_one_opened_clip(tmp_path: Path) -> None:
    read = read_transcript(table(tmp_path, MELD), media("/clips/dia0_utt1.mp4", 1.4))
    assert read.utterances == (Utterance("dia0_utt1", 0.0, 1.4, "Monica", "What?", "surprise"),)
    with pytest.raises(TranscriptError, match="has no utterance dia7_utt1"):
        read_transcript(table(tmp_path, MELD), media("dia7_utt1.mp4"))


def test_meld_rows_with_broken_numbers(tmp_path: Path) -> None:
    rows = MELD + '4,Lost,Joey,joy,positive,x,0,2,1,"00:01:00,000","00:01:02,500"\n'
    assert read_transcript(table(tmp_path, rows)).notices == (
        "talk.csv: 1 row without readable numbers and times left out.",
    )
    with pytest.raises(TranscriptError, match="no row with readable numbers and times"):
        read_transcript(table(tmp_path, MELD.splitlines()[0] + "\n"))


def test_meld_as_published() -> None:
    folder = Path(__file__).resolve().parents[3] / "../shared/data/meld"
    if not folder.is_dir():
        pytest.skip("MELD's annotations are not on this machine")
    sizes = {
        name: len(read_transcript(folder / f"{name}_sent_emo.csv").utterances) for name in ("train", "dev", "test")
    }
    assert sizes == {"train": 9989, "dev": 1109, "test": 2610}
