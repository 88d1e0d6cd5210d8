"""Models on the shelf: in and out unharmed, and nothing but data comes in."""

import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from m2fnet_core.base.errors import CheckpointError
from m2fnet_core.bundle.info import write_info
from m2fnet_core.bundle.shelf import HASHES, add, delete, export, models, rename, shelf_folder
from tests.core.bundle.test_info import INFO


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("M2FNET_DATA", str(tmp_path / "data"))


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A bundle's files; what is in the networks is none of the shelf's business."""
    folder = tmp_path / "made"
    (folder / "text").mkdir(parents=True)
    write_info(replace(INFO, name="mine: first/try"), folder)
    (folder / "text" / "config.json").write_text("{}", encoding="utf-8")
    for number, name in enumerate(("audio", "visual", "fusion", "text/model")):
        save_file({"weight": np.full((8, 8), number, np.float32)}, folder / f"{name}.safetensors")
    return folder


def content(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def zipped(folder: Path, path: Path, **more: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, body in content(folder).items():
            archive.writestr(name, body)
        for name, text in more.items():
            archive.writestr(name.replace("__", "/"), text)
    return path


def test_a_model_goes_out_as_it_came_in(bundle: Path, tmp_path: Path) -> None:
    assert models() == ()
    mine = add(bundle)
    assert (mine.name, mine.kind, models()) == ("mine- first-try", INFO.kind, (mine,))
    assert mine.bytes == sum(map(len, content(mine.folder).values()))
    export(mine, tmp_path / "out.zip")
    export(mine, tmp_path / "out")
    assert content(tmp_path / "out") == content(mine.folder)
    assert content(bundle).items() <= content(mine.folder).items()
    assert delete(mine) == mine.bytes
    assert models() == ()
    again = add(tmp_path / "out.zip", "Another name")
    assert (again.name, again.hash, content(again.folder)) == ("Another name", mine.hash, content(tmp_path / "out"))
    assert sorted(path.name for path in shelf_folder().iterdir()) == ["Another name"], "something was left behind"


def test_the_same_model_is_kept_once_and_another_gets_a_number(bundle: Path) -> None:
    mine = add(bundle)
    assert add(bundle) == mine
    save_file({"weight": np.ones((8, 8), np.float32)}, bundle / "fusion.safetensors")
    other = add(bundle)
    assert (other.name, other.hash != mine.hash) == (f"{mine.name} 2", True)


def test_a_new_name_leaves_the_model_as_it_is(bundle: Path, tmp_path: Path) -> None:
    mine = rename(add(bundle), "Corrected, June")
    assert (mine.name, models()) == ("Corrected, June", (mine,))
    assert mine.info is not None
    assert mine.info.name == "mine: first/try"
    save_file({"weight": np.ones((8, 8), np.float32)}, bundle / "fusion.safetensors")
    other = add(bundle)
    with pytest.raises(CheckpointError, match="There is a model called Corrected, June already"):
        rename(other, "Corrected, June")
    with pytest.raises(CheckpointError, match="is no name for a model"):
        rename(other, " ../ ")
    with pytest.raises(CheckpointError, match="exists already"):
        export(other, tmp_path / "made")


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        (lambda f: (f / "text" / "model.bin").write_bytes(b"x"), "text/model.bin, which is no data of a model"),
        (lambda f: (f / "visual.safetensors").unlink(), "visual.safetensors is missing"),
        (lambda f: (f / "audio.safetensors").write_bytes(b"short"), "audio.safetensors of made is damaged"),
        (lambda f: (f / "config.json").unlink(), "no model bundle"),
        (lambda f: (f / "README.md").symlink_to(Path("/etc/hostname")), "leads out of it"),
        (lambda f: (f / HASHES).write_text('{"fusion.safetensors": "0"}'), "is not what its hashes.json tells"),
        (lambda f: (f / HASHES).write_text("["), "hashes.json is damaged"),
    ],
)
def test_what_is_no_sound_model_is_refused(bundle: Path, harm: Callable[[Path], object], says: str) -> None:
    harm(bundle)
    with pytest.raises(CheckpointError, match=says):
        add(bundle)
    assert models() == ()
    assert list(shelf_folder().iterdir()) == []


@pytest.mark.parametrize("name", ["..__out.json", "__out.json", "c:__out.json", "code.py"])
def test_a_zip_file_cannot_leave_its_place_nor_bring_code(bundle: Path, tmp_path: Path, name: str) -> None:
    with pytest.raises(CheckpointError, match=r"not safe|no data of a model"):
        add(zipped(bundle, tmp_path / "evil.zip", **{name: "{}"}))
    assert models() == ()
    assert not (tmp_path / "data" / "out.json").exists()


def test_a_zip_file_may_hold_one_folder_and_need_not_be_one(bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "outer").mkdir()
    bundle.rename(tmp_path / "outer" / "inner")
    assert add(zipped(tmp_path / "outer", tmp_path / "nested.zip")).info is not None
    (tmp_path / "bad.zip").write_bytes(b"PK\x03\x04 no zip")
    with pytest.raises(CheckpointError, match=r"bad.zip is no zip file"):
        add(tmp_path / "bad.zip")
    with pytest.raises(CheckpointError, match=r"There is no model"):
        add(tmp_path / "gone")
    (tmp_path / "empty").mkdir()
    with pytest.raises(CheckpointError, match=r"holds no model"):
        add(zipped(tmp_path / "empty", tmp_path / "empty.zip"))


def test_a_folder_put_there_by_hand_that_is_none_is_listed_with_the_reason(bundle: Path) -> None:
    (shelf_folder() / "stray").mkdir(parents=True)
    (stray,) = models()
    assert (stray.info, stray.kind, stray.hash) == (None, "", "")
    assert "no model bundle" in stray.error
    assert delete(stray) == 0


@pytest.mark.parametrize(
    ("name", "size", "swollen"),
    [
        ("README.md", 2_000_000, False),
        ("text/tokenizer.json", 20_000_000, True),
        ("/".join("d" * 40) + "/a.txt", 1, False),
    ],
)
def test_a_zip_file_that_would_swell_is_refused(
    bundle: Path, tmp_path: Path, name: str, size: int, swollen: bool
) -> None:
    path = zipped(bundle, tmp_path / "bomb.zip")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED if swollen else zipfile.ZIP_STORED) as archive:
        archive.writestr(name, b" " * size)
    with pytest.raises(CheckpointError, match=r"bomb\.zip is not safe"):
        add(path)
    assert models() == ()


def test_a_zip_file_of_too_many_files_is_refused(bundle: Path, tmp_path: Path) -> None:
    path = zipped(bundle, tmp_path / "many.zip", **{f"{number}.txt": "" for number in range(1001)})
    with pytest.raises(CheckpointError, match="which no model has"):
        add(path)


def test_a_model_is_never_called_like_a_device(bundle: Path) -> None:
    assert add(bundle, "CON").name == "model CON"
