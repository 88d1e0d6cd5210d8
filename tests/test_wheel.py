"""The built wheel works away from the checkout."""

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.media_maker import Picture, Sound, write_media

ROOT = Path(__file__).resolve().parents[1]
PURELIB = "import sysconfig; print(sysconfig.get_path('purelib'))"
LOOK = """
import app
from m2fnet_core.base.folders import resource
print(app.__file__)
print(resource('demo', 'conversation.mp4').is_file())
"""


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    """Standard output of a command that must succeed."""
    done = subprocess.run(
        [str(c) for c in command],
        cwd=cwd,
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's wheel, built from this tree."""
    out = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, ROOT, cwd=out)
    return next(out.glob("*.whl"))


@pytest.fixture(scope="module")
def elsewhere(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment that holds the wheel; its dependencies are borrowed from this one, the checkout is not."""
    home = tmp_path_factory.mktemp("elsewhere")
    run(sys.executable, "-m", "venv", "--without-pip", home / "env", cwd=home)
    python = _command(home, "python")
    run(sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index", wheel, cwd=home)
    packages = Path(run(_command(home, "python"), "-c", PURELIB, cwd=home).strip())
    # A path added by a .pth file is not searched for further .pth files, so the editable checkout stays out.
    (packages / "borrowed.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    return home


def _command(home: Path, name: str) -> Path:
    return home / "env" / ("Scripts" if os.name == "nt" else "bin") / name


def test_the_wheel_brings_its_resources(elsewhere: Path) -> None:
    where, found = run(_command(elsewhere, "python"), "-c", LOOK, cwd=elsewhere).splitlines()
    assert Path(where).is_relative_to(elsewhere)
    assert found == "True"


def test_the_wheel_analyses_a_video_and_draws_the_window(elsewhere: Path, tmp_path: Path) -> None:
    picture = tmp_path / "window.png"
    studio = _command(elsewhere, "m2fnet-studio")
    (tmp_path / "film.srt").write_text("1\n00:00:00,000 --> 00:00:01,500\nAda: I am so happy!\n", encoding="utf-8")
    film = write_media(tmp_path / "film.mp4", Picture(frames=40, size=(320, 240)), Sound(seconds=1.6))
    run(studio, film, "--screenshot", picture, cwd=tmp_path, QT_QPA_PLATFORM="offscreen")
    assert picture.read_bytes().startswith(b"\x89PNG")
