"""What tests see of a run over many videos."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


def attempts(out: Path) -> list[str]:
    """The names of the videos that were analysed to the end, each as often as that happened."""
    lines = [line for path in out.glob(".m2fnet/*/journals/*") for line in path.read_text("utf-8").split("\n") if line]
    return sorted(Path(each["media"]).name for each in map(json.loads, lines) if each["state"] == "done")


def first_claim(out: Path) -> int:
    """Wait until a video is worked at; the process that does."""
    (claim,) = until(lambda: list(out.glob(".m2fnet/*/claims/*.claim"))[:1])
    owner: dict[str, Any] = until(lambda: json.loads(claim.read_text("utf-8") or "null"))
    return int(owner["process"])


def until(condition: Callable[[], Any]) -> Any:
    """What the condition says once it holds."""
    end = time.monotonic() + 120
    while not (found := condition()):
        assert time.monotonic() < end
        time.sleep(0.02)
    return found
