"""What a model says about real clips, with all it has and with one source alone.

``python -m tools.clip_study OUT CLIP...`` writes ``OUT/clips.md``, a table of every clip, and ``OUT/CLIP.png``, the
probabilities of each utterance, without a frame or a word of the clip: what may be analysed may not always be shown.
"""

import argparse
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import torch
from matplotlib.figure import Figure

from m2fnet_core.analysis.predict import predict
from m2fnet_core.analysis.utterances import find_utterances
from m2fnet_core.base.dialogue import Prediction, Utterance
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.base.requests import Analyze
from m2fnet_core.bundle.checkpoint import load_bundle
from m2fnet_core.bundle.networks import Bundle
from m2fnet_core.features.extract import FeatureExtractor
from m2fnet_core.features.vectors import UtteranceVectors
from m2fnet_core.media.probe import probe

_SOURCES = ("all", "text", "audio", "visual")
_NOTHING = UtteranceVectors()


def main(out: Path, clips: Sequence[Path], model: Path | None) -> None:
    """Table and pictures."""
    bundle = load_bundle(model, torch.device("cpu"))
    parts, said = [], {source: Counter[str]() for source in _SOURCES}
    for clip in clips:
        utterances, found = study(bundle, clip)
        picture = f"![Probabilities of every utterance]({clip.stem}.png)"
        parts.append(f"### {clip.name}\n\n{_table(utterances, found)}\n\n{picture}\n")
        _draw(found, bundle.info.label_set.labels, clip.stem).savefig(out / f"{clip.stem}.png", dpi=90)
        for source in _SOURCES:
            said[source].update(one.label for one in found[source] if _heeds(one))
    parts.append(f"### How often it says what\n\n{_distribution(said, bundle.info.label_set.labels)}\n")
    (out / "clips.md").write_text("\n".join(parts), encoding="utf-8")


def study(bundle: Bundle, clip: Path) -> tuple[tuple[Utterance, ...], dict[str, list[Prediction]]]:
    """The utterances of a clip, and the predictions of each source where it is there."""
    info, hook = probe(clip), lambda _event: None
    utterances = find_utterances(Analyze(clip), info, hook, CancelToken()).utterances
    vectors = list(FeatureExtractor(bundle).vectors(info, utterances))
    return utterances, {
        source: predict(bundle, [_alone(one, source) for one in vectors], utterances) for source in _SOURCES
    }


def _alone(vectors: UtteranceVectors, source: str) -> UtteranceVectors:
    if source == "all":
        return vectors
    if source == "visual":
        return replace(_NOTHING, scene=vectors.scene, faces=vectors.faces)
    return replace(_NOTHING, **{source: getattr(vectors, source)})


def _table(utterances: Sequence[Utterance], found: Mapping[str, Sequence[Prediction]]) -> str:
    rows = ["| seconds | " + " | ".join(_SOURCES) + " | text, audio, visual give |", "|---" * 6 + "|"]
    for i, utterance in enumerate(utterances):
        whole = found["all"][i]
        given = ", ".join("-" if v is None else f"{v:+.2f}" for v in _contributions(whole))
        cells = " | ".join(_said(found[source][i]) for source in _SOURCES)
        rows.append(f"| {utterance.start:.1f}-{utterance.end:.1f} | {cells} | {given} |")
    return "\n".join(rows)


def _contributions(prediction: Prediction) -> tuple[float | None, float | None, float | None]:
    shares = prediction.contributions
    return shares.text, shares.audio, shares.visual


def _said(prediction: Prediction) -> str:
    """Label and probability; "-" where the source is missing."""
    return f"{prediction.label} {prediction.probabilities[prediction.label]:.2f}" if _heeds(prediction) else "-"


def _heeds(prediction: Prediction) -> bool:
    """Whether there was anything of this utterance to go by."""
    present = prediction.present
    return present.text or present.audio or present.scene or present.faces


def _distribution(said: Mapping[str, Counter[str]], labels: Sequence[str]) -> str:
    rows = ["| | " + " | ".join(labels) + " |", "|---" * (1 + len(labels)) + "|"]
    rows += [f"| {name} | " + " | ".join(str(said[name][label]) for label in labels) + " |" for name in _SOURCES]
    return "\n".join(rows)


def _draw(found: Mapping[str, Sequence[Prediction]], labels: Sequence[str], title: str) -> Figure:
    """One panel for each source: a stacked bar for every utterance."""
    figure = Figure(figsize=(9, 6), layout="constrained")
    panels = figure.subplots(len(_SOURCES), 1, sharex=True, sharey=True)
    for panel, source in zip(panels, _SOURCES, strict=True):
        below = [0.0] * len(found[source])
        for number, label in enumerate(labels):
            heights = [one.probabilities[label] if _heeds(one) else 0.0 for one in found[source]]
            panel.bar(range(1, len(heights) + 1), heights, bottom=below, color=f"C{number}", label=label)
            below = [a + b for a, b in zip(below, heights, strict=True)]
        panel.set_ylabel(source)
    panels[-1].set_xlabel("utterance")
    figure.suptitle(title)
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside right upper")
    return figure


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("clips", type=Path, nargs="+")
    parser.add_argument("--model", type=Path, help="a bundle's folder (default: what ships)")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    main(arguments.out, arguments.clips, arguments.model)
