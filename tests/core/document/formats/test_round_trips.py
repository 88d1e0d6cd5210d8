"""Out and back: what each format holds comes back equal, for any document."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from m2fnet_core.base.emotions import MELD
from m2fnet_core.document.content import Decision, Document, Speaker
from m2fnet_core.document.formats import LabelChoice, main_annotator
from tests.core.document.formats.talk import (
    ANY_TEXT,
    FEW,
    ODD_NAMES,
    after,
    bring,
    documents,
    empty,
    export,
    said,
    spoken,
    with_words,
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all examples: hypothesis asks for fixtures that outlive an example."""
    return tmp_path_factory.mktemp("out")


def there_and_back(given: Document, name: str, path: Path) -> Document:
    """Export to a new file, and import it into an empty project."""
    path.unlink(missing_ok=True)
    export(given, name, path)
    into = empty(given)
    return after(into, bring(path, name, into))


@FEW
@given(example=documents())
@pytest.mark.parametrize("name", ["srt", "vtt", "eaf", "textgrid", "meld", "csv", "json"])
def test_turns_speakers_texts_and_labels_come_back(example: Document, name: str, place: Path) -> None:
    assert said(there_and_back(example, name, place / f"talk.{name}")) == said(example)


@FEW
@given(example=documents(names=ODD_NAMES, texts=ANY_TEXT))
@pytest.mark.parametrize("name", ["csv", "json"])
def test_tables_hold_any_name_and_any_words(example: Document, name: str, place: Path) -> None:
    assert said(there_and_back(example, name, place / f"odd.{name}")) == said(example)


@settings(FEW, max_examples=10)
@given(example=documents())
@pytest.mark.parametrize("name", ["eaf", "textgrid", "json"])
def test_words_come_back_with_their_times(example: Document, name: str, place: Path) -> None:
    alone = {key: replace(turn, speaker=key) for key, turn in example.turns.items()}  # nobody overlaps with herself
    heard = with_words(replace(example, turns=alone, speakers={key: Speaker(key, f"N{key}") for key in alone}))
    assert spoken(there_and_back(heard, name, place / f"timed.{name}")) == spoken(heard)


@FEW
@given(example=documents(texts=ANY_TEXT))
@pytest.mark.parametrize("name", ["eaf", "textgrid"])
def test_tiers_hold_any_words(example: Document, name: str, place: Path) -> None:
    assert said(there_and_back(example, name, place / f"words.{name}")) == said(example)


DECISIONS = st.builds(
    Decision,
    utterance=st.just(""),
    annotator=st.sampled_from(("anna", "ben")),
    label=st.sampled_from(MELD.labels),
    second=st.none() | st.sampled_from(MELD.labels),
    intensity=st.none() | st.integers(1, 3),
    unsure=st.booleans(),
    skip=st.booleans(),
    comment=ANY_TEXT | st.just("two\nlines") | st.just(""),
    seconds=st.floats(0, 1e4),
    saw_prediction=st.booleans(),
    time=st.sampled_from(("", "2026-11-01T10:00:00+00:00")),
)


@FEW
@given(example=documents(), decisions=st.lists(DECISIONS, max_size=8))
@pytest.mark.parametrize("name", ["csv", "json"])
def test_decisions_come_back_whole(example: Document, decisions: list[Decision], name: str, place: Path) -> None:
    """All annotators' in JSON, one annotator's in CSV."""
    given = [replace(d, utterance=turn) for d, turn in zip(decisions, example.turns, strict=False)]
    example = replace(example, decisions={(d.utterance, d.annotator): d for d in given})
    path = place / f"decided.{name}"
    export(example, name, path)
    back = bring(path, name, example, match=True)
    whose = {decision.annotator for decision in given} if name == "json" else {main_annotator(example)}
    wanted = {key: decision for key, decision in example.decisions.items() if key[1] in whose}
    assert {(d.utterance, d.annotator): d for d in back.decisions} == wanted
    assert back.turns == ()


@FEW
@given(example=documents())
@pytest.mark.parametrize("choice", list(LabelChoice))
def test_the_chosen_label_is_the_one_written(example: Document, choice: LabelChoice, place: Path) -> None:
    path = place / "chosen.vtt"
    export(example, "vtt", path, choice)
    into = empty(example)
    found = [row[4] for row in said(after(into, bring(path, "vtt", into)))]
    turns = [(turn, example.speakers[turn.speaker].name if turn.speaker else "") for turn in example.turns.values()]
    order = [turn.id for turn, name in sorted(turns, key=lambda pair: (pair[0].start, pair[0].end, pair[1]))]
    human = [d.label if (d := example.decisions.get((turn, "anna"))) else None for turn in order]
    model = [k.prediction.label if (k := example.predictions.get(turn)) else None for turn in order]
    wanted = {
        LabelChoice.HUMAN: human,
        LabelChoice.MODEL: model,
        LabelChoice.HUMAN_ELSE_MODEL: [h or m for h, m in zip(human, model, strict=True)],
    }
    assert found == wanted[choice]
