"""Readers of csv transcripts: one's own table, and MELD's annotations (see `meld`). No torch."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from m2fnet_core.base.dialogue import Utterance
from m2fnet_core.base.errors import TranscriptError
from m2fnet_core.base.wording import count, some
from m2fnet_core.media.info import MediaInfo
from m2fnet_core.transcript.base import Transcript, numbered_id
from m2fnet_core.transcript.clock import parse_time
from m2fnet_core.transcript.encoding import read_text
from m2fnet_core.transcript.meld import is_meld, meld_transcript

Row = Mapping[str, str]


def read_csv(path: Path, media: MediaInfo | None) -> Transcript:
    """Utterances of a csv with the columns start, end, speaker, text (any order and case), or of MELD's annotations.

    Times are seconds or ``[hh:]mm:ss`` with a point or a comma; the separator may be a comma, semicolon or tab. A
    column ``label`` is taken as a human's label. Raises TranscriptError when the file cannot be read, lacks start or
    end, or has no row with readable times.
    """
    text, notices = read_text(path)
    columns, rows = table_rows(path, text)
    read = meld_transcript(path, rows, media) if is_meld(columns) else _plain(path, columns, rows)
    return Transcript(read.utterances, notices + read.notices)


def table_rows(path: Path, text: str) -> tuple[tuple[str, ...], list[Row]]:
    """Column names in lower case without blanks, and the rows under them that hold anything.

    Raises TranscriptError when ``text`` is no table.
    """
    head = text.lstrip().split("\n", 1)[0]
    separator = max(",;\t", key=head.count)
    try:
        table = list(csv.reader(io.StringIO(text.lstrip(), newline=""), delimiter=separator))
    except csv.Error as error:
        raise TranscriptError(f"{path} is not a readable csv table ({error}); pick another transcript.") from error
    columns = tuple(" ".join(name.split()).lower().replace(" ", "_") for name in table[0])
    rows = [dict(zip(columns, (cell.strip() for cell in row), strict=False)) for row in table[1:]]
    return columns, [row for row in rows if any(row.values())]


def _plain(path: Path, columns: Sequence[str], rows: Sequence[Row]) -> Transcript:
    missing = [name for name in ("start", "end") if name not in columns]
    if missing:
        raise TranscriptError(
            f"{path} lacks the {'column' if len(missing) == 1 else 'columns'} {' and '.join(missing)}; "
            f"a csv transcript has start, end, speaker, text (found: {', '.join(columns)})."
        )
    found, broken = list[Utterance](), list[str]()
    for number, row in enumerate(rows):
        start, end = parse_time(row.get("start", "")), parse_time(row.get("end", ""))
        if start is None or end is None:
            broken.append(str(number + 1))
            continue
        name, said = row.get("speaker", ""), " ".join(row.get("text", "").split())
        found.append(Utterance(numbered_id(number), start, end, name, said or None, row.get("label") or None))
    if not found:
        raise TranscriptError(f"{path} has no row with readable start and end times; pick another transcript.")
    return Transcript(tuple(found), _notices(path, columns, broken))


def _notices(path: Path, columns: Sequence[str], broken: Sequence[str]) -> tuple[str, ...]:
    notices = [
        f"{path.name} has no column {name}: utterances come without {what}."
        for name, what in (("speaker", "speakers"), ("text", "text"))
        if name not in columns
    ]
    if broken:
        notices.append(
            f"{path.name}: {count(len(broken), 'row')} without readable times left out (row {some(broken)})."
        )
    return tuple(notices)
