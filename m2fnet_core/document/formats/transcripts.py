"""What the readers of transcripts give, as entries: one set of readers serves the analysis and the import."""

from m2fnet_core.document.content import Decision, Medium
from m2fnet_core.document.formats.base import Entry, Found
from m2fnet_core.media.info import MediaInfo
from m2fnet_core.transcript.base import Transcript


def media_info(medium: Medium) -> MediaInfo:
    """A medium as readers of transcripts want to know it: its name and its length."""
    return MediaInfo(medium.path, medium.duration, 0.0, None, None)


def found_in(read: Transcript) -> Found:
    """A transcript's utterances; a label becomes the decision of whoever imports it."""
    entries = tuple(
        Entry(u.start, u.end, u.speaker, u.text, decisions=_labelled(u.label), words=u.words) for u in read.utterances
    )
    return Found(entries, read.notices)


def _labelled(label: str | None) -> tuple[Decision, ...]:
    return () if label is None else (Decision("", "", label),)
