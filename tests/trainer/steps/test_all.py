"""Corpora on disk to a bundle that the application uses: every step of the smoke preset, through the real commands."""

import json
import tomllib
from pathlib import Path

import pytest

from m2fnet_core.base.emotions import MELD
from m2fnet_core.base.folders import resource
from m2fnet_core.commands.analyze import main as analyze
from trainer.cli import main as train
from trainer.config import SHIPPED
from trainer.run.file import parse_run


@pytest.mark.timeout(240)
def test_all_steps_end_in_a_bundle_that_the_application_uses(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One clip is broken and one is missing."""
    folder = tmp_path / "smoke"
    assert train(["smoke", str(folder)]) == 0
    clips = folder / "meld" / "train_splits"
    (clips / "dia1_utt1.mp4").write_bytes(b"broken")
    (clips / "dia1_utt2.mp4").unlink()
    toml = str(folder / "run.toml")
    assert train(["all", toml, "--events"]) == 0
    run = folder / "runs" / "smoke"
    assert "dia1_utt1.mp4" in (run / "features" / "unreadable.txt").read_text(encoding="utf-8")
    for report in ("evaluate/test", "evaluate/test-text", "evaluate/test-visual", "text/test"):
        assert json.loads((run / f"{report}.json").read_text(encoding="utf-8"))["utterances"] == 12
    assert json.loads((run / "audio" / "test.json").read_text(encoding="utf-8"))["utterances"] == 18

    capsys.readouterr()
    assert train(["all", toml, "--events"]) == 0
    assert capsys.readouterr().out.count('"skipped": true') == 6

    video, out = clips / "dia0_utt0.mp4", tmp_path / "out.json"
    how = ["--model", str(run / "bundle"), "--device", "cpu", "--prior", "uniform", "--out", str(out)]
    assert analyze([str(video), *how]) == 0
    report = json.loads(out.read_text(encoding="utf-8"))
    assert report["model"]["trained"] is True
    assert report["model"]["labels"] == list(MELD.labels)
    assert report["model"]["prior"] == pytest.approx(dict.fromkeys(MELD.labels, 1 / 7))
    assert train(["smoke", str(folder)]) == 1  # nothing is written over what is there


def test_the_preset_for_corrections_is_a_run() -> None:
    path = resource("runs", "corrections.toml")
    config = parse_run(tomllib.loads(path.read_text(encoding="utf-8")), path)
    assert (config.name, config.start_from, [c.kind for c in config.corpora]) == ("corrections", SHIPPED, ["documents"])


@pytest.mark.parametrize("name", ["meld", "iemocap", "smoke", "starter"])
def test_every_preset_is_a_run(name: str) -> None:
    path = resource("runs", f"{name}.toml")
    config = parse_run(tomllib.loads(path.read_text(encoding="utf-8")), path)
    assert config.name == name
    assert {corpus.kind for corpus in config.corpora} >= {"faces", "speech"}
