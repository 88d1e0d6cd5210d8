"""In which number format a training computes: what the device does fast, unless it is forced (torch)."""

import time

import torch

from m2fnet_core.base.errors import TrainingError

FORCED = "forced-bf16"
_SIDE = 32  # of the pictures that both formats are tried on
_PICTURES = 8
_LONGEST = 2.0  # seconds after which a format has shown how slow it is


def number_format(name: str, device: torch.device) -> tuple[str, str]:
    """Accelerate's word for the format, and a sentence for the user, or "".

    ``auto`` means bf16 where the device has instructions for it, on a GPU without them fp16, else fp32. ``bf16`` on a
    processor without them is many times slower than fp32: both are measured, and fp32 is taken.
    Raises TrainingError for fp16 off a GPU.
    """
    if name == FORCED:
        return "bf16", ""
    if device.type == "cuda":
        return _on_gpu(name), ""
    if name == "fp16":
        raise TrainingError("precision fp16 needs a CUDA GPU; choose bf16, fp32 or auto.")
    if name == "fp32" or device.type != "cpu":
        return ("bf16" if name == "bf16" else "no"), ""
    if has_bf16():
        return "bf16", ""
    return "no", "" if name == "auto" else _slow()


def has_bf16() -> bool:
    """Whether this processor multiplies bf16 numbers (AVX-512 BF16, AMX, Arm's BF16)."""
    return any(there for name, there in torch.cpu.get_capabilities().items() if "bf16" in name)


def _on_gpu(name: str) -> str:
    if name == "auto":
        return "bf16" if torch.cuda.is_bf16_supported() else "fp16"
    return "no" if name == "fp32" else name


def _slow() -> str:
    fast, slow = _rate(torch.float32), _rate(torch.bfloat16)
    return (
        f"This processor has no bf16 instructions: {slow:.3g} pictures a second, {fast:.3g} in fp32. "
        f'The training goes on in fp32; precision = "{FORCED}" insists.'
    )


def _rate(kind: torch.dtype) -> float:
    """Small pictures a second through one convolution, there and back."""
    convolution = torch.nn.Conv2d(64, 64, 3, padding=1).to(kind)
    pictures = torch.randn(_PICTURES, 64, _SIDE, _SIDE, dtype=kind)
    rounds, begun = 0, time.perf_counter()
    with torch.enable_grad():
        while rounds < 3 and time.perf_counter() - begun < _LONGEST:
            convolution(pictures).sum().backward()
            rounds += 1
    return rounds * _PICTURES / (time.perf_counter() - begun)
