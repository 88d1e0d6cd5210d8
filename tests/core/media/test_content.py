"""A file's identity by what it holds."""

import hashlib
import os
from pathlib import Path

import pytest

from m2fnet_core.base.errors import MediaError
from m2fnet_core.media.content import content_hash


def test_hash_is_remembered_until_the_file_changes(tmp_path: Path, own_folders: Path) -> None:
    path = tmp_path / "talk.mp4"
    path.write_bytes(b"one")
    state = path.stat()
    assert content_hash(path) == hashlib.sha256(b"one").hexdigest()
    path.write_bytes(b"two")
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert content_hash(path) == hashlib.sha256(b"two").hexdigest(), "of the same size and time, but another"
    before = set((own_folders / "cache").rglob("*.npz"))
    assert content_hash(path) == hashlib.sha256(b"two").hexdigest()
    assert set((own_folders / "cache").rglob("*.npz")) == before, "remembered"


def test_without_a_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "talk.mp4"
    path.write_bytes(b"one")
    monkeypatch.setenv("M2FNET_CACHE", str(path / "cache"))
    assert content_hash(path) == hashlib.sha256(b"one").hexdigest()


def test_refusals(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="folder"):
        content_hash(tmp_path)
    with pytest.raises(MediaError, match="moved or deleted"):
        content_hash(tmp_path / "gone.mp4")
