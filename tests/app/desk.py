"""A real project on disk with a conversation in it, and the models of a window on top of it; no worker runs."""

from app.base.settings import Settings
from app.models.studio import Studio
from m2fnet_core.base.dialogue import Prediction
from m2fnet_core.base.emotions import MELD
from m2fnet_core.document.commands import AddMedia, Insert
from m2fnet_core.document.content import Medium, Model, Turn
from tests.app.conversation import media, prediction, utterances

MEDIUM = "film"
LABELS = ("neutral", "surprise", "fear", "joy", "anger")  # predicted for u0 to u4
MODEL = Model("starter", "abc", True, MELD.labels)


def studio_with(number: int = 5, predicted: bool = True) -> Studio:
    """A window's models with an untitled project of one video, ``number`` utterances from 0, 2, 4 … s on."""
    studio = Studio(Settings())
    info = media(duration=2.0 * number)
    assert studio.project.create_untitled(info.path, MELD)
    studio.project.do(AddMedia((Medium(MEDIUM, info.path, "", "0" * 64, info.duration),)))
    studio.project.do(Insert(turns(number), {"ada": "Ada", "bo": "Bo"}))
    if predicted:
        studio.project.add_predictions(MEDIUM, MODEL, [(turn, predicted_for(turn)) for turn in turns(number)])
    studio.session.open(info, MEDIUM)
    studio.session.labels = MELD.labels
    studio.mirror.reload()
    return studio


def turns(number: int) -> tuple[Turn, ...]:
    """As `conversation.utterances`."""
    return tuple(Turn(u.id, MEDIUM, u.start, u.end, u.speaker.lower(), u.text) for u in utterances(number))


def predicted_for(turn: Turn) -> Prediction:
    """Another label for each of five in turn, each 70 % sure."""
    return prediction(turn.id, LABELS[int(turn.id[1:]) % len(LABELS)])
