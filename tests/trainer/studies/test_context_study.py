"""The text encoder with less and less context, through the real command."""

from pathlib import Path

import pytest

from trainer.cli import main
from trainer.datasets.smoke import make_corpora


@pytest.mark.timeout(240)
def test_three_rows_the_last_of_which_is_the_run_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    toml = make_corpora(tmp_path / "smoke")
    settings = ["--set", "ablate.context=true", "--set", "ablate.tables=[]"]
    assert main(["text", str(toml), *settings]) == 0
    assert main(["ablate", str(toml), *settings]) == 0
    lines = (tmp_path / "smoke" / "runs" / "smoke" / "ablate" / "table.md").read_text(encoding="utf-8").splitlines()
    assert [line.split("|")[1].strip() for line in lines[2:]] == ["none", "past", "past and future"]
    assert all(0 <= float(line.split("|")[2]) <= 100 for line in lines[2:])
    capsys.readouterr()
    assert main(["ablate", str(toml), *settings, "--events"]) == 0
    assert '"skipped": true' in capsys.readouterr().out
