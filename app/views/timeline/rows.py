"""Which tracks are shown, how high, and where."""

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
    """The tracks in order from top to bottom. Those that cannot be hidden and keep their height are pinned."""

    def __init__(self, tracks: Sequence[Track]) -> None:
        self.tracks = tuple(tracks)
        self.hidden: frozenset[str] = frozenset()
        self._wanted: dict[str, int] = {}  # heights the user chose
        self.placed: tuple[Row, ...] = ()
        self.overflow = 0  # pixels that do not fit
        self.scrolled = 0

    def wish(self, track: Track) -> Wish:
        """What the track would like, or what the user wanted of it."""
        own = track.wish()
        return Wish(self._wanted.get(track.key, own.wanted), own.least, own.rigid)

    def arrange(self, height: int) -> None:
        """Place the visible tracks on ``height`` pixels."""
        shown = [track for track in self.tracks if track.key not in self.hidden]
        wishes = [self.wish(track) for track in shown]
        heights = share(wishes, height)
        self.overflow = max(0, sum(heights) - height)
        self.scrolled = min(self.scrolled, self.overflow)
        rows, top = [], 0
        for track, wish, own in zip(shown, wishes, heights, strict=True):
            rows.append(Row(track, top if wish.rigid else top - self.scrolled, own, wish.rigid))
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
        self._wanted = {row.track.key: h for row, h in zip(self.placed, moved, strict=True) if not row.pinned}

    def forget_heights(self, *keys: str) -> None:
        """Back to the heights the tracks like; of all tracks when none is named."""
        self._wanted = {k: h for k, h in self._wanted.items() if keys and k not in keys}
