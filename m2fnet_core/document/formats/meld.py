"""MELD's csv, its exact columns: one dialogue for each medium, for tools made for that corpus."""

import csv
import io
from pathlib import Path

from m2fnet_core.base.emotions import LabelSet
from m2fnet_core.base.errors import TranscriptError
from m2fnet_core.base.wording import count
from m2fnet_core.document.content import Medium
from m2fnet_core.document.formats.base import Found, Sheet, Written, one_line, told_formulas
from m2fnet_core.document.formats.transcripts import found_in, media_info
from m2fnet_core.transcript.clock import clock
from m2fnet_core.transcript.encoding import read_text
from m2fnet_core.transcript.tables import read_csv, table_rows

COLUMNS = (
    "Sr No.",
    "Utterance",
    "Speaker",
    "Emotion",
    "Sentiment",
    "Dialogue_ID",
    "Utterance_ID",
    "Season",
    "Episode",
    "StartTime",
    "EndTime",
)
_NEEDED = ("utterance", "speaker", "emotion", "dialogue_id", "utterance_id", "starttime", "endtime")
# MELD's annotators judged surprise by the scene, so a label alone does not say.
_SENTIMENT = {
    "neutral": "neutral",
    "joy": "positive",
    **dict.fromkeys(("anger", "disgust", "fear", "sadness"), "negative"),
}


def meld_text(sheet: Sheet) -> Written:
    """One row for each utterance. Season and Episode stay empty, and Sentiment where the label does not tell it."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(COLUMNS)
    for number, row in enumerate(sheet.rows):
        times = clock(row.turn.start, ","), clock(row.turn.end, ",")
        label = row.label or ""
        said = one_line(row.turn.text)
        feeling = label, _SENTIMENT.get(label, "")
        writer.writerow((number + 1, said, row.speaker, *feeling, sheet.number, number, "", "", *times))
    silent = sum(row.label is None for row in sheet.rows)
    notices = (f"Emotion is empty for {count(silent, 'utterance')} without a label.",) if silent else ()
    return Written(target.getvalue(), (*notices, *told_formulas(sheet)))


def read_meld_labels(path: Path, medium: Medium, label_set: LabelSet) -> Found:
    """MELD's rows for a medium. Raises TranscriptError, which names the columns that are missing."""
    columns, _ = table_rows(path, read_text(path)[0])
    missing = [name for name in _NEEDED if name not in columns]
    if missing:
        raise TranscriptError(
            f"{path} lacks the columns {', '.join(missing)} of MELD's csv; add them, or import it as CSV."
        )
    return found_in(read_csv(path, media_info(medium)))
