"""The extractor is torchvision's ResNet18, and padding changes nothing."""

import pytest
import torch
from torch import Tensor, nn

from m2fnet_core.nets.configs import ExtractorConfig
from m2fnet_core.nets.extractor import Extractor

WIDTHS = (257, 1, 2, 3, 33, 64, 98, 100, 130, 255)


@pytest.fixture(scope="module")
def extractor() -> Extractor:
    """Random weights, with statistics that would show if padding leaked through a normalisation."""
    torch.manual_seed(0)
    network = Extractor(ExtractorConfig()).eval()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.3)
            module.running_var.uniform_(0.5, 2)
            module.bias.data.normal_()
    return network


def pictures(filler: float) -> Tensor:
    """One picture per width of `WIDTHS`, 64 rows high, ``filler`` on the right."""
    torch.manual_seed(1)
    batch = torch.full((len(WIDTHS), 3, 64, max(WIDTHS)), filler)
    for row, width in zip(batch, WIDTHS, strict=True):
        row[..., :width] = torch.randn(3, 64, width)
    return batch


@pytest.mark.parametrize("filler", [0.0, 7.0])
def test_a_picture_alone_and_in_a_padded_batch_give_the_same_vector(extractor: Extractor, filler: float) -> None:
    batch = pictures(filler)
    with torch.inference_mode():
        together = extractor(batch, torch.tensor(WIDTHS))
        alone = torch.cat([extractor(row[None, ..., :width]) for row, width in zip(batch, WIDTHS, strict=True)])
    torch.testing.assert_close(together, alone, atol=1e-4, rtol=1e-5)
    assert alone.abs().max() > 1  # not equal for being nothing


def test_without_widths_padding_would_change_the_vector(extractor: Extractor) -> None:
    batch = pictures(0.0)
    with torch.inference_mode():
        masked, plain = extractor(batch, torch.tensor(WIDTHS)), extractor(batch)
    torch.testing.assert_close(masked[0], plain[0], atol=1e-4, rtol=1e-5)  # the longest has no padding
    assert (masked[1:] - plain[1:]).abs().amax(dim=1).min() > 0.1


def test_it_is_torchvisions_resnet18(extractor: Extractor) -> None:
    from torchvision.models import resnet18

    theirs = resnet18(weights=None).eval()
    lost, extra = theirs.load_state_dict(extractor.state_dict(), strict=False)
    assert set(lost) == {"fc.weight", "fc.bias"}
    assert set(extra) == {"projector.weight", "projector.bias"}
    theirs.fc = extractor.projector
    images = torch.randn(2, 3, 112, 112)
    with torch.inference_mode():
        torch.testing.assert_close(extractor(images), theirs(images))


def test_channels_last_changes_nothing(extractor: Extractor) -> None:
    batch, widths = pictures(0.0), torch.tensor(WIDTHS)
    with torch.inference_mode():
        expected = extractor(batch, widths)
        last = extractor(batch.to(memory_format=torch.channels_last), widths)
    torch.testing.assert_close(last, expected, atol=1e-4, rtol=1e-5)


def test_it_learns_under_padding() -> None:
    network = Extractor(ExtractorConfig(embedding=8)).train()
    assert network(torch.randn(4, 3, 64, 40), torch.tensor([40, 3, 17, 32])).shape == (4, 8)
    network(torch.randn(4, 3, 64, 40), torch.tensor([40, 3, 17, 32])).square().sum().backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in network.parameters())
