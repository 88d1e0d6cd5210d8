"""The extractor steps through the real command on small corpora made here, and the readers of speech and faces."""

import io
import tarfile
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file
from torch import Tensor, nn

from m2fnet_core.base.progress import CancelToken
from m2fnet_core.bundle.checkpoint import save_bundle
from m2fnet_core.bundle.info import VisualConfig
from m2fnet_core.bundle.untrained import untrained_bundle
from m2fnet_core.features.audio import mel_levels
from m2fnet_core.media.mel import band_centres
from m2fnet_core.nets.configs import ExtractorConfig
from m2fnet_core.nets.extractor import Extractor
from m2fnet_core.nets.speech_transformer import SpeechEncoder, SpeechExtractor
from m2fnet_core.nets.weights import filled, read_weights, write_weights
from tests.media_maker import Sound, write_media
from trainer.cli import main
from trainer.config import AudioStep, CorpusConfig, TripletLossConfig, VisualStep
from trainer.datasets.faces import load_face, read_faces
from trainer.datasets.speech import read_speech
from trainer.events import Event, Hook, Progress, ignore
from trainer.learn.augment import change_face, change_sound, cropped_levels, masked_levels, stretched_levels, trimmed
from trainer.learn.batches import BatchMix
from trainer.learn.extractor_inputs import FaceSource
from trainer.learn.fit_extractor import ExtractorTask
from trainer.run.file import read_run
from trainer.train import How, train

LABELS = ("neutral", "joy", "anger")
Capture = pytest.CaptureFixture[str]


def picture(shade: int, seed: int) -> Image.Image:
    noise = np.random.default_rng(seed).integers(0, 40, (48, 40, 3))
    return Image.fromarray((noise + shade).astype(np.uint8))


def write_faces(folder: Path) -> None:
    for split, count in (("train", 8), ("validation", 4)):
        for place, name in enumerate(("neutral", "happy", "angry")):
            (folder / split / name).mkdir(parents=True)
            for i in range(count):
                picture(60 * place, i).save(folder / split / name / f"{i}.png")


def write_run(folder: Path, corpus: str, step: str, settings: str) -> Path:
    path = folder / "run.toml"
    path.write_text(
        f'name = "tiny"\nlabels = {list(LABELS)}\nlabel_set = "three"\ndevice = "cpu"\n[[corpora]]\n{corpus}\n'
        f"[{step}]\nper_class = 3\n{settings}\n[{step}.loop]\nepochs = 2\n",
        encoding="utf-8",
    )
    return path


def test_the_visual_extractor_is_trained_and_saved(tmp_path: Path) -> None:
    write_faces(tmp_path / "faces")
    settings = "[visual.input]\nface_size = 32"
    run = write_run(tmp_path, 'kind = "faces"\nfolder = "faces"', "visual", settings)
    assert main(["visual", str(run)]) == 0
    weights = tmp_path / "runs" / "tiny" / "visual" / "extractor.safetensors"
    filled(lambda: Extractor(ExtractorConfig()), read_weights(weights), weights)


def test_an_extractor_of_a_bundle_is_gone_on_from_bit_for_bit(tmp_path: Path) -> None:
    """Stopped or not; its weights, their average and the optimiser's state are kept and found again."""
    write_faces(tmp_path / "faces")
    save_bundle(untrained_bundle(), tmp_path / "base")
    settings = "[visual.input]\nface_size = 32"
    path = write_run(tmp_path, 'kind = "faces"\nfolder = "faces"', "visual", settings)
    cancel = CancelToken()

    def stop_at_the_third(event: Event) -> None:
        if isinstance(event, Progress) and event.done == 3:
            cancel.cancel()

    def go(name: str, how: How, hook: Hook, cancel: CancelToken) -> int:
        overrides = (f"name={name}", "start_from=base", "visual.loop.ema=0.9")
        return train("visual", lambda: read_run(path, overrides), how, hook, cancel)

    assert go("whole", How(), ignore, CancelToken()) == 0
    assert go("parts", How(), stop_at_the_third, cancel) == 130
    assert go("parts", How(resume=True), ignore, CancelToken()) == 0
    whole, parts = (load_file(tmp_path / "runs" / n / "visual" / "last.safetensors") for n in ("whole", "parts"))
    assert all(torch.equal(whole[name], parts[name]) for name in whole)


def test_people_are_told_apart_where_folders_are_people(tmp_path: Path) -> None:
    """More of them than a batch holds, and one who is left out."""
    for person in range(6):
        (tmp_path / "faces" / f"{person:07d}").mkdir(parents=True)
        for i in range(5):
            picture(40 * person, i).save(tmp_path / "faces" / f"{person:07d}" / f"{person}-{i}.png")
    corpus = 'kind = "faces"\nfolder = "faces"\nidentities = true\nvalidation_share = 0.3\nlabel_map = { 0000005 = "" }'
    run = write_run(tmp_path, corpus, "visual", "classes = 4\n[visual.input]\nface_size = 32")
    assert main(["visual", str(run)]) == 0
    assert main(["check", str(run), "--events"]) == 0
    config = CorpusConfig("faces", tmp_path / "faces", identities=True)
    items = read_faces(config, LABELS).items
    assert {(i.label, i.speaker) for i in items} == {(f"{p:07d}", f"{p:07d}") for p in range(6)}


def write_speech(folder: Path) -> str:
    """Three emotions of four speakers; the corpus as a run names it."""
    folder.mkdir()
    for code, pitch in (("01", 200.0), ("03", 400.0), ("05", 800.0)):
        for speaker in range(1, 5):
            name = folder / f"03-01-{code}-01-01-01-{speaker:02d}.wav"
            write_media(name, picture=None, sound=Sound(seconds=0.5, tone=pitch + 10 * speaker))
    return f'kind = "speech"\nfolder = "{folder.name}"\nvalidation_speakers = ["04"]'


def test_the_audio_extractor_is_trained_on_speakers_apart(tmp_path: Path) -> None:
    run = write_run(tmp_path, write_speech(tmp_path / "speech"), "audio", "crop_frames = 32")
    assert main(["audio", str(run)]) == 0
    assert (tmp_path / "runs" / "tiny" / "audio" / "extractor.safetensors").is_file()


def write_speech_encoder(path: Path, seed: int) -> SpeechEncoder:
    torch.manual_seed(seed)
    encoder = SpeechEncoder()
    write_weights(encoder, path, "float16")
    return encoder


def test_a_speech_encoder_stays_as_it_was_and_is_listened_to_once(tmp_path: Path) -> None:
    """What was heard waits for a resumed training; a file that a kill cut off is made anew."""
    corpus = write_speech(tmp_path / "speech")
    encoder = write_speech_encoder(tmp_path / "encoder.safetensors", seed=1)
    settings = 'start = "scratch"\nencoder_weights = "encoder.safetensors"\nviews = 1\n'
    path = write_run(tmp_path, corpus, "audio", settings + '[audio.input]\nencoder = "speech-transformer"')
    folder = tmp_path / "runs" / "tiny" / "audio"

    def listened_to(code: int, resume: bool) -> list[int]:
        """Clips of each split that was listened to; 130: the training is stopped at its first step."""
        cancel, told = CancelToken(), list[Progress]()

        def hear(event: Event) -> None:
            if isinstance(event, Progress):
                told.append(event)
                if event.losses and code == 130:
                    cancel.cancel()

        assert train("audio", lambda: read_run(path), How(resume=resume), hear, cancel) == code
        return [event.of for event in told if not event.losses and event.done == 0]

    assert listened_to(130, resume=False) == [9, 3]
    kept = folder / "pooled-train.npz"
    kept.write_bytes(kept.read_bytes()[:1000])
    assert listened_to(130, resume=True) == [9]
    assert listened_to(0, resume=True) == []
    weights = read_weights(folder / "extractor.safetensors")
    filled(lambda: SpeechExtractor(ExtractorConfig()), weights, folder / "extractor.safetensors")
    for name, tensor in encoder.state_dict().items():
        assert torch.equal(weights[f"encoder.{name}"], tensor.half().float()), name


def test_a_new_extractor_is_of_the_kind_that_is_asked_for_whatever_the_base_has(tmp_path: Path) -> None:
    corpus = write_speech(tmp_path / "speech")
    run = write_run(tmp_path, corpus, "audio", 'start = "scratch"\ncrop_frames = 32')
    assert main(["audio", str(run), "--set", "start_from=starter"]) == 0
    weights = tmp_path / "runs" / "tiny" / "audio" / "extractor.safetensors"
    filled(lambda: Extractor(ExtractorConfig()), read_weights(weights), weights)


def test_a_speech_encoder_without_weights_is_refused_with_the_way_out(tmp_path: Path, capsys: Capture) -> None:
    settings = '[audio.input]\nencoder = "speech-transformer"'
    run = write_run(tmp_path, write_speech(tmp_path / "speech"), "audio", settings)
    assert main(["audio", str(run)]) == 1
    assert "set audio.encoder_weights" in " ".join(capsys.readouterr().err.split())


def test_speakers_never_stand_in_two_splits(tmp_path: Path) -> None:
    for speaker in range(1, 7):
        (tmp_path / f"03-01-03-01-01-01-{speaker:02d}.wav").touch()
    config = CorpusConfig(kind="speech", folder=tmp_path, validation_speakers=("05",), test_speakers=("06",))
    items = read_speech(config, LABELS)
    assert {s: sorted(i.speaker for i in items.of(s)) for s in ("train", "validation", "test")} == {
        "train": ["01", "02", "03", "04"],
        "validation": ["05"],
        "test": ["06"],
    }


def test_a_share_of_speech_is_held_out_by_whole_speakers(tmp_path: Path) -> None:
    for speaker in range(1, 11):
        for take in ("01", "02"):
            (tmp_path / f"03-01-03-01-01-{take}-{speaker:02d}.wav").touch()
    config = CorpusConfig(kind="speech", folder=tmp_path, validation_share=0.15, test_speakers=("10",))
    items = read_speech(config, LABELS)
    speakers = {split: {i.speaker for i in items.of(split)} for split in ("train", "validation", "test")}
    assert {split: len(some) for split, some in speakers.items()} == {"train": 7, "validation": 2, "test": 1}
    assert not speakers["train"] & speakers["validation"]
    assert read_speech(config, LABELS) == items


def test_clips_of_unknown_speakers_are_held_out_one_by_one(tmp_path: Path) -> None:
    (tmp_path / "joy").mkdir()
    for number in range(10):
        (tmp_path / "joy" / f"{number}.wav").touch()
    items = read_speech(CorpusConfig(kind="speech", folder=tmp_path, validation_share=0.2), LABELS)
    assert (len(items.of("train")), len(items.of("validation"))) == (8, 2)


def test_emodb_names_and_class_folders_are_understood(tmp_path: Path) -> None:
    (tmp_path / "emodb").mkdir()
    for name in ("03a01Fa", "03a01Wa", "08b02Na", "08b02La"):
        (tmp_path / "emodb" / f"{name}.wav").touch()
    emodb = read_speech(CorpusConfig(kind="speech", folder=tmp_path / "emodb"), LABELS)
    assert [(i.label, i.speaker) for i in emodb.items] == [("joy", "03"), ("anger", "03"), ("neutral", "08")]
    assert emodb.problems == ("1 clips have no label of the set and are left out.",)
    (tmp_path / "folders" / "joy").mkdir(parents=True)
    (tmp_path / "folders" / "joy" / "a.flac").touch()
    assert [i.label for i in read_speech(CorpusConfig(kind="speech", folder=tmp_path / "folders"), LABELS).items] == [
        "joy"
    ]


def test_faces_come_from_a_tar_and_from_a_table(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "train.tar", "w") as archive:
        data = io.BytesIO()
        picture(100, 0).save(data, "PNG")
        member = tarfile.TarInfo("train/happy/1.png")
        member.size = len(data.getvalue())
        archive.addfile(member, io.BytesIO(data.getvalue()))
    (item,) = read_faces(CorpusConfig(kind="faces", folder=tmp_path), LABELS).items
    assert (item.label, item.split) == ("joy", "train")
    assert load_face(item).shape == (48, 40, 3)
    table = tmp_path / "table"
    table.mkdir()
    picture(0, 1).save(table / "x.png")
    (table / "labels.csv").write_text("file,label\nx.png,angry\n", encoding="utf-8")
    assert [i.label for i in read_faces(CorpusConfig(kind="faces", folder=table), LABELS).items] == ["anger"]


def test_a_single_tar_holds_a_share_out_that_stays_the_same(tmp_path: Path) -> None:
    """A picture's part follows from its name, so pictures that are added later move none of the others."""
    names = [f"train/happy/{number}.png" for number in range(60)]

    def parts(count: int) -> dict[str, str]:
        with tarfile.open(tmp_path / "train.tar", "w") as tar:
            for name in names[:count]:
                tar.addfile(tarfile.TarInfo(name), io.BytesIO())
        corpus = CorpusConfig("faces", tmp_path / "train.tar", validation_share=0.3)
        return {item.member: item.split for item in read_faces(corpus, ("joy", "anger")).items}

    few, all_ = parts(40), parts(60)
    assert few.items() <= all_.items()
    assert 0.1 < sum(part == "validation" for part in all_.values()) / 60 < 0.5


def test_one_class_only_and_missing_splits_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for split in ("train", "validation"):
        (tmp_path / "faces" / split / "happy").mkdir(parents=True)
        picture(0, 0).save(tmp_path / "faces" / split / "happy" / "a.png")
    run = write_run(tmp_path, 'kind = "faces"\nfolder = "faces"', "visual", "")
    assert main(["visual", str(run), "--events"]) == 1
    assert "only the label joy" in capsys.readouterr().out
    (tmp_path / "faces" / "validation" / "happy" / "a.png").unlink()
    assert main(["visual", str(run), "--events"]) == 1
    assert "validation split" in capsys.readouterr().out


def test_too_many_unreadable_pictures_end_the_step(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_faces(tmp_path / "faces")
    for path in (tmp_path / "faces" / "train" / "happy").glob("*.png"):
        path.write_bytes(b"no picture")
    run = write_run(tmp_path, 'kind = "faces"\nfolder = "faces"', "visual", "")
    assert main(["visual", str(run), "--events"]) == 1
    assert "8 of 24 examples cannot be read" in capsys.readouterr().out


def test_changes_follow_their_generator_and_keep_the_shape() -> None:
    sound = np.sin(np.arange(16000) / 20).astype(np.float32)
    first, again, other = (change_sound(sound, AudioStep(), np.random.default_rng(s)) for s in (1, 1, 2))
    assert np.array_equal(first, again)
    assert len(first) != len(other) or not np.array_equal(first, other)
    assert 0.85 * len(sound) < len(first) < 1.15 * len(sound)
    fast = [len(change_sound(sound, AudioStep(speed=0.5), np.random.default_rng(s))) for s in range(20)]
    assert 0.45 * len(sound) < min(fast) < 0.75 * len(sound)
    assert 1.3 * len(sound) < max(fast) < 2.3 * len(sound)
    face = np.asarray(picture(90, 3))
    faces = [change_face(face, VisualStep(), 64, np.random.default_rng(s)) for s in (1, 1, 2)]
    assert faces[0].shape == (64, 64, 3)
    assert np.array_equal(faces[0], faces[1])
    assert not np.array_equal(faces[0], faces[2])


def test_training_begins_with_smaller_faces_and_ends_with_those_of_the_analysis(tmp_path: Path) -> None:
    write_faces(tmp_path)
    step = VisualStep(input=VisualConfig(face_size=64), sizes=(32, 48))
    items = read_faces(CorpusConfig("faces", tmp_path), LABELS).of("train")
    source = FaceSource(items, LABELS, step, 0.0, {})
    sides = [source.picture(0, np.random.default_rng(0), epoch / 6).shape[0] for epoch in range(6)]
    assert sides == [32, 32, 48, 48, 64, 64]
    assert source.picture(0, None).shape[0] == 64
    with pytest.raises(ValueError, match="sizes has a side below 16 pixels"):
        VisualStep(sizes=(8,))


def test_a_stretched_mel_picture_has_its_tones_elsewhere_and_its_length_kept() -> None:
    sound = np.sin(2 * np.pi * 2500 * np.arange(8000) / 16000).astype(np.float32)
    levels = mel_levels(sound)
    heard = []
    for seed in range(20):
        stretched = stretched_levels(levels, 0.2, np.random.default_rng(seed))
        assert stretched.shape == levels.shape
        heard.append(band_centres()[stretched[:, 25].argmax()] / band_centres()[levels[:, 25].argmax()])
    assert 0.79 < min(heard) < 0.9
    assert 1.1 < max(heard) < 1.21
    assert stretched_levels(levels, 0.0, np.random.default_rng(0)) is levels
    above = np.full((128, 4), 200, np.uint8)  # nothing is known above the highest band
    slowed = [stretched_levels(above, 0.2, np.random.default_rng(seed))[-1, 0] for seed in range(20)]
    assert {0, 200} <= set(slowed)


def test_crops_and_masks_of_a_mel_picture() -> None:
    levels = np.full((128, 50), 9, np.uint8)
    assert cropped_levels(levels, 80, np.random.default_rng(0)).shape == (128, 50)
    assert cropped_levels(levels, 30, np.random.default_rng(0)).shape == (128, 30)
    masked = masked_levels(levels, 2, np.random.default_rng(0))
    assert set(np.unique(masked)) == {0, 9}
    assert (levels == 9).all()


def test_silence_at_the_ends_tells_nothing() -> None:
    loud = np.ones(100, np.float32)
    quiet = np.zeros(50, np.float32)
    assert np.array_equal(trimmed(np.concatenate([quiet, loud, quiet])), loud)


class Logits(nn.Module):
    """A network that gives the same embeddings and these logits, whatever it sees."""

    def __init__(self, logits: Tensor) -> None:
        super().__init__()
        self.logits = logits

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        return torch.eye(4), self.logits


@pytest.mark.parametrize(("smoothing", "certainty_pays"), [(0.0, True), (0.2, False)])
def test_label_smoothing_takes_the_reward_from_certainty(smoothing: float, certainty_pays: bool) -> None:
    loss = TripletLossConfig(cross_entropy_weight=1.0, weight=0.0, label_smoothing=smoothing)
    task = ExtractorTask("visual", Extractor(ExtractorConfig()), {}, loss, BatchMix(2, 2), 2, 0)
    labels = torch.tensor([0, 0, 1, 1])
    right = torch.nn.functional.one_hot(labels).float()
    sure, less = (task.losses(Logits(scale * right), ((right,), labels))["total"].item() for scale in (20, 2))
    assert (sure < less) is certainty_pays


@pytest.mark.parametrize(
    ("labels", "label_map", "found"),
    [
        (("neutral", "joy"), {}, {"neutral", "joy"}),
        (("neutral", "happy", "angry"), {}, {"neutral", "happy", "angry"}),
        (("neutral", "joy"), {"happy": ""}, {"neutral"}),
        (("neutral", "good"), {"joy": "good"}, {"neutral", "good"}),
        (("neutral", "bad"), {"angry": "bad"}, {"neutral", "bad"}),
    ],
)
def test_folders_of_faces_are_labels_of_any_set(
    tmp_path: Path, labels: tuple[str, ...], label_map: dict[str, str], found: set[str]
) -> None:
    write_faces(tmp_path)
    items = read_faces(CorpusConfig("faces", tmp_path, label_map=label_map), labels).items
    assert {item.label for item in items} == found
