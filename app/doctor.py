"""The command ``m2fnet-doctor`` (``m2fnet-studio doctor``): what this machine and installation can do, what is wrong.

Nothing that may be broken is imported here: two child processes check, and how they end is a finding, too.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

from m2fnet_core.base.json_codec import plain
from m2fnet_core.base.wording import visible
from m2fnet_core.machine.attached import end_with_input
from m2fnet_core.machine.finding import Finding, as_text, from_line, to_line

_KEPT = 400  # characters of what a child said last
_DISPLAY = "Start the program in a desktop session, or set DISPLAY to a screen; without one, use m2fnet-analyze."
_NO_SCREEN = "could not connect to display"
_CRASH = "Install the program anew into an empty environment, and update the drivers of the graphics card."


def main(argv: Sequence[str] | None = None) -> int:
    """Print what is found. Returns 0 where all is right, 1 where something is wrong."""
    options = _parse(argv)
    found = []
    if options.lines:
        end_with_input()
    else:
        print("Checking; the self-test at the end takes about ten seconds.", file=sys.stderr)  # noqa: T201
    for finding in examine(options.model, options.device, quick=options.quick):
        found.append(finding)
        if options.lines:
            print(to_line(finding), flush=True)  # noqa: T201 - this is its output
    if options.json:
        body = {"version": version("m2fnet-studio"), "right": all(f.right for f in found)}
        lines = [{**json.loads(to_line(f)), "right": f.right} for f in found]
        print(json.dumps({**body, "findings": plain(lines)}, indent=1))  # noqa: T201
    elif not options.lines:
        print(visible(as_text(found)))  # noqa: T201
    return 0 if all(finding.right for finding in found) else 1


def examine(model: Path | None = None, device: str = "auto", *, quick: bool = False) -> Iterator[Finding]:
    """Every finding as it is made. ``model``: a bundle other than the one that ships. ``quick``: no self-test."""
    yield from _child("app.qt_check", [], _no_window)
    arguments = [
        *(["--model", str(model)] if model else []),
        "--attached",
        "--device",
        device,
        *(["--quick"] if quick else []),
    ]
    yield from _child("m2fnet_core.machine.checkup", arguments, _broken_off)


def _no_window(code: int, said: str) -> Finding:
    if _NO_SCREEN in said:
        shown = os.environ.get("DISPLAY") or "nothing"
        return Finding("Window", "Qt", f"no X server answers (DISPLAY is {shown})", _DISPLAY)
    return Finding("Window", "Qt", f"no window can be opened here ({said[-_KEPT:] or code})", _DISPLAY)


def _broken_off(code: int, said: str) -> Finding:
    how = f"the check was ended by signal {-code}" if code < 0 else f"the check ended with exit code {code}"
    return Finding("Check", "all the rest", f"{how} ({said[-_KEPT:]})", _CRASH)


def _child(module: str, arguments: Sequence[str], ended: Callable[[int, str], Finding]) -> Iterator[Finding]:
    """What a child process finds; ``ended`` makes a finding of an end that was not its own (code, last words)."""
    command = [sys.executable, "-m", module, *arguments]
    with tempfile.TemporaryFile() as errors:
        with subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            encoding="utf-8",
            env={**os.environ, "PYTHONUTF8": "1"},
        ) as process:
            assert process.stdout is not None
            for line in process.stdout:
                try:
                    yield from_line(line)
                except ValueError:  # a library's word
                    continue
            code = process.wait()
        if code:
            errors.seek(0)
            said = " ".join(errors.read().decode("utf-8", "replace").split())
            yield ended(code, said)


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="m2fnet-doctor",
        description="Check this machine and this installation. Nothing that names you is printed.",
        epilog="exit code: 0 all right, 1 something is wrong, 2 wrong use",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--quick", action="store_true", help="leave out the self-test, which takes about ten seconds")
    parser.add_argument("--model", type=Path, metavar="DIR", help="check this model bundle, not the one that ships")
    parser.add_argument("--device", default="auto", metavar="D", help="device of the self-test (default: auto)")
    parser.add_argument("--lines", action="store_true", help=argparse.SUPPRESS)  # for the window
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
