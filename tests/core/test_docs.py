"""The documentation names files that exist, and modules say truly whether they need torch."""

import ast
import re
import subprocess
import sys
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


def test_a_module_that_needs_torch_says_so() -> None:
    free = []
    for path in sorted((*ROOT.glob("m2fnet_core/**/*.py"), *ROOT.glob("trainer/**/*.py"))):
        about = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
        if "(torch" not in about.partition("\n")[0]:
            free.append(".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"))
    code = f"""
import importlib, sys
for name in {free}:
    importlib.import_module(name)
    if "torch" in sys.modules:
        sys.exit(f"{{name}} needs torch and does not say so")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    assert "m2fnet_core.media.probe" in free
