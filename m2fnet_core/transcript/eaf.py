"""Reader of ELAN's EAF files: tiers of utterances, and of the emotions that belong to them. No torch."""

import re
import xml.etree.ElementTree as ET  # only for its types: what comes from outside is parsed by defusedxml
from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from m2fnet_core.base.dialogue import Utterance, Word
from m2fnet_core.base.errors import TranscriptError
from m2fnet_core.base.wording import some
from m2fnet_core.media.info import MediaInfo
from m2fnet_core.transcript.base import Transcript, numbered_id
from m2fnet_core.transcript.encoding import read_bytes
from m2fnet_core.transcript.wording import timed

# Linguistic types of the tiers that exports write.
UTTERANCES = "m2fnet-utterance"
WORDS = "m2fnet-word"
EMOTIONS = "m2fnet-emotion"
EMOTION = "emotion"  # what the id of another tier of labels begins with

_EMOTION_OF = re.compile(r"^emotion[@_ -]", re.IGNORECASE)
_DEFAULT = "default"  # id of the tier that ELAN makes by itself
Span = tuple[float, float]


def read_eaf(path: Path, media: MediaInfo | None) -> Transcript:
    """Utterances of an EAF file, speakers from its tiers' participants (or ids), labels from its emotion tiers.

    Speech is what stands in the tiers that an export wrote, else in all tiers of their own time without a controlled
    vocabulary. Raises TranscriptError when the file cannot be read, is no EAF, or has no such tier.
    """
    root = parse_eaf(path)
    slots = times_of(root)
    emotions = [tier for tier in root.findall("TIER") if _is_emotion(tier)]
    speech, left_out = _speech(root, emotions)
    found = [
        (*span, speaker_of(tier), " ".join((annotation.findtext("ANNOTATION_VALUE") or "").split()) or None, annotation)
        for tier in speech
        for annotation in tier.iter("ALIGNABLE_ANNOTATION")
        if (span := _span(annotation, slots)) is not None
    ]
    if not found:
        raise TranscriptError(f"{path} has no tier with utterances; pick another transcript.")
    found.sort(key=lambda row: row[:2])
    labels, words = _Labels(emotions, slots), _Words(root, slots)
    utterances = tuple(
        Utterance(
            numbered_id(i),
            start,
            end,
            speaker,
            text,
            labels.of(annotation, speaker, (start, end)),
            words=words.of(start, end, speaker, text),
        )
        for i, (start, end, speaker, text, annotation) in enumerate(found)
    )
    notices = (f"{path.name}: tiers that are no speech left out ({some(left_out)}).",) if left_out else ()
    return Transcript(utterances, notices)


def parse_eaf(path: Path) -> ET.Element:
    """The whole document, comments included. Raises TranscriptError: unreadable, no XML, entities, no EAF."""
    data = read_bytes(path)
    parser = DefusedXMLParser(target=ET.TreeBuilder(insert_comments=True), forbid_dtd=True)
    try:
        parser.feed(data)
        root: ET.Element = parser.close()
    except DefusedXmlException as error:
        raise TranscriptError(
            f"{path} declares XML entities or a document type, which no EAF needs and which could read other files; "
            "save it again in ELAN."
        ) from error
    except (ET.ParseError, ValueError, LookupError) as error:
        raise TranscriptError(f"{path} is no readable EAF file ({error}); save it again in ELAN.") from error
    if root.tag != "ANNOTATION_DOCUMENT":
        raise TranscriptError(f"{path} is XML but no EAF file; pick a file that ELAN saved.")
    return root


_DIGITS = 12  # of milliseconds: thirty years


def times_of(root: ET.Element) -> Mapping[str, float]:
    """Seconds by time slot, of those that have a time."""
    slots = ((slot.get("TIME_SLOT_ID", ""), slot.get("TIME_VALUE", "")) for slot in root.iter("TIME_SLOT"))
    return {name: int(value) / 1000 for name, value in slots if value.isdecimal() and len(value) <= _DIGITS}


def speaker_of(tier: ET.Element) -> str:
    """Name of the speaker, "" for nobody."""
    if tier.get("LINGUISTIC_TYPE_REF") in (UTTERANCES, WORDS, EMOTIONS):
        return tier.get("PARTICIPANT", "")
    name = tier.get("PARTICIPANT") or _EMOTION_OF.sub("", tier.get("TIER_ID", ""))
    return "" if name == _DEFAULT else name


def _is_emotion(tier: ET.Element) -> bool:
    kind = tier.get("LINGUISTIC_TYPE_REF")
    return kind == EMOTIONS or (kind != UTTERANCES and tier.get("TIER_ID", "").lower().startswith(EMOTION))


def _speech(root: ET.Element, emotions: Sequence[ET.Element]) -> tuple[list[ET.Element], list[str]]:
    """Tiers that hold utterances, and the ids of those that hold something else."""
    tiers = [tier for tier in root.findall("TIER") if tier not in emotions]
    own = [tier for tier in tiers if tier.get("LINGUISTIC_TYPE_REF") == UTTERANCES]
    coded = {
        kind.get("LINGUISTIC_TYPE_ID", "")
        for kind in root.findall("LINGUISTIC_TYPE")
        if kind.get("CONTROLLED_VOCABULARY_REF") or kind.get("CONSTRAINTS")
    }
    speech = own or [tier for tier in tiers if _stands_alone(tier, coded)]
    other = [tier for tier in tiers if tier not in speech and tier.get("LINGUISTIC_TYPE_REF") != WORDS]
    return speech, [tier.get("TIER_ID", "") for tier in other if len(tier)]


def _stands_alone(tier: ET.Element, coded: Collection[str]) -> bool:
    return "PARENT_REF" not in tier.attrib and tier.get("LINGUISTIC_TYPE_REF") not in coded


def _span(annotation: ET.Element, slots: Mapping[str, float]) -> Span | None:
    start, end = (slots.get(annotation.get(f"TIME_SLOT_REF{i}", "")) for i in (1, 2))
    return None if start is None or end is None else (start, end)


class _Labels:
    """The emotion of each utterance: of an annotation that refers to it, or of one of the same speaker at its time."""

    def __init__(self, tiers: Sequence[ET.Element], slots: Mapping[str, float]) -> None:
        self._by_reference = dict[str, str]()
        self._by_time = dict[str, list[tuple[float, float, str]]]()
        for tier in tiers:
            for annotation in tier.iter("REF_ANNOTATION"):
                self._by_reference.setdefault(annotation.get("ANNOTATION_REF", ""), _value(annotation))
            spans = [(a, _span(a, slots)) for a in tier.iter("ALIGNABLE_ANNOTATION")]
            timed = [(*span, _value(annotation)) for annotation, span in spans if span is not None]
            self._by_time.setdefault(speaker_of(tier), []).extend(timed)
        for timed in self._by_time.values():
            timed.sort()

    def of(self, annotation: ET.Element, speaker: str, span: Span) -> str | None:
        """The label of an utterance; None when it has none."""
        referring = self._by_reference.get(annotation.get("ANNOTATION_ID", ""))
        if referring is not None:
            return referring or None
        timed = self._by_time.get(speaker, [])
        middle = (span[0] + span[1]) / 2
        at = bisect_left(timed, (middle,)) - 1
        return timed[at][2] or None if at >= 0 and timed[at][1] >= middle else None


class _Words:
    """The words of each utterance: of an exported tier of words, inside its time, where they are those of its text."""

    def __init__(self, root: ET.Element, slots: Mapping[str, float]) -> None:
        tiers = [tier for tier in root.findall("TIER") if tier.get("LINGUISTIC_TYPE_REF") == WORDS]
        self._by_speaker = dict[str, list[tuple[float, float, str]]]()
        for tier in tiers:
            spans = [(a, _span(a, slots)) for a in tier.iter("ALIGNABLE_ANNOTATION")]
            found = [(*span, _value(annotation)) for annotation, span in spans if span is not None]
            self._by_speaker.setdefault(speaker_of(tier), []).extend(found)
        for found in self._by_speaker.values():
            found.sort()

    def of(self, start: float, end: float, speaker: str, text: str | None) -> tuple[Word, ...]:
        """The words of an utterance; none where they have no times, or two of a speaker's utterances mix."""
        found = self._by_speaker.get(speaker, [])
        inside = found[bisect_left(found, (start,)) : bisect_left(found, (end,))]
        return timed(text, [Word(said, first, last) for first, last, said in inside if last <= end])


def _value(annotation: ET.Element) -> str:
    return (annotation.findtext("ANNOTATION_VALUE") or "").strip()
