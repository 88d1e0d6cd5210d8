"""Subtitle streams inside a media file, as a transcript. No torch."""

import re

import av
import av.codec
import av.packet
import av.subtitles.stream
import av.subtitles.subtitle

from m2fnet_core.base.progress import CancelToken
from m2fnet_core.media.container import only, open_media, packets
from m2fnet_core.media.info import MediaInfo, SubtitleStream
from m2fnet_core.media.timeline import shifted
from m2fnet_core.transcript.base import Transcript
from m2fnet_core.transcript.cue import Cue
from m2fnet_core.transcript.cues import utterances_of

_DRAWING = re.compile(r"\{[^{}]*\\p[1-9][^{}]*\}.*?(?=\{[^{}]*\\p0[^{}]*\}|$)", re.DOTALL)
_BRACES = re.compile(r"\{[^{}]*\}")
_ASS_FIELDS = 8  # ReadOrder, Layer, Style, Name, MarginL, MarginR, MarginV, Effect; then the text


def embedded(info: MediaInfo, cancel: CancelToken | None = None) -> Transcript | None:
    """Utterances of the first subtitle stream that holds text, in media time; None when there is no such stream.

    The stream that players show by themselves comes first, one that is forced (signs, foreign words) last.

    Pictures of text (DVD, Blu-ray) cannot be read and are passed over. Raises MediaError when the file went away,
    Cancelled when asked to stop.
    """
    readable = [stream for stream in info.subtitles if _is_text(stream)]
    readable.sort(key=lambda stream: (stream.forced, not stream.default))
    for stream in readable:
        read = utterances_of(_cues(info, stream, cancel or CancelToken()), _described(info, stream))
        if read.utterances:
            several = f"{info.path.name} holds {len(readable)} subtitle streams: {_described(info, stream)} is used."
            return Transcript(read.utterances, ((several,) if len(readable) > 1 else ()) + read.notices)
    return None


def _is_text(stream: SubtitleStream) -> bool:
    return bool(av.codec.Codec(stream.codec, "r").text_sub)


def _described(info: MediaInfo, stream: SubtitleStream) -> str:
    number = info.subtitles.index(stream) + 1
    return f"subtitle stream {number} ({stream.language})" if stream.language else f"subtitle stream {number}"


def _cues(info: MediaInfo, stream: SubtitleStream, cancel: CancelToken) -> list[Cue]:
    cues = list[Cue]()
    with open_media(info.path) as container:
        source = only(container, stream.index)
        if not isinstance(source, av.subtitles.stream.SubtitleStream):  # the file changed since it was probed
            return []
        for packet in shifted(packets(container, source), info.shifts):
            cancel.check()
            cue = _cue(source, packet, info.origin)
            if cue is not None:
                cues.append(cue)
    return cues


def _cue(source: av.subtitles.stream.SubtitleStream, packet: av.packet.Packet, origin: float) -> Cue | None:
    if packet.pts is None or packet.time_base is None:
        return None
    start = float(packet.pts * packet.time_base) - origin
    length = float((packet.duration or 0) * packet.time_base)
    if source.codec_context.name == "webvtt":  # the decoder would drop the voices
        return Cue(start, start + length, bytes(packet).decode("utf-8", errors="replace"))
    try:
        shown = source.decode2(packet)
    except av.error.FFmpegError:
        return None  # damaged text: the other cues are still good
    if shown is None:
        return None
    fields = [_fields(line) for line in shown if isinstance(line, av.subtitles.subtitle.AssSubtitle)]
    if source.codec_context.name in ("ass", "ssa"):
        fields = [(name, _spoken(text)) for name, text in fields]
    names = [name for name, _ in fields if name]
    text = "\n".join(text for _, text in fields)
    return Cue(start, start + (length or shown.end_display_time / 1000), text, names[0] if names else "")


def _spoken(text: str) -> str:
    """An ASS event's words: no drawing, no override or comment in braces, hard blanks as blanks."""
    return _BRACES.sub("", _DRAWING.sub("", text)).replace("\\h", " ")


def _fields(line: av.subtitles.subtitle.AssSubtitle) -> tuple[str, str]:
    """Name and text of an ASS event."""
    fields = line.ass.decode("utf-8", errors="replace").split(",", _ASS_FIELDS)
    return (fields[3].strip(), fields[-1]) if len(fields) > _ASS_FIELDS else ("", fields[-1])
