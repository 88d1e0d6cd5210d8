"""RTTM: who speaks when, ten columns, as tools for speaker diarization read it. Write only."""

import re

from m2fnet_core.base.wording import count
from m2fnet_core.document.formats.base import Sheet, Written, speakers_of

_NOBODY = "unknown"


def rttm_text(sheet: Sheet) -> Written:
    """One SPEAKER line for each utterance. Blanks in names become ``_``; names stay apart."""
    names = _names(sheet)
    media = _word(sheet.medium.path.stem) or "media"
    lines = [
        f"SPEAKER {media} 1 {row.turn.start:.3f} {row.turn.end - row.turn.start:.3f} <NA> <NA> {names[row.speaker]} "
        "<NA> <NA>\n"
        for row in sheet.rows
    ]
    changed = sum(name not in ("", written) for name, written in names.items())
    notices = (f"RTTM knows no blanks: {count(changed, 'name')} written with _ in their place.",) if changed else ()
    return Written("".join(lines), notices)


def _names(sheet: Sheet) -> dict[str, str]:
    """A word for each speaker, no two alike."""
    names, taken = dict[str, str](), set[str]()
    for speaker in speakers_of(sheet):
        base = _word(speaker) or _NOBODY
        words = (base, *(f"{base}_{i}" for i in range(2, len(taken) + 3)))
        names[speaker] = next(word for word in words if word not in taken)
        taken.add(names[speaker])
    return names


def _word(name: str) -> str:
    shown = "".join(sign if sign.isprintable() or sign.isspace() else "" for sign in name)
    return re.sub(r"\s+", "_", shown.strip())
