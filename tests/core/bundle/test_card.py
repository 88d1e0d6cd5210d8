"""The card of a bundle: its README.md, else what its config.json tells."""

from dataclasses import replace
from pathlib import Path

import pytest

from m2fnet_core.base.errors import CheckpointError
from m2fnet_core.bundle.card import model_card
from m2fnet_core.bundle.info import write_info
from tests.core.bundle.test_info import INFO


def test_a_readme_is_the_card(tmp_path: Path) -> None:
    write_info(INFO, tmp_path)
    (tmp_path / "README.md").write_text("# What it can do\n", encoding="utf-8")
    assert model_card(tmp_path) == "# What it can do\n"
    (tmp_path / "README.md").write_bytes(b"\xff\xff")
    with pytest.raises(CheckpointError, match=r"README.md cannot be read"):
        model_card(tmp_path)


def test_without_one_the_info_tells(tmp_path: Path) -> None:
    told = replace(
        INFO,
        name="mine",
        training_data=("meld: MELD.Raw",),
        metrics={"validation/weighted_f1": 0.5},
        licence="research",
    )
    write_info(told, tmp_path)
    card = model_card(tmp_path)
    assert card.startswith("# mine\n")
    assert all(words in card for words in ("meld: MELD.Raw", "0.500", "research", "happy"))


def test_what_is_no_bundle_has_no_card(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="no model bundle"):
        model_card(tmp_path)


def test_the_model_that_ships_has_a_card() -> None:
    assert model_card(None).startswith("# ")
