"""What storing a text encoder in 8 bits changes: ``python -m tools.storage_study RUN.toml [--dialogues 20]``.

The words alone of validation dialogues, through the bundle that ships (or ``--model``) and through copies of it whose
matrices were rounded as `m2fnet_core.nets.weights` does: the table of words, the others, or all. It says the
largest change of any probability. The bundle's own weights may be rounded already; then that part changes nothing.
"""

import argparse
import copy
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from torch import nn

from m2fnet_core.analysis.predict import predict
from m2fnet_core.base.dialogue import Dialogue
from m2fnet_core.bundle.card import STARTER
from m2fnet_core.bundle.checkpoint import load_bundle
from m2fnet_core.bundle.networks import Bundle
from m2fnet_core.features.text import TextVectors
from m2fnet_core.features.text_inputs import text_inputs
from m2fnet_core.features.vectors import UtteranceVectors
from m2fnet_core.nets.weights import read_weights, write_weights
from trainer.datasets.corpora import read_dialogues
from trainer.judge.metrics import Floats
from trainer.run.file import read_run

_WORDS = "word_embeddings"
_PARTS: dict[str, Callable[[str], bool]] = {
    "table of words": lambda name: _WORDS in name,
    "the others": lambda name: _WORDS not in name,
    "all": lambda name: True,
}


def main(toml: Path, model: Path, count: int) -> None:
    """One line for each part."""
    bundle = load_bundle(model, torch.device("cpu"))
    dialogues = read_dialogues(read_run(toml))[0]["validation"][:count]
    before = _probabilities(bundle, dialogues)
    for part, is_of_part in _PARTS.items():
        text = copy.deepcopy(bundle.text)
        _round(text.network, is_of_part)
        change = np.abs(_probabilities(replace(bundle, text=text), dialogues) - before)
        sys.stdout.write(f"{part}: largest change {change.max():.4f} over {len(before)} utterances\n")


def _probabilities(bundle: Bundle, dialogues: Sequence[Dialogue]) -> Floats:
    """[utterances, classes] by their words alone."""
    runner, rows = TextVectors(bundle.text, bundle.info.text), list[list[float]]()
    for dialogue in dialogues:
        vectors = runner.compute(text_inputs(bundle.text, bundle.info.text, dialogue.utterances))
        known = [UtteranceVectors(text=vector) for vector in vectors]
        rows += [[*said.probabilities.values()] for said in predict(bundle, known, dialogue.utterances)]
    return np.array(rows)


def _round(network: nn.Module, is_of_part: Callable[[str], bool]) -> None:
    """Put through a file in 8 bits what belongs to the part."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "weights.safetensors"
        write_weights(network, path, "int8")
        rounded = read_weights(path)
    network.load_state_dict({**network.state_dict(), **{k: v for k, v in rounded.items() if is_of_part(k)}})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path, help="a run.toml with texts")
    parser.add_argument("--model", type=Path, default=STARTER, help="a bundle's folder (default: what ships)")
    parser.add_argument("--dialogues", type=int, default=20)
    arguments = parser.parse_args()
    main(arguments.run, arguments.model, arguments.dialogues)
