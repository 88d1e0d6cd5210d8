"""Whose labels are compared."""

from pathlib import Path

from m2fnet_core.document.commands import Decide, Together
from m2fnet_core.document.content import Decision
from m2fnet_core.document.judges import Judge, Pass, annotators, passes, said_by
from tests.core.document.desk import MODEL, filled, prediction

EVERY = ("u0", "u1", "u2", "u3")


def test_a_judge_is_an_annotator_a_pass_of_one_or_the_network(tmp_path: Path) -> None:
    project = filled(tmp_path / "a.m2f")
    project.add_predictions("m1", MODEL, [(project.document.turns["u1"], prediction("u1", "fear"))])
    project.do(
        Decide(
            (
                Decision("u0", "me", "joy", saw_prediction=False),
                Decision("u1", "me", "anger"),
                Decision("u2", "me", skip=True),
                Decision("u0", "you", "fear"),
            )
        )
    )
    document = project.document
    assert annotators(document) == ("me", "you")
    assert said_by(document, Judge("me"), EVERY) == {"u0": "joy", "u1": "anger"}
    assert said_by(document, Judge("me", Pass.BLIND), EVERY) == {"u0": "joy"}
    assert said_by(document, Judge("me", Pass.ASSISTED), EVERY) == {"u1": "anger"}
    assert said_by(document, Judge("you"), ("u1",)) == {}
    assert said_by(document, Judge(None), EVERY) == {"u1": "fear"}
    assert Judge("me", Pass.BLIND).title == "me, blind"
    assert Judge(None).title == "The network"
    project.close()


def test_both_passes_of_one_annotator_are_in_the_history(tmp_path: Path) -> None:
    project = filled(tmp_path / "a.m2f")
    project.do(Decide((Decision("u0", "me", "joy", saw_prediction=False),)))
    project.do(Decide((Decision("u1", "me", "fear", saw_prediction=False), Decision("u0", "you", "fear"))))
    project.do(Decide((Decision("u0", "me", "anger"),)))
    project.do(Together((Decide((Decision("u1", "me", "fear"),)),), "several"))
    project.do(Decide((Decision("u2", "me", "fear"),)))
    project.undo()
    assert passes(project.history(), "me") == {
        Pass.BLIND: {"u0": "joy", "u1": "fear"},
        Pass.ASSISTED: {"u0": "anger", "u1": "fear"},
    }
    project.redo()
    assert passes(project.history(), "me")[Pass.ASSISTED]["u2"] == "fear"
    project.close()
