"""ELAN's EAF: for each speaker a tier of texts and, depending on it, tiers of words and of emotions with a vocabulary.

Written into an EAF that is there, only what an earlier export wrote is replaced; everything else stays.
"""

import re
import xml.etree.ElementTree as ET  # to build and write; what comes from outside is parsed by defusedxml
from collections.abc import Sequence
from pathlib import Path

from m2fnet_core.base.emotions import LabelSet
from m2fnet_core.base.errors import DocumentError, TranscriptError
from m2fnet_core.base.wording import count
from m2fnet_core.document.content import Medium
from m2fnet_core.document.formats.base import (
    Found,
    LabelChoice,
    Row,
    Sheet,
    Written,
    labels_of,
    lanes,
    one_line,
    refuse_names,
    speakers_of,
    word_spans,
)
from m2fnet_core.document.formats.eaf_frame import LANGUAGE, VOCABULARY, Frame, new_root
from m2fnet_core.document.formats.traces import linked, write_linked
from m2fnet_core.document.formats.transcripts import found_in, media_info
from m2fnet_core.transcript.eaf import EMOTIONS, UTTERANCES, WORDS, parse_eaf, read_eaf

_NOBODY = "unknown"
_NO_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_ASSOCIATION = "1-1 association with a parent annotation"
_INCLUDED = "Time alignable annotations within the parent annotation's time interval, gaps are allowed"


def eaf_text(sheet: Sheet, path: Path) -> Written:
    """The file for ``path``; into what is there, if anything is.

    Raises DocumentError for names that XML cannot hold, and when what is there cannot be read or depends on
    utterances that are gone.
    """
    refuse_names(sheet, "EAF", lambda name: not _NO_XML.search(name))
    frame = Frame(_root(path))
    frame.add_media(sheet.medium, path.parent)
    vocabulary = _add_vocabulary(frame, sheet)
    notices = list[str]()
    for speaker in speakers_of(sheet):
        rows = [row for row in sheet.rows if row.speaker == speaker]
        lane_of = lanes([_span(row) for row in rows])
        for lane in range(max(lane_of) + 1):
            name = frame.tier_id((speaker or _NOBODY) + (f"#{lane + 1}" if lane else ""))
            texts = frame.add("TIER", TIER_ID=name, PARTICIPANT=speaker, LINGUISTIC_TYPE_REF=UTTERANCES)
            emotions = _emotion_tier(frame, sheet, name, speaker)
            own = [row for row, at in zip(rows, lane_of, strict=True) if at == lane]
            for row in own:
                _add_row(frame, row, texts, emotions, vocabulary)
            _add_words(frame, own, name, speaker)
        if extra := sum(lane > 0 for lane in lane_of):
            notices.append(f"{count(extra, 'overlapping turn')} of {speaker or _NOBODY} in extra tiers ({name}).")
    files = write_linked(sheet, path)
    frame.link(list(linked(files)))
    if files:
        notices.append(f"The traces are in {' and '.join(file.name for file in files)}, which the EAF links.")
    return Written(frame.text(), tuple(notices))


def read_eaf_labels(path: Path, medium: Medium, label_set: LabelSet) -> Found:
    """Utterances of an EAF with the labels of its emotion tiers. Raises TranscriptError."""
    return found_in(read_eaf(path, media_info(medium)))


def _root(path: Path) -> ET.Element:
    try:
        return parse_eaf(path) if path.exists() and path.stat().st_size else new_root()
    except TranscriptError as error:
        raise DocumentError(f"Nothing was written into the file that is there: {error}") from error


def _add_vocabulary(frame: Frame, sheet: Sheet) -> dict[str, str]:
    """Types, constraint and vocabulary of the emotions; returns the id of each label's entry."""
    frame.add("LINGUISTIC_TYPE", LINGUISTIC_TYPE_ID=UTTERANCES, TIME_ALIGNABLE="true", GRAPHIC_REFERENCES="false")
    frame.add(
        "LINGUISTIC_TYPE",
        LINGUISTIC_TYPE_ID=EMOTIONS,
        TIME_ALIGNABLE="false",
        GRAPHIC_REFERENCES="false",
        CONSTRAINTS="Symbolic_Association",
        CONTROLLED_VOCABULARY_REF=VOCABULARY,
    )
    if any(row.turn.words for row in sheet.rows):
        frame.add(
            "LINGUISTIC_TYPE",
            LINGUISTIC_TYPE_ID=WORDS,
            TIME_ALIGNABLE="true",
            GRAPHIC_REFERENCES="false",
            CONSTRAINTS="Included_In",
        )
        frame.once("CONSTRAINT", "STEREOTYPE", "Included_In", DESCRIPTION=_INCLUDED)
    frame.add_language()
    frame.once("CONSTRAINT", "STEREOTYPE", "Symbolic_Association", DESCRIPTION=_ASSOCIATION)
    vocabulary = frame.add("CONTROLLED_VOCABULARY", CV_ID=VOCABULARY)
    entries = {label: f"cveid_m2fnet_{number}" for number, label in enumerate(labels_of(sheet))}
    for label, name in entries.items():
        entry = ET.SubElement(vocabulary, "CV_ENTRY_ML", CVE_ID=name)
        ET.SubElement(entry, "CVE_VALUE", LANG_REF=LANGUAGE).text = label
    return entries


def _emotion_tier(frame: Frame, sheet: Sheet, parent: str, speaker: str) -> ET.Element:
    name = frame.tier_id(f"emotion@{parent}")
    whose = _whose(sheet)
    return frame.add(
        "TIER", TIER_ID=name, PARTICIPANT=speaker, ANNOTATOR=whose, LINGUISTIC_TYPE_REF=EMOTIONS, PARENT_REF=parent
    )


def _add_words(frame: Frame, rows: Sequence[Row], parent: str, speaker: str) -> None:
    """The tier of words, where any have times."""
    spans = [span for row in rows for span in word_spans(row.turn)]
    if not spans:
        return
    name = frame.tier_id(f"words@{parent}")
    tier = frame.add("TIER", TIER_ID=name, PARTICIPANT=speaker, LINGUISTIC_TYPE_REF=WORDS, PARENT_REF=parent)
    for start, end, text in spans:
        _annotate(tier, "ALIGNABLE_ANNOTATION", _slots(frame, frame.annotation_id(), (start, end)), text)


def _slots(frame: Frame, name: str, span: tuple[int, int]) -> dict[str, str]:
    return {"ANNOTATION_ID": name, "TIME_SLOT_REF1": frame.slot(span[0]), "TIME_SLOT_REF2": frame.slot(span[1])}


def _whose(sheet: Sheet) -> str:
    """Who labelled, for ELAN's column "annotator"."""
    models = dict.fromkeys(row.kept.model.name for row in sheet.rows if row.source is LabelChoice.MODEL and row.kept)
    people = [sheet.annotator] if any(row.source is LabelChoice.HUMAN for row in sheet.rows) else []
    return _NO_XML.sub("", ", else ".join([*people, *models]))


def _add_row(frame: Frame, row: Row, texts: ET.Element, emotions: ET.Element, vocabulary: dict[str, str]) -> None:
    start, end = _span(row)
    name = frame.annotation_id((row.speaker, start, end))
    _annotate(texts, "ALIGNABLE_ANNOTATION", _slots(frame, name, (start, end)), one_line(row.turn.text))
    if row.label is not None:
        felt = {"ANNOTATION_ID": frame.annotation_id(), "ANNOTATION_REF": name, "CVE_REF": vocabulary[row.label]}
        _annotate(emotions, "REF_ANNOTATION", felt, row.label)


def _annotate(tier: ET.Element, kind: str, attributes: dict[str, str], value: str) -> None:
    annotation = ET.SubElement(ET.SubElement(tier, "ANNOTATION"), kind, attributes)
    ET.SubElement(annotation, "ANNOTATION_VALUE").text = value


def _span(row: Row) -> tuple[int, int]:
    """Milliseconds, at least one of them."""
    start = round(row.turn.start * 1000)
    return start, max(start + 1, round(row.turn.end * 1000))
