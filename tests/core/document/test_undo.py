"""Any series of commands, undone, done again and interrupted by closing, against a plain list of documents."""

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from m2fnet_core.base.emotions import MELD, LabelSet
from m2fnet_core.base.errors import DocumentError
from m2fnet_core.document.applying import in_order
from m2fnet_core.document.commands import (
    AddMedia,
    Clear,
    Command,
    Decide,
    Delete,
    Import,
    Insert,
    Merge,
    MergeSpeakers,
    NameFaces,
    RemoveMedium,
    RenameSpeaker,
    SetBounds,
    SetLabelSet,
    SetSpeaker,
    SetText,
    Split,
    Together,
)
from m2fnet_core.document.content import Decision, Document, FaceRole, Turn
from m2fnet_core.document.project import Project
from tests.core.document.desk import MODEL, filled, medium, prediction

WORDS = (*MELD.labels, "calm")
SETS = (MELD, LabelSet("more", WORDS), LabelSet("fewer", WORDS[1:]))
key = st.sampled_from(("u0", "u1", "u2", "n1", "n2"))
new = st.sampled_from(("n1", "n2"))
video = st.sampled_from(("m1", "m2", "m3"))
speaker = st.sampled_from(("s0", "s1", "s2", ""))
name = st.sampled_from(("Ann", "Bob", "Cid", ""))
seconds = st.floats(0, 20, allow_nan=False)
turn = st.builds(Turn, new, video, seconds, seconds, speaker, st.one_of(st.none(), st.text(max_size=5)))
decision = st.builds(Decision, key, st.sampled_from(("me", "you")), st.one_of(st.none(), st.sampled_from(WORDS)))
single: st.SearchStrategy[Command] = st.one_of(
    st.builds(lambda one: Decide((one,)), decision),
    st.builds(lambda u: Clear((u,), "me"), key),
    st.builds(lambda u, a, b: SetBounds({u: (a, b)}), key, seconds, seconds),
    st.builds(lambda u, at, made: Split(u, at, made, ("a", "b")), key, seconds, new),
    st.builds(lambda a, b: Merge((a, b)), key, key),
    st.builds(lambda one: Insert((one,), {"s2": "Dan"}), turn),
    st.builds(lambda u: Delete((u,)), key),
    st.builds(SetText, key, st.one_of(st.none(), st.text(max_size=5))),
    st.builds(lambda u, s, n: SetSpeaker((u,), s, n), key, speaker, name),
    st.builds(RenameSpeaker, speaker, name),
    st.builds(lambda a, b: MergeSpeakers((a,), b), speaker, speaker),
    st.builds(
        lambda m, t, d, r: Import(m, (t,), {"s2": "Eve"}, (d,), r, "a.srt"), video, turn, decision, st.booleans()
    ),
    st.builds(lambda s: SetLabelSet(s, {WORDS[0]: WORDS[1], "calm": "joy"}), st.sampled_from(SETS)),
    st.builds(lambda m, r, s: NameFaces(m, ("t",), r, s), video, st.sampled_from((None, *FaceRole)), speaker),
    st.builds(lambda m: AddMedia((medium(m),)), video),
    st.builds(RemoveMedium, video),
)
commands = st.one_of(single, st.builds(lambda a, b: Together((a, b), "both"), single, single))


def content(document: Document) -> Any:
    """All that commands change. Videos, speakers and utterances are in an order; decisions and faces are not."""
    ordered = [list(table.items()) for table in (document.media, document.speakers, document.turns)]
    assert ordered[2] == list(in_order(document.turns).items())
    return ordered, dict(document.decisions), dict(document.faces), document.label_set


class Editing(RuleBasedStateMachine):
    """``states[place]`` is what the document must be."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self.project = filled(Path(self._folder.name) / "p.m2f", utterances=3)
        self.project.do(AddMedia((medium("m2"),)))
        self.states, self.place, self.predicted = [content(self.project.document)], 0, dict[str, str]()

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

    @rule(label=st.sampled_from(MELD.labels))
    def analyse(self, label: str) -> None:
        turns = list(self.project.document.turns.values())
        self.project.add_predictions("m1", MODEL, [(turn, prediction(turn.id, label)) for turn in turns])
        self.predicted |= dict.fromkeys((turn.id for turn in turns), label)

    @rule()
    def open_again(self) -> None:
        self.project.close()
        self.project = Project.open(self.project.path)

    @invariant()
    def the_document_is_what_it_must_be(self) -> None:
        document = self.project.document
        assert content(document) == self.states[self.place]
        predicted = {utterance: kept.prediction.label for utterance, kept in document.predictions.items()}
        assert predicted == {u: label for u, label in self.predicted.items() if u in document.turns}

    def teardown(self) -> None:
        last = content(self.project.document)
        for _ in range(self.place):
            self.project.undo()
        assert content(self.project.document) == self.states[0]
        self.open_again()
        for _ in range(self.place):
            self.project.redo()
        assert content(self.project.document) == last
        self.project.close()
        self._folder.cleanup()


Editing.TestCase.settings = settings(
    max_examples=15, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
TestEditing = Editing.TestCase
