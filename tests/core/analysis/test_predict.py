"""Predictions: one per utterance, whatever is missing, however long the conversation."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from m2fnet_core.analysis.predict import fusion_input, predict
from m2fnet_core.base.calibration import shares
from m2fnet_core.base.dialogue import Contributions, Presence, Utterance
from m2fnet_core.bundle.networks import Bundle
from m2fnet_core.bundle.untrained import untrained_bundle
from m2fnet_core.features.vectors import UtteranceVectors
from m2fnet_core.nets.configs import FusionConfig
from m2fnet_core.nets.fusion import FusionNet

PARTS = ("text", "audio", "scene", "faces")


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    """The untrained bundle with a small dialogue network whose gates are open."""
    whole = untrained_bundle()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        config = FusionConfig(text=256, fusion_layers=2, feedforward=64, hidden=32)
        fusion = FusionNet(config).eval()
        for layer in fusion.fusion:
            torch.nn.init.normal_(layer.gate, 0, 0.5)
    return replace(whole, info=replace(whole.info, fusion=config, max_dialogue=9), fusion=fusion)


def turns(count: int, pause_after: int = -1) -> list[Utterance]:
    return [Utterance(f"u{i}", t, t + 1) for i in range(count) for t in [i + (100 if i > pause_after >= 0 else 0)]]


def vectors(count: int, *absent: str) -> list[UtteranceVectors]:
    generator = np.random.default_rng(count)
    rows = [
        {p: generator.normal(size=256 if p == "text" else 300).astype(np.float32) for p in PARTS} for _ in range(count)
    ]
    return [UtteranceVectors(**{p: v for p, v in row.items() if p not in absent}) for row in rows]


def test_a_prediction_is_a_distribution_over_the_bundles_labels(bundle: Bundle) -> None:
    for prediction in predict(bundle, vectors(5), turns(5)):
        values = prediction.probabilities
        assert tuple(values) == bundle.info.label_set.labels
        assert sum(values.values()) == pytest.approx(1, abs=1e-9)
        assert values[prediction.label] == max(values.values())
        assert prediction.present == Presence(True, True, True, True)
        assert set(prediction.attention) == {f"u{i}" for i in range(5)}
        assert sum(prediction.attention.values()) == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("count", [1, 8, 9, 10, 14, 60])
def test_every_utterance_is_predicted_once_in_order(bundle: Bundle, count: int) -> None:
    assert [p.utterance_id for p in predict(bundle, vectors(count), turns(count))] == [f"u{i}" for i in range(count)]


def test_nothing_to_predict(bundle: Bundle) -> None:
    assert predict(bundle, [], []) == []


@pytest.mark.parametrize("named", ["as it is", "with a prior and temperatures"])
def test_a_contribution_is_what_masking_changes(bundle: Bundle, named: str) -> None:
    if named != "as it is":
        bundle = skewed(bundle, temperatures={"text+audio+visual": 0.5, "text+visual": 2.0, "text+audio": 1.5})
    whole = predict(bundle, vectors(4), turns(4))
    for name, absent in (("text", ["text"]), ("audio", ["audio"]), ("visual", ["scene", "faces"])):
        masked = predict(bundle, vectors(4, *absent), turns(4))
        for full, less in zip(whole, masked, strict=True):
            change = full.probabilities[full.label] - less.probabilities[full.label]
            assert getattr(full.contributions, name) == pytest.approx(change, abs=1e-6)
            assert getattr(less.contributions, name) is None
    assert any(abs(p.contributions.text) > 1e-3 for p in whole)


def test_an_utterance_with_nothing_still_gets_a_prediction(bundle: Bundle) -> None:
    mixed = [*vectors(2), UtteranceVectors(), *vectors(1, "faces")]
    nothing = predict(bundle, mixed, turns(4))[2]
    assert nothing.present == Presence()
    assert nothing.contributions == Contributions()
    assert np.isfinite(list(nothing.probabilities.values())).all()
    alone = predict(bundle, [UtteranceVectors()] * 3, turns(3))
    assert np.isfinite([list(p.probabilities.values()) for p in alone]).all()


def test_a_pause_separates_dialogues(bundle: Bundle) -> None:
    rows = vectors(6)
    both = predict(bundle, rows, turns(6, pause_after=3))
    first, second = predict(bundle, rows[:4], turns(4)), predict(bundle, rows[4:], turns(6)[4:])
    for together, apart in zip(both, [*first, *second], strict=True):
        assert together.attention.keys() == apart.attention.keys()
        np.testing.assert_allclose(list(together.probabilities.values()), list(apart.probabilities.values()), atol=1e-6)


def test_a_long_dialogue_looks_at_no_more_than_a_window(bundle: Bundle) -> None:
    for i, prediction in enumerate(predict(bundle, vectors(40), turns(40))):
        seen = [int(name[1:]) for name in prediction.attention]
        assert len(seen) == 9
        assert i in seen
        assert min(seen) <= max(0, i - 2)
        assert max(seen) >= min(39, i + 2)


def test_temperature_flattens_and_keeps_the_order(bundle: Bundle) -> None:
    warm = replace(bundle, info=replace(bundle.info, temperature=3.0))
    for plain, flat in zip(predict(bundle, vectors(3), turns(3)), predict(warm, vectors(3), turns(3)), strict=True):
        assert plain.label == flat.label
        assert flat.probabilities[flat.label] < plain.probabilities[plain.label]


def skewed(bundle: Bundle, **facts: Any) -> Bundle:
    """The bundle saying that its first label was half of what it learnt from, and predicting as if all were alike."""
    labels = bundle.info.label_set.labels
    learnt = shares({label: 6.0 if label == labels[0] else 1.0 for label in labels})
    alike = shares(dict.fromkeys(labels, 1.0))
    return replace(bundle, info=replace(bundle.info, learnt_prior=learnt, **{"prior": alike, **facts}))


def test_another_prior_takes_the_place_of_the_learnt_one(bundle: Bundle) -> None:
    other = skewed(bundle)
    before, after = (predict(one, vectors(1), turns(1))[0] for one in (bundle, other))
    learnt = np.array([*other.info.learnt_prior.values()])
    wanted = np.array([*before.probabilities.values()]) / learnt
    np.testing.assert_allclose([*after.probabilities.values()], wanted / wanted.sum(), atol=1e-9)
    assert after.prior == other.info.prior
    assert before.prior is None
    assert other.hash != skewed(bundle, prior={}).hash


def test_each_set_of_modalities_has_its_own_temperature(bundle: Bundle) -> None:
    warm = replace(bundle, info=replace(bundle.info, temperatures={"audio": 9.0}))
    for absent, same in (((), True), (("text", "scene", "faces"), False)):
        found = [predict(one, vectors(1, *absent), turns(1))[0].probabilities for one in (bundle, warm)]
        assert (found[0] == found[1]) is same


def test_a_network_without_an_input_leaves_its_vectors_out(bundle: Bundle) -> None:
    config = FusionConfig(text=256, audio=0, scene=0, faces=0, form="concat")
    small = replace(bundle, info=replace(bundle.info, fusion=config), fusion=FusionNet(config).eval())
    prediction = predict(small, vectors(2), turns(2))[0]
    assert prediction.attention is None
    assert prediction.contributions.audio == 0


def test_a_vector_of_another_width_is_a_mistake(bundle: Bundle) -> None:
    with pytest.raises(ValueError, match="299"):
        fusion_input([[UtteranceVectors(audio=np.zeros(299, np.float32))]], bundle.info.fusion)
