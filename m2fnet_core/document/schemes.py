"""Label schemes: those to start from, those out of a file, and what a scheme may be.

Palette: after Okabe and Ito 2008, "Color Universal Design", colours that also people with a colour-vision deficiency
tell apart; vermilion is lighter here, so that words on it have a contrast of 4.5:1.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.etree.ElementTree import Element

from m2fnet_core.base.emotions import IEMOCAP, MELD, LabelSet
from m2fnet_core.base.errors import DocumentError
from m2fnet_core.document.content import Document, Look
from m2fnet_core.transcript.eaf import parse_eaf
from m2fnet_core.transcript.encoding import read_text
from m2fnet_core.transcript.tables import table_rows

MOST = 30  # labels of a scheme
PALETTE = ("#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#e0691a", "#cc79a7", "#8a93a3")
_COLOUR = re.compile("#[0-9a-f]{6}", re.IGNORECASE)
_NAMES = ("label", "name", "value")  # what the column of the labels may be called

EKMAN = LabelSet("Ekman-6", ("anger", "disgust", "fear", "joy", "sadness", "surprise"))
_QUADRANTS = {
    "high arousal, positive": "Excited, delighted: pleasant and active",
    "high arousal, negative": "Tense, angry, afraid: unpleasant and active",
    "low arousal, negative": "Sad, bored, tired: unpleasant and quiet",
    "low arousal, positive": "Calm, content, relaxed: pleasant and quiet",
}
SCHEMES: Mapping[str, tuple[Look, ...]] = {
    **{known.name: tuple(map(Look, known.labels)) for known in (MELD, IEMOCAP, EKMAN)},
    "Valence x arousal": tuple(Look(name, description=words) for name, words in _QUADRANTS.items()),
    "Empty": (),
}


def looks_of(document: Document) -> tuple[Look, ...]:
    """The project's scheme, in order."""
    return tuple(document.looks.get(label, Look(label)) for label in document.label_set.labels)


def check(looks: Sequence[Look]) -> None:
    """Raises DocumentError with one sentence for what no scheme can be."""
    if not 2 <= len(looks) <= MOST:
        raise DocumentError(f"A scheme has 2 to {MOST} labels, not {len(looks)}; add or remove some.")
    if any(not look.label.strip() for look in looks):
        raise DocumentError("A label has no name; write one or remove the row.")
    names = _twice([look.label.casefold() for look in looks])
    if names:
        raise DocumentError(f"Two labels are called {names!r}; give one another name, or merge them.")
    keys = _twice([look.key for look in looks if look.key])
    if keys:
        raise DocumentError(f"Two labels have the key {keys}; give one another key.")
    wrong = next((look for look in looks if look.colour and not _COLOUR.fullmatch(look.colour)), None)
    if wrong is not None:
        raise DocumentError(f"The colour {wrong.colour!r} of {wrong.label} is not written as #rrggbb; choose another.")


def _twice(words: Sequence[str]) -> str:
    return next((word for word, times in Counter(words).items() if times > 1), "")


def read_scheme(path: Path) -> tuple[Look, ...]:
    """Labels of a table (columns label, colour, key, description) or of an EAF's first controlled vocabulary.

    Raises TranscriptError, DocumentError.
    """
    looks = _of_eaf(path) if path.suffix.lower() == ".eaf" else _of_table(path)
    try:
        check(looks)
    except DocumentError as error:
        raise DocumentError(f"{path.name} holds no label scheme: {error}") from error
    return looks


def _of_table(path: Path) -> tuple[Look, ...]:
    columns, rows = table_rows(path, read_text(path)[0])
    name = next((column for column in _NAMES if column in columns), None)
    if name is None:
        raise DocumentError(f"{path.name} has no column called label; name the column of the labels so.")
    return tuple(
        Look(_one_line(row.get(name, "")), *(row.get(part, "") for part in ("colour", "key", "description")))
        for row in rows
    )


def _of_eaf(path: Path) -> tuple[Look, ...]:
    vocabulary = parse_eaf(path).find("CONTROLLED_VOCABULARY")
    entries = [] if vocabulary is None else [e for e in vocabulary if e.tag in ("CV_ENTRY_ML", "CV_ENTRY")]
    if not entries:
        raise DocumentError(f"{path.name} has no controlled vocabulary; make one in ELAN, or use a table.")
    return tuple(map(_of_entry, entries))


def _of_entry(entry: Element) -> Look:
    """One language of a newer file, or the text of an older one."""
    value = entry.find("CVE_VALUE")
    part = entry if value is None else value
    return Look(_one_line(part.text or ""), description=_one_line(part.get("DESCRIPTION", "")))


def _one_line(text: str) -> str:
    return " ".join(text.split())
