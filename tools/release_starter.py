"""Put a finished run of resources/runs/starter.toml in the box: ``python -m tools.release_starter RUN CLIP...``.

Writes ``resources/models/starter``: the run's bundle in little space, named and licensed for what it is, its card from
``tools/starter_card.md`` with the run's own figures, the pictures of its confusion matrices, and what it says of real
clips.
"""

import argparse
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from string import Template
from typing import Any

import torch

from m2fnet_core.bundle.card import STARTER
from m2fnet_core.bundle.checkpoint import load_bundle, save_bundle
from tools.clip_study import main as clip_study
from trainer.run.view import StepState, read_view

_TEMPLATE = Path(__file__).with_name("starter_card.md")
_LICENCE = (
    "Research use only: trained on RAVDESS and nEMO (CC BY-NC-SA 4.0), other speech corpora, FER2013 and ExpW "
    "(research) and MELD (GPL-3.0); the speech encoder is Whisper's (MIT)"
)
_CARD = (
    "Small, and trained on acted speech, photographs and the texts of one television series, never on all three of one "
    "person at once: a start to look around with, not a measurement."
)
_DATA = (
    "text: MELD's train split (csv files)",
    "speech: RAVDESS (16 actors), nEMO, CASIA, Urdu, EMOVO, EmoTale, behind three layers of Whisper base's encoder",
    "faces: FER2013's training part and muxspace/facial_expressions; in dialogues also FER+ votes and ExpW",
    "dialogues: MELD's texts, paired with those clips and faces",
)
_KEPT = ("text.png", "faces.png")  # of the encoder and the extractor that the run takes over
_REPORTS = {  # name in the card: report of the run
    "speech": "audio/test",
    "paired_text": "evaluate/test-text",
    "paired_audio": "evaluate/test-audio",
    "paired_visual": "evaluate/test-visual",
    "paired": "evaluate/test",
}


def main(run: Path, clips: Sequence[Path]) -> None:
    """Bundle, card and pictures."""
    bundle = load_bundle(run / "bundle", torch.device("cpu"))
    info = replace(bundle.info, name="starter", kind="starter", licence=_LICENCE, card=_CARD, training_data=_DATA)
    kept = {name: (STARTER / name).read_bytes() for name in _KEPT}
    save_bundle(replace(bundle, info=info), STARTER, small=True)
    for name, picture in kept.items():
        (STARTER / name).write_bytes(picture)
    reports = {
        name: json.loads((run / f"{place}.json").read_text(encoding="utf-8")) for name, place in _REPORTS.items()
    }
    card = Template(_TEMPLATE.read_text(encoding="utf-8"))
    clip_study(STARTER, clips, STARTER)
    said = {"clips": (STARTER / "clips.md").read_text(encoding="utf-8").strip(), "times": _times(run)}
    (STARTER / "clips.md").unlink()
    (STARTER / "README.md").write_text(card.substitute(_figures(reports), **said), encoding="utf-8")
    for name, place in _REPORTS.items():
        shutil.copyfile(run / f"{place}.png", STARTER / f"{name}.png")


def _figures(reports: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """``NAME_f1``, ``NAME_accuracy``, ``NAME_ece``, ``NAME_n`` and a table ``NAME_classes`` of every report."""
    figures = {}
    for name, report in reports.items():
        figures |= {
            f"{name}_f1": _interval(report["weighted_f1"]),
            f"{name}_accuracy": _interval(report["accuracy"]),
            f"{name}_ece": f"{report['ece']:.3f}",
            f"{name}_n": str(report["utterances"]),
        }
    labels = list(reports["paired"]["class_f1"])
    rows = [f"| | {' | '.join(reports)} |", "|---" * (1 + len(reports)) + "|"]
    rows += [
        f"| {label} | " + " | ".join(_interval(report["class_f1"][label]) for report in reports.values()) + " |"
        for label in labels
    ]
    return {**figures, "classes": "\n".join(rows)}


def _times(run: Path) -> str:
    """How long the process that ended a step worked on it; a step that was resumed took longer."""
    steps = read_view(run).steps
    took = {name: step.seconds for name, step in steps.items() if step.state is StepState.DONE and step.seconds}
    return "Minutes of its steps: " + ", ".join(f"{name} {seconds / 60:.0f}" for name, seconds in took.items()) + "."


def _interval(figure: Mapping[str, float]) -> str:
    return f"{figure['value']:.3f} [{figure['low']:.3f}, {figure['high']:.3f}]"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path)
    parser.add_argument("clips", type=Path, nargs="+", help="videos that the card shall tell about")
    arguments = parser.parse_args()
    main(arguments.run, arguments.clips)
