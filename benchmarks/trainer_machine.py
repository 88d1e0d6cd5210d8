"""What `trainer.run.machine` is worth: the same training step of the audio extractor with and without it.

python -m benchmarks.trainer_machine
"""

import subprocess
import sys
from statistics import median
from time import perf_counter

STEPS, SKIPPED = 6, 2
WANTED = 1.1  # times faster


def main() -> int:
    """Print both times and their ratio; 1 when it is not worth its while."""
    plain, prepared = (_child(how) for how in ("plain", "prepared"))
    print(f"one step on 56 clips: plain {plain:.2f} s, prepared {prepared:.2f} s; ratio {plain / prepared:.2f}")
    return int(plain / prepared < WANTED)


def _child(how: str) -> float:
    command = [sys.executable, "-m", "benchmarks.trainer_machine", how]
    return float(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout)


def _step_seconds(*, prepared: bool) -> float:
    """Median seconds of a forward and backward pass; what is imported here must come after the preparation."""
    import m2fnet_core  # noqa: F401 - its own choice is what a training starts from
    from trainer.run.machine import train_at_full_speed

    if prepared:
        train_at_full_speed()
    import torch

    from m2fnet_core.nets.configs import ExtractorConfig
    from m2fnet_core.nets.extractor import Extractor

    net, pictures = Extractor(ExtractorConfig()), torch.randn(56, 3, 128, 256)
    times = []
    for _ in range(STEPS):
        start = perf_counter()
        net(pictures).square().mean().backward()
        times.append(perf_counter() - start)
    return median(times[SKIPPED:])


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(_step_seconds(prepared=sys.argv[1] == "prepared"))
    else:
        sys.exit(main())
