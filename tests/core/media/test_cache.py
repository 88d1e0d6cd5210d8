"""The cache folder is kept tidy."""

import os
import time
from pathlib import Path

import pytest

from m2fnet_core.base.errors import CacheError
from m2fnet_core.media.cache import new_part


def _file(path: Path, age: float) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    os.utime(path, (time.time() - age, time.time() - age))
    return path


def test_what_crashed_writers_left_behind_is_deleted(tmp_path: Path) -> None:
    abandoned = _file(tmp_path / "old.part", 2 * 24 * 3600)
    written, kept = _file(tmp_path / "new.part", 60), _file(tmp_path / "kept.levels", 9 * 24 * 3600)
    part = new_part(tmp_path / "wanted.levels")
    assert part.parent == tmp_path
    assert not abandoned.exists()
    assert written.exists()
    assert kept.exists()


def test_beyond_its_limit_the_folder_loses_what_was_unused_for_longest(tmp_path: Path) -> None:
    files = [_file(tmp_path / f"{age}.levels", age) for age in (300, 200, 100)]
    for path in files:
        state = path.stat()
        os.truncate(path, 3 * 2**29)  # 1.5 GiB of nothing
        os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
    new_part(tmp_path / "wanted.levels")
    assert [path.exists() for path in files] == [False, True, True]


def test_an_unwritable_folder_is_named(tmp_path: Path) -> None:
    blocked = _file(tmp_path / "file", 0)
    with pytest.raises(CacheError, match="cannot be written"):
        new_part(blocked / "cache" / "wanted.levels")
