"""What decides the results of many videos beside the videos themselves, under one short key. No torch."""

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from m2fnet_core.base.json_codec import plain
from m2fnet_core.base.requests import Analyze
from m2fnet_core.bundle.card import STARTER
from m2fnet_core.bundle.info import RECIPES, read_info
from m2fnet_core.bundle.shelf import content_digest

_LETTERS = 8  # of the key; it only tells the few settings of one folder apart
# What a request says that decides no result: which video, and where and how it is computed.
_ELSEWHERE = ("media", "transcript", "utterances", "model", "device", "use_cache", "sha256")


@dataclass(frozen=True, slots=True)
class Settings:
    """A run's settings. ``request`` is what is asked for every video, its ``media`` left open."""

    request: Analyze
    model: str  # the name of the bundle
    model_digest: str  # of its files, and of what the code makes of them

    @property
    def key(self) -> str:
        """The same for all settings that give the same results; part of file names."""
        parts = [self.model_digest, told(self.request)]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:_LETTERS]


def settings_for(request: Analyze) -> Settings:
    """The settings of a request. Raises CheckpointError when its model is none."""
    folder = STARTER if request.model is None else request.model
    if request.model is None and not folder.is_dir():
        name, content = "untrained", ""
    else:
        name, content = read_info(folder).name, content_digest(folder)
    parts = json.dumps({"files": content, "recipes": RECIPES}, sort_keys=True)
    return Settings(request, name, hashlib.sha256(parts.encode()).hexdigest())


def told(request: Analyze) -> Mapping[str, Any]:
    """What the request asks beyond an analysis without options, so that a later option leaves older keys alone."""
    usual = plain(Analyze(Path()))
    fields = [field.name for field in dataclasses.fields(request) if field.name not in _ELSEWHERE]
    return {name: value for name in fields if (value := plain(getattr(request, name))) != usual[name]}
