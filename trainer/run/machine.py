"""How a training process uses its machine. No torch: this must come before torch is first imported."""

import ctypes
import os
import sys

_MMAP_MAX, _TRIM_THRESHOLD, _TOP_PAD = -4, -1, -2  # glibc's malloc.h


def train_at_full_speed() -> None:
    """Take the processor and the memory for this process, as nothing but a training wants to.

    The package's default, threads that sleep while they wait, is right beside a playing video and slow here; and memory
    handed back after every step has to be cleared by the kernel again (`benchmarks/trainer_machine.py`).
    """
    os.environ["OMP_WAIT_POLICY"] = "ACTIVE"
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # musl has none
        if mallopt is not None:
            mallopt(_MMAP_MAX, 0)
            mallopt(_TRIM_THRESHOLD, -1)
            mallopt(_TOP_PAD, 256 << 20)
