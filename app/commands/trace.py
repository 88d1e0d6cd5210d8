"""What the commands about traces do."""

from functools import partial

from PySide6.QtWidgets import QInputDialog, QWidget

from app.base.settings import LAG
from app.commands.program import Room, Slots
from app.models.studio import Studio
from m2fnet_core.document.content import Dimension

_LATEST = 5000  # milliseconds


def trace_slots(room: Room, studio: Studio, window: QWidget) -> Slots:
    """Of the Annotate menu."""
    return {
        **{f"trace-{each.value}": partial(_trace, room, studio, each) for each in Dimension},
        "trace-remove": studio.tracing.remove,
        "trace-lag": lambda: _ask_lag(studio, window),
    }


def _trace(room: Room, studio: Studio, dimension: Dimension) -> None:
    """Tracing plays on freely from where the playhead is."""
    studio.tracing.toggle(dimension)
    if studio.tracing.dimension is dimension and not room.workspace.player.playing:
        room.workspace.player.play()


def _ask_lag(studio: Studio, window: QWidget) -> None:
    lag, said = QInputDialog.getInt(
        window, "Your delay", "Milliseconds that you answer late:", studio.settings.get(LAG), 0, _LATEST, 100
    )
    if said:
        studio.settings.set(LAG, lag)
        studio.aim.told.emit(f"New traces lie {lag / 1000:.1f} s earlier")
