"""Why a graphics card cannot be used is said, and what to do about it."""

import sys
from types import SimpleNamespace

import pytest
import torch

from m2fnet_core.machine.finding import Finding
from m2fnet_core.machine.hardware import devices


def cuda(monkeypatch: pytest.MonkeyPatch, driver: object) -> Finding:
    """The finding about CUDA beside this driver's library, on a machine whose torch finds no card."""
    if torch.cuda.is_available():
        pytest.skip("this machine has a graphics card")
    monkeypatch.setitem(sys.modules, "pynvml", driver)
    (found,) = (each for each in devices() if each.name == "cuda")
    return found


def driver(cards: int) -> object:
    """NVIDIA's library on a machine with so many cards."""
    return SimpleNamespace(
        NVMLError=OSError,
        nvmlInit=lambda: None,
        nvmlDeviceGetCount=lambda: cards,
        nvmlDeviceGetHandleByIndex=lambda number: number,
        nvmlDeviceGetName=lambda number: "GeForce",
    )


def test_no_card_is_no_fault_and_a_hidden_one_is(monkeypatch: pytest.MonkeyPatch) -> None:
    assert cuda(monkeypatch, driver(0)).right
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    hidden = cuda(monkeypatch, driver(1))
    assert "GeForce is here" in hidden.said
    assert not hidden.right
