"""Where the timeline looks, and when it follows the playhead. No Qt."""

from app.views.timeline.viewport import Viewport

_PLAYED = 0.5  # seconds; a longer or backward move of the playhead is a jump somebody asked for


class Navigation:
    """The visible span and the playhead.

    The view turns a page when the playhead leaves it, and never re-centres. Who looks elsewhere while the video plays
    is left alone until the playhead comes into view again or jumps.
    """

    def __init__(self) -> None:
        self.view = Viewport.whole(0.0, 1.0)
        self.time = 0.0
        self._elsewhere = False

    def open(self, duration: float) -> None:
        """Show the whole of another file, from its start."""
        self.view = Viewport.whole(duration, self.view.width)
        self.time, self._elsewhere = 0.0, False

    def show(self, view: Viewport) -> None:
        """Look where the user wants to."""
        self.view = view
        self._elsewhere = not view.shows(self.time)

    def follow(self, time: float) -> None:
        """The playhead is at ``time`` now."""
        step, self.time = time - self.time, time
        if self.view.shows(time):
            self._elsewhere = False
        elif step != 0 and not (self._elsewhere and 0 < step <= _PLAYED):
            self.view = self.view.paged(time) if abs(step) <= _PLAYED else self.view.beginning(time)
            self._elsewhere = False

    def reveal(self, start: float, end: float) -> None:
        """Bring a span into view unless a part of it is there."""
        if not self.view.overlaps(start, end):
            self.show(self.view.beginning(start))

    def zoomed(self, factor: float) -> Viewport:
        """Closer by ``factor``, around the playhead if it is visible, else around the middle."""
        x = self.view.x_of(self.time) if self.view.shows(self.time) else self.view.width / 2
        return self.view.zoomed(factor, x)
