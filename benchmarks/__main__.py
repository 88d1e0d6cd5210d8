"""Runs the benchmarks one after the other, each in a process of its own, and goes on past one that fails."""

import subprocess
import sys
from pathlib import Path


def main(names: list[str]) -> int:
    """All benchmarks in alphabetical order, or the named ones. Returns the number that failed."""
    folder = Path(__file__).parent
    every = sorted(p.stem for p in folder.glob("*.py") if not p.stem.startswith("_"))
    unknown = set(names) - set(every)
    if unknown:
        print(f"No benchmark called {', '.join(sorted(unknown))}; there are: {', '.join(every)}.", file=sys.stderr)
        return 2
    failed = 0
    for name in names or every:
        print(f"== {name}", flush=True)
        failed += (
            subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], cwd=folder.parent, check=False).returncode != 0
        )
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
