"""The steps of a training by name, in their order (torch)."""

from collections.abc import Callable, Mapping

from trainer.events import Done
from trainer.steps.ablate import ablate
from trainer.steps.evaluate import evaluate
from trainer.steps.extractors import audio, visual
from trainer.steps.features import features
from trainer.steps.fusion import fusion
from trainer.steps.job import Job
from trainer.steps.text import text

STEPS: Mapping[str, Callable[[Job], Done]] = {
    "text": text,
    "audio": audio,
    "visual": visual,
    "features": features,
    "fusion": fusion,
    "evaluate": evaluate,
    "ablate": ablate,
}
ALONE = ("features", "evaluate")  # steps that train nothing: the first of several processes does them
