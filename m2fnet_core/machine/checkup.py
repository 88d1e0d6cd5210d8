"""All checks of the core, as a process of its own: one finding a line. A driver that crashes ends this process alone.

``python -m m2fnet_core.machine.checkup``; people use ``m2fnet-doctor``, which adds the window's checks. No torch until
the checks that need it.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from m2fnet_core.machine import hardware, places, software
from m2fnet_core.machine.attached import end_with_input
from m2fnet_core.machine.finding import Finding, each_of, to_line


def checkup(model: Path | None = None, device: str = "auto", *, quick: bool = False) -> Iterator[Finding]:
    """Every check in turn. ``model``: a bundle other than the one that ships. ``quick``: without the self-test."""
    yield from each_of(
        (
            ("Versions", software.versions),
            ("Extras", software.extras),
            ("Video and sound", software.codecs),
            ("Memory", hardware.memory),
            ("Folders", places.folders),
            ("Models", lambda: places.bundles(model)),
            ("Processor and graphics", hardware.devices),
        )
    )
    if not quick:
        yield from each_of([("Self-test", lambda: _self_test(model, device))])


def _self_test(model: Path | None, device: str) -> Iterator[Finding]:
    from m2fnet_core.machine.self_test import self_test

    yield from self_test(model, device)


def main(argv: Sequence[str] | None = None) -> int:
    """Print the findings, each as it is found. Returns 0: what is wrong is said in them."""
    parser = argparse.ArgumentParser(prog="m2fnet_core.machine.checkup")
    parser.add_argument("--model", type=Path)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--attached", action="store_true", help="end when standard input closes")
    options = parser.parse_args(argv)
    if options.attached:
        end_with_input()
    for finding in checkup(options.model, options.device, quick=options.quick):
        print(to_line(finding), flush=True)  # noqa: T201 - this is its output
    return 0


if __name__ == "__main__":
    sys.exit(main())
