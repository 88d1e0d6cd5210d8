"""Corpora on disk to a bundle that the application uses: every step, through the real commands."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from m2fnet_core.cli import main as analyze
from m2fnet_core.nets.text_encoder import save_text_encoder
from m2fnet_core.untrained import untrained_bundle
from tests.media_maker import Picture, Sound, write_media
from trainer.cli import main as train

LABELS = ("neutral", "joy", "anger")
LINES = {"neutral": "well fine today", "joy": "great wonderful yes", "anger": "stop never again"}
HEAD = "Sr No.,Utterance,Speaker,Emotion,Sentiment,Dialogue_ID,Utterance_ID,Season,Episode,StartTime,EndTime"


def write_meld(folder: Path) -> None:
    """MELD.Raw with two dialogues a split; one clip is broken and one is missing."""
    clips = {"train": "train_splits", "dev": "dev_splits_complete", "test": "output_repeated_splits_test"}
    for split, place in clips.items():
        (folder / place).mkdir(parents=True)
        lines = [HEAD]
        for d, k in ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)):
            label = LABELS[k]
            times = '"00:00:00,000","00:00:00,400"'
            lines.append(f'{len(lines)},"{LINES[label]}",Ann,{label},x,{d},{k},1,1,{times}')
            sound = Sound(seconds=0.4, tone=300.0 * (k + 1), rate=16000)
            write_media(folder / place / f"dia{d}_utt{k}.mp4", Picture(frames=6, fps=15, size=(64, 48)), sound)
        (folder / f"{split}_sent_emo.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "train_splits" / "dia1_utt1.mp4").write_bytes(b"broken")
    (folder / "train_splits" / "dia1_utt2.mp4").unlink()


def write_extractor_corpora(folder: Path) -> None:
    noise = np.random.default_rng(0)
    for place, label in enumerate(LABELS):
        for split in ("train", "validation"):
            faces = folder / "faces" / split / label
            faces.mkdir(parents=True)
            for i in range(3):
                shades = noise.integers(0, 60, (32, 32, 3)) + 60 * place
                Image.fromarray(shades.astype(np.uint8)).save(faces / f"{i}.png")
        speech = folder / "speech" / label
        speech.mkdir(parents=True)
        for i in range(3):
            write_media(speech / f"{i}.wav", None, Sound(seconds=0.3, tone=300.0 * (place + 1) + 10 * i, rate=16000))


RUN = """
name = "smoke"
device = "cpu"
label_set = "three"
labels = ["neutral", "joy", "anger"]
corpora = [
  {{ kind = "meld", folder = "meld" }},
  {{ kind = "faces", folder = "faces" }},
  {{ kind = "speech", folder = "speech" }},
  {{ kind = "speech", folder = "speech", split = "validation" }},
]
[text]
encoder = "{encoder}"
input = {{ max_tokens = 64 }}
loop = {{ epochs = 1 }}
[audio]
per_class = 2
crop_frames = 32
loop = {{ epochs = 1 }}
[visual]
per_class = 2
input = {{ face_size = 32, scene_size = 32 }}
loop = {{ epochs = 1 }}
[features]
most_unreadable = 0.5
[fusion]
net = {{ fusion_layers = 1, feedforward = 32, hidden = 32 }}
loop = {{ epochs = 2 }}
"""


@pytest.mark.timeout(240)
def test_all_steps_end_in_a_bundle_that_the_application_uses(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_meld(tmp_path / "meld")
    write_extractor_corpora(tmp_path)
    (tmp_path / "encoder").mkdir()
    save_text_encoder(untrained_bundle().text, tmp_path / "encoder")
    toml = tmp_path / "run.toml"
    toml.write_text(RUN.format(encoder=(tmp_path / "encoder").as_posix()), encoding="utf-8")
    assert train(["all", str(toml), "--events"]) == 0
    run = tmp_path / "runs" / "smoke"
    assert "dia1_utt1.mp4" in (run / "features" / "unreadable.txt").read_text(encoding="utf-8")
    assert json.loads((run / "evaluate" / "test.json").read_text(encoding="utf-8"))["utterances"] == 6

    capsys.readouterr()
    assert train(["all", str(toml), "--events"]) == 0
    assert capsys.readouterr().out.count('"skipped": true') == 6

    video, out = tmp_path / "meld" / "train_splits" / "dia0_utt0.mp4", tmp_path / "out.json"
    assert analyze([str(video), "--model", str(run / "bundle"), "--device", "cpu", "--out", str(out)]) == 0
    report = json.loads(out.read_text(encoding="utf-8"))
    assert report["model"]["trained"] is True
    assert report["model"]["labels"] == list(LABELS)
