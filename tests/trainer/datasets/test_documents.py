"""One's own projects as a corpus: whose labels, which split, what is left out."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from m2fnet_core.base.dialogue import Dialogue, Prediction, Presence
from m2fnet_core.base.emotions import MELD
from m2fnet_core.base.errors import TrainingError
from m2fnet_core.document.commands import AddMedia, Decide, Insert, SetBounds
from m2fnet_core.document.content import Decision, Medium, Model, Turn
from m2fnet_core.document.project import Project
from trainer.config import CorpusConfig, RunConfig
from trainer.datasets.base import SPLITS
from trainer.datasets.corpora import read_dialogues
from trainer.datasets.documents import piece_of, read_documents, split_of


def of_split(split: str, first: int = 1) -> str:
    """A hash of a medium whose first three minutes (for held-out ones: the first) are of a split."""
    pieces = range(3 if split == "train" else 1)
    return next(
        f"{i:064d}"[::-1] for i in range(first, 9999) if {split_of(f"{i:064d}"[::-1], n) for n in pieces} == {split}
    )


TRAIN, TEST, OTHER = of_split("train"), of_split("test"), of_split("train", 500)


def project(
    path: Path,
    sha256: str = TRAIN,
    decided: Mapping[int, Sequence[Decision]] | None = None,
    predicted: Mapping[int, float] | None = None,
    turns: int = 4,
    gap: float = 1.0,
    trained: bool = True,
) -> Path:
    """A project of one medium with ``turns`` utterances of a second; predictions say joy, this probably."""
    video = path.with_suffix(".mp4")
    video.touch()
    made = Project.create(path)
    made.do(AddMedia((Medium("m", video, video.name, sha256, 1000.0),)))
    said = [Turn(f"t{i}", "m", i * gap, i * gap + 0.9, "s", f"line {i}") for i in range(turns)]
    made.do(Insert(tuple(said), {"s": "Ann"}))
    for number, decisions in (decided or {}).items():
        made.do(Decide(tuple(Decision(f"t{number}", d.annotator, d.label, skip=d.skip) for d in decisions)))
    items = [
        (said[i], Prediction(f"t{i}", "joy", _chances(share), Presence(text=True)))
        for i, share in (predicted or {}).items()
    ]
    if items:
        made.add_predictions("m", Model("starter", "ab" * 32, trained, MELD.labels), items)
    made.close()
    return path


def _chances(share: float) -> dict[str, float]:
    return {label: share if label == "joy" else (1 - share) / 6 for label in MELD.labels}


def says(label: str | None, annotator: str = "anna") -> Decision:
    return Decision("", annotator, label, skip=label is None)


def labels(dialogues: Sequence[Dialogue]) -> list[str | None]:
    return [utterance.label for dialogue in dialogues for utterance in dialogue.utterances]


def test_only_decisions_are_labels_unless_predictions_are_asked_for(tmp_path: Path) -> None:
    given = project(
        tmp_path / "a.m2f", decided={0: [says("anger")], 1: [says(None)]}, predicted={1: 0.9, 2: 0.9, 3: 0.5}
    )
    plain = read_documents(CorpusConfig("documents", given), MELD.labels)
    assert labels(plain.splits["train"]) == ["anger", None, None, None]
    more = read_documents(CorpusConfig("documents", given, pseudo_labels=0.8), MELD.labels)
    assert labels(more.splits["train"]) == ["anger", None, "joy", None]
    dialogue = plain.splits["train"][0]
    assert dialogue.media == tmp_path / "a.mp4"
    assert (dialogue.utterances[1].speaker, dialogue.utterances[1].text) == ("Ann", "line 1")


def test_predictions_never_label_what_is_held_out_nor_come_from_chance_or_another_span(tmp_path: Path) -> None:
    held = project(tmp_path / "a.m2f", TEST, {0: [says("anger")]}, {1: 0.9})
    assert labels(read_documents(CorpusConfig("documents", held, pseudo_labels=0.8), MELD.labels).splits["test"]) == [
        "anger", None, None, None,
    ]  # fmt: skip
    random = project(tmp_path / "b.m2f", decided={0: [says("anger")]}, predicted={1: 0.9}, trained=False)
    moved = project(tmp_path / "c.m2f", decided={0: [says("anger")]}, predicted={1: 0.9})
    opened = Project.open(moved)
    opened.do(SetBounds({"t1": (1.0, 1.5)}))
    opened.close()
    for given in (random, moved):
        found = read_documents(CorpusConfig("documents", given, pseudo_labels=0.8), MELD.labels)
        assert labels(found.splits["train"]) == ["anger", None, None, None]


def test_one_annotator_or_the_majority(tmp_path: Path) -> None:
    votes = {
        0: [says("joy"), says("anger", "ben"), says("anger", "cid")],
        1: [says("joy"), says("anger", "ben")],
        2: [says("joy"), says(None, "ben"), says(None, "cid")],
        3: [says("fear", "ben")],
    }
    given = project(tmp_path / "a.m2f", decided=votes)
    assert labels(read_documents(CorpusConfig("documents", given), MELD.labels).splits["train"]) == [
        "anger", None, None, "fear",
    ]  # fmt: skip
    mine = read_documents(CorpusConfig("documents", given, annotator="anna"), MELD.labels)
    assert labels(mine.splits["train"]) == ["joy", "joy", "joy", None]
    with pytest.raises(TrainingError, match="no decision by zoe"):
        read_documents(CorpusConfig("documents", given, annotator="zoe"), MELD.labels)


def test_a_mediums_content_decides_its_split_for_good(tmp_path: Path) -> None:
    for name, sha256 in (("a", TRAIN), ("b", TEST)):
        (tmp_path / name).mkdir()
        project(tmp_path / name / f"{name}.m2f", sha256, {0: [says("joy")]})
    once = read_documents(CorpusConfig("documents", tmp_path), MELD.labels)
    (tmp_path / "a" / "a.m2f").rename(tmp_path / "z.m2f")
    again = read_documents(CorpusConfig("documents", tmp_path), MELD.labels)
    assert set(once.splits) == {"train", "test"}
    for split in once.splits:
        assert [d.id for d in once.splits[split]] == [d.id for d in again.splits[split]]
    for key in ("a", "b", "c"):
        drawn = [split_of(key, piece) for piece in range(80)]
        assert [drawn.count(split) for split in SPLITS] == [60, 10, 10]
        assert set(drawn[:8]) == set(SPLITS), "eight minutes of one video have all three parts"
    named = read_documents(CorpusConfig("documents", tmp_path, split="validation"), MELD.labels)
    assert set(named.splits) == {"validation", "test"}  # what is for the test stays there


def test_a_medium_in_two_projects_counts_once(tmp_path: Path) -> None:
    project(tmp_path / "few.m2f", decided={0: [says("joy")]})
    project(tmp_path / "many.m2f", decided={0: [says("anger")], 1: [says("anger")]})
    found = read_documents(CorpusConfig("documents", tmp_path), MELD.labels)
    assert labels(found.splits["train"]) == ["anger", "anger", None, None]
    assert found.problems == ("few.mp4 is in several projects; the one with most decisions is used.",)


def test_long_talks_become_dialogues_of_one_split(tmp_path: Path) -> None:
    given = project(tmp_path / "a.m2f", decided={i: [says("joy")] for i in range(0, 80, 5)}, turns=80)
    found = read_documents(CorpusConfig("documents", given), MELD.labels).splits
    assert [len(d.utterances) for d in found["train"]] == [33, 27, 20], "no dialogue goes on in the next minute"
    assert [piece_of(d.id) for d in found["train"]] == [f"{TRAIN[:16]}/{n}" for n in (0, 0, 1)]
    assert piece_of("train/dia0") == ""
    paused = project(tmp_path / "b.m2f", decided={0: [says("joy")], 3: [says("joy")]}, gap=40.0)
    found = read_documents(CorpusConfig("documents", paused), MELD.labels).splits
    assert [len(d.utterances) for d in found["train"]] == [1, 1]


def test_what_is_missing_is_said_and_the_rest_is_used(tmp_path: Path) -> None:
    given = project(tmp_path / "a.m2f", decided={0: [says("joy")]})
    (tmp_path / "a.mp4").unlink()
    (tmp_path / "b.m2f").write_text("no project")
    found = read_documents(CorpusConfig("documents", tmp_path), MELD.labels)
    assert found.splits["train"][0].media is None
    assert len(found.problems) == 2
    project(tmp_path / "c.m2f", OTHER, decided={0: [says("joy")]})
    (tmp_path / "c.mp4").unlink()
    found = read_documents(CorpusConfig("documents", tmp_path), MELD.labels)
    assert len(found.problems) == 2  # one sentence for both videos, and the list on request
    assert "2 videos cannot be read (a.mp4, c.mp4): text only there" in found.problems[1]
    assert [line.split(":")[0] for line in found.missing] == ["a.mp4", "c.mp4"]
    with pytest.raises(TrainingError, match="no project"):
        read_documents(CorpusConfig("documents", tmp_path / "empty"), MELD.labels)
    assert given.is_file()


def test_projects_stand_beside_other_corpora_in_a_run(tmp_path: Path) -> None:
    project(tmp_path / "a.m2f", decided={0: [says("joy")], 1: [says("disgust")]})
    project(tmp_path / "b.m2f", OTHER, decided={0: [says("fear")]})
    project(tmp_path / "c.m2f", TEST, decided={0: [says("joy")]})
    mapped = {"fear": "anger"}
    corpora = (
        CorpusConfig("documents", tmp_path / "a.m2f"),
        CorpusConfig("documents", tmp_path / "b.m2f", split="validation", label_map=mapped),
        CorpusConfig("documents", tmp_path / "c.m2f", split="train"),
    )
    splits, _ = read_dialogues(RunConfig(labels=("joy", "anger"), corpora=corpora))
    assert len(splits["test"]) == 1, "it stays there"
    assert labels(splits["train"]) == ["joy", None, None, None]
    assert labels(splits["validation"])[:1] == ["anger"]


def test_one_short_video_says_what_is_missing(tmp_path: Path) -> None:
    project(tmp_path / "a.m2f", decided={0: [says("joy")], 1: [says("anger")]})
    run = RunConfig(corpora=(CorpusConfig("documents", tmp_path),))
    with pytest.raises(TrainingError, match=r"too few for a validation part.*label more of the video"):
        read_dialogues(run)


def test_more_labels_and_other_media_move_nothing_between_the_parts(tmp_path: Path) -> None:
    project(tmp_path / "a.m2f", decided={0: [says("joy")], 500: [says("joy")]}, turns=600)
    before = read_documents(CorpusConfig("documents", tmp_path), MELD.labels).splits
    opened = Project.open(tmp_path / "a.m2f")
    opened.do(Decide(tuple(Decision(f"t{number}", "anna", "joy") for number in range(600))))
    opened.close()
    project(tmp_path / "b.m2f", OTHER, decided={0: [says("joy")]})
    after = read_documents(CorpusConfig("documents", tmp_path), MELD.labels).splits
    assert set(after) == set(SPLITS)
    for split, dialogues in before.items():
        assert {d.id for d in dialogues} <= {d.id for d in after[split]}
    assert len({u.id for some in after.values() for d in some for u in d.utterances if TRAIN[:16] in d.id}) == 600
