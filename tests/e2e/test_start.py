"""How the program starts and ends: quickly, without torch, with the window as it was left."""

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QDockWidget
from pytestqt.qtbot import QtBot

from app.main import create_application, launch, main, parse
from app.main_window import MainWindow
from app.views.frame.workspace import Workspace
from m2fnet_core.media.probe import probe

HEAVY = "torch", "torchvision", "torchaudio", "transformers", "sklearn", "facenet_pytorch", "silero_vad"
SHOW = f"""
import sys
from app.main import create_application, launch, parse
application = create_application()
window = launch(parse([]))
window.workspace
application.processEvents()
print([name for name in {HEAVY!r} if name in sys.modules])
print([name for name in ("matplotlib", "pyqtgraph", "scipy") if name in sys.modules])
window.close()
"""


def run(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    """The program as a process of its own."""
    command = [sys.executable, *map(str, arguments)]
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def test_the_window_never_imports_torch() -> None:
    done = run("-c", SHOW)
    assert done.stdout.splitlines()[:2] == ["[]", "[]"], done.stderr


def test_a_screenshot_of_no_video_fails_with_a_sentence(tmp_path: Path) -> None:
    bad = tmp_path / "bad.mp4"
    bad.write_text("nothing", encoding="utf-8")
    done = run("-m", "app.main", bad, "--screenshot", tmp_path / "window.png")
    assert done.returncode == 1
    assert "bad.mp4" in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="signals are a matter of POSIX")
def test_a_killed_window_leaves_no_worker_behind(film: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-m", "app.main", str(film)]
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as window:
        program = psutil.Process(window.pid)
        while not (workers := program.children()):
            assert window.poll() is None
        window.kill()
    gone, _ = psutil.wait_procs(workers)  # one that never ends is ended by the limit on every test
    assert gone == workers


@pytest.mark.parametrize("arguments", [["--screenshot", "x.png"], ["--transcript", "x.srt"], ["--nonsense"]])
def test_a_wrong_command_line_is_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: m2fnet-studio" in capsys.readouterr().err


def started(qtbot: QtBot, film: Path) -> MainWindow:
    """Another start of the program, with a video on screen and no worker."""
    create_application()
    window = launch(parse([]))
    window.resize(1400, 900)
    window.studio.session.open(probe(film))
    return window


def ended(window: MainWindow) -> None:
    """Its end."""
    window.close()
    window.deleteLater()


def dock(workspace: Workspace, title: str) -> QDockWidget:
    """A panel by its name."""
    found = workspace.findChild(QDockWidget, title)
    assert isinstance(found, QDockWidget)
    return found


def test_the_layout_is_remembered_and_can_be_reset(qtbot: QtBot, film: Path) -> None:
    first = started(qtbot, film)
    assert dock(first.workspace, "Timeline").isVisible()
    assert not dock(first.workspace, "Log").isVisible()
    dock(first.workspace, "Timeline").close()
    first.resize(QSize(1200, 800))
    ended(first)
    again = started(qtbot, film)
    assert not dock(again.workspace, "Timeline").isVisible()
    assert dock(again.workspace, "Inspector").isVisible()
    again.actions_["reset-layout"].trigger()
    assert dock(again.workspace, "Timeline").isVisible()
    ended(again)


def test_torn_off_panels_go_with_the_video_and_come_back(qtbot: QtBot, film: Path) -> None:
    window = started(qtbot, film)
    panel = dock(window.workspace, "Inspector")
    panel.setFloating(True)
    window.studio.close_media()
    assert not panel.isVisible()
    window.studio.session.open(probe(film))
    assert panel.isVisible()
    ended(window)


def test_options_of_the_command_line_are_for_this_time_only(qtbot: QtBot, tmp_path: Path) -> None:
    create_application()
    window = launch(parse(["--device", "cpu", "--model", str(tmp_path)]))
    assert (window.studio.device, window.studio.model) == ("cpu", tmp_path)
    ended(window)
    window = launch(parse([]))
    assert (window.studio.device, window.studio.model) == ("auto", None)
    ended(window)
