"""The map from the paper to the code names files that exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NAMED = re.compile(r"`((?:m2fnet_core|trainer|app|tools|docs)/[\w./]*)`")


@pytest.mark.parametrize("page", ["paper-to-code.md", "bundle.md", "architecture.md"])
def test_every_file_it_names_is_there(page: str) -> None:
    named = NAMED.findall((ROOT / "docs" / page).read_text(encoding="utf-8"))
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_every_file_that_the_docs_name_is_there() -> None:
    names = {path.relative_to(ROOT).as_posix() for path in ROOT.glob("[!.]*/**/*.py")}
    for page in (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")):
        for named in re.findall(r"`([\w/]+\.py)`", page.read_text("utf-8")):
            assert any(name == named or name.endswith(f"/{named}") for name in names), f"{page.name} names {named}"
