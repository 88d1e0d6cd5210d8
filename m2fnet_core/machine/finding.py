"""What a check found: one line, right or wrong, with the way out; nothing in it names a person. No torch."""

import getpass
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from m2fnet_core.base.json_codec import build, plain


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the check. ``way_out`` is what to do about it, "" where it is right."""

    topic: str
    name: str
    said: str
    way_out: str = ""

    @property
    def right(self) -> bool:
        """Whether nothing has to be done."""
        return not self.way_out


Check = Callable[[], Iterable[Finding]]


def to_line(finding: Finding) -> str:
    """One line of JSON, plain ASCII, private names shortened."""
    return json.dumps({name: private(value) for name, value in plain(finding).items()})


def from_line(line: str) -> Finding:
    """What `to_line` was given. Raises ValueError for any other line."""
    finding: Finding = build(Finding, json.loads(line))
    return finding


def as_text(findings: Iterable[Finding]) -> str:
    """For a terminal or a bug report: a heading for each topic, a mark for each line."""
    lines, topic = [], ""
    for each in findings:
        if each.topic != topic:
            topic = each.topic
            lines.append(topic)
        lines.append(f"  {'ok   ' if each.right else 'WRONG'} {each.name}: {each.said}")
        if each.way_out:
            lines.append(f"        -> {each.way_out}")
    return private("\n".join(lines))


def private(text: str) -> str:
    """The text with the home folder as ``~`` and the user's name in other paths as ``USER``."""
    home = Path.home()
    for written in {str(home), home.as_posix()}:
        if len(written) > 1:
            text = re.sub(rf"{re.escape(written)}(?![\w.-])", "~", text)
    return re.sub(rf"(?<=[/\\]){re.escape(_user())}(?=[/\\]|$)", "USER", text)


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # no name: a container that runs under a number
        return "\0"


def each_of(checks: Iterable[tuple[str, Check]]) -> Iterator[Finding]:
    """Every check's findings; one that breaks on something nobody expected is a finding, too, and the next goes on."""
    for topic, check in checks:
        try:
            yield from check()
        except Exception as error:  # noqa: BLE001 - what is broken is what is looked for
            said = " ".join(f"{type(error).__name__}: {error}".split())[:400]
            yield Finding(topic, "check", f"this check ended on an error ({said})", _BROKEN)


_BROKEN = "Install the program anew into an empty environment; if it stays, send this line with a bug report."
