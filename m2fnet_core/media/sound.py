"""Mono 16 kHz sound of a span, and of a whole file in blocks. No torch."""

from collections.abc import Iterator
from itertools import chain

import av
import av.container
import av.stream
import numpy as np
from numpy.typing import NDArray

from m2fnet_core.base.errors import MediaError
from m2fnet_core.media.container import only, open_media, packets, seek
from m2fnet_core.media.info import MediaInfo
from m2fnet_core.media.resample import RATE, Piece, resampled
from m2fnet_core.media.timeline import Shift, shifted

# Seconds to begin before the span, so that the decoder has found its feet; more where the file's seek comes too late.
_LEADS = (0.5, 10.0)


def read_sound(info: MediaInfo, start: float, end: float) -> NDArray[np.float32]:
    """Sound of media seconds [start, end): float32[round((end - start) * 16000)], silence where the file has none.

    Raises MediaError when the file has no sound or went away, ValueError when ``end`` is before ``start``.
    """
    if end < start:
        raise ValueError(f"the span ends ({end}) before it starts ({start})")
    sound = np.zeros(round((end - start) * RATE), np.float32)
    first = round(start * RATE)
    with open_media(info.path) as container:
        stream = only(container, _sound_stream(info))
        filled = 0
        for position, piece in _pieces_from(container, stream, info, start):
            if position - first >= len(sound):
                break
            filled = _place(sound, filled, position - first, piece)
    return sound


def iter_sound(info: MediaInfo, block_seconds: float = 30.0) -> Iterator[tuple[float, NDArray[np.float32]]]:
    """The whole sound in order: (media second of its start, float32[n]), all blocks equally long but the last.

    Begins at media time zero and ends with the last sample; holes are silence. Memory holds one block.
    Raises MediaError as `read_sound` does.
    """
    size = max(1, round(block_seconds * RATE))
    with open_media(info.path) as container:
        stream = only(container, _sound_stream(info))
        done, filled, block = 0, 0, np.zeros(size, np.float32)
        for position, piece in resampled(_decoded(container, stream, info.shifts), info.origin):
            while position + len(piece) - done > size:
                _place(block, filled, position - done, piece)
                yield done / RATE, block
                done, filled, block = done + size, 0, np.zeros(size, np.float32)
            filled = _place(block, filled, position - done, piece)
        if filled:
            yield done / RATE, block[:filled]


def _sound_stream(info: MediaInfo) -> int:
    if info.audio is None:
        raise MediaError(f"{info.path.name} has no sound; open a file with sound for this.")
    return info.audio.index


def _place(sound: NDArray[np.float32], filled: int, position: int, piece: NDArray[np.float32]) -> int:
    """Copy what of ``piece`` lies in ``sound`` after its first ``filled`` samples; returns the new ``filled``."""
    begin, end = max(position, filled, 0), min(position + len(piece), len(sound))
    if begin >= end:
        return filled
    sound[begin:end] = piece[begin - position : end - position]
    return end


def _pieces_from(
    container: av.container.InputContainer, stream: av.stream.Stream, info: MediaInfo, start: float
) -> Iterator[Piece]:
    """Resampled pieces from at or before ``start`` on; where stamps jump no seek knows the way, so from the first."""
    origin = info.origin
    if info.shifts:
        yield from resampled(_decoded(container, stream, info.shifts), origin)
        return
    for lead in _LEADS:
        # Before zero too: the first packets may only prepare the decoder.
        stamps = (int((time + origin) / stream.time_base) for time in (start - lead, max(0.0, start - lead)))
        seek(container, stream, *stamps)
        frames = _decoded(container, stream)
        first = next(frames, None)
        if start <= lead or first is None or first.time - origin <= start:
            break
    if first is not None:
        yield from resampled(chain((first,), frames), origin)


def _decoded(
    container: av.container.InputContainer, stream: av.stream.Stream, shifts: tuple[Shift, ...] = ()
) -> Iterator[av.AudioFrame]:
    for packet in chain(shifted(packets(container, stream), shifts), (None,)):
        try:
            yield from stream.codec_context.decode(packet)
        except av.error.FFmpegError:
            continue  # a damaged packet leaves a hole, which becomes silence
