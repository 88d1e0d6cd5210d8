"""The features step: the same vectors whatever the number of workers, and what was computed is not computed again."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from m2fnet_core.base.errors import Cancelled
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.bundle.untrained import untrained_bundle
from trainer.datasets.cache_features import extract_all
from trainer.datasets.meld import read_meld
from trainer.datasets.smoke import LABELS, make_corpora
from trainer.events import Event, ignore


def test_workers_change_nothing_and_a_stopped_step_goes_on(tmp_path: Path) -> None:
    make_corpora(tmp_path / "smoke")
    splits = {"train": read_meld(tmp_path / "smoke" / "meld", LABELS, {}).splits["train"]}
    bundle = untrained_bundle()
    one, problems = extract_all(bundle, splits, tmp_path / "one", 1, ignore, CancelToken())
    assert not problems
    cancel = CancelToken()

    def stop(event: Event) -> None:
        cancel.cancel()

    with pytest.raises(Cancelled):
        extract_all(bundle, splits, tmp_path / "three", 3, stop, cancel)
    kept = [path for path in (tmp_path / "three").rglob("*") if path.is_file()]
    assert kept
    three, _ = extract_all(bundle, splits, tmp_path / "three", 3, ignore, CancelToken())
    assert list(one) == list(three)
    for name in ("text", "audio", "scene"):
        for key, vectors in one.items():
            assert np.allclose(getattr(vectors, name), getattr(three[key], name), atol=1e-5), (name, key)
    assert torch.is_inference_mode_enabled() is False


# In a fresh interpreter: what parses at its first use has not been used yet.
_PARSED_IN_THREADS = """
import sys, threading
from pathlib import Path
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.bundle.untrained import untrained_bundle
from trainer.datasets.cache_features import extract_all
from trainer.datasets.meld import read_meld
from trainer.datasets.smoke import LABELS
from trainer.events import ignore

def hear(event, arguments):
    if event == "compile" and arguments[1] == "<unknown>" and threading.current_thread() is not threading.main_thread():
        print("parsed in", threading.current_thread().name)

sys.addaudithook(hear)
folder = Path(sys.argv[1])
splits = {"train": read_meld(folder / "meld", LABELS, {}).splits["train"][:1]}
extract_all(untrained_bundle(), splits, folder / "store", 1, ignore, CancelToken())
print("done")
"""


def test_no_thread_parses_python(tmp_path: Path) -> None:
    make_corpora(tmp_path)
    command = [sys.executable, "-c", _PARSED_IN_THREADS, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split("\n") == ["done", ""]
