"""What a person's corrections are worth: a model meets a project that speaks otherwise, learns from 150 corrected
utterances of it, and is judged on the project's held-out minutes before and after.

``python -m tools.corrections_study [FOLDER] [--seed N] [--corrected N] [--media N]``. Everything is made up, through
the program's real parts: sound files, projects, `m2fnet-train all` and `m2fnet-train compare`. A first project teaches
the model that the corrections go on from. In the second, people are ironic: they say the words of three of the seven
emotions for another of them, and their voices are higher.
"""

import argparse
import sys
import tempfile
import wave
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from m2fnet_core.bundle_info import TextConfig
from m2fnet_core.checkpoint import save_bundle
from m2fnet_core.document.commands import AddMedia, Decide, Insert
from m2fnet_core.document.content import Decision, Medium, Turn
from m2fnet_core.document.project import Project
from m2fnet_core.emotions import MELD
from m2fnet_core.folders import resource
from m2fnet_core.media.content import content_hash
from m2fnet_core.untrained import untrained_bundle
from trainer.cli import main as train
from trainer.comparison import Comparison, comparisons_of, read_comparison
from trainer.config import CorpusConfig
from trainer.datasets.documents import PIECE, split_of
from trainer.run_file import read_run, write_run

LABELS = MELD.labels
_MINUTES, _EVERY, _LASTS = 8, 2.0, 1.2  # of a medium; seconds from utterance to utterance, and of each
_RATE = 8000
_WORDS = 6  # that stand for an emotion
_TOLD = 0.75  # share of utterances with a word of their emotion; the rest says nothing in its words
_ALONE = TextConfig(max_tokens=64, past=0, future=0, pooling="mean")  # of a random encoder: about a bag of words
_ANEW = (  # settings of the first project's training, of a small network from scratch
    'steps=["features", "fusion"]',
    "fusion.start=scratch",
    "fusion.loop.epochs=60",
    "fusion.loop.patience=0",
    "fusion.loop.learning_rate=1e-3",
    "fusion.net.fusion_layers=1",
    "fusion.net.feedforward=128",
    "fusion.net.dropout=0.2",
)
_FILLERS = ("well", "you", "know", "I", "mean", "so", "then", "there")


@dataclass(frozen=True, slots=True)
class Speech:
    """How the people of a project show emotions: words and pitch (Hz) by label."""

    words: dict[str, tuple[str, ...]]
    pitch: dict[str, float]


def study(folder: Path, seed: int = 0, corrected: int = 150, media: int = 8, sound: bool = True) -> Comparison:
    """Make both projects in ``folder``, train twice, and compare the two models on held-out minutes."""
    generator = np.random.default_rng(seed)
    first = _speech(generator)
    second = _changed(first, generator)
    make_project(folder / "known", first, 3, None, sound, generator)
    make_project(folder / "mine", second, media, corrected, sound, generator)
    random = untrained_bundle()
    save_bundle(replace(random, info=replace(random.info, text=_ALONE)), folder / "untrained")
    known = _trained(folder, "known", folder / "untrained", *_ANEW)
    _trained(folder, "mine", known)
    toml = folder / "mine.toml"
    if train(["compare", str(toml), "--with", str(known)]):
        raise SystemExit("the comparison failed")
    return read_comparison(comparisons_of(folder / "runs" / "mine")[0])


def _trained(folder: Path, name: str, base: Path, *settings: str) -> Path:
    """The preset for corrections on the project ``name``, trained; its bundle."""
    preset = read_run(resource("runs", "corrections.toml"), settings)
    corpora = (CorpusConfig("documents", folder / name),)
    toml = folder / f"{name}.toml"
    write_run(replace(preset, name=name, out=folder / "runs", start_from=str(base), corpora=corpora), toml)
    if train(["all", str(toml)]):
        raise SystemExit(f"the training on {name} failed")
    return folder / "runs" / name / "bundle"


def make_project(
    folder: Path, speech: Speech, media: int, corrected: int | None, sound: bool, generator: np.random.Generator
) -> None:
    """A project of sound files with every utterance of the minutes that test labelled, so that the figures rest on
    enough of them, and ``corrected`` of the others (None: all).
    """
    folder.mkdir(parents=True)
    project = Project.create(folder / f"{folder.name}.m2f")
    given = dict[str, str]()  # decided label by utterance, in the order that a person comes to them
    parts: dict[str, list[str]] = {"train": [], "validation": [], "test": []}
    for number in range(media):
        labels = [LABELS[k] for k in generator.integers(len(LABELS), size=int(_MINUTES * 60 / _EVERY))]
        path = folder / f"talk{number}.wav"
        _write_sound(path, [speech.pitch[label] for label in labels], sound, generator)
        key = content_hash(path)
        turns = [
            Turn(f"{number}-{k}", str(number), k * _EVERY, k * _EVERY + _LASTS, "s", _text(speech, label, generator))
            for k, label in enumerate(labels)
        ]
        project.do(AddMedia((Medium(str(number), path, path.name, key, _MINUTES * 60.0),)))
        project.do(Insert(tuple(turns), {"s": "Ann"} if number == 0 else {}))
        for turn, label in zip(turns, labels, strict=True):
            given[turn.id] = label
            parts[split_of(key, int(turn.start // PIECE))].append(turn.id)
    some = [*parts["train"], *parts["validation"]] if corrected is None else _corrected(parts, corrected)
    decided = tuple(Decision(turn, "anna", given[turn]) for turn in (*some, *parts["test"]))
    project.do(Decide(decided))
    project.close()


def _corrected(parts: dict[str, list[str]], count: int) -> list[str]:
    """A fifth in minutes that validate, the rest in minutes that train."""
    held = count // 5
    return [*parts["validation"][:held], *parts["train"][: count - held]]


def _speech(generator: np.random.Generator) -> Speech:
    words = {label: tuple(_word(generator) for _ in range(_WORDS)) for label in LABELS}
    return Speech(words, {label: 200.0 + 90.0 * place for place, label in enumerate(LABELS)})


def _changed(speech: Speech, generator: np.random.Generator) -> Speech:
    """Ironic people: three emotions in each other's words, and voices that are higher by a tenth."""
    three = generator.permutation(LABELS)[:3].tolist()
    other = {label: speech.words[three[place - 1]] for place, label in enumerate(three)}
    return Speech({**speech.words, **other}, {label: 1.1 * pitch for label, pitch in speech.pitch.items()})


def _word(generator: np.random.Generator) -> str:
    return "".join(str(generator.choice(list(letters))) for letters in ("bdfgklmnprst", "aeiou") * 2)


def _text(speech: Speech, label: str, generator: np.random.Generator) -> str:
    told = generator.random() < _TOLD
    words = [*generator.choice(_FILLERS, size=3), *(generator.choice(speech.words[label], size=2) if told else ())]
    return " ".join(str(word) for word in generator.permutation(words))


def _write_sound(path: Path, pitches: Sequence[float], sound: bool, generator: np.random.Generator) -> None:
    """A tone for each utterance in noise; without ``sound`` noise too faint to be heard as anything."""
    step, tone = int(_RATE * _EVERY), np.arange(int(_RATE * _LASTS)) / _RATE
    samples = generator.normal(0, 0.01 if sound else 1e-5, size=(len(pitches), step))
    if sound:
        drawn = np.asarray(pitches) * generator.uniform(0.85, 1.15, size=len(pitches))
        samples[:, : len(tone)] += 0.3 * np.sin(2 * np.pi * drawn[:, None] * tone)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(_RATE)
        file.writeframes((32767 * samples.ravel()).astype("<i2").tobytes())


def main(argv: Sequence[str]) -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", help="where to work; default: a folder that is gone afterwards")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--corrected", type=int, default=150)
    parser.add_argument("--media", type=int, default=8)
    parser.add_argument("--no-sound", action="store_true", help="texts alone: quicker")
    given = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        found = study(folder, given.seed, given.corrected, given.media, not given.no_sound)
    d = found.difference
    sys.stdout.write(
        f"seed {given.seed}, {given.corrected} corrected, {found.ours.utterances} held out: weighted F1 "
        f"{found.theirs.weighted_f1.value:.3f} before, {found.ours.weighted_f1.value:.3f} after, "
        f"difference {d.value:+.3f} [{d.low:+.3f}, {d.high:+.3f}], {len(found.flips)} predictions flip\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
