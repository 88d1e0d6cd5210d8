"""A conversation made by hand: what an analysis would have said."""

from collections.abc import Sequence
from pathlib import Path

from app.models.video.session import Session
from m2fnet_core.base.bundle_kind import BundleKind
from m2fnet_core.base.dialogue import Contributions, FaceBox, Prediction, Presence, Utterance
from m2fnet_core.base.emotions import MELD
from m2fnet_core.base.events import AnalysisStarted, FacesFound, Predicted
from m2fnet_core.media.info import AudioStream, MediaInfo, VideoStream

TEXTS = ("Hello there.", "Oh no, it broke!", None, "I am so happy for you", "Leave me alone.")


def media(path: Path = Path("film.mp4"), duration: float = 10.0) -> MediaInfo:
    """A video of 128 x 96 pixels that need not exist."""
    return MediaInfo(path, duration, 0.0, VideoStream(0, "h264", 128, 96, 25.0, 0), AudioStream(1, "aac", 48000, 2))


def utterances(number: int = len(TEXTS)) -> tuple[Utterance, ...]:
    """Two seconds apart, one and a half long, Ada and Bo in turn."""
    return tuple(
        Utterance(f"u{k}", 2.0 * k, 2.0 * k + 1.5, ("Ada", "Bo")[k % 2], TEXTS[k % len(TEXTS)]) for k in range(number)
    )


def prediction(utterance_id: str, label: str = "joy", share: float = 0.7, **others: object) -> Prediction:
    """``share`` for the label, the rest evenly."""
    rest = (1.0 - share) / (len(MELD) - 1)
    probabilities = {name: share if name == label else rest for name in MELD.labels}
    given: dict[str, object] = {
        "present": Presence(True, True, True, True),
        "contributions": Contributions(0.2, -0.05, None),
        "attention": {"u0": 0.5, "u1": 0.3, "u3": 0.2},
        **others,
    }
    return Prediction(utterance_id, label, probabilities, **given)  # type: ignore[arg-type]


def begin(session: Session, spoken: Sequence[Utterance], kind: BundleKind = "trained") -> None:
    """The analysis has begun: utterances are known, predictions are not."""
    session.apply(AnalysisStarted(Path("film.mp4"), "starter", kind, MELD.labels, "cpu", tuple(spoken)))


def predict(session: Session, utterance_id: str, label: str = "joy", share: float = 0.7, **others: object) -> None:
    """One prediction arrives."""
    session.apply(Predicted(prediction(utterance_id, label, share, **others)))


def find_faces(session: Session, utterance_id: str, times: Sequence[float], faces: bool = True) -> None:
    """Two faces on each frame, or none."""
    found = [
        face
        for time in times
        for face in (FaceBox(time, (10, 10, 50, 60), 0.99, 0.8), FaceBox(time, (80, 20, 100, 45), 0.95, 0.2))
    ]
    session.apply(FacesFound(utterance_id, tuple(times), tuple(found) if faces else ()))


def analysed(session: Session) -> None:
    """Everything of the five utterances."""
    session.open(media())
    begin(session, utterances())
    labels = ("neutral", "surprise", "fear", "joy", "anger")
    for utterance, label in zip(session.utterances, labels, strict=True):
        predict(session, utterance.id, label)
