"""Readers of csv transcripts: one's own table, and MELD's annotations (see `meld`). No torch."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

from m2fnet_core.base.dialogue import Utterance
from m2fnet_core.base.errors import TranscriptError
from m2fnet_core.base.wording import count, some
from m2fnet_core.media.info import MediaInfo
from m2fnet_core.transcript.base import Transcript, numbered_id
from m2fnet_core.transcript.clock import parse_time
from m2fnet_core.transcript.encoding import read_text
from m2fnet_core.transcript.meld import is_meld, meld_transcript

Row = Mapping[str, str]
# What other programs call the columns; blanks are underscores here.
_ALSO: Mapping[str, tuple[str, ...]] = {
    "start": ("begin", "start_time", "starttime", "begin_time", "onset", "start_s", "start_sec", "start_(s)", "from"),
    "end": ("stop", "end_time", "endtime", "stop_time", "offset", "end_s", "end_sec", "end_(s)", "to"),
    "start_ms": ("begin_ms", "start_(ms)", "start_time_ms"),
    "end_ms": ("stop_ms", "end_(ms)", "end_time_ms"),
    "duration": ("duration_s", "length", "dur"),
    "speaker": ("speaker_name", "speaker_id", "participant", "who"),
    "text": ("utterance", "transcript", "transcription", "sentence", "content"),
}
_BEFORE = re.compile(r"\A(?:(?:#(?![,;\t|])[^\n]*|\"?sep=.?\"?\s*?)(?:\r?\n|\Z)\s*)+", re.IGNORECASE)
# Seconds that the middle one of all utterances does not last where the medium is shorter, or where it is not known.
_LONG, _VERY_LONG = 100.0, 600.0


def read_csv(path: Path, media: MediaInfo | None) -> Transcript:
    """Utterances of a csv with the columns start, end, speaker, text (any order and case), or of MELD's annotations.

    Times are seconds or ``[hh:]mm:ss`` with a point or a comma; the separator may be a comma, semicolon or tab. Other
    usual names of the columns are known too, a duration in place of the end, and milliseconds where the name says so
    (``start_ms``). A column ``label`` is taken as a human's label. Raises TranscriptError when the file cannot be read,
    lacks start or end, has no row with readable times, or times that look like milliseconds without saying so.
    """
    text, notices = read_text(path)
    columns, rows = table_rows(path, text)
    read = meld_transcript(path, rows, media) if is_meld(columns) else _plain(path, columns, rows)
    if not is_meld(columns):
        _refuse_milliseconds(path, read.utterances, media)
    return Transcript(read.utterances, notices + read.notices)


def table_rows(path: Path, text: str) -> tuple[tuple[str, ...], list[Row]]:
    """Column names in lower case without blanks, and the rows under them that hold anything.

    Comments (``#``) and a spreadsheet's ``sep=`` may stand above. Raises TranscriptError when ``text`` is no table.
    """
    text = _BEFORE.sub("", text.lstrip())
    head = text.split("\n", 1)[0]
    separator = max(",;\t|", key=head.count)
    try:
        table = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error as error:
        raise TranscriptError(f"{path} is not a readable csv table ({error}); pick another transcript.") from error
    columns = tuple(" ".join(name.split()).lower().replace(" ", "_") for name in (table or [[]])[0])
    rows = [dict(zip(columns, (cell.strip() for cell in row), strict=False)) for row in table[1:]]
    return columns, [row for row in rows if any(row.values())]


def _plain(path: Path, given: Sequence[str], rows: Sequence[Row]) -> Transcript:
    names = _names(given)
    columns = [names.get(name, name) for name in given]
    rows = [_with_end({names.get(name, name): cell for name, cell in row.items()}) for row in rows]
    missing = [name for name in ("start", "end") if name not in columns and not _instead(name, columns)]
    if missing:
        raise TranscriptError(
            f"{path} lacks the {'column' if len(missing) == 1 else 'columns'} {' and '.join(missing)}; "
            f"a csv transcript has start, end, speaker, text (found: {', '.join(given)}); rename the columns."
        )
    found, broken = list[Utterance](), list[str]()
    for number, row in enumerate(rows):
        start, end = _seconds(row, "start"), _seconds(row, "end")
        if start is None or end is None:
            broken.append(str(number + 1))
            continue
        name, said = row.get("speaker", ""), " ".join(row.get("text", "").split())
        found.append(Utterance(numbered_id(number), start, end, name, said or None, row.get("label") or None))
    if not found:
        raise TranscriptError(f"{path} has no row with readable start and end times; pick another transcript.")
    return Transcript(tuple(found), _notices(path, columns, broken))


def _names(columns: Sequence[str]) -> Mapping[str, str]:
    """What columns of other names are called here. One that has its own name is never taken for another."""
    wanted = (name for name in _ALSO if name not in columns and not (name == "end" and "duration" in columns))
    found = {name: next((also for also in _ALSO[name] if also in columns), None) for name in wanted}
    return {also: name for name, also in found.items() if also is not None}


def _instead(name: str, columns: Sequence[str]) -> bool:
    """Whether other columns say the same."""
    return f"{name}_ms" in columns or (name == "end" and "duration" in columns)


def _seconds(row: Row, name: str) -> float | None:
    if name in row:
        return parse_time(row[name])
    milliseconds = parse_time(row.get(f"{name}_ms", ""))
    return None if milliseconds is None else milliseconds / 1000


def _with_end(row: Row) -> Row:
    """The row with an end where it has a duration instead."""
    start, duration = _seconds(row, "start"), parse_time(row.get("duration", ""))
    if "end" in row or "end_ms" in row or start is None or duration is None:
        return row
    return {**row, "end": repr(start + duration)}


def _refuse_milliseconds(path: Path, utterances: Sequence[Utterance], media: MediaInfo | None) -> None:
    """Raise TranscriptError for times that make sense only as milliseconds (Whisper's csv has such)."""
    times = [time for utterance in utterances for time in (utterance.start, utterance.end)]
    if not times or any(time % 1 for time in times):
        return
    last, length = max(times), median(utterance.duration for utterance in utterances)
    known = media.duration if media is not None else 0.0
    if length > _LONG and (last > 10 * known if known else length > _VERY_LONG):
        raise TranscriptError(
            f"The times of {path} look like milliseconds (an utterance lasts {length:.0f}); "
            "rename the columns to start_ms and end_ms if they are, or divide them by 1000."
        )


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
