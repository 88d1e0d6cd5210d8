"""All formats that a project's utterances and decisions are written to and read from: one row each. No torch.

`write` and `read` are what windows and commands call; `FORMATS` is what they offer.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from m2fnet_core.base.errors import DocumentError
from m2fnet_core.base.events import Hook, ignore
from m2fnet_core.base.files import write_whole
from m2fnet_core.base.guard import refuse_overwriting
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.document.formats.annotations import json_text, read_json_labels
from m2fnet_core.document.formats.base import Format, LabelChoice, Sheet, Written, main_annotator, sheet_of
from m2fnet_core.document.formats.eaf import eaf_text, read_eaf_labels
from m2fnet_core.document.formats.importing import Imported, Target, fit
from m2fnet_core.document.formats.meld import meld_text, read_meld_labels
from m2fnet_core.document.formats.rttm import rttm_text
from m2fnet_core.document.formats.subtitles import (
    read_srt_labels,
    read_vtt_labels,
    srt_text,
    vtt_text,
    vtt_words_text,
)
from m2fnet_core.document.formats.table import csv_text, read_csv_labels
from m2fnet_core.document.formats.textgrid import read_textgrid_labels, textgrid_text
from m2fnet_core.document.formats.traces import realtier_text, traces_csv

__all__ = [
    "FORMATS",
    "Format",
    "Imported",
    "LabelChoice",
    "Sheet",
    "Target",
    "format_of",
    "main_annotator",
    "read",
    "sheet_of",
    "write",
]


def write(
    sheet: Sheet,
    format_name: str,
    path: Path,
    hook: Hook = ignore,
    cancel: CancelToken | None = None,
    sources: Sequence[Path] = (),
) -> tuple[str, ...]:
    """Export a sheet (see `sheet_of`); the file is written whole or not at all. Returns notices for the user.

    ``sources``: files that are never replaced, as the sheet's own medium: the project, other media, a transcript.
    ``hook`` hears Progress where it takes long (mp4). Raises DocumentError (a name that the format cannot hold, a
    place that cannot be written, a format that is only read), MediaError (mp4), Cancelled.
    """
    chosen = FORMATS[format_name]
    if chosen.write is None:
        raise DocumentError(f"{chosen.title} is only read; choose another format.")
    refuse_overwriting(path, chosen.suffixes, (sheet.medium.path, *sources))
    return chosen.write(sheet, path, hook, cancel or CancelToken())


def read(path: Path, format_name: str, target: Target) -> Imported:
    """What a file brings into a document. Raises TranscriptError (unreadable, missing columns), DocumentError."""
    chosen = FORMATS[format_name]
    if chosen.read is None:
        raise DocumentError(f"{chosen.title} is only written; choose another file.")
    document = target.document
    return fit(chosen.read(path, document.media[target.medium], document.label_set), target)


def format_of(path: Path) -> Format | None:
    """The format that a file's ending says; None for an unknown one. A csv is a CSV (which reads MELD's too)."""
    suffix = path.suffix.lower()
    return next((each for each in FORMATS.values() if suffix in each.suffixes), None)


def _text(body: Callable[[Sheet], Written]) -> Callable[[Sheet, Path, Hook, CancelToken], tuple[str, ...]]:
    return _file(lambda sheet, _: body(sheet))


def _file(body: Callable[[Sheet, Path], Written]) -> Callable[[Sheet, Path, Hook, CancelToken], tuple[str, ...]]:
    def write_text(sheet: Sheet, path: Path, hook: Hook, cancel: CancelToken) -> tuple[str, ...]:
        cancel.check()
        try:
            written = body(sheet, path)
            write_whole(path, written.text.encode("utf-8"))
        except UnicodeEncodeError as error:
            broken = ascii(error.object[max(0, error.start - 10) : error.end])
            raise DocumentError(f"{path} cannot hold a broken character near {broken}; correct that text.") from error
        except OSError as error:
            reason = error.strerror or str(error)
            raise DocumentError(f"{path} could not be written ({reason}); name another place or make room.") from error
        return written.notices

    return write_text


def _film(sheet: Sheet, path: Path, hook: Hook, cancel: CancelToken) -> tuple[str, ...]:
    from m2fnet_core.document.formats.film import write_film  # OpenCV takes a while, and few exports need it

    return write_film(sheet, path, hook, cancel)


_ROWS = (
    Format("csv", (".csv",), "CSV table", _text(csv_text), read_csv_labels),
    Format("json", (".json",), "JSON", _text(json_text), read_json_labels),
    Format("meld", (".csv",), "MELD csv", _text(meld_text), read_meld_labels),
    Format("srt", (".srt",), "SRT subtitles", _text(srt_text), read_srt_labels),
    Format("vtt", (".vtt",), "WebVTT subtitles", _text(vtt_text), read_vtt_labels),
    Format("vtt-words", (".vtt",), "WebVTT, word by word", _text(vtt_words_text), read_vtt_labels),
    Format("eaf", (".eaf",), "ELAN (EAF)", _file(eaf_text), read_eaf_labels),
    Format("textgrid", (".TextGrid", ".textgrid"), "Praat TextGrid", _text(textgrid_text), read_textgrid_labels),
    Format("rttm", (".rttm",), "RTTM", _text(rttm_text), None),
    Format("traces", (".csv",), "Traces of valence and arousal (CSV)", _text(traces_csv), None),
    Format("realtier", (".RealTier",), "Traces of valence and arousal (Praat RealTier)", _text(realtier_text), None),
    Format("mp4", (".mp4",), "Annotated video (MP4)", _film, None),
)
FORMATS: Mapping[str, Format] = {row.name: row for row in _ROWS}
