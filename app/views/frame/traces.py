"""How a recording hears of the player, and shows in the timeline."""

from app.models.editing.tracing import Tracing
from app.views.player import Player
from app.views.player.trace_pad import TracePad
from app.views.timeline.widget import Timeline


def connected_pad(tracing: Tracing, player: Player, timeline: Timeline) -> TracePad:
    """The slider beside the picture; the recording follows the player, the timeline the recording."""
    pad = TracePad(tracing, player.canvas)
    player.put_beside(pad)
    player.time_changed.connect(tracing.set_time)
    player.playing_changed.connect(tracing.set_playing)
    player.playback.screen.jumped.connect(tracing.jump)

    def show() -> None:
        dimension = tracing.dimension
        timeline.traces.set_live(None if dimension is None else (dimension, tracing.events))

    tracing.changed.connect(show)
    tracing.sampled.connect(show)
    return pad
