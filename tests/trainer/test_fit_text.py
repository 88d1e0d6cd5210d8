"""Fine-tuning the text encoder on inputs that neighbours share."""

import json
from pathlib import Path

from m2fnet_core.nets.text_encoder import save_text_encoder
from m2fnet_core.untrained import untrained_bundle
from tests.trainer.test_cli import write_meld, write_run
from trainer.cli import main

SHARED = '{max_tokens = 64, past = 1, future = 1, pooling = "utterance", shared = true}'


def test_shared_inputs_teach_every_utterance_its_own_label(tmp_path: Path) -> None:
    for name in ("corpus", "encoder"):
        (tmp_path / name).mkdir()
    write_meld(tmp_path / "corpus")
    save_text_encoder(untrained_bundle().text, tmp_path / "encoder")
    run = write_run(tmp_path, "meld")
    assert main(["text", str(run), "--set", f"text.input={SHARED}", "--set", "text.loop.epochs=8"]) == 0
    scores = json.loads((tmp_path / "runs" / "tiny" / "text" / "test.json").read_text(encoding="utf-8"))
    assert scores["weighted_f1"]["value"] == 1.0
