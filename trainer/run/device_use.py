"""How busy a GPU is, for whoever watches a training (torch)."""

import time

import torch
from pynvml import NVMLError

_EVERY = 1.0  # seconds: NVIDIA's own figure is renewed about as often


class DeviceUse:
    """Asks the driver once a second, and never again once it cannot say."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._told = device.type == "cuda"
        self._percent: int | None = None
        self._asked = -_EVERY

    def percent(self) -> int | None:
        """Of the last moment in which the device worked; None on a CPU and where nothing can tell."""
        now = time.monotonic()
        if self._told and now - self._asked >= _EVERY:
            self._asked = now
            try:
                self._percent = torch.cuda.utilization(self._device)
            except (ModuleNotFoundError, RuntimeError, NVMLError):  # no driver library, or a device without the figure
                self._told, self._percent = False, None
        return self._percent
