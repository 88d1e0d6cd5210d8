"""A feature pack with made-up audio and visual vectors beside real text: ``python -m tools.weak_vectors PACK OUT``.

The fusion network must not lose to text alone when the other modalities know little. Corpora with all three modalities
may not be shipped, so the comparison of its forms (docs/paper-to-code.md) adds vectors that hint at the label: one
random direction per class, under noise of unit variance that is drawn anew for every utterance.
"""

import argparse
import csv
import shutil
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

AUDIO, VISUAL = (300, 0.9), (600, 0.7)  # width, length of the class's direction


def main(pack: Path, out: Path) -> None:
    """Copy utterances.csv and text.npy of ``pack`` to ``out`` and add audio.npy and visual.npy."""
    out.mkdir(parents=True, exist_ok=True)
    for name in ("utterances.csv", "text.npy"):
        shutil.copyfile(pack / name, out / name)
    with (pack / "utterances.csv").open(encoding="utf-8-sig", newline="") as file:
        words = [row["label"] for row in csv.DictReader(file)]
    labels = np.array([sorted(set(words)).index(word) for word in words])
    for seed, (name, (width, length)) in enumerate({"audio": AUDIO, "visual": VISUAL}.items()):
        np.save(out / f"{name}.npy", weak(labels, width, length, seed))


def weak(labels: NDArray[np.int64], width: int, length: float, seed: int) -> NDArray[np.float32]:
    """Float32 [len(labels), width]."""
    generator = np.random.default_rng(seed)
    directions = generator.normal(size=(labels.max() + 1, width)) / np.sqrt(width)
    noise = generator.normal(size=(len(labels), width))
    return np.asarray(length * directions[labels] + noise, dtype=np.float32)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pack", type=Path)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    main(arguments.pack, arguments.out)
