"""An EAF document as XML: what stays when an export is written into it, and the order that its schema asks for."""

import contextlib
import mimetypes
import os
import re
import xml.etree.ElementTree as ET  # to build and write; what comes from outside is parsed by defusedxml
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from m2fnet_core.base.errors import DocumentError
from m2fnet_core.base.wording import some
from m2fnet_core.document.content import Medium
from m2fnet_core.transcript.eaf import EMOTIONS, UTTERANCES, WORDS, origin_of

VOCABULARY = "m2fnet-emotion"
LANGUAGE = "und"  # of the vocabulary: labels belong to none

_ORDER = (
    "LICENSE",
    "HEADER",
    "TIME_ORDER",
    "TIER",
    "LINGUISTIC_TYPE",
    "LOCALE",
    "LANGUAGE",
    "CONSTRAINT",
    "CONTROLLED_VOCABULARY",
    "LEXICON_REF",
    "REF_LINK_SET",
    "EXTERNAL_REF",
)
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}noNamespaceSchemaLocation"
_SCHEMA = "http://www.mpi.nl/tools/elan/EAFv3.0.xsd"
_UNDETERMINED = {"LANG_DEF": "http://cdb.iso.org/lg/CDB-00130975-001", "LANG_LABEL": "undetermined (und)"}
_LAST_ID = "lastUsedAnnotationId"
Key = tuple[str, int, int]  # participant, start and end in milliseconds


def new_root() -> ET.Element:
    """An EAF without tiers."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    root = ET.Element("ANNOTATION_DOCUMENT", {"AUTHOR": "", "DATE": now, "FORMAT": "3.0", "VERSION": "3.0"})
    root.set(_XSI, _SCHEMA)
    ET.SubElement(root, "HEADER", MEDIA_FILE="", TIME_UNITS="milliseconds")
    ET.SubElement(root, "TIME_ORDER")
    return root


class Frame:
    """A document that takes new tiers. What an earlier export wrote is gone from it, its annotation ids are known."""

    def __init__(self, root: ET.Element) -> None:
        """Changes ``root``. Raises DocumentError when its times are no milliseconds."""
        self.root = root
        self._header = self._only("HEADER")
        self._times = self._only("TIME_ORDER")
        self._origin = origin_of(root)
        if self._header.get("TIME_UNITS", "milliseconds") != "milliseconds":
            raise DocumentError("The EAF file counts time in frames, not milliseconds; export to a new file.")
        _to_version_3(root)
        self._former = self._take_out()
        self._taken = {name for each in root.iter() if (name := each.get("ANNOTATION_ID"))} | set(self._former.values())
        self._next = 1 + max([_number(name) for name in self._taken], default=0)
        self._slots = 1 + max([_number(s.get("TIME_SLOT_ID", "")) for s in self._times], default=0)
        self._new_slots: list[tuple[int, ET.Element]] = []

    def tier_id(self, wanted: str) -> str:
        """``wanted``, or a name like it where another tier has that."""
        there = {tier.get("TIER_ID") for tier in self.root.findall("TIER")}
        names = (wanted, f"{wanted} (m2fnet)", *(f"{wanted} (m2fnet {i})" for i in range(2, len(there) + 3)))
        return next(name for name in names if name not in there)

    def annotation_id(self, key: Key | None = None) -> str:
        """A new id; the one that the utterance of this key had in an earlier export, so that references to it hold."""
        if key is not None and key in self._former:
            return self._former.pop(key)
        self._next += 1
        return f"a{self._next - 1}"

    def slot(self, milliseconds: int) -> str:
        """The id of a new time slot."""
        name = f"ts{self._slots}"
        self._slots += 1
        value = milliseconds - self._origin
        if value < 0:
            raise DocumentError(
                f"The EAF file begins {self._origin} ms into the video, after an utterance; export to a new file."
            )
        slot = ET.Element("TIME_SLOT", TIME_SLOT_ID=name, TIME_VALUE=str(value))
        self._new_slots.append((value, slot))
        return name

    def add(self, tag: str, **attributes: str) -> ET.Element:
        """A new child of the document, after those of its kind."""
        element = ET.Element(tag, attributes)
        later = _ORDER[_ORDER.index(tag) + 1 :]
        place = next((i for i, child in enumerate(self.root) if child.tag in later), len(self.root))
        self.root.insert(place, element)
        return element

    def once(self, tag: str, key: str, name: str, **attributes: str) -> ET.Element | None:
        """`add`, unless there is an element of this kind whose attribute ``key`` is ``name`` (then None)."""
        if any(child.get(key) == name for child in self.root.findall(tag)):
            return None
        return self.add(tag, **{key: name, **attributes})

    def add_language(self) -> None:
        """The language that the entries of vocabularies refer to."""
        self.once("LANGUAGE", "LANG_ID", LANGUAGE, **_UNDETERMINED)

    def add_media(self, medium: Medium, folder: Path) -> None:
        """The video, unless the document names one already."""
        if self._header.find("MEDIA_DESCRIPTOR") is not None:
            return
        path = medium.path.absolute()
        kind = mimetypes.guess_type(path.name)[0] or "unknown"
        # As ELAN writes addresses: it does not decode %20.
        media = ET.Element("MEDIA_DESCRIPTOR", MEDIA_URL=f"file:///{path.as_posix().lstrip('/')}", MIME_TYPE=kind)
        with contextlib.suppress(ValueError):  # another drive: there is no way
            way = Path(os.path.relpath(path, folder.absolute())).as_posix()
            media.set("RELATIVE_MEDIA_URL", way if way.startswith("..") else f"./{way}")
        self._header.insert(0, media)

    def link(self, files: Sequence[ET.Element]) -> None:
        """Files that the document links, in place of links to the same ones."""
        names = {each.get("RELATIVE_LINK_URL") for each in files}
        for each in [e for e in self._header.findall("LINKED_FILE_DESCRIPTOR") if e.get("RELATIVE_LINK_URL") in names]:
            self._header.remove(each)
        place = next((i for i, child in enumerate(self._header) if child.tag == "PROPERTY"), len(self._header))
        self._header[place:place] = files

    def text(self) -> str:
        """The whole document. Raises DocumentError when a foreign tier refers to an utterance that is not there."""
        self._merge_slots()
        self._set_last_id()
        self._refuse_loose_ends()
        ET.indent(self.root, "    ")
        return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(self.root, encoding="unicode") + "\n"

    def _only(self, tag: str) -> ET.Element:
        found = self.root.find(tag)
        return self.add(tag) if found is None else found

    def _take_out(self) -> dict[Key, str]:
        """Remove what an earlier export wrote; the annotation ids of its utterances by participant and time."""
        times = {slot.get("TIME_SLOT_ID", ""): _time(slot) for slot in self._times}
        ours = [t for t in self.root.findall("TIER") if t.get("LINGUISTIC_TYPE_REF") in (UTTERANCES, WORDS, EMOTIONS)]
        former, used = dict[Key, str](), set[str]()
        for tier in ours:
            self.root.remove(tier)
            for annotation in tier.iter("ALIGNABLE_ANNOTATION"):
                first, last = (annotation.get(f"TIME_SLOT_REF{i}", "") for i in (1, 2))
                begin, end = (times.get(name, 0) + self._origin for name in (first, last))
                key = tier.get("PARTICIPANT", ""), begin, end
                if tier.get("LINGUISTIC_TYPE_REF") == UTTERANCES:
                    former[key] = annotation.get("ANNOTATION_ID", "")
                used |= {first, last}
        for tag, key_name, name in (
            ("LINGUISTIC_TYPE", "LINGUISTIC_TYPE_ID", UTTERANCES),
            ("LINGUISTIC_TYPE", "LINGUISTIC_TYPE_ID", WORDS),
            ("LINGUISTIC_TYPE", "LINGUISTIC_TYPE_ID", EMOTIONS),
            ("CONTROLLED_VOCABULARY", "CV_ID", VOCABULARY),
        ):
            for each in [e for e in self.root.findall(tag) if e.get(key_name) == name]:
                self.root.remove(each)
        used -= {each.get(f"TIME_SLOT_REF{i}") or "" for each in self.root.iter("ALIGNABLE_ANNOTATION") for i in (1, 2)}
        for slot in [slot for slot in self._times if slot.get("TIME_SLOT_ID") in used]:
            self._times.remove(slot)
        return former

    def _merge_slots(self) -> None:
        """Put new slots among those that are there, whose order stays: some have no time but their place."""
        new = sorted(self._new_slots, key=lambda pair: pair[0])
        merged, place = list[ET.Element](), 0
        for slot in list(self._times):
            while place < len(new) and new[place][0] < _time(slot):
                merged.append(new[place][1])
                place += 1
            merged.append(slot)
        self._times[:] = [*merged, *(slot for _, slot in new[place:])]

    def _set_last_id(self) -> None:
        found = next((p for p in self._header.findall("PROPERTY") if p.get("NAME") == _LAST_ID), None)
        if found is None:
            found = ET.SubElement(self._header, "PROPERTY", NAME=_LAST_ID)
        found.text = str(max(self._next - 1, _number(found.text or "")))

    def _refuse_loose_ends(self) -> None:
        annotations = {name for each in self.root.iter() if (name := each.get("ANNOTATION_ID"))}
        tiers = {tier.get("TIER_ID") for tier in self.root.findall("TIER")}
        loose = [
            tier.get("TIER_ID", "")
            for tier in self.root.findall("TIER")
            if tier.get("PARENT_REF") not in {None, *tiers}
            or any(each.get("ANNOTATION_REF") not in annotations for each in tier.iter("REF_ANNOTATION"))
        ]
        if loose:
            raise DocumentError(
                f"The tier {some(loose)} of the EAF file depends on utterances that have changed since the last "
                "export; export to a new file."
            )


def _to_version_3(root: ET.Element) -> None:
    """Say 3.0, and be it: of what may be in older files only vocabularies before 2.8 are not valid as 3.0."""
    if root.get("FORMAT", "") < "2.8":
        _to_multilingual(root)
    if root.get("FORMAT", "") < "3.0":
        root.set("FORMAT", "3.0")
        root.set("VERSION", "3.0")
        root.set(_XSI, _SCHEMA)


def _to_multilingual(root: ET.Element) -> None:
    """Vocabularies as of 2.8: the words in CV_ENTRY_ML, in a language."""
    for vocabulary in root.findall("CONTROLLED_VOCABULARY"):
        description = vocabulary.attrib.pop("DESCRIPTION", None)
        for number, entry in enumerate(vocabulary.findall("CV_ENTRY")):
            value = ET.Element("CVE_VALUE", {"LANG_REF": LANGUAGE, **_described(entry)})
            value.text, entry.text, entry.tag = entry.text, None, "CV_ENTRY_ML"
            entry.attrib.pop("DESCRIPTION", None)
            entry.set("CVE_ID", f"cveid_{_safe(vocabulary.get('CV_ID', ''))}_{number}")
            entry.append(value)
        if description:
            about = ET.Element("DESCRIPTION", LANG_REF=LANGUAGE)
            about.text = description
            vocabulary.insert(0, about)


def _described(entry: ET.Element) -> Mapping[str, str]:
    return {"DESCRIPTION": entry.attrib["DESCRIPTION"]} if "DESCRIPTION" in entry.attrib else {}


def _safe(name: str) -> str:
    return re.sub(r"\W", "_", name)


def _time(slot: ET.Element) -> int:
    """Milliseconds; 0 of a slot without a time, which stays right behind the one before it."""
    value = slot.get("TIME_VALUE", "")
    return int(value) if value.isdecimal() else 0


def _number(name: str) -> int:
    """The number in an id (``a12``), 0 for none."""
    digits = re.search(r"\d{1,15}$", name)
    return int(digits[0]) if digits else 0
