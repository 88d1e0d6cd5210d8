"""Where the program keeps what it can compute again, and what belongs to the user. No torch."""

import os
from importlib.resources import files
from pathlib import Path

import platformdirs

_NAME = "m2fnet-studio"


def cache_folder() -> Path:
    """Recomputable things: frame indexes, vectors, spectrogram tiles. ``M2FNET_CACHE`` overrides the place."""
    return Path(os.environ.get("M2FNET_CACHE") or platformdirs.user_cache_dir(_NAME, appauthor=False))


def data_folder() -> Path:
    """What belongs to the user: projects, models, runs. ``M2FNET_DATA`` overrides the place."""
    return Path(os.environ.get("M2FNET_DATA") or platformdirs.user_data_dir(_NAME, appauthor=False))


def resource(*parts: str) -> Path:
    """A file that ships with the program, from a checkout and from an installed wheel alike."""
    return Path(str(files("resources").joinpath(*parts)))
