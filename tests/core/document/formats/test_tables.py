"""CSV, JSON, MELD's csv and RTTM: their exact form, and files that people changed."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from m2fnet_core.base.emotions import MELD
from m2fnet_core.base.errors import TranscriptError
from m2fnet_core.document.content import Decision
from m2fnet_core.document.formats import LabelChoice
from m2fnet_core.document.formats.table import read_csv_labels
from m2fnet_core.transcript import read_transcript
from tests.core.document.formats.talk import after, bring, document, empty, export, said

DOCS = Path(__file__).parents[4] / "docs"
SCHEMA = json.loads((DOCS / "annotations.schema.json").read_text("utf-8"))
MELD_HEAD = "Sr No.,Utterance,Speaker,Emotion,Sentiment,Dialogue_ID,Utterance_ID,Season,Episode,StartTime,EndTime"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_table_has_human_and_model_side_by_side(tmp_path: Path) -> None:
    export(document(), "csv", tmp_path / "talk.csv", LabelChoice.HUMAN_ELSE_MODEL)
    first, second = rows(tmp_path / "talk.csv")
    wanted = {"schema": "1", "media": "talk.mp4", "id": "t0", "start": "0.5", "end": "2.0", "speaker": "Ann"}
    wanted |= {
        "text": "You came!",
        "emotion": "joy",
        "emotion_from": "human",
        "human_label": "joy",
        "annotator": "anna",
    }
    wanted |= {"model_label": "neutral", "p_neutral": "0.7", "has_text": "1", "has_faces": "0", "model": "starter"}
    wanted |= {"model_hash": "f" * 64, "model_trained": "1", "unsure": "0", "decided_at": "2026-11-01T10:00:00+00:00"}
    assert wanted.items() <= first.items()
    assert (second["emotion"], second["emotion_from"], second["human_label"]) == ("sadness", "model", "")


def test_a_table_that_went_through_pandas_is_read(tmp_path: Path) -> None:
    path = tmp_path / "talk.csv"
    path.write_text(
        "end,human_label,unsure,intensity,start,speaker,saw_prediction,text\n"
        '2.5,joy,True,2.0,1.0,Ann,False,"a, ""b"""\n3.5,,,,3.0,Bob,,\nx,joy,,,3,,,\n5,joy,maybe,,4,,,\n',
        "utf-8",
    )
    into = empty(document())
    back = bring(path, "csv", into)
    assert said(after(into, back)) == [(1.0, 2.5, "Ann", 'a, "b"', "joy"), (3.0, 3.5, "Bob", None, None)]
    decision = replace(back.decisions[0], utterance="")
    assert decision == Decision("", "anna", "joy", intensity=2, unsure=True, saw_prediction=False)
    assert back.notices == ("talk.csv: 2 unreadable rows left out (row 3, 4).",)


@pytest.mark.parametrize(
    ("name", "head", "missing"),
    [
        ("csv", "human_label,start,text", "end"),
        ("csv", "speaker,text,label", "start and end"),
        ("meld", MELD_HEAD.replace("Emotion,", "").replace("StartTime,", ""), "emotion, starttime"),
    ],
)
def test_missing_columns_are_named(tmp_path: Path, name: str, head: str, missing: str) -> None:
    (tmp_path / "talk.csv").write_text(f"{head}\n1,1,1\n", "utf-8")
    with pytest.raises(TranscriptError, match=missing) as caught:
        bring(tmp_path / "talk.csv", name, empty(document()))
    assert "\n" not in str(caught.value)


def test_a_model_label_in_a_table_is_no_humans(tmp_path: Path) -> None:
    export(document(), "csv", tmp_path / "talk.csv", LabelChoice.MODEL)
    assert [u.label for u in read_transcript(tmp_path / "talk.csv").utterances] == [None, None]
    assert [d.label for d in bring(tmp_path / "talk.csv", "csv", empty(document())).decisions] == ["joy"]


def test_json_follows_its_schema(tmp_path: Path) -> None:
    export(document(), "json", tmp_path / "talk.json", LabelChoice.HUMAN_ELSE_MODEL)
    body = json.loads((tmp_path / "talk.json").read_text("utf-8"))
    jsonschema.validate(body, SCHEMA)
    assert [u["emotion_from"] for u in body["utterances"]] == ["human", "model"]
    assert body["utterances"][1]["prediction"]["probabilities"]["sadness"] == 0.7


def test_the_documented_example_follows_the_schema_and_is_read(tmp_path: Path) -> None:
    text = (DOCS / "formats.md").read_text("utf-8").split("```json\n")[1].split("```")[0]
    jsonschema.validate(json.loads(text), SCHEMA)
    (tmp_path / "talk.json").write_text(text, "utf-8")
    back = bring(tmp_path / "talk.json", "json", empty(document()))
    assert (back.decisions[0].label, back.decisions[0].second) == ("joy", "surprise")
    assert back.notices == ("talk.json was made for another file than talk.mp4; its times may not fit.",)


@pytest.mark.parametrize(
    "text", ["[]", "{", '{"format": "m2fnet-annotations", "schema": 2}', '{"schema": 1}', "[" * 100_000]
)
def test_json_of_another_kind_is_one_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "bad.json").write_text(text, "utf-8")
    with pytest.raises(TranscriptError, match=r"bad\.json"):
        bring(tmp_path / "bad.json", "json", empty(document()))


def test_json_with_a_wrong_field_names_it(tmp_path: Path) -> None:
    export(document(), "json", tmp_path / "talk.json")
    body = json.loads((tmp_path / "talk.json").read_text("utf-8"))
    body["utterances"][0]["decisions"][0]["skip"] = "perhaps"
    (tmp_path / "talk.json").write_text(json.dumps(body))
    with pytest.raises(TranscriptError, match="perhaps"):
        bring(tmp_path / "talk.json", "json", empty(document()))


def test_melds_columns_are_exact(tmp_path: Path) -> None:
    notices = export(document(), "meld", tmp_path / "talk.csv")
    lines = (tmp_path / "talk.csv").read_text("utf-8").splitlines()
    assert lines == [
        MELD_HEAD,
        '1,You came!,Ann,joy,positive,0,0,,,"00:00:00,500","00:00:02,000"',
        '2,So?,Bob,,,0,1,,,"00:00:02,250","00:00:04,000"',
    ]
    assert notices == ("Emotion is empty for 1 utterance without a label.",)


@pytest.mark.parametrize("name", ["csv", "meld"])
def test_words_that_a_spreadsheet_would_run_stay_and_are_told(tmp_path: Path, name: str) -> None:
    given = document([(0, 1, "=Ann", "+1, then"), (1, 2, "Bob", "1+1")], ("joy", "joy"))
    (told,) = export(given, name, tmp_path / "talk.csv")
    assert told.startswith("2 cells begin with = + - or @")
    into = empty(given)
    assert said(after(into, bring(tmp_path / "talk.csv", name, into))) == said(given)


def test_rttm_has_ten_columns_and_no_blanks_in_names(tmp_path: Path) -> None:
    names = ("Ann B", "Ann_B", "", "unknown", "רות א", "a\tb\n")
    notices = export(document([(1.0, 2.5, name, "x") for name in names]), "rttm", tmp_path / "talk.rttm")
    lines = [line.split(" ") for line in (tmp_path / "talk.rttm").read_text("utf-8").splitlines()]
    assert all(len(columns) == 10 for columns in lines)
    assert lines[0] == ["SPEAKER", "talk", "1", "1.000", "1.500", "<NA>", "<NA>", "Ann_B", "<NA>", "<NA>"]
    assert [columns[7] for columns in lines] == ["Ann_B", "Ann_B_2", "unknown", "unknown_2", "רות_א", "a_b"]
    assert len(notices) == 1


@pytest.mark.parametrize("cell", ["nan", "inf", "1e400", "9" * 5000, "x"])
@pytest.mark.parametrize("column", ["seconds", "intensity", "start"])
def test_a_number_that_is_none_costs_its_row_alone(tmp_path: Path, column: str, cell: str) -> None:
    row = {"start": "0", "end": "1", "speaker": "A", "human_label": "joy", "intensity": "2", "seconds": "0.5"}
    lines = [",".join(row), ",".join((row | {column: cell}).values()), ",".join(row.values()), "3"]
    (tmp_path / "t.csv").write_text("\n".join(lines), "utf-8")
    found = read_csv_labels(tmp_path / "t.csv", document().media["m"], MELD)
    assert len(found.entries) == 1
    assert found.notices == ("t.csv: 2 unreadable rows left out (row 1, 3).",)
