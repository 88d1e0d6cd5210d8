"""What a device tells of itself while it trains."""

import torch

from trainer.run.device_use import DeviceUse


def test_a_processor_tells_nothing() -> None:
    assert DeviceUse(torch.device("cpu")).percent() is None


def test_a_card_that_is_not_there_is_no_failure() -> None:
    use = DeviceUse(torch.device("cuda", 63))
    assert use.percent() is None
    assert use.percent() is None
