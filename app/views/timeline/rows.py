"""Which tracks are shown, how high, and where."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.views.timeline.heights import Wish, move_border, share
from app.views.timeline.tracks.base import Track


@dataclass(frozen=True, slots=True)
class Row:
    """A track and its place. Pinned rows stay on top while the others scroll below them."""

    track: Track
    top: int
    height: int
    pinned: bool

    @property
    def bottom(self) -> int:
        """The first pixel below the row."""
        return self.top + self.height


class Rows:
    """The tracks in order from top to bottom. Pinned ones come first."""

    def __init__(self, tracks: Sequence[Track]) -> None:
        self.tracks = tuple(tracks)
        self.hidden: frozenset[str] = frozenset()
        self._factors: dict[str, float] = {}  # heights the user chose, in the tracks' own wishes
        self.placed: tuple[Row, ...] = ()
        self.overflow = 0  # pixels that do not fit
        self.scrolled = 0

    def wish(self, track: Track) -> Wish:
        """What the track would like, or what the user wanted of it."""
        own = track.wish()
        if own.rigid:
            return own
        return Wish(max(1, round(own.wanted * self._factors.get(track.key, 1.0))), own.least, own.rigid)

    def arrange(self, height: int) -> None:
        """Place the visible tracks on ``height`` pixels."""
        shown = [track for track in self.tracks if track.there and track.key not in self.hidden]
        wishes = [self.wish(track) for track in shown]
        heights = share(wishes, height)
        self.overflow = max(0, sum(heights) - height)
        self.scrolled = min(self.scrolled, self.overflow)
        rows, top = [], 0
        for track, own in zip(shown, heights, strict=True):
            rows.append(Row(track, top if track.pinned else top - self.scrolled, own, track.pinned))
            top += own
        self.placed = tuple(rows)

    def pinned_height(self) -> int:
        """Where the scrolling part begins."""
        return sum(row.height for row in self.placed if row.pinned)

    def at(self, y: int) -> Row | None:
        """The row under a pixel; pinned rows cover what scrolls below them."""
        return next((row for row in self.placed if row.top <= y < row.bottom), None)

    def move_border(self, border: int, heights: Sequence[int], by: int) -> None:
        """Drag the border below row ``border``, counted from the ``heights`` at the beginning of the drag."""
        moved = move_border(heights, [self.wish(row.track) for row in self.placed], border, by)
        for row, height in zip(self.placed, moved, strict=True):
            own = row.track.wish()
            if not own.rigid:
                self._factors[row.track.key] = height / own.wanted

    def written(self) -> str:
        """What the user chose, as a line of text: ``-key`` for a hidden track, ``key=factor`` for a height."""
        hidden = [f"-{key}" for key in sorted(self.hidden)]
        return " ".join([*hidden, *(f"{key}={factor:.4f}" for key, factor in self._factors.items())])

    def read(self, text: str) -> None:
        """Take over what `written` gave; words that mean nothing (any more) are passed over."""
        hideable = {track.key for track in self.tracks if track.hideable}
        self.hidden = frozenset(word[1:] for word in text.split() if word[1:] in hideable and word[0] == "-")
        pairs = re.findall(r"(\w+)=(\d{1,3}\.\d+)", text)
        known = {track.key for track in self.tracks}
        self._factors = {key: float(factor) for key, factor in pairs if key in known}

    def forget_heights(self) -> None:
        """Back to the heights the tracks like."""
        self._factors = {}
