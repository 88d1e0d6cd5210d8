"""What the tooltips of utterances say."""

from html import escape

from app.base.theme import emotion_colour
from app.views.timeline.scene import Scene
from app.views.timeline.ticks import clock
from m2fnet_core.base.dialogue import Prediction, Utterance

_WIDTH = 360  # pixels; long texts wrap


def utterance_tip(scene: Scene, utterance: Utterance, shown: int = 3) -> str:
    """Speaker, times, text and the ``shown`` most probable emotions, as rich text."""
    speaker = escape(utterance.speaker) or "Unknown speaker"
    times = f"{clock(utterance.start, 2)} – {clock(utterance.end, 2)} ({utterance.duration:.2f} s)"
    lines = [f"<b>{speaker}</b>&nbsp; {times}"]
    if utterance.text:
        lines.append(f"<table width='{_WIDTH}'><tr><td>{escape(utterance.text)}</td></tr></table>")
    if utterance.label:
        lines.append(f"Label: {escape(utterance.label)}")
    prediction = scene.content.predictions.get(utterance.id)
    lines.append("No prediction yet" if prediction is None else _probabilities(prediction, scene.content.labels, shown))
    return "<br>".join(lines)


def _probabilities(prediction: Prediction, labels: tuple[str, ...], shown: int) -> str:
    ranked = sorted(prediction.probabilities.items(), key=lambda item: -item[1])[:shown]
    rows = "".join(
        f"<tr><td><span style='color:{emotion_colour(label, labels).name()}'>■</span> {escape(label)}&nbsp;&nbsp;</td>"
        f"<td align='right'>{probability:.1%}</td></tr>"
        for label, probability in ranked
    )
    note = "<br><i>Provisional: later turns are still missing</i>" if prediction.provisional else ""
    return f"<table>{rows}</table>{note}"
