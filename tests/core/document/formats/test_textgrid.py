"""TextGrids: read by praatio, read as others write them, too large ones refused."""

from pathlib import Path

import pytest
from praatio import textgrid

from m2fnet_core.base.dialogue import Word
from m2fnet_core.base.errors import DocumentError, TranscriptError
from m2fnet_core.transcript import find_transcript, read_transcript
from tests.core.document.formats.talk import after, bring, document, empty, export, said

WORDS = "word " * 100
SHORT = """File type = "ooTextFile"
"TextGrid"

0
10 ! the end
<exists>
5
"IntervalTier" "Ann" 0 10 3
0 1 "" 1 2.5 "Say ""hi"",
you 2 5 too" 2.5 10 "sil"
"TextTier" "clicks" 0 10 1 3.5 "click"
"IntervalTier" "Ann - words" 0 10 1 0 10 "hi"
"IntervalTier" "Ann - phones" 0 10 1 0 10 "h"
"IntervalTier" "mic#2" 0 10 1 3 4 "Hello."
"""


def test_praatio_reads_tiers_without_overlaps(tmp_path: Path) -> None:
    given = document([(0.5, 2.0, "Ann", 'You "came"!'), (1.0, 3.0, "Ann", None), (1.0, 2.0, "", "Hm")], ("joy",))
    notices = export(given, "textgrid", tmp_path / "talk.TextGrid")
    assert notices == ("1 overlapping turn of Ann in extra tiers (Ann#2).",)
    read = textgrid.openTextgrid(str(tmp_path / "talk.TextGrid"), includeEmptyIntervals=False, reportingMode="error")
    assert read.tierNames == ("Ann", "emotion@Ann", "Ann#2", "emotion@Ann#2", "unknown", "emotion@unknown")
    assert read.maxTimestamp == 60
    assert [tuple(e) for e in read.getTier("Ann").entries] == [(0.5, 2.0, 'You "came"!')]
    assert [tuple(e) for e in read.getTier("emotion@Ann").entries] == [(0.5, 2.0, "joy")]
    assert [tuple(e) for e in read.getTier("Ann#2").entries] == [(1.0, 3.0, "xxx")]
    into = empty(given)
    assert said(after(into, bring(tmp_path / "talk.TextGrid", "textgrid", into))) == said(given)


def test_an_aligner_s_tier_gives_the_words_their_times(tmp_path: Path) -> None:
    made = textgrid.Textgrid()
    for name, marked in {
        "Ann": [(0, 2, "You  came – home!"), (3, 4, "So?")],
        "Bob": [(5, 6, "No.")],
        "Ann - words": [(0.25, 0.75, "you"), (0.75, 1.5, "came"), (1.5, 1.75, "home"), (3, 3.5, "see")],
        "Ann - phones": [(0.25, 0.5, "j")],
    }.items():
        made.addTier(textgrid.IntervalTier(name, marked, 0, 10))
    made.save(str(tmp_path / "x.TextGrid"), format="long_textgrid", includeBlankSpaces=True)
    read = read_transcript(tmp_path / "x.TextGrid")
    assert [u.words for u in read.utterances] == [
        (Word("You", 0.25, 0.75), Word("came –", 0.75, 1.5), Word("home!", 1.5, 1.75)),
        (),  # other words than the text's
        (),
    ]
    assert read.notices == ("x.TextGrid: tiers that are no utterances left out (Ann - phones).",)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_the_short_form_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "talk.TextGrid"
    path.write_bytes(SHORT.replace("Hello", "Größe").encode(encoding))
    read = read_transcript(path)
    assert [(u.start, u.end, u.speaker, u.text) for u in read.utterances] == [
        (1.0, 2.5, "Ann", 'Say "hi", you 2 5 too'),
        (3.0, 4.0, "mic#2", "Größe."),
    ]
    assert "talk.TextGrid: tiers that are no utterances left out (Ann - words, Ann - phones)." in read.notices


def test_the_head_of_older_programs_is_known_and_the_chronological_form_is_named(tmp_path: Path) -> None:
    path = tmp_path / "talk.TextGrid"
    path.write_text(SHORT.replace('"ooTextFile"', '"ooTextFile short"'), "utf-8")
    assert len(read_transcript(path).utterances) == 2
    path.write_text('"Praat chronological TextGrid text file"\n0 2 ! Time domain.\n1 ! Number of tiers.\n', "utf-8")
    with pytest.raises(TranscriptError, match="chronological TextGrid; save it as a text file"):
        read_transcript(path)


def test_what_praatio_writes_is_read_in_both_forms(tmp_path: Path) -> None:
    made = textgrid.Textgrid()
    made.addTier(textgrid.IntervalTier("Bob", [(0.25, 1.5, "It's 5 o'clock"), (2, 3, 'a "b"')], 0, 4))
    for form in ("short_textgrid", "long_textgrid"):
        made.save(str(tmp_path / "x.TextGrid"), format=form, includeBlankSpaces=True)
        assert [(u.start, u.text) for u in read_transcript(tmp_path / "x.TextGrid").utterances] == [
            (0.25, "It's 5 o'clock"),
            (2.0, 'a "b"'),
        ]


def test_a_grid_beside_a_video_is_its_transcript(tmp_path: Path) -> None:
    (tmp_path / "talk.TextGrid").write_text(SHORT, "utf-8")
    (tmp_path / "talk.csv").write_text("start,end\n", "utf-8")
    assert find_transcript(tmp_path / "talk.mp4") == tmp_path / "talk.TextGrid"
    (tmp_path / "talk.eaf").write_text("", "utf-8")
    assert find_transcript(tmp_path / "talk.mp4") == tmp_path / "talk.eaf"


@pytest.mark.parametrize(
    "text",
    [
        SHORT[:150],
        SHORT.replace("ooTextFile", "ooBinaryFile"),
        SHORT.replace('"Ann" 0', '"Ann" zero'),
        "nothing",
        '"""',
    ],
)
def test_a_damaged_grid_is_one_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "bad.TextGrid").write_text(text, "utf-8")
    with pytest.raises(TranscriptError, match=r"bad\.TextGrid"):
        read_transcript(tmp_path / "bad.TextGrid")


def test_a_large_grid_is_read_and_a_larger_one_refused(tmp_path: Path) -> None:
    path = tmp_path / "big.TextGrid"
    interval = (
        '        intervals [1]:\n            xmin = {0}.25 \n            xmax = {0}.75 \n            text = "{1}" \n'
    )
    count = 5_000_000 // len(interval.format(100_000, WORDS))
    head = (
        f'File type = "ooTextFile"\nObject class = "TextGrid"\n\nxmin = 0\nxmax = {count}\ntiers? <exists>\nsize = 1\n'
    )
    tier = (
        f'item []:\n    item [1]:\nclass = "IntervalTier"\nname = "A"\nxmin = 0\nxmax = 9\nintervals: size = {count}\n'
    )
    path.write_text(head + tier + "".join(interval.format(i, WORDS) for i in range(count)), "utf-8")
    assert len(read_transcript(path).utterances) == count
    with path.open("a") as file:
        file.truncate(70 * 2**20)
    with pytest.raises(TranscriptError, match="too large"):
        read_transcript(path)


@pytest.mark.parametrize("name", ["emotion@Ann", "Ann#2", "phones", "a\nb"])
def test_names_that_mean_something_else_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(DocumentError, match="rename the speaker"):
        export(document([(0, 1, name, "x")]), "textgrid", tmp_path / "x.TextGrid")
    assert not list(tmp_path.iterdir())
