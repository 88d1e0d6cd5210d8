"""Turns a prediction into rows of bars with plain-language explanations. No widgets."""

from PySide6.QtGui import QColor

from app.base.theme import emotion_colour, sign_of, speaker_colour
from app.base.words import clock, percent
from app.models.video.session import Session
from app.views.inspector.bars import Bar
from m2fnet_core.base.dialogue import Contributions, Prediction

FOR, AGAINST = QColor("#3fae78"), QColor("#dd6b4b")
_MODALITIES = (("text", "Text"), ("audio", "Sound"), ("visual", "Picture"))
_ABSENT = {
    "text": "No text: nothing was transcribed here, so the network left this modality out.",
    "audio": "No sound was usable here, so the network left this modality out.",
    "visual": "No picture was usable here, so the network left this modality out.",
}


def label_rows(session: Session, utterance: str, ranked: bool) -> list[Bar]:
    """All labels with what the network and the person say; in the label set's order or most probable first.

    While there is no prediction to show, the labels that a person can choose, where they can choose.
    """
    prediction, decision = session.prediction(utterance), session.decision(utterance)
    shares = {} if prediction is None else dict(prediction.probabilities)
    own = session.label_set if session.editable else ()
    labels = list(dict.fromkeys((*shares, *own)))
    if ranked:
        labels.sort(key=lambda label: -shares.get(label, -1.0))
    chosen = (decision.label, decision.second) if decision is not None else (None, None)
    return [_label(session, label, shares.get(label), chosen, prediction) for label in labels]


def _label(
    session: Session,
    label: str,
    share: float | None,
    chosen: tuple[str | None, str | None],
    prediction: Prediction | None,
) -> Bar:
    own = session.label_set if session.editable else ()
    key = own.index(label) + 1 if label in own else 0
    tip = f"{label}: {percent(share)} of the network's probability" if share is not None else label
    return Bar(
        label,
        label,
        share,
        percent(share) if share is not None else "",
        emotion_colour(label, session.all_labels),
        f"{tip}\nClick to give this label." if key else tip,
        dot=emotion_colour(label, session.all_labels),
        strong=label == chosen[0] or (chosen[0] is None and prediction is not None and label == prediction.label),
        hint=str(key) if 0 < key < 10 else " " if key else "",
        mark="check" if label == chosen[0] else "add" if label == chosen[1] else "",
        sign=sign_of(label, session.all_labels),
    )


def contribution_rows(prediction: Prediction) -> tuple[list[Bar], float]:
    """Text, sound and picture, and the scale they share (never so fine that noise looks like a finding)."""
    shares = {key: getattr(prediction.contributions, key) for key, _ in _MODALITIES}
    full = max([0.1, *(abs(share) for share in shares.values() if share is not None)])
    rows = [_contribution(key, word, shares[key], prediction.label) for key, word in _MODALITIES]
    return rows, full


def _contribution(key: str, word: str, share: float | None, label: str) -> Bar:
    if share is None:
        return Bar(key, word, None, "absent", AGAINST, _ABSENT[key])
    sign = "+" if share >= 0 else "−"
    points = f"{abs(share) * 100:.1f}".rstrip("0").rstrip(".")
    effect = "would fall" if share >= 0 else "would rise"
    tip = f"Without the {word.lower()}, the probability of “{label}” {effect} by {points} percentage points."
    return Bar(key, word, share, f"{sign}{points}", FOR if share >= 0 else AGAINST, tip)


def known_contributions(contributions: Contributions) -> bool:
    """Whether any modality's contribution was computed."""
    return any(getattr(contributions, key) is not None for key, _ in _MODALITIES)


def attention_rows(session: Session, prediction: Prediction, most: int) -> tuple[list[Bar], float]:
    """The turns the network attended to, heaviest first, and the heaviest weight as the scale."""
    weights = sorted((prediction.attention or {}).items(), key=lambda pair: -pair[1])[:most]
    rows = [bar for key, weight in weights if (bar := _attended(session, prediction, key, weight)) is not None]
    return rows, max((weight for _, weight in weights), default=1.0)


def _attended(session: Session, prediction: Prediction, key: str, weight: float) -> Bar | None:
    utterance, number = session.utterance(key), session.row(key)
    if utterance is None or number is None:
        return None
    itself = key == prediction.utterance_id
    words = "itself" if itself else utterance.text or "no text"
    colour = emotion_colour(session.shown_label(key) or "neutral", session.all_labels)
    place = f"{number + 1}, {utterance.speaker or 'unknown speaker'}, {clock(utterance.start)}"
    tip = f"Utterance {place}: {utterance.text or 'no text'}\n{percent(weight)} of the attention. Click to select it."
    dot = speaker_colour(utterance.speaker, session.speakers) if utterance.speaker else None
    return Bar(key, f"{number + 1}  {words}", weight, percent(weight), colour, tip, dot, strong=itself)
