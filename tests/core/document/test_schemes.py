"""Label schemes: from files, what is refused, and how decisions and predictions follow them."""

from pathlib import Path

import pytest

from m2fnet_core.base.emotions import LabelSet
from m2fnet_core.base.errors import DocumentError
from m2fnet_core.document.commands import SetLabelSet
from m2fnet_core.document.content import Look
from m2fnet_core.document.project import Project
from m2fnet_core.document.schemes import SCHEMES, check, looks_of, read_scheme
from tests.core.document.desk import MODEL, filled, label, prediction

ELAN = """<?xml version="1.0" encoding="UTF-8"?><ANNOTATION_DOCUMENT FORMAT="3.0">
<CONTROLLED_VOCABULARY CV_ID="mood"><CV_ENTRY_ML CVE_ID="a"><CVE_VALUE LANG_REF="und" DESCRIPTION="at ease">calm
</CVE_VALUE></CV_ENTRY_ML><CV_ENTRY_ML CVE_ID="b"><CVE_VALUE LANG_REF="und">tense</CVE_VALUE></CV_ENTRY_ML>
</CONTROLLED_VOCABULARY></ANNOTATION_DOCUMENT>"""
OLDER = """<ANNOTATION_DOCUMENT FORMAT="2.7"><CONTROLLED_VOCABULARY CV_ID="mood">
<CV_ENTRY DESCRIPTION="at ease">calm</CV_ENTRY><CV_ENTRY>tense</CV_ENTRY></CONTROLLED_VOCABULARY>
</ANNOTATION_DOCUMENT>"""


def test_every_scheme_to_start_from_is_one() -> None:
    for name, looks in SCHEMES.items():
        if name != "Empty":
            check(looks)


def test_a_table_brings_labels_with_all_that_belongs_to_them(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("Label;Key;Colour;Description\ncalm;C;#009e73;at ease\ntense;;;\n", encoding="utf-8")
    assert read_scheme(path) == (Look("calm", "#009e73", "C", "at ease"), Look("tense"))


@pytest.mark.parametrize("text", [ELAN, OLDER])
def test_a_controlled_vocabulary_of_elan_is_a_scheme(tmp_path: Path, text: str) -> None:
    path = tmp_path / "talk.eaf"
    path.write_text(text, encoding="utf-8")
    assert read_scheme(path) == (Look("calm", description="at ease"), Look("tense"))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("label\n" + "".join(f"l{k}\n" for k in range(200)), "2 to 30 labels, not 200"),
        ("label\ncalm\nCalm\n", "Two labels are called 'calm'"),
        ("label,key\ncalm,C\ntense,C\n", "Two labels have the key C"),
        ("label,colour\ncalm,red\ntense,\n", "'red' of calm is not written"),
        ("label,key\ncalm,C\n,D\n", "no name"),
        ("word\ncalm\n", "no column called label"),
    ],
)
def test_what_no_scheme_can_be_is_one_sentence_with_the_file(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DocumentError, match=reason) as error:
        read_scheme(path)
    assert "mine.csv" in str(error.value)


def test_decisions_and_predictions_follow_in_one_step_and_back(tmp_path: Path) -> None:
    project = filled(tmp_path / "a.m2f")
    label(project, "u0", "joy")
    label(project, "u1", "surprise")
    turns = project.document.turns
    project.add_predictions("m1", MODEL, [(turns["u0"], prediction("u0", "joy"))])
    before = project.document
    looks = (Look("glad", "#e69f00", "G", "smiles"), Look("sad"))
    meant = {"joy": "glad", "surprise": "glad", "sadness": "sad"}
    project.do(SetLabelSet(LabelSet("mine", ("glad", "sad")), {"joy": "glad", "surprise": "glad"}, looks, meant))
    assert {key[0]: said.label for key, said in project.document.decisions.items()} == {"u0": "glad", "u1": "glad"}
    said = project.document.predictions["u0"].prediction
    assert said.label == "glad"
    assert said.probabilities["glad"] == pytest.approx(0.75)
    assert sum(said.probabilities.values()) == pytest.approx(1.0)
    assert project.predictions_of("u0")[0].prediction.label == "joy"  # what is kept is what the network said
    project.undo()
    assert project.document == before
    project.redo()
    project.close()
    again = Project.open(tmp_path / "a.m2f")
    assert looks_of(again.document) == looks
    assert again.document.predictions["u0"].prediction == said
    again.close()


def test_a_prediction_cannot_be_shown_as_a_label_that_is_not_there(tmp_path: Path) -> None:
    project = filled(tmp_path / "a.m2f")
    with pytest.raises(DocumentError, match="'glad', which the new set lacks"):
        project.do(SetLabelSet(LabelSet("mine", ("calm", "sad")), {}, (), {"joy": "glad"}))
    project.close()
