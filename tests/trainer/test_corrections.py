"""Learning from one's own projects: what is gone on from, what is recorded, and that nothing learnt is a test."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from m2fnet_core.base.emotions import MELD, LabelSet
from m2fnet_core.base.folders import resource
from m2fnet_core.bundle.checkpoint import load_bundle, save_bundle
from m2fnet_core.bundle.info import TextConfig, read_info, write_info
from m2fnet_core.bundle.networks import Bundle
from m2fnet_core.bundle.untrained import untrained_bundle
from m2fnet_core.nets.configs import FusionConfig
from m2fnet_core.nets.fusion import FusionNet
from m2fnet_core.nets.text_encoder import load_text_encoder
from tests.trainer.datasets.test_documents import TRAIN, project, says
from trainer.cli import main
from trainer.config import CorpusConfig
from trainer.datasets.documents import split_of
from trainer.events import Failed, Warned, from_line
from trainer.judge.comparison import comparisons_of, read_comparison
from trainer.run.file import read_run, write_run

TESTS = next(n for n in range(8) if split_of(TRAIN, n) == "test")
EVERY = 5  # an utterance of five is labelled


@pytest.fixture
def base(tmp_path: Path) -> Bundle:
    """A model with settings of its own, small."""
    made = untrained_bundle()
    net = FusionConfig(text=256, fusion_layers=1, feedforward=32, hidden=32)
    torch.manual_seed(1)
    text = TextConfig(max_tokens=48, past=1, future=0, pooling="mean")
    info = replace(made.info, name="base", text=text, fusion=net, training_data=("meld: MELD.Raw",))
    bundle = replace(made, info=info, fusion=FusionNet(net))
    save_bundle(bundle, tmp_path / "base")
    return bundle


@pytest.fixture
def run(tmp_path: Path, base: Bundle) -> Path:
    """The preset for corrections on a project of eight minutes; its video cannot be read."""
    decided = {n: [says(MELD.labels[n // EVERY % 3])] for n in range(0, 160, EVERY)}
    (tmp_path / "mine").mkdir()
    project(tmp_path / "mine" / "a.m2f", decided=decided, turns=160, gap=3.0)
    preset = read_run(
        resource("runs", "corrections.toml"),
        ["fusion.loop.epochs=1", "fusion.loop.learning_rate=0", "features.most_unreadable=1", "device=cpu"],
    )
    corpora = (CorpusConfig("documents", tmp_path / "mine"),)
    config = replace(preset, out=tmp_path / "runs", start_from=str(tmp_path / "base"), corpora=corpora)
    write_run(config, tmp_path / "run.toml")
    return tmp_path / "run.toml"


def test_the_text_encoder_is_gone_on_from_where_it_is_trained(run: Path, base: Bundle) -> None:
    still = ("--set", "text.loop.learning_rate=0", "--set", "text.loop.epochs=1", "--set", "text.encoder=nowhere")
    assert main(["text", str(run), *still]) == 0
    before = base.text.state_dict()
    after = load_text_encoder(run.parent / "runs" / "corrections" / "text" / "encoder").state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_an_encoder_from_scratch_is_the_configured_one(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    anew = ("--set", "text.start=scratch", "--set", "text.encoder=nowhere")
    assert main(["text", str(run), *anew]) == 1
    assert "nowhere" in " ".join(capsys.readouterr().err.split())


def test_a_video_that_is_gone_counts_with_all_its_utterances(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["features", str(run), "--set", "features.most_unreadable=0.5"]) == 1
    assert "160 of 160" in " ".join(capsys.readouterr().err.split())


def test_the_network_and_its_preprocessing_are_gone_on_from(run: Path, base: Bundle) -> None:
    assert main(["all", str(run)]) == 0
    made = load_bundle(run.parent / "runs" / "corrections" / "bundle", torch.device("cpu"))
    assert (made.info.text, made.info.fusion.hidden) == (base.info.text, 32)
    assert made.info.training_data == ("meld: MELD.Raw", "documents: mine")
    assert len(made.info.training_pieces) == 6
    assert f"{TRAIN[:16]}/{TESTS}" not in made.info.training_pieces
    before, after = base.fusion.state_dict(), made.fusion.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before), "nothing is learnt at a rate of zero"
    assert main(["compare", str(run), "--with", str(run.parent / "base")]) == 0
    (path,) = comparisons_of(run.parent / "runs" / "corrections")
    found = read_comparison(path)
    assert (found.split, found.difference.value, found.more_than_chance) == ("test", 0, False)


def test_what_a_model_has_learnt_never_tests_it(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = run.parent / "base"
    write_info(replace(read_info(folder), training_pieces=(f"{TRAIN[:16]}/{TESTS}",)), folder)
    says_so = f"base has learnt from what this run is tested on (minute {TESTS + 1} of a.mp4)"
    for step in ("all", "check"):
        assert main([step, str(run), "--events"]) == 1
        told = [from_line(line) for line in capsys.readouterr().out.splitlines()]
        assert isinstance(told[-1], Failed)
        assert says_so in told[-1].message


def test_a_model_of_other_labels_is_not_gone_on_from_and_that_is_said(
    run: Path, base: Bundle, capsys: pytest.CaptureFixture[str]
) -> None:
    turned = LabelSet("turned", MELD.labels[::-1])
    save_bundle(replace(base, info=replace(base.info, label_set=turned)), run.parent / "base")
    assert main(["all", str(run), "--set", "fusion.net.fusion_layers=1", "--events"]) == 0
    told = [from_line(line) for line in capsys.readouterr().out.splitlines()]
    assert any(
        isinstance(event, Warned) and "begins anew, not from base: its labels are" in event.text for event in told
    )


def test_what_the_model_does_not_take_is_said(run: Path, base: Bundle, capsys: pytest.CaptureFixture[str]) -> None:
    hears = replace(base.info.fusion, text=0, form="concat")
    save_bundle(replace(base, info=replace(base.info, fusion=hears), fusion=FusionNet(hears)), run.parent / "base")
    assert main(["all", str(run), "--events"]) == 0
    told = [from_line(line) for line in capsys.readouterr().out.splitlines()]
    assert any(isinstance(event, Warned) and "base does not take text" in event.text for event in told)
