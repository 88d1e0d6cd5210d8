"""The command that reproduces the table behind our reading of the triplets' margin."""

import pytest

from trainer.cli import main
from trainer.studies.margin_study import VARIANTS


def test_every_form_of_the_margin_is_a_row_of_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["margin-study", "--steps", "2", "--seeds", "1"]) == 0
    head, _, *rows = capsys.readouterr().out.strip().splitlines()
    assert head == "| variant | 11-NN accuracy | linear probe | effective rank |"
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    assert [row[0] for row in cells] == [variant.name for variant in VARIANTS]
    for _, neighbours, probe, rank in cells:
        accuracy, _, spread = neighbours.partition(" ± ")
        assert 1 / 6 < float(accuracy) <= 1  # better than chance over six classes
        assert float(spread) == 0  # of one seed
        assert 1 / 6 < float(probe) <= 1
        assert 1 <= int(rank) <= 300
