"""Reader of ELAN's EAF files: tiers of utterances, and of the emotions that belong to them. No torch."""

import re
import xml.etree.ElementTree as ET  # only for its types: what comes from outside is parsed by defusedxml
from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
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

_TEXT_TIER = re.compile(r"(?:tx|text|transcr|utt|orth|words?)", re.IGNORECASE)  # what tiers of words are called
_SENTENCE_ID = re.compile(r"[^\s]*\d+[^\s]{0,3}")  # "Ann.001", as exports of Toolbox number sentences
_EMOTION_OF = re.compile(r"^emotion[@_ -]", re.IGNORECASE)
_DEFAULT = "default"  # id of the tier that ELAN makes by itself
Span = tuple[float, float]


def read_eaf(path: Path, media: MediaInfo | None) -> Transcript:
    """Utterances of an EAF file, speakers from its tiers' participants (or ids), labels from its emotion tiers.

    Speech is what stands in the tiers that an export wrote, else in all tiers of their own time without a controlled
    vocabulary. Raises TranscriptError when the file cannot be read, is no EAF, or has no such tier.
    """
    root = parse_eaf(path)
    slots = times_of(root, media.path if media is not None else None)
    emotions = [tier for tier in root.findall("TIER") if _is_emotion(tier)]
    speech, left_out = _speech(root, emotions)
    below = _TextBelow(root, slots)
    found = [
        (*span, speaker_of(tier), below.of(tier, annotation, span), annotation)
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
_FRAMES = {"PAL-frames": 1 / 25, "NTSC-frames": 1001 / 30000}  # seconds of one


def times_of(root: ET.Element, media: Path | None = None) -> Mapping[str, float]:
    """Seconds of the video by time slot. A slot without a time lies evenly between those that have one.

    ``media``: the video, where the file names several. Raises TranscriptError for an unknown unit of time.
    """
    header = root.find("HEADER")
    unit = "milliseconds" if header is None else header.get("TIME_UNITS", "milliseconds")
    if unit != "milliseconds" and unit not in _FRAMES:
        raise TranscriptError(f"The EAF file counts time in {unit}, which is not known; save it again in ELAN.")
    origin = origin_of(root, media)
    names = [slot.get("TIME_SLOT_ID", "") for slot in root.iter("TIME_SLOT")]
    values = [slot.get("TIME_VALUE", "") for slot in root.iter("TIME_SLOT")]
    known = [at for at, value in enumerate(values) if value.isdecimal() and len(value) <= _DIGITS]
    counted = {names[at]: int(values[at]) for at in known}
    if unit == "milliseconds":
        times = {name: (value + origin) / 1000 for name, value in counted.items()}
    else:
        times = {name: value * _FRAMES[unit] + origin / 1000 for name, value in counted.items()}
    for before, after in pairwise(known):
        first, last = times[names[before]], times[names[after]]
        for at in range(before + 1, after):
            times[names[at]] = first + (last - first) * (at - before) / (after - before)
    return times


def origin_of(root: ET.Element, media: Path | None = None) -> int:
    """Milliseconds of the video at which the file's time begins."""
    described = root.findall("HEADER/MEDIA_DESCRIPTOR")
    of_media = [each for each in described if media is not None and each.get("MEDIA_URL", "").endswith(media.name)]
    value = next((each.get("TIME_ORIGIN", "") for each in (*of_media, *described)), "")
    return int(value) if re.fullmatch(r"-?\d{1,12}", value) else 0


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


class _TextBelow:
    """The text of an annotation: its own, or that of a tier below where its own is empty or names a sentence."""

    def __init__(self, root: ET.Element, slots: Mapping[str, float]) -> None:
        self._slots = slots
        self._below = dict[str, ET.Element]()
        for tier in sorted(root.findall("TIER"), key=lambda tier: _TEXT_TIER.match(tier.get("TIER_ID", "")) is None):
            if not _is_emotion(tier) and tier.get("LINGUISTIC_TYPE_REF") != WORDS:
                self._below.setdefault(tier.get("PARENT_REF", ""), tier)
        self._numbered = {
            tier.get("TIER_ID", ""): all(_SENTENCE_ID.fullmatch(text) for each in tier if (text := _text(each[0])))
            for tier in root.findall("TIER")
            if all(len(each) for each in tier)
        }

    def of(self, tier: ET.Element, annotation: ET.Element, span: Span) -> str | None:
        """The words; None where there are none."""
        own, name = _text(annotation), tier.get("TIER_ID", "")
        below = self._below.get(name)
        if below is None or (own and not self._numbered.get(name)):
            return own or None
        return " ".join(self._said(below, annotation.get("ANNOTATION_ID", ""), span)) or own or None

    def _said(self, below: ET.Element, reference: str, span: Span) -> list[str]:
        said = [_text(each) for each in below.iter("REF_ANNOTATION") if each.get("ANNOTATION_REF") == reference]
        timed = [(each, _span(each, self._slots)) for each in below.iter("ALIGNABLE_ANNOTATION")]
        inside = [each for each, its in timed if its is not None and span[0] <= (its[0] + its[1]) / 2 <= span[1]]
        return [text for text in (*said, *map(_text, inside)) if text]


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


def _text(annotation: ET.Element) -> str:
    return " ".join((annotation.findtext("ANNOTATION_VALUE") or "").split())


def _value(annotation: ET.Element) -> str:
    return (annotation.findtext("ANNOTATION_VALUE") or "").strip()
