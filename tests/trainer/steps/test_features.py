"""The features step: the same vectors whatever the number of workers, and what was computed is not computed again."""

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
