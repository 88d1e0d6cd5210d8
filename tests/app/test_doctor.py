"""What is broken is said with the way out, each alone, whatever else is broken; nothing names the person."""

import json
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.start import main
from app.views.frame.checkup import CheckupWindow
from m2fnet_core.bundle.card import STARTER
from tests.patience import patiently


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No screen, no data folder, a torch and an onnxruntime that do not load, a model that lost a file."""
    home = tmp_path / "zoe"
    model, packages = home / "model", home / "packages"
    (packages / "onnxruntime").mkdir(parents=True)
    model.mkdir()
    (packages / "torch.py").write_text("raise ImportError('libcudart.so.13: cannot open shared object file')")
    (packages / "onnxruntime" / "__init__.py").write_text("raise ImportError('DLL load failed')")
    (home / "file").write_text("no folder")
    (model / "config.json").write_bytes((STARTER / "config.json").read_bytes())
    (model / "hashes.json").write_text(json.dumps({"audio.safetensors": "0" * 64}))
    for name, value in {
        "HOME": home,
        "USERPROFILE": home,
        "PYTHONPATH": packages,
        "M2FNET_DATA": home / "file" / "data",
        "QT_QPA_PLATFORM": "xcb",
        "DISPLAY": "",
    }.items():
        monkeypatch.setenv(name, str(value))
    return home


def test_five_broken_things_each_have_their_line(broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--json", "--quick", "--model", str(broken / "model")]) == 1
    written = capsys.readouterr().out
    told = json.loads(written)
    assert not told["right"]
    wrong = {(f["topic"], f["name"]): (f["said"], f["way_out"]) for f in told["findings"] if not f["right"]}
    wrong.pop(("Memory", "free"), None)  # as the machine is
    assert {name for _, name in wrong} == {"Qt", "data", "torch", "onnx", "audio.safetensors"}
    assert wrong["Folders", "data"][0] == "~/file/data cannot be written (Not a directory)"
    assert "libcudart.so.13" in wrong["Processor and graphics", "torch"][0]
    assert "pip install" in wrong["Extras", "onnx"][1]
    assert str(broken) not in written


def test_the_window_shows_and_copies_it(broken: Path, qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    window = CheckupWindow(broken / "model", "cpu", parent)
    window.open()
    patiently(qtbot, lambda: "to mend" in window.summary.text())
    window.copy_button.click()
    copied = QGuiApplication.clipboard().text()
    assert copied == window.text.toPlainText()
    assert "WRONG data: ~/file/data" in copied
    window.reject()
