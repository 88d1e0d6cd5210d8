"""What computes: the devices that torch can use and why it cannot use others, number formats, memory (torch, late).

torch is imported by the check itself, which says so where that fails. No other import here needs it.
"""

import ctypes
import importlib
import os
import platform
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from m2fnet_core.machine.finding import Finding

_TOPIC = "Processor and graphics"
_SIDE = 512  # of the matrices that formats are tried on
_SECONDS = 0.15  # for each format
_NEEDED = 4e9  # bytes of memory with which the starter analyses a film
_TORCH = 'Install it again: pip install --force-reinstall "torch==2.11.0" "torchvision==0.26.0" "torchaudio==2.11.0"'


def devices() -> Iterator[Finding]:
    """The processor and every graphics card, each by a small sum that is done on it."""
    try:
        torch = importlib.import_module("torch")
    except (ImportError, OSError) as error:
        said = " ".join(str(error).split())[:300]
        yield Finding(_TOPIC, "torch", f"cannot be loaded ({said})", _TORCH)
        return
    yield Finding(_TOPIC, "torch", f"{torch.__version__}, {torch.get_num_threads()} threads")
    yield _tried(torch, "cpu", f"{platform.machine()}, {os.cpu_count()} cores, {_capability(torch)}")
    if torch.cuda.is_available():
        for number in range(torch.cuda.device_count()):
            yield _tried(torch, f"cuda:{number}", torch.cuda.get_device_name(number))
    else:
        yield _why_no_cuda(torch, nvidia_cards())
    if torch.backends.mps.is_available():
        yield _tried(torch, "mps", "Apple's graphics")
    elif sys.platform == "darwin":
        yield Finding(_TOPIC, "mps", "not there: it takes an Apple processor and macOS 14 or newer")
    yield from _formats(torch)


def _capability(torch: Any) -> str:
    return str(torch.backends.cpu.get_cpu_capability())


def _tried(torch: Any, name: str, about: str) -> Finding:
    """A sum with a known result on the device."""
    try:
        ones = torch.ones(64, 64, device=name)
        exact = float((ones @ ones).sum()) == 64.0**3
    except RuntimeError as error:
        said = str(error).split("\n", 1)[0][:200]
        return Finding(
            _TOPIC, name, f"{about}: cannot be used ({said})", "Update its driver, or choose the device cpu."
        )
    if not exact:
        return Finding(_TOPIC, name, f"{about}: computes wrongly", "Choose another device, and check the machine.")
    return Finding(_TOPIC, name, about)


def nvidia_cards() -> tuple[str, ...] | str:
    """Names of the graphics cards that NVIDIA's driver knows, or why it was not asked."""
    try:
        nvml = importlib.import_module("pynvml")
    except ImportError as error:
        return f"nvidia-ml-py cannot be loaded ({error})"
    try:
        nvml.nvmlInit()
        handles = [nvml.nvmlDeviceGetHandleByIndex(i) for i in range(nvml.nvmlDeviceGetCount())]
        return tuple(str(nvml.nvmlDeviceGetName(handle)) for handle in handles)
    except nvml.NVMLError as error:
        return str(error)


def _why_no_cuda(torch: Any, cards: Sequence[str] | str) -> Finding:
    """A card that is there and not used is wrong; a machine without one is not."""
    if isinstance(cards, str):
        return Finding(_TOPIC, "cuda", f"not used: NVIDIA's driver does not answer ({cards})")
    if not cards:
        return Finding(_TOPIC, "cuda", "not used: NVIDIA's driver knows no graphics card")
    there = ", ".join(cards)
    if torch.version.cuda is None:
        return Finding(
            _TOPIC,
            "cuda",
            f"{there} is here, but this torch is built without CUDA",
            "Install torch's build for CUDA as docs/machine.md says.",
        )
    if os.environ.get("CUDA_VISIBLE_DEVICES") is not None:
        return Finding(
            _TOPIC,
            "cuda",
            f"{there} is here, but CUDA_VISIBLE_DEVICES hides it",
            "Unset CUDA_VISIBLE_DEVICES, or set it to 0.",
        )
    return Finding(
        _TOPIC,
        "cuda",
        f"{there} is here, but its driver is too old for this torch (CUDA {torch.version.cuda})",
        "Update NVIDIA's driver, or install torch's build for an older CUDA as docs/machine.md says.",
    )


def _formats(torch: Any) -> Iterator[Finding]:
    """Which number formats are fast where: products of matrices in each, measured for a moment."""
    places = ["cpu", *(["cuda:0"] if torch.cuda.is_available() else [])]
    for place in places:
        kinds = {"fp32": torch.float32, "bf16": torch.bfloat16}
        kinds |= {"fp16": torch.float16} if place != "cpu" else {}
        rates = {name: _rate(torch, kind, place) for name, kind in kinds.items()}
        fast = [name for name, rate in rates.items() if rate >= rates["fp32"]]
        said = ", ".join(f"{name} {rate / 1e9:.3g} GFLOP/s" for name, rate in rates.items())
        yield Finding("Number formats", place, f"{' and '.join(fast)} {'is' if len(fast) < 2 else 'are'} fast ({said})")


def _rate(torch: Any, kind: Any, place: str) -> float:
    """Floating point operations a second of products of matrices."""
    left = torch.ones(_SIDE, _SIDE, dtype=kind, device=place)
    (left @ left).sum().item()
    rounds, begun = 0, time.perf_counter()
    while time.perf_counter() - begun < _SECONDS:
        (left @ left)[0, 0].item()  # waits for the device
        rounds += 1
    return float(2 * _SIDE**3 * rounds / (time.perf_counter() - begun))


def memory() -> Iterator[Finding]:
    """Working memory that is free, and of how much."""
    free, whole = _memory()
    said = f"{free / 1e9:.1f} of {whole / 1e9:.1f} GB are free"
    if free < _NEEDED:
        yield Finding("Memory", "free", said, "Close other programs before an analysis; it takes up to 4 GB.")
    else:
        yield Finding("Memory", "free", said)


class _WindowsMemory(ctypes.Structure):
    """MEMORYSTATUSEX of Windows' API."""

    _fields_ = (
        ("length", ctypes.c_ulong),
        ("load", ctypes.c_ulong),
        *((name, ctypes.c_ulonglong) for name in ("whole", "free", "c", "d", "e", "f", "g")),
    )


def _memory() -> tuple[float, float]:
    """Bytes that are free and that there are."""
    if sys.platform == "win32":
        status = _WindowsMemory(length=ctypes.sizeof(_WindowsMemory))
        ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status))
        return float(status.free), float(status.whole)
    whole = float(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    if sys.platform != "linux":
        return whole, whole  # macOS gives memory of idle programs away when it is asked for
    lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    free = next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable"))
    return free * 1024.0, whole
