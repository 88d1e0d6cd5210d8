"""Every test gets its own cache, data and settings folders."""

import os
from pathlib import Path

import pytest

import m2fnet_core  # noqa: F401 - before any test imports torch: it tells waiting threads to sleep

os.environ.setdefault("OMP_NUM_THREADS", "1")  # tests run side by side; a second thread would only wait for the first
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # tests of the window need no screen
# A decoder thread that logs waits, in pytest-qt's handler, for Python's lock, which whoever stops that thread may hold.
os.environ.setdefault("QT_LOGGING_RULES", "qt.multimedia.*=false")


@pytest.fixture(autouse=True)
def own_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Fresh cache, data and settings for each test; returns their parent."""
    root = tmp_path_factory.mktemp("own")
    for name in ("CACHE", "DATA"):
        monkeypatch.setenv(f"M2FNET_{name}", str(root / name.lower()))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(root / "config"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    return root
