"""One time line for files whose time stamps begin again, jump by hours or claim a length. No torch.

Every packet is read once, none is decoded. Where the stamps of a stream go back, as in recordings that were put one
after the other, or jump ahead by more than `HOLE`, what follows goes on from what came before, in every stream alike.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import av
import av.container
import av.stream

HOLE = 60.0  # seconds without picture and sound that are kept; longer ones are closed
_BACK = 1.0  # seconds back in the order of decoding that begin a part
_FAR_BACK = 60.0  # seconds back in the order of showing that do
_LATE = 5.0  # seconds a stream may lie behind the others at the beginning of a part


@dataclass(frozen=True, slots=True)
class Shift:
    """``seconds`` to add to the time stamps of ``stream`` from its packet number ``packet`` (of the file's) on."""

    stream: int
    packet: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Timeline:
    """What all packets say. end: media second of the last one's. holes, parts: how often stamps jumped, began again."""

    end: float = 0.0
    shifts: tuple[Shift, ...] = ()
    holes: int = 0
    parts: int = 0


def shifted(packets: Iterable[av.Packet], shifts: tuple[Shift, ...]) -> Iterator[av.Packet]:
    """The packets, read from the file's beginning, with stamps of the one time line."""
    if not shifts:
        yield from packets
        return
    due: dict[int, dict[int, float]] = {}
    for shift in shifts:
        due.setdefault(shift.stream, {})[shift.packet] = shift.seconds
    counts, seconds = dict[int, int](), dict[int, float]()
    for packet in packets:
        stream, number = packet.stream_index, counts.get(packet.stream_index, 0)
        counts[stream] = number + 1
        seconds[stream] = due.get(stream, {}).get(number, seconds.get(stream, 0.0))
        if seconds[stream] and packet.time_base:
            ticks = round(seconds[stream] / packet.time_base)
            packet.pts = None if packet.pts is None else packet.pts + ticks
            packet.dts = None if packet.dts is None else packet.dts + ticks
        yield packet


class _Stream:
    """Where one stream stands."""

    def __init__(self) -> None:
        self.part = self.count = 0
        self.time: float | None = None  # of its last packet, on the one time line
        self.decoded: float | None = None  # its last decoding time, as stored


class Measure:
    """Takes packets in file order, tells the time line."""

    def __init__(self, origin: float, leading: frozenset[int]) -> None:
        """``leading``: the streams of picture and sound; others follow their parts."""
        self._origin, self._leading = origin, leading
        self._parts = [-origin]
        self._shifts: list[Shift] = []
        self._streams: dict[int, _Stream] = {}
        self._end = 0.0
        self._holes = self._again = 0

    @property
    def timeline(self) -> Timeline:
        return Timeline(self._end, tuple(self._shifts), self._holes, self._again)

    def push(self, packet: av.Packet) -> None:
        """The next packet that holds something."""
        stream = self._streams.setdefault(packet.stream_index, _Stream())
        number, stream.count = stream.count, stream.count + 1
        stamp = packet.pts if packet.pts is not None else packet.dts
        if stamp is None or packet.time_base is None:
            return
        stored = float(stamp * packet.time_base)
        decoded = None if packet.dts is None else float(packet.dts * packet.time_base)
        if packet.stream_index in self._leading:
            self._lead(packet.stream_index, number, stream, stored, decoded)
            length = min(float((packet.duration or 0) * packet.time_base), HOLE)
            stream.time = stored + self._parts[stream.part]
            self._end = max(self._end, stream.time + length)
        elif stream.part != len(self._parts) - 1:
            self._join(packet.stream_index, number, stream, len(self._parts) - 1)
        stream.decoded = decoded

    def _lead(self, index: int, number: int, stream: _Stream, stored: float, decoded: float | None) -> None:
        ahead = stored + self._parts[stream.part] > self._end + HOLE
        back = self._back(stream, stored, decoded)
        if not ahead and not back:
            return
        newer = range(stream.part + 1, len(self._parts))
        part = next((part for part in newer if self._fits(stream, stored + self._parts[part])), None)
        if part is None:
            self._holes, self._again = self._holes + ahead, self._again + back
            part = len(self._parts)
            self._parts.append(self._end - stored)
        self._join(index, number, stream, part)

    def _back(self, stream: _Stream, stored: float, decoded: float | None) -> bool:
        if stream.time is None:
            return False
        back = stream.time - (stored + self._parts[stream.part])
        in_order = decoded is not None and stream.decoded is not None and decoded >= stream.decoded
        return back > _FAR_BACK or (back > _BACK and not in_order)

    def _fits(self, stream: _Stream, time: float) -> bool:
        least = 0.0 if stream.time is None else stream.time - _BACK
        return max(least, self._end - HOLE) <= time <= self._end + _LATE

    def _join(self, index: int, number: int, stream: _Stream, part: int) -> None:
        stream.part = part
        self._shifts.append(Shift(index, number, self._parts[part] + self._origin))
