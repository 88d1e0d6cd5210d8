"""The dialogue network: masks, absent modalities, forms, and that it can learn."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from m2fnet_core.nets.configs import FusionConfig
from m2fnet_core.nets.fusion import FusionInput, FusionNet, fitting_heads

SMALL = FusionConfig(
    text=32, audio=12, scene=10, faces=8, classes=4, encoder_layers=2, fusion_layers=3, feedforward=32, hidden=24
)
FORMS = ("gated", "residual_norm", "printed")


def network(config: FusionConfig = SMALL) -> FusionNet:
    torch.manual_seed(0)
    net = FusionNet(config).eval()
    for parameter in net.parameters():  # gates and absent vectors away from zero
        if parameter.dim() == 1:
            torch.nn.init.normal_(parameter, 0.2, 0.5)
    return net


def dialogues(lengths: tuple[int, ...], config: FusionConfig = SMALL, filler: float = 0.0) -> FusionInput:
    """Random dialogues of these lengths, all present, ``filler`` on padding."""
    torch.manual_seed(1)
    longest = max(lengths)
    real = torch.arange(longest) < torch.tensor(lengths)[:, None]
    widths = (config.text, config.audio, config.scene, config.faces)
    parts = [torch.randn(len(lengths), longest, width) for width in widths]
    parts = [part.masked_fill(~real[..., None], filler) for part in parts]
    return FusionInput(*parts, real[..., None].repeat(1, 1, 4), real)


def run(net: FusionNet, batch: FusionInput) -> tuple[Tensor, Tensor]:
    with torch.inference_mode():
        output = net(batch)
    assert output.attention is not None
    return output.logits, output.attention


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("filler", [0.0, 9.0, float("nan")])
def test_padding_changes_nothing(form: str, filler: float) -> None:
    net = network(replace(SMALL, form=form))
    batch = dialogues((7, 3), filler=filler)
    logits, attention = run(net, batch)
    alone, alone_attention = run(net, FusionInput(*(part[1:, :3] for part in batch)))
    torch.testing.assert_close(logits[1:, :3], alone, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(attention[1:, :3, :3], alone_attention, atol=1e-5, rtol=1e-4)
    assert (attention[1, :3, 3:] == 0).all()
    torch.testing.assert_close(attention.sum(dim=-1), torch.ones(2, 7))


@pytest.mark.parametrize("form", FORMS)
def test_nothing_present_and_rows_of_padding_stay_finite(form: str) -> None:
    net = network(replace(SMALL, form=form)).train()
    batch = dialogues((4, 2, 1), filler=float("nan"))
    real = batch.real.clone()
    real[2] = False
    batch = batch._replace(present=torch.zeros_like(batch.present), real=real)
    output = net(batch)
    assert output.logits.isfinite().all()
    assert output.attention.isfinite().all()
    output.logits.sum().backward()
    assert all(p.grad is None or p.grad.isfinite().all() for p in net.parameters())


def test_an_absent_vector_is_not_looked_at_and_not_zero() -> None:
    net, batch = network(), dialogues((5,))
    present = batch.present.clone()
    present[0, 2, 1] = False  # no sound in the third turn
    other = batch.audio.clone()
    other[0, 2] = 100.0
    masked, _ = run(net, batch._replace(present=present))
    torch.testing.assert_close(run(net, batch._replace(present=present, audio=other))[0], masked)
    zeroed = batch.audio.clone()
    zeroed[0, 2] = 0.0
    assert (run(net, batch._replace(audio=zeroed))[0] - masked).abs().max() > 1e-3


def test_the_gated_form_starts_from_text_alone() -> None:
    torch.manual_seed(0)
    net, batch = FusionNet(SMALL).eval(), dialogues((6,))
    with torch.inference_mode():
        padding = ~batch.real
        text = net.encoders[0](batch.text, padding)
        fused, _ = net.fusion[0](text, [net.encoders[1](batch.audio, padding), batch.text[..., :18]], padding)
    torch.testing.assert_close(fused, text)


def test_the_printed_form_reaches_text_only_through_attention() -> None:
    """Eq. 8 without residual: all turns attend alike when all keys are equal, so all fused texts are equal."""
    net = network(replace(SMALL, form="printed"))
    text, key = torch.randn(1, 5, 32), torch.randn(1, 1, 12).repeat(1, 5, 1)
    with torch.inference_mode():
        fused, weights = net.fusion[0](text, [key, torch.ones(1, 5, 18)], torch.zeros(1, 5, dtype=torch.bool))
    torch.testing.assert_close(fused, fused[:, :1].expand_as(fused))
    torch.testing.assert_close(weights, torch.full((1, 5, 5), 0.2))


def test_order_counts_only_with_positions() -> None:
    order = torch.tensor([3, 0, 4, 1, 2])
    batch = dialogues((5,))
    shuffled = FusionInput(*(part[:, order] for part in batch))
    net = network()
    torch.testing.assert_close(run(net, shuffled)[0], run(net, batch)[0][:, order], atol=1e-5, rtol=1e-4)
    placed = network(replace(SMALL, positional="sinusoidal"))
    assert (run(placed, shuffled)[0] - run(placed, batch)[0][:, order]).abs().max() > 1e-3


@pytest.mark.parametrize(
    "widths",
    [
        {"text": 32, "audio": 12, "scene": 0, "faces": 0},
        {"text": 32, "audio": 0, "scene": 10, "faces": 8},
        {"text": 32, "audio": 12, "scene": 0, "faces": 8},
        {"text": 32, "audio": 12, "scene": 10, "faces": 8, "form": "concat"},
        {"text": 0, "audio": 12, "scene": 10, "faces": 8, "form": "concat"},
        {"text": 32, "audio": 0, "scene": 0, "faces": 0, "form": "concat"},
        {"text": 0, "audio": 0, "scene": 10, "faces": 0, "form": "concat"},
        {"text": 31, "audio": 1, "scene": 2, "faces": 5},
    ],
)
def test_every_row_of_the_papers_tables_is_a_configuration(widths: dict[str, int]) -> None:
    config = replace(SMALL, **widths)
    output = FusionNet(config).eval()(dialogues((4, 2), config))
    assert output.logits.shape == (2, 4, 4)
    assert (output.attention is None) == (config.form == "concat")


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": 0},
        {"audio": 0, "scene": 0, "faces": 0},
        {"text": 0, "audio": 0, "scene": 0, "faces": 0, "form": "concat"},
        {"audio": -1},
        {"form": "other"},
        {"positional": "other"},
        {"classes": 0},
        {"dropout": 1.0},
        {"branch_dropout": -0.1},
    ],
)
def test_impossible_configurations_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"\w+ \w+"):
        replace(SMALL, **wrong)


def test_heads_fit_any_width() -> None:
    assert [fitting_heads(width, 4) for width in (768, 300, 342, 7, 1)] == [4, 4, 3, 1, 1]


@pytest.mark.parametrize("form", ["gated", "residual_norm"])
def test_training_skips_fusion_layers_and_prediction_never(form: str) -> None:
    skipping = network(replace(SMALL, form=form, dropout=0.0, branch_dropout=0.9))
    batch = FusionInput(*(part.repeat(40, *[1] * (part.dim() - 1)) for part in dialogues((3,))))
    assert len(skipping.train()(batch).logits[:, 0, 0].unique()) > 1
    torch.testing.assert_close(*(net(batch).logits for net in (skipping.eval(), network(replace(SMALL, form=form)))))


@pytest.mark.parametrize("form", [*FORMS, "concat"])
def test_it_learns_a_dialogue_by_heart(form: str) -> None:
    torch.manual_seed(0)
    net, batch = FusionNet(replace(SMALL, form=form, dropout=0.0, branch_dropout=0.0)), dialogues((4, 3))
    labels = torch.randint(0, 4, (2, 4)).masked_fill(~batch.real, -100)
    optimiser = torch.optim.AdamW(net.parameters(), lr=5e-3)
    for _ in range(40):
        optimiser.zero_grad()
        cross_entropy(net(batch).logits.flatten(0, 1), labels.flatten()).backward()
        optimiser.step()
    right = net.eval()(batch).logits.argmax(dim=-1) == labels
    assert right[batch.real].all()
