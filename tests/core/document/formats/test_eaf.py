"""EAF: valid, readable by another program, and a good guest in a file that others wrote."""

import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pympi
import pytest
import xmlschema
from hypothesis import given

from m2fnet_core.base.errors import DocumentError, M2FNetError, TranscriptError
from m2fnet_core.document.content import Document
from m2fnet_core.document.formats import LabelChoice
from m2fnet_core.transcript import read_transcript
from tests.core.document.formats.talk import (
    ANY_TEXT,
    FEW,
    after,
    bring,
    document,
    documents,
    empty,
    export,
    said,
    with_words,
)

SCHEMA = xmlschema.XMLSchema(Path(__file__).parent / "eaf_3_0.xsd")

# A linguist's file: format 2.7, a vocabulary of the old form, a tier of speech, one of gestures, one that depends on
# speech, unaligned time slots, and what this program knows nothing about.
FOREIGN = """<?xml version="1.0" encoding="UTF-8"?>
<ANNOTATION_DOCUMENT AUTHOR="Mia" DATE="2011-05-04T12:00:00+01:00" FORMAT="2.7" VERSION="2.7"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
    xsi:noNamespaceSchemaLocation="http://www.mpi.nl/tools/elan/EAFv2.7.xsd">
    <!-- checked twice -->
    <LICENSE LICENSE_URL="https://example.org/by">CC BY</LICENSE>
    <HEADER MEDIA_FILE="" TIME_UNITS="milliseconds">
        <MEDIA_DESCRIPTOR MEDIA_URL="file:///c:/mia/talk.mpg" MIME_TYPE="video/mpeg" TIME_ORIGIN="40"/>
        <PROPERTY NAME="URN">urn:nl-mpi-tools-elan-eaf:1</PROPERTY>
        <PROPERTY NAME="lastUsedAnnotationId">7</PROPERTY>
    </HEADER>
    <TIME_ORDER>
        <TIME_SLOT TIME_SLOT_ID="ts1" TIME_VALUE="100"/>
        <TIME_SLOT TIME_SLOT_ID="ts2"/>
        <TIME_SLOT TIME_SLOT_ID="ts3" TIME_VALUE="3000"/>
        <TIME_SLOT TIME_SLOT_ID="ts4" TIME_VALUE="9000"/>
    </TIME_ORDER>
    <TIER ANNOTATOR="Mia" DEFAULT_LOCALE="en" LINGUISTIC_TYPE_REF="speech" PARTICIPANT="Ann" TIER_ID="Ann">
        <ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a1" TIME_SLOT_REF1="ts1" TIME_SLOT_REF2="ts3">
            <ANNOTATION_VALUE>You came &amp; went</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>
    </TIER>
    <TIER LINGUISTIC_TYPE_REF="words" PARENT_REF="Ann" PARTICIPANT="Ann" TIER_ID="Ann-words">
        <ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a2" TIME_SLOT_REF1="ts1" TIME_SLOT_REF2="ts2">
            <ANNOTATION_VALUE>You</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>
        <ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a3" TIME_SLOT_REF1="ts2" TIME_SLOT_REF2="ts3">
            <ANNOTATION_VALUE>came</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>
    </TIER>
    <TIER LINGUISTIC_TYPE_REF="gesture" PARTICIPANT="Ann" TIER_ID="Ann-gesture">
        <ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a7" TIME_SLOT_REF1="ts3" TIME_SLOT_REF2="ts4">
            <ANNOTATION_VALUE>nod</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>
    </TIER>
    <LINGUISTIC_TYPE LINGUISTIC_TYPE_ID="speech" TIME_ALIGNABLE="true" GRAPHIC_REFERENCES="false"/>
    <LINGUISTIC_TYPE LINGUISTIC_TYPE_ID="words" TIME_ALIGNABLE="true" CONSTRAINTS="Time_Subdivision"/>
    <LINGUISTIC_TYPE LINGUISTIC_TYPE_ID="gesture" TIME_ALIGNABLE="true" CONTROLLED_VOCABULARY_REF="moves"/>
    <LOCALE COUNTRY_CODE="US" LANGUAGE_CODE="en"/>
    <CONSTRAINT DESCRIPTION="no gaps" STEREOTYPE="Time_Subdivision"/>
    <CONTROLLED_VOCABULARY CV_ID="moves" DESCRIPTION="heads">
        <CV_ENTRY DESCRIPTION="up and down">nod</CV_ENTRY><CV_ENTRY>shake</CV_ENTRY>
    </CONTROLLED_VOCABULARY>
</ANNOTATION_DOCUMENT>
"""


def foreign_part(path: Path) -> list[tuple[str, dict[str, str], str]]:
    """Everything in a file that is not ours: tags, attributes, texts, in document order."""
    root = ET.parse(path).getroot()
    for child in [c for c in root if "m2fnet" in "".join(c.attrib.values())]:
        root.remove(child)
    new = {slot.get("TIME_SLOT_ID") for slot in root.iter("TIME_SLOT")} - {"ts1", "ts2", "ts3", "ts4"}
    return [
        (each.tag, dict(each.attrib), (each.text or "").strip())
        for each in root.iter()
        if each.get("TIME_SLOT_ID") not in new and each.get("LANG_ID") is None
        if each.get("STEREOTYPE") != "Symbolic_Association" and each.get("NAME") != "lastUsedAnnotationId"
        if each is not root
        and each.tag not in ("CONTROLLED_VOCABULARY", "CV_ENTRY", "CV_ENTRY_ML", "CVE_VALUE", "DESCRIPTION")
    ]


@FEW
@given(example=documents(texts=ANY_TEXT))
def test_every_export_is_valid(example: Document, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "valid.eaf"
    path.unlink(missing_ok=True)
    for _ in range(2):  # into nothing, and over itself
        export(with_words(example), "eaf", path, LabelChoice.HUMAN_ELSE_MODEL)
        SCHEMA.validate(path)


def test_another_program_reads_tiers_vocabulary_and_video(tmp_path: Path) -> None:
    export(document(), "eaf", tmp_path / "talk.eaf", LabelChoice.HUMAN_ELSE_MODEL)
    read = pympi.Elan.Eaf(str(tmp_path / "talk.eaf"))
    assert read.get_annotation_data_for_tier("Ann") == [(500, 2000, "You came!")]
    assert read.get_ref_annotation_data_for_tier("emotion@Ann")[0][:3] == (500, 2000, "joy")
    assert read.get_ref_annotation_data_for_tier("emotion@Bob")[0][2] == "sadness"
    assert read.get_parameters_for_tier("emotion@Bob")["ANNOTATOR"] == "anna, else starter"
    words = [entry[0][0][0] for entry in read.controlled_vocabularies["m2fnet-emotion"][1].values()]
    assert words == list(document().label_set.labels)
    assert read.media_descriptors[0]["MEDIA_URL"] == "file:///videos/talk.mp4"


def test_words_stand_in_a_tier_inside_their_utterances(tmp_path: Path) -> None:
    given, path = (
        with_words(document([(0.5, 2.5, "Ann", "You came!"), (3.0, 4.0, "Ann", "So?")])),
        tmp_path / "talk.eaf",
    )
    for _ in range(2):  # a word as long as its utterance does not take the utterance's name over
        export(given, "eaf", path)
        read = pympi.Elan.Eaf(str(path))
        assert read.get_annotation_data_for_tier("words@Ann") == [
            (500, 1500, "You"),
            (1500, 2500, "came!"),
            (3000, 4000, "So?"),
        ]
        assert read.get_parameters_for_tier("words@Ann")["PARENT_REF"] == "Ann"
        assert read.get_ref_annotation_data_for_tier("emotion@Ann")[0][:3] == (500, 2500, "joy")
        assert len(read.timeslots) == 10
    assert bring(path, "eaf", empty(given)).notices == ()


def test_overlapping_turns_of_a_speaker_get_a_tier_more(tmp_path: Path) -> None:
    given = document([(1.0, 3.0, "Ann", "one"), (2.0, 4.0, "Ann", "two"), (3.0, 5.0, "Ann", "three")], ("joy", "fear"))
    notices = export(given, "eaf", tmp_path / "talk.eaf")
    assert notices == ("1 overlapping turn of Ann in extra tiers (Ann#2).",)
    into = empty(given)
    back = bring(tmp_path / "talk.eaf", "eaf", into)
    assert said(after(into, back)) == said(given)
    assert back.notices == ("2 overlaps with an earlier utterance of the same speaker (Ann at 2.0 s, Ann at 3.0 s).",)


def test_a_file_of_others_keeps_all_that_is_theirs(tmp_path: Path) -> None:
    path = tmp_path / "mia.eaf"
    path.write_text(FOREIGN, "utf-8")
    before = foreign_part(path)
    export(document(), "eaf", path)
    SCHEMA.validate(path)
    assert foreign_part(path) == before
    assert "<!-- checked twice -->" in path.read_text("utf-8")
    again = ET.parse(path).getroot()
    assert again.get("AUTHOR") == "Mia"
    assert again.get("DATE") == "2011-05-04T12:00:00+01:00"
    assert [t.get("TIER_ID") for t in again.iter("TIER")] == [
        "Ann", "Ann-words", "Ann-gesture", "Ann (m2fnet)", "emotion@Ann (m2fnet)", "Bob", "emotion@Bob",
    ]  # fmt: skip
    moves = pympi.Elan.Eaf(str(path)).controlled_vocabularies["moves"]
    assert [entry[0][0] for entry in moves[1].values()] == [("nod", "und", "up and down"), ("shake", "und", None)]
    assert [row[2:] for row in said(after(empty(document()), bring(path, "eaf", empty(document()))))] == [
        ("Ann", "You came!", "joy"),
        ("Bob", "So?", None),
    ]


def test_a_second_export_replaces_the_first_alone(tmp_path: Path) -> None:
    path = tmp_path / "mia.eaf"
    path.write_text(FOREIGN, "utf-8")
    export(document(), "eaf", path)
    once = path.read_text("utf-8")
    before = foreign_part(path)
    export(document(), "eaf", path)
    assert len(path.read_text("utf-8")) == pytest.approx(len(once), abs=20)  # the ids of labels count on
    moved = document([(0.5, 2.0, "Ann", "You came!"), (5.0, 6.0, "Cid", "Late.")], human=("anger",))
    export(moved, "eaf", path)
    SCHEMA.validate(path)
    assert foreign_part(path) == before
    into = empty(moved)
    assert said(after(into, bring(path, "eaf", into))) == said(moved)


def dependent(path: Path) -> None:
    """A linguist's tier that depends on an exported one."""
    name = next(a for a in ET.parse(path).getroot().iter("ALIGNABLE_ANNOTATION")).get("ANNOTATION_ID")
    tier = f"""<TIER TIER_ID="gloss" PARENT_REF="Ann" LINGUISTIC_TYPE_REF="gloss"><ANNOTATION>
        <REF_ANNOTATION ANNOTATION_ID="a900" ANNOTATION_REF="{name}"><ANNOTATION_VALUE>came.PST</ANNOTATION_VALUE>
        </REF_ANNOTATION></ANNOTATION></TIER>
        <LINGUISTIC_TYPE LINGUISTIC_TYPE_ID="gloss" TIME_ALIGNABLE="false" CONSTRAINTS="Symbolic_Association"/>"""
    path.write_text(path.read_text("utf-8").replace("<LINGUISTIC_TYPE ", tier + "<LINGUISTIC_TYPE ", 1), "utf-8")


def test_a_tier_that_depends_on_ours_stays_attached_or_the_export_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "talk.eaf"
    export(document(), "eaf", path)
    dependent(path)
    export(document(human=("fear",)), "eaf", path)
    SCHEMA.validate(path)
    read = pympi.Elan.Eaf(str(path))
    assert read.get_ref_annotation_data_for_tier("gloss") == [(500, 2000, "came.PST", "You came!")]
    kept = path.read_bytes()
    with pytest.raises(DocumentError, match="gloss"):
        export(document([(0.6, 2.0, "Ann", "You came!")]), "eaf", path)
    assert path.read_bytes() == kept


def test_speech_of_a_linguists_file_is_told_from_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "mia.eaf"
    path.write_text(FOREIGN, "utf-8")
    read = read_transcript(path)
    assert [(u.start, u.end, u.speaker, u.text, u.label) for u in read.utterances] == [
        (0.14, 3.04, "Ann", "You came & went", None)
    ]
    assert read.notices == ("mia.eaf: tiers that are no speech left out (Ann-words, Ann-gesture).",)


def test_emotions_with_times_of_their_own_find_their_utterance(tmp_path: Path) -> None:
    path = tmp_path / "mia.eaf"
    text = FOREIGN.replace('TIER_ID="Ann-gesture"', 'TIER_ID="Emotion-Ann"').replace(">nod<", ">joy<", 1)
    path.write_text(
        text.replace('TIME_SLOT_REF1="ts3" TIME_SLOT_REF2="ts4"', 'TIME_SLOT_REF1="ts1" TIME_SLOT_REF2="ts4"'), "utf-8"
    )
    assert [d.label for d in bring(path, "eaf", empty(document())).decisions] == ["joy"]


def test_an_analysis_does_not_take_exported_labels_for_a_humans(tmp_path: Path) -> None:
    for name in ("eaf", "srt", "vtt", "textgrid"):
        export(document(), name, tmp_path / f"talk.{name}", LabelChoice.MODEL)
        read = read_transcript(tmp_path / f"talk.{name}")
        assert [(u.text, u.label) for u in read.utterances] == [("You came!", None), ("So?", None)]


ENTITIES = {
    "external entity": '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    "a bomb": '<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;&x;">]>',
    "a foreign document type": '<!DOCTYPE ANNOTATION_DOCUMENT SYSTEM "https://example.org/x.dtd">',
}


@pytest.mark.parametrize("head", ENTITIES.values(), ids=list(ENTITIES))
def test_entities_are_refused_in_both_directions(tmp_path: Path, head: str) -> None:
    path = tmp_path / "bad.eaf"
    path.write_text(FOREIGN.replace("?>\n", f"?>\n{head}", 1), "utf-8")
    kept = path.read_bytes()
    with pytest.raises(TranscriptError, match="entities"):
        read_transcript(path)
    with pytest.raises(DocumentError, match="entities"):
        export(document(), "eaf", path)
    assert path.read_bytes() == kept


@pytest.mark.parametrize("text", ["no xml", "<html/>", FOREIGN[:900], '<ANNOTATION_DOCUMENT DATE="x"/>', "\0\1\2"])
def test_what_is_no_eaf_is_one_sentence(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bad.eaf"
    path.write_text(text, "utf-8")
    with pytest.raises(M2FNetError) as caught:
        bring(path, "eaf", empty(document()))
    assert "bad.eaf" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_names_that_xml_cannot_hold_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="rename the speaker"):
        export(document([(0, 1, "A\x01", "x")]), "eaf", tmp_path / "talk.eaf")
    odd = document([(0, 1, 'A\t"<&>"\nB: #2', "x"), (2, 3, "emotion@A", "y"), (2, 3, "unknown", "z"), (2, 3, "", "")])
    export(odd, "eaf", tmp_path / "talk.eaf")
    SCHEMA.validate(tmp_path / "talk.eaf")
    into = empty(odd)
    back = said(after(into, bring(tmp_path / "talk.eaf", "eaf", into)))
    assert [(row[2], row[3]) for row in back] == [
        ('A\t"<&>"\nB: #2', "x"),
        ("", None),
        ("emotion@A", "y"),
        ("unknown", "z"),
    ]


def test_times_in_frames_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "pal.eaf"
    path.write_text(FOREIGN.replace('TIME_UNITS="milliseconds"', 'TIME_UNITS="PAL-frames"'), "utf-8")
    with pytest.raises(DocumentError, match="milliseconds"):
        export(document(), "eaf", path)


def test_labels_beside_the_label_set_are_in_the_vocabulary(tmp_path: Path) -> None:
    given = document(human=("relief",))
    given = replace(given, decisions={key: replace(d, label="relief") for key, d in given.decisions.items()})
    export(given, "eaf", tmp_path / "talk.eaf")
    SCHEMA.validate(tmp_path / "talk.eaf")
    assert bring(tmp_path / "talk.eaf", "eaf", empty(given)).unknown_labels == ("relief",)


SLOTS = "<TIME_ORDER>{}</TIME_ORDER>"
ALIGNED = (
    '<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="{0}" TIME_SLOT_REF1="{1}" TIME_SLOT_REF2="{2}">'
    "<ANNOTATION_VALUE>{3}</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>"
)


def elan(path: Path, header: str, slots: list[str], tiers: str) -> Path:
    """An EAF by hand; a slot "" has no time."""
    order = "".join(
        f'<TIME_SLOT TIME_SLOT_ID="ts{n}"' + (f' TIME_VALUE="{value}"/>' if value else "/>")
        for n, value in enumerate(slots, 1)
    )
    path.write_text(f"<ANNOTATION_DOCUMENT>{header}{SLOTS.format(order)}{tiers}</ANNOTATION_DOCUMENT>", "utf-8")
    return path


def test_times_are_of_the_video_whatever_the_file_counts_them_from_and_in(tmp_path: Path) -> None:
    tier = f'<TIER TIER_ID="Ann">{ALIGNED.format("a1", "ts1", "ts2", "hello")}</TIER>'
    origin = '<HEADER TIME_UNITS="milliseconds"><MEDIA_DESCRIPTOR MEDIA_URL="a.mp4" TIME_ORIGIN="5000"/></HEADER>'
    for header, slots, span in (
        (origin, ["1000", "3000"], (6.0, 8.0)),
        ('<HEADER TIME_UNITS="PAL-frames"/>', ["25", "75"], (1.0, 3.0)),
        ("<HEADER/>", ["1000", "", "3000"], (1.0, 2.0)),
    ):
        (read,) = read_transcript(elan(tmp_path / "a.eaf", header, slots, tier)).utterances
        assert (read.start, read.end) == pytest.approx(span)
    with pytest.raises(TranscriptError, match="counts time in days"):
        read_transcript(elan(tmp_path / "a.eaf", '<HEADER TIME_UNITS="days"/>', ["1", "2"], tier))


def test_an_export_keeps_to_the_origin_of_the_file_it_goes_into(tmp_path: Path) -> None:
    header = '<HEADER TIME_UNITS="milliseconds"><MEDIA_DESCRIPTOR MEDIA_URL="a.mp4" TIME_ORIGIN="200"/></HEADER>'
    path = elan(tmp_path / "a.eaf", header, [], "")
    for _ in range(2):
        export(document([(0.5, 3.5, "Ann", "x")]), "eaf", path)
        assert path.read_text("utf-8").count('TIME_VALUE="300"') == path.read_text("utf-8").count('"3300"') >= 1
        assert [(u.start, u.end) for u in read_transcript(path).utterances] == [(0.5, 3.5)]
    with pytest.raises(DocumentError, match="begins 200 ms into the video"):
        export(document([(0.1, 3.5, "Ann", "x")]), "eaf", path)


def test_the_text_of_numbered_sentences_is_in_the_tier_below(tmp_path: Path) -> None:
    refer = '<ANNOTATION><REF_ANNOTATION ANNOTATION_ID="{0}" ANNOTATION_REF="{1}">'
    refer += "<ANNOTATION_VALUE>{2}</ANNOTATION_VALUE></REF_ANNOTATION></ANNOTATION>"
    above = ALIGNED.format("a1", "ts1", "ts2", "Ann.001") + ALIGNED.format("a2", "ts3", "ts4", "Ann.002")
    gloss = f'<TIER TIER_ID="ft@Ann" PARENT_REF="ref@Ann">{refer.format("a5", "a1", "bonjour")}</TIER>'
    below = refer.format("a3", "a1", "hello there") + refer.format("a4", "a2", "bye")
    tiers = f'<TIER TIER_ID="ref@Ann" PARTICIPANT="Ann">{above}</TIER>{gloss}'
    tiers += f'<TIER TIER_ID="tx@Ann" PARENT_REF="ref@Ann">{below}</TIER>'
    path = elan(tmp_path / "a.eaf", "<HEADER/>", ["1000", "3000", "4000", "6000"], tiers)
    assert [(u.speaker, u.text) for u in read_transcript(path).utterances] == [("Ann", "hello there"), ("Ann", "bye")]


def test_a_medium_is_named_as_elan_names_it(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    path = tmp_path / "out" / "a.eaf"
    made = document([(0.5, 3.5, "Ann", "x")])
    (key, medium), *_ = made.media.items()
    there = replace(medium, path=tmp_path / "my talk.mp4")
    export(replace(made, media={key: there}), "eaf", path)
    written = path.read_text("utf-8")
    assert f'MEDIA_URL="file:///{(tmp_path / "my talk.mp4").as_posix().lstrip("/")}"' in written
    assert 'RELATIVE_MEDIA_URL="../my talk.mp4"' in written
