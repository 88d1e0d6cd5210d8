"""What a desktop is told of the program, and that it is taken back whole."""

import configparser
import os
import sys
from pathlib import Path

import defusedxml.ElementTree as ElementTree
import pytest

from app.start import main

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="desktops of Linux")


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path / "data"


def test_it_is_registered_and_leaves_nothing(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--register"]) == 0
    assert "double click on a .m2f file" in capsys.readouterr().out
    entry = configparser.RawConfigParser()
    entry.read(data / "applications" / "m2fnet-studio.desktop")
    told = entry["Desktop Entry"]
    assert told["mimetype"] == "application/x-m2fnet-project;"
    program = told["exec"].removesuffix(" %f").split('"')[1]
    assert os.access(program, os.X_OK)
    kinds = ElementTree.parse(data / "mime" / "packages" / "m2fnet-studio.xml").getroot()
    assert [each.get("pattern") for each in kinds.iter() if each.tag.endswith("glob")] == ["*.m2f"]
    assert (data / "icons" / "hicolor" / "scalable" / "apps" / "m2fnet-studio.svg").is_file()
    assert main(["--unregister"]) == 0
    assert [path for path in data.rglob("m2fnet-studio*") if path.is_file()] == []


def test_a_place_that_cannot_be_written_is_told(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data.write_text("a file")
    assert main(["--register"]) == 1
    assert "cannot be written (Not a directory)" in capsys.readouterr().err
