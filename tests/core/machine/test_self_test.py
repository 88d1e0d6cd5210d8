"""The demo's first lines give the result that is known, and another one is told."""

from m2fnet_core.analysis.report import Report
from m2fnet_core.machine.places import bundles, known
from m2fnet_core.machine.self_test import demo_result, differences


def test_the_model_that_ships_is_the_one_that_is_known() -> None:
    """Fails after a new starter: ``python -m tools.demo.known_result`` writes what is known of it."""
    assert [each for each in bundles(None) if not each.right] == []


def test_the_result_is_the_known_one() -> None:
    report = demo_result(device="cpu")
    assert isinstance(report, Report), report
    right = known()["result"]
    assert differences(report, right) == ""
    assert isinstance(right, list)
    assert "line 1 is not as known: joy" in differences(report, [{"joy": 0.99}, *right[1:]])
