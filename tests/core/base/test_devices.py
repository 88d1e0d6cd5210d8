"""Devices by name, and what happens when memory is full."""

from collections.abc import Sequence

import pytest
import torch
from torch import Tensor, nn

from m2fnet_core.base.devices import BatchRunner, autocast, available_devices, choose_device
from m2fnet_core.base.errors import Cancelled, DeviceError
from m2fnet_core.base.events import Event, Notice
from m2fnet_core.base.progress import CancelToken


class Greedy(nn.Module):
    """Doubles its input; raises what torch raises when a batch is larger than its memory.

    The meta device stands in for an accelerator: it holds the parameters of a module and no machine lacks it.
    """

    def __init__(self, room: int, cpu_room: int = 1000, error: type[RuntimeError] = torch.OutOfMemoryError) -> None:
        super().__init__()
        self.factor = nn.Parameter(torch.tensor(2.0))
        self.room = {"meta": room, "cpu": cpu_room}
        self.error = error
        self.batches: list[tuple[str, int]] = []

    def to(self, device: str) -> "Greedy":
        """As any module's, but values are lost, since the meta device keeps none."""
        return self.to_empty(device=device)

    def forward(self, x: Tensor) -> Tensor:
        where = self.factor.device.type
        self.batches.append((where, len(x)))
        if len(x) > self.room[where]:
            raise self.error("CUDA out of memory. Tried to allocate 2.00 GiB")
        return x * 2


def runner(module: Greedy, size: int, events: list[Event]) -> BatchRunner[float, float]:
    def call(items: Sequence[float], device: torch.device) -> list[float]:
        assert device == module.factor.device
        return [float(value) for value in module(torch.tensor(items))]

    return BatchRunner(module, call, size, events.append)


ITEMS = [float(i) for i in range(10)]
DOUBLED = [2.0 * i for i in range(10)]


@pytest.mark.parametrize("error", [torch.OutOfMemoryError, RuntimeError])
def test_a_batch_that_does_not_fit_is_halved_until_it_does(error: type[RuntimeError]) -> None:
    module, events = Greedy(room=3, error=error).to("meta"), []
    work = runner(module, 8, events)
    assert work.run(ITEMS) == DOUBLED
    assert module.batches == [("meta", n) for n in (8, 4, 2, 2, 2, 2, 2)]
    assert work.run(ITEMS[:2]) == DOUBLED[:2]  # and what was learned is kept
    assert module.batches[7:] == [("meta", 2)]
    assert events == []


def test_what_does_not_fit_alone_goes_to_the_cpu_with_one_notice() -> None:
    module, events = Greedy(room=0).to("meta"), []
    work = runner(module, 4, events)
    assert work.run(ITEMS) == DOUBLED
    assert module.batches[:4] == [("meta", 4), ("meta", 2), ("meta", 1), ("cpu", 4)]
    assert work.run(ITEMS) == DOUBLED
    assert [type(event) for event in events] == [Notice]
    assert "CPU" in events[0].text


def test_a_full_cpu_is_one_sentence() -> None:
    with pytest.raises(DeviceError, match="memory is full"):
        runner(Greedy(room=0, cpu_room=0), 4, []).run(ITEMS)


def test_other_failures_are_not_swallowed() -> None:
    class Broken(Greedy):
        def forward(self, x: Tensor) -> Tensor:
            raise RuntimeError("size mismatch")

    with pytest.raises(RuntimeError, match="size mismatch"):
        runner(Broken(room=9), 4, []).run(ITEMS)


def test_it_stops_between_batches() -> None:
    cancel, module = CancelToken(), Greedy(room=9)

    def call(items: Sequence[float], device: torch.device) -> Sequence[float]:
        cancel.cancel()
        return items

    with pytest.raises(Cancelled):
        BatchRunner(module, call, 4).run(ITEMS, cancel)


def test_nothing_to_do() -> None:
    assert runner(Greedy(room=9), 4, []).run([]) == []


def test_devices_by_name() -> None:
    assert choose_device("cpu") == torch.device("cpu")
    assert choose_device("auto").type == available_devices()[-1].split(":")[0] or choose_device("auto").type == "cuda"
    for name in available_devices():
        assert choose_device(name) == torch.device(name)


@pytest.mark.parametrize("name", ["cuda:99", "gpu", "", "tpu", "cpu:7"])
def test_a_device_that_is_not_there_names_those_that_are(name: str) -> None:
    with pytest.raises(DeviceError, match=r"auto, cpu"):
        choose_device(name)


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
def test_no_gpu_is_said_for_its_bare_name() -> None:
    with pytest.raises(DeviceError, match="'cuda'"):
        choose_device("cuda")


def test_the_cpu_computes_in_full_precision() -> None:
    with autocast(torch.device("cpu")):
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == torch.float32
