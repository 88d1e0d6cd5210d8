"""What the timeline takes from the session: its content to paint, and words for those who cannot see it."""

from app.models.video.session import Session
from app.views.timeline.content import Content
from app.views.timeline.curves import Curves
from app.views.timeline.ticks import clock
from app.views.timeline.viewport import Viewport


def content_of(session: Session) -> Content:
    """The utterances with the predictions and decisions known by now."""
    known = [p for u in session.utterances if (p := session.prediction(u.id)) is not None]
    content = Content(session.utterances, session.speakers, session.all_labels, known)
    for utterance in session.utterances:
        if (decision := session.decision(utterance.id)) is not None:
            content.decide(utterance.id, decision)
    return content


def described(session: Session, view: Viewport, curves: Curves) -> str:
    """What is visible and selected, in words."""
    text = f"{len(session.utterances)} utterances of {len(session.speakers)} speakers. "
    text += f"Shown: {clock(view.start)} to {clock(view.end)}."
    chosen = session.utterance(session.selected)
    if chosen is not None:
        text += f" Selected: {chosen.speaker}, {clock(chosen.start, 1)}, {chosen.text or 'no text'}."
    text += "".join(f" {each.capitalize()}: {curves.told(each)}." for each in curves.dimensions)
    return text
