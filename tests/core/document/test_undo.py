"""Any series of commands, undone, done again and interrupted by closing, against a plain list of documents."""

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from m2fnet_core.document.commands import (
    Clear,
    Command,
    Decide,
    Delete,
    Merge,
    RenameSpeaker,
    SetBounds,
    SetText,
    Split,
)
from m2fnet_core.document.content import Decision, Document
from m2fnet_core.document.project import Project
from m2fnet_core.emotions import MELD
from m2fnet_core.errors import DocumentError
from tests.core.document.desk import filled

KEYS = ("u0", "u1", "u2", "n1", "n2")
key = st.sampled_from(KEYS)
seconds = st.floats(0, 20, allow_nan=False)
commands: st.SearchStrategy[Command] = st.one_of(
    st.builds(lambda u, w: Decide((Decision(u, "me", w),)), key, st.sampled_from(MELD.labels)),
    st.builds(lambda u: Clear((u,), "me"), key),
    st.builds(lambda u, a, b: SetBounds({u: (a, b)}), key, seconds, seconds),
    st.builds(lambda u, at, new: Split(u, at, new, ("a", "b")), key, seconds, st.sampled_from(("n1", "n2"))),
    st.builds(lambda a, b: Merge((a, b)), key, key),
    st.builds(lambda u: Delete((u,)), key),
    st.builds(SetText, key, st.one_of(st.none(), st.text(max_size=5))),
    st.builds(RenameSpeaker, st.sampled_from(("s0", "s1")), st.sampled_from(("Ann", "Bob", "Cid"))),
)


def content(document: Document) -> Any:
    return dict(document.turns), dict(document.decisions), dict(document.speakers)


class Editing(RuleBasedStateMachine):
    """``states[place]`` is what the document must be."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self.project = filled(Path(self._folder.name) / "p.m2f", utterances=3)
        self.first = len(self.project.history())  # steps that made it
        self.states, self.place = [content(self.project.document)], 0

    @rule(command=commands)
    def do(self, command: Command) -> None:
        try:
            self.project.do(command)
        except DocumentError:
            return
        self.states[self.place + 1 :] = [content(self.project.document)]
        self.place += 1

    @precondition(lambda self: self.place > 0)
    @rule()
    def undo(self) -> None:
        assert self.project.undo() is not None
        self.place -= 1

    @rule()
    def redo(self) -> None:
        there = self.place + 1 < len(self.states)
        assert (self.project.redo() is not None) == there
        self.place += there

    @rule()
    def open_again(self) -> None:
        self.project.close()
        self.project = Project.open(self.project.path)

    @invariant()
    def the_document_is_what_it_must_be(self) -> None:
        assert content(self.project.document) == self.states[self.place]

    def teardown(self) -> None:
        self.project.close()
        self._folder.cleanup()


Editing.TestCase.settings = settings(
    max_examples=15, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
TestEditing = Editing.TestCase
