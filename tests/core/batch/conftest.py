"""A few short clips in folders, and a quick model."""

from pathlib import Path

import pytest

from tests.core.small_model import write_small_model
from tests.media_maker import Picture, Sound, write_media

SRT = "1\n00:00:00,100 --> 00:00:00,900\nAnn: Hello.\n"


@pytest.fixture(scope="session")
def made_clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three clips of 1.0, 1.2 and 1.4 seconds in two folders, with transcripts, and a file that is no video."""
    folder = tmp_path_factory.mktemp("clips")
    (folder / "late").mkdir()
    for number, name in enumerate(("one.mp4", "two.mp4", "late/three.mp4")):
        seconds = 1 + number / 5
        path = write_media(folder / name, Picture(frames=round(25 * seconds), size=(64, 48)), Sound(seconds=seconds))
        path.with_suffix(".srt").write_text(SRT, "utf-8")
    (folder / "bad.mp4").write_text("hello")
    (folder / "notes.txt").write_text("no video")
    return folder


@pytest.fixture
def clips(made_clips: Path, tmp_path: Path) -> Path:
    """The same for one test, which may change them."""
    folder = tmp_path / "clips"
    for path in made_clips.rglob("*.*"):
        place = folder / path.relative_to(made_clips)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(path.read_bytes())
    return folder


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A quick one."""
    return str(write_small_model(tmp_path_factory.mktemp("model") / "small"))
