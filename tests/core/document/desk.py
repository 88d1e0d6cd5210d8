"""Small documents for tests: one or two videos with a few utterances, made through the real commands."""

from pathlib import Path

from m2fnet_core.base.dialogue import Contributions, Prediction, Presence
from m2fnet_core.base.emotions import MELD
from m2fnet_core.document.commands import AddMedia, Decide, Insert
from m2fnet_core.document.content import Decision, Medium, Model, Turn
from m2fnet_core.document.project import Project

MODEL = Model("small", "h" * 64, trained=True, labels=MELD.labels)


def medium(key: str = "m1", path: Path = Path("/videos/talk.mp4")) -> Medium:
    """A video of 100 seconds that is not there."""
    return Medium(key, path, path.name, key * 32, 100.0)


def filled(path: Path, utterances: int = 4) -> Project:
    """A project with one video and utterances u0, u1, ... of the speakers Ann and Bob in turn."""
    project = Project.create(path)
    project.do(AddMedia((medium(),)))
    turns = tuple(Turn(f"u{k}", "m1", 2.0 * k, 2.0 * k + 1.5, f"s{k % 2}", f"words {k}") for k in range(utterances))
    project.do(Insert(turns, {"s0": "Ann", "s1": "Bob"}))
    return project


def label(project: Project, utterance: str, word: str, annotator: str = "me") -> None:
    """Decide."""
    project.do(Decide((Decision(utterance, annotator, word),)))


def prediction(utterance: str, word: str = "joy") -> Prediction:
    """A prediction with everything in it."""
    probabilities = {name: 0.7 if name == word else 0.05 for name in MELD.labels}
    present, contributions = Presence(True, True, False, True), Contributions(0.5, -0.1, None)
    attention, prior = {"u0": 0.25, "u1": 0.75}, {name: 0.4 if name == "neutral" else 0.1 for name in MELD.labels}
    return Prediction(utterance, word, probabilities, present, contributions, attention, prior=prior)
