"""The time stamps of a video's packets, read without decoding. No torch."""

import re
from array import array
from dataclasses import dataclass

import av
import av.container
import av.stream
import numpy as np
from numpy.typing import NDArray

from m2fnet_core.base.progress import CancelToken
from m2fnet_core.media.container import packets
from m2fnet_core.media.timeline import Shift, shifted

_MISSING = -(2**63)
_VP8_SHOWN = 0x10  # in a packet's first byte; without it the picture is only referred to
_IDR = re.compile(rb"\x00\x00\x01[\x05\x25\x45\x65]")  # H.264 picture with which everything begins anew


@dataclass(frozen=True, slots=True, eq=False)
class Packets:
    """Time stamps and durations (ticks, 0 unknown) and key flags of the packets whose picture is shown, in file order.

    counted: the stamps are decoding times, because the container holds no presentation times.
    """

    stamps: NDArray[np.int64]
    durations: NDArray[np.int64]
    keyframe: NDArray[np.bool_]
    counted: bool


def scan(
    container: av.container.InputContainer,
    stream: av.stream.Stream,
    cancel: CancelToken | None = None,
    shifts: tuple[Shift, ...] = (),
) -> Packets:
    """Read every packet of ``stream`` from the container's beginning; damaged places are stepped over."""
    codec = stream.codec_context.name
    # avi holds no presentation times, and for H.264 the demuxer cannot work them out.
    guessed = container.format.name == "avi" and codec in ("h264", "hevc")
    pts, dts, durations, keys = array("q"), array("q"), array("q"), bytearray()
    for packet in shifted(packets(container, stream), shifts):
        if cancel is not None:
            cancel.check()
        if packet.is_discard or (codec == "vp8" and not memoryview(packet)[0] & _VP8_SHOWN):
            continue
        pts.append(_MISSING if packet.pts is None else packet.pts)
        dts.append(_MISSING if packet.dts is None else packet.dts)
        durations.append(packet.duration or 0)
        keys.append(packet.is_keyframe and (not guessed or _starts_anew(packet, codec)))
    counted = guessed or pts.count(_MISSING) * 2 > len(pts)
    stamps = np.array(dts if counted else pts, np.int64)
    there = stamps != _MISSING
    keyframe = np.frombuffer(bytes(keys), np.bool_)
    return Packets(stamps[there], np.array(durations, np.int64)[there], keyframe[there], counted)


def _starts_anew(packet: av.Packet, codec: str) -> bool:
    """Whether no later packet's picture is shown before this one, so that counting can begin here."""
    return codec != "h264" or _IDR.search(memoryview(packet)) is not None
