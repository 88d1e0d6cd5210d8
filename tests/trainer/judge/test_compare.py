"""Two models on the same held-out dialogues, through the real command."""

from pathlib import Path

import numpy as np
import pytest

from m2fnet_core.base.errors import TrainingError
from m2fnet_core.bundle.untrained import untrained_bundle
from m2fnet_core.nets.text_encoder import save_text_encoder
from tests.trainer.test_cli import LABELS, write_meld, write_run
from trainer.cli import main
from trainer.judge.comparison import comparisons_of, read_comparison
from trainer.judge.metrics import confusions, paired_difference


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run.toml of two runs: "tiny" learnt well, "poor" for one epoch."""
    folder = tmp_path_factory.mktemp("compare")
    (folder / "corpus").mkdir()
    (folder / "encoder").mkdir()
    write_meld(folder / "corpus")
    save_text_encoder(untrained_bundle().text, folder / "encoder")
    toml = write_run(folder, "meld")
    steps = ["--set", 'steps=["features", "fusion"]']
    assert main(["all", str(toml), *steps]) == 0
    assert main(["all", str(toml), *steps, "--set", "name=poor", "--set", "fusion.loop.epochs=1"]) == 0
    return toml


def test_what_is_told_agrees_with_itself(trained: Path) -> None:
    runs = trained.parent / "runs"
    assert main(["compare", str(trained), "--with", str(runs / "poor" / "bundle"), "--events"]) == 0
    (path,) = comparisons_of(runs / "tiny")
    found = read_comparison(path)
    assert (found.labels, found.split, found.our_name, found.their_name) == (LABELS, "test", "tiny", "poor")
    assert found.ours.utterances == found.theirs.utterances == 32
    assert found.difference.value == pytest.approx(found.ours.weighted_f1.value - found.theirs.weighted_f1.value)
    assert found.difference.low <= found.difference.value <= found.difference.high
    assert found.more_than_chance == (found.difference.low > 0 or found.difference.high < 0)
    assert found.flips
    assert all(flip.before != flip.after for flip in found.flips)
    right = [sum(row[i] for i, row in enumerate(scores.confusion)) for scores in (found.ours, found.theirs)]
    better = sum(1 if flip.better else -1 for flip in found.flips if flip.better is not None)
    assert right[0] - right[1] == better
    assert set(found.flips[0].after_probabilities) == set(LABELS)


def test_what_cannot_be_compared_is_said(trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", str(trained), "--events"]) == 1
    assert "tells other emotions" in capsys.readouterr().out
    assert main(["compare", str(trained), "--set", "name=unmade", "--events"]) == 1
    assert "has no model yet" in capsys.readouterr().out
    assert main(["compare", str(trained), "--with", str(tmp_path / "gone"), "--events"]) == 1
    assert "There is no model folder" in capsys.readouterr().out
    (tmp_path / "bad.json").write_text("{}", encoding="utf-8")
    with pytest.raises(TrainingError, match="compare the models again"):
        read_comparison(tmp_path / "bad.json")


def test_a_difference_between_models_that_agree_is_sharper_than_either_figure() -> None:
    generator = np.random.default_rng(0)
    truth = generator.integers(3, size=400)
    first = np.where(generator.random(400) < 0.7, truth, generator.integers(3, size=400))
    second = np.where(generator.random(400) < 0.05, generator.integers(3, size=400), first)
    owners = [str(n // 10) for n in range(400)]
    counts = np.stack([confusions(truth, said, owners, 3) for said in (first, second)], axis=1)
    sharp = paired_difference(counts)
    alone = paired_difference(np.stack([counts[:, 0], counts[::-1, 1]], axis=1))
    assert sharp.value == alone.value
    assert sharp.high - sharp.low < 0.5 * (alone.high - alone.low)
    same = paired_difference(counts[:, [0, 0]])
    assert (same.value, same.low, same.high) == (0, 0, 0)
