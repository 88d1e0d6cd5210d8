"""The picture and sound of the open medium, with the faces of exactly the frame on screen."""

from app.views.player.player import Player

__all__ = ["Player"]
