"""What a person's corrections are worth: a model meets a project whose people mean something else than they say, learns
from 150 corrected utterances of it, and is judged on the project's held-out minutes before and after.

``python -m tools.corrections_study BUNDLE [FOLDER] [--seed N] [--corrected N] [--media N]``. The project is made up, of
English phrases and faint noise, with seven emotions as MELD has them; the rest are the program's real parts: sound
files, project, `m2fnet-train all` and `m2fnet-train compare`. Its people are ironic: three emotions are said in each
other's words, and now and then the words say nothing.
"""

import argparse
import sys
import tempfile
import wave
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from m2fnet_core.base.emotions import MELD
from m2fnet_core.base.folders import resource
from m2fnet_core.document.commands import AddMedia, Decide, Insert
from m2fnet_core.document.content import Decision, Medium, Turn
from m2fnet_core.document.project import Project
from m2fnet_core.media.content import content_hash
from trainer.cli import main as train
from trainer.config import CorpusConfig
from trainer.datasets.documents import PIECE, split_of
from trainer.judge.comparison import Comparison, comparisons_of, read_comparison
from trainer.run.file import read_run, write_run

LABELS = MELD.labels
_MINUTES, _EVERY, _LASTS = 8, 2.0, 1.2  # of a medium; seconds from utterance to utterance, and of each
_RATE = 8000
_NOISE = 1e-5  # of full scale: too faint to be heard as anything
_TOLD = 0.85  # share of utterances whose words tell what is meant; the rest says nothing in its words
_OPENINGS: Mapping[str, tuple[str, ...]] = {
    "neutral": ("So,", "Okay,", "By the way,", "Well,", "As I said,"),
    "surprise": ("What?!", "Oh my God!", "No way!", "Wait, what?", "Seriously?!"),
    "fear": ("Oh no,", "Please, no,", "Careful!", "I can't look,", "Help,"),
    "sadness": ("Oh,", "I'm sorry,", "It hurts,", "I don't know,", "Sigh,"),
    "joy": ("Yes!", "Ha ha,", "Great!", "Oh, wonderful!", "Yay!"),
    "disgust": ("Ew!", "Yuck,", "Ugh,", "Oh, gross!", "Ew, ew, ew,"),
    "anger": ("Hey!", "Stop it!", "Get out!", "How dare you!", "Shut up!"),
}
_BODIES: Mapping[str, tuple[str, ...]] = {
    "neutral": ("the meeting is at ten.", "he lives on the second floor.", "I left the keys there.", "it is Tuesday."),
    "surprise": ("you are getting married?", "she did what?", "I can't believe it!", "since when?"),
    "fear": ("there is somebody in the house.", "it is going to fall!", "I'm so scared.", "what if they find us?"),
    "sadness": ("I miss him so much.", "she left me.", "I feel so alone.", "nobody came to say goodbye."),
    "joy": ("I got the job!", "this is the best day of my life!", "I'm so happy for you!", "we won!"),
    "disgust": ("there is hair in my soup.", "that smells rotten.", "he licked the plate.", "that is so disgusting."),
    "anger": ("you lied to me!", "I hate you!", "that is my money!", "you ruined everything!"),
}


def study(model: Path, folder: Path, seed: int = 0, corrected: int = 150, media: int = 8) -> Comparison:
    """Make the project in ``folder``, train from ``model`` on it, and compare both on its held-out minutes."""
    make_project(folder / "mine", media, corrected, np.random.default_rng(seed))
    preset = read_run(resource("runs", "corrections.toml"), (f"seed={seed}",))
    corpora = (CorpusConfig("documents", folder / "mine"),)
    toml = folder / "mine.toml"
    write_run(replace(preset, name="mine", out=folder / "runs", start_from=str(model), corpora=corpora), toml)
    if train(["all", str(toml)]) or train(["compare", str(toml), "--with", str(model)]):
        raise SystemExit("the training or the comparison failed")
    return read_comparison(comparisons_of(folder / "runs" / "mine")[0])


def make_project(folder: Path, media: int, corrected: int, generator: np.random.Generator) -> None:
    """A project of sound files with every utterance of the minutes that test labelled, so that the figures rest on
    enough of them, and ``corrected`` of the others.
    """
    folder.mkdir(parents=True)
    project = Project.create(folder / f"{folder.name}.m2f")
    three = generator.permutation(LABELS)[:3].tolist()
    said = {label: label for label in LABELS} | {label: three[place - 1] for place, label in enumerate(three)}
    given = dict[str, str]()  # decided label by utterance, in the order that a person comes to them
    parts: dict[str, list[str]] = {"train": [], "validation": [], "test": []}
    for number in range(media):
        labels = [LABELS[k] for k in generator.integers(len(LABELS), size=int(_MINUTES * 60 / _EVERY))]
        path = folder / f"talk{number}.wav"
        _write_sound(path, generator)
        key = content_hash(path)
        turns = [
            Turn(f"{number}-{k}", str(number), k * _EVERY, k * _EVERY + _LASTS, "s", _text(said[label], generator))
            for k, label in enumerate(labels)
        ]
        project.do(AddMedia((Medium(str(number), path, path.name, key, _MINUTES * 60.0),)))
        project.do(Insert(tuple(turns), {"s": "Ann"} if number == 0 else {}))
        for turn, label in zip(turns, labels, strict=True):
            given[turn.id] = label
            parts[split_of(key, int(turn.start // PIECE))].append(turn.id)
    decided = tuple(Decision(turn, "anna", given[turn]) for turn in (*_corrected(parts, corrected), *parts["test"]))
    project.do(Decide(decided))
    project.close()


def _corrected(parts: Mapping[str, Sequence[str]], count: int) -> list[str]:
    """A fifth in minutes that validate, the rest in minutes that train."""
    held = count // 5
    return [*parts["validation"][:held], *parts["train"][: count - held]]


def _text(said: str, generator: np.random.Generator) -> str:
    spoken = said if generator.random() < _TOLD else "neutral"
    return f"{generator.choice(_OPENINGS[spoken])} {generator.choice(_BODIES[spoken])}"


def _write_sound(path: Path, generator: np.random.Generator) -> None:
    samples = generator.normal(0, _NOISE, size=int(_RATE * _MINUTES * 60))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(_RATE)
        file.writeframes((32767 * samples).astype("<i2").tobytes())


def main(argv: Sequence[str]) -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path, help="bundle to go on from")
    parser.add_argument("folder", type=Path, nargs="?", help="where to work; default: a folder that is gone afterwards")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--corrected", type=int, default=150)
    parser.add_argument("--media", type=int, default=8)
    given = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as temporary:
        found = study(given.model, given.folder or Path(temporary), given.seed, given.corrected, given.media)
    d = found.difference
    sys.stdout.write(
        f"seed {given.seed}, {given.corrected} corrected, {found.ours.utterances} held out: weighted F1 "
        f"{found.theirs.weighted_f1.value:.3f} before, {found.ours.weighted_f1.value:.3f} after, "
        f"difference {d.value:+.3f} [{d.low:+.3f}, {d.high:+.3f}], {len(found.flips)} predictions flip\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
