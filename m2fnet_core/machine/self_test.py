"""Ten seconds of real work: the first lines of the demo, analysed and compared with the known result. No torch here.

`m2fnet_core.service.jobs` imports torch when the work begins.
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from m2fnet_core.analysis.report import Report
from m2fnet_core.base.events import Failed, Stopped, ignore
from m2fnet_core.base.folders import resource
from m2fnet_core.base.json_codec import build
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.base.requests import Analyze
from m2fnet_core.machine.finding import Finding
from m2fnet_core.machine.places import known
from m2fnet_core.service.jobs import WarmBundle, perform
from m2fnet_core.transcript import read_transcript

_LINES = 3
_NEAR = 0.05  # of a probability: what another device and number format may change
_TOPIC = "Self-test"


def self_test(model: Path | None, device: str) -> Iterator[Finding]:
    """Analyse the first lines of the demo anew. Compared where the model is the one that ships."""
    begun = time.perf_counter()
    done = demo_result(model, device)
    if not isinstance(done, Report):
        yield Finding(_TOPIC, "demo", done, "Mend what is wrong above, and check again.")
        return
    said = f"{_LINES} lines of the demo analysed in {time.perf_counter() - begun:.1f} s"
    if model is not None:
        yield Finding(_TOPIC, "demo", f"{said} with {done.model.name}, of which no result is known")
        return
    other = differences(done, known()["result"])
    if other:
        yield Finding(
            _TOPIC,
            "demo",
            f"{said}, but {other}",
            "Check with --device cpu; if that is right, this device or its driver computes wrongly.",
        )
    else:
        yield Finding(_TOPIC, "demo", f"{said}, as known")


def demo_result(model: Path | None = None, device: str = "auto") -> Report | str:
    """The report on the demo's first lines, or a sentence why there is none. Nothing is kept and nothing reused."""
    video = resource("demo", "conversation.mp4")
    lines = read_transcript(video.with_suffix(".srt")).utterances[:_LINES]
    work = Analyze(video, model=model, device=device, use_cache=False)
    ended = perform(replace(work, utterances=lines), ignore, CancelToken(), WarmBundle())
    if isinstance(ended, Failed):
        return ended.message
    if isinstance(ended, Stopped):
        return "it was stopped"
    report: Report = build(Report, ended.result)
    return report


def differences(report: Report, expected: Any) -> str:
    """Where the result is not the known one, as half a sentence; "" where it is. ``expected``: label -> p, per line."""
    if not isinstance(expected, list) or len(expected) != len(report.utterances):
        return f"{len(report.utterances)} results do not fit what is known"
    for number, (got, wanted) in enumerate(zip(report.utterances, expected, strict=True), 1):
        far = _far(got.probabilities, wanted)
        if far:
            return f"line {number} is not as known: {far}"
    return ""


def _far(got: Mapping[str, float], wanted: Mapping[str, float]) -> str:
    for label, p in wanted.items():
        if not abs(got.get(label, float("nan")) - p) <= _NEAR:
            return f"{label} {got.get(label, float('nan')):.2f} instead of {p:.2f}"
    return ""
