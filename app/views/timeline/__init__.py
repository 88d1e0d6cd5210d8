"""The timeline: one time axis shared by all tracks."""

from app.views.timeline.widget import Timeline

__all__ = ["Timeline"]
