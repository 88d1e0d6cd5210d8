"""A bundle on disk that looks at few and small pictures, so that tests of everything around it are quick."""

from dataclasses import replace
from pathlib import Path

from m2fnet_core.bundle.checkpoint import save_bundle
from m2fnet_core.bundle.info import VisualConfig
from m2fnet_core.bundle.untrained import untrained_bundle


def write_small_model(folder: Path) -> Path:
    """Untrained, and otherwise complete; returns ``folder``."""
    made = untrained_bundle()
    visual = VisualConfig(frames=5, scene_size=48, face_size=40, detect_side=480)
    save_bundle(replace(made, info=replace(made.info, name="small", visual=visual)), folder)
    return folder
