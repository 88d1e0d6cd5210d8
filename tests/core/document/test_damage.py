"""Every kind of page of a large project, overwritten in turn: opening says so, or everything is there."""

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from m2fnet_core.base.errors import DocumentError
from m2fnet_core.document import copies
from m2fnet_core.document.commands import Decide, Delete, Insert, SetText
from m2fnet_core.document.content import Decision, Document, Turn
from m2fnet_core.document.project import DocumentDamaged, Project
from tests.core.document.desk import MODEL, filled, label, prediction

PAGE = 4096
KINDS = {2: "inside of an index", 5: "inside of a table", 10: "end of an index", 13: "end of a table"}
EACH = 3  # pages of each kind
COUNT = 400


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A closed project with every kind of page in its file."""
    path = tmp_path_factory.mktemp("large") / "large.m2f"
    project = filled(path)
    keys = [f"{'utterance':>40} {k}" for k in range(COUNT)]
    turns = tuple(Turn(key, "m1", 10.0 + k / 10, 10.1 + k / 10, "s0", "words " * 20) for k, key in enumerate(keys))
    project.do(Insert(turns, {}))
    project.do(SetText("u0", "a long story " * 1000))
    project.do(Decide(tuple(Decision(key, "me", "joy") for key in keys)))
    project.add_predictions("m1", MODEL, [(turn, prediction(turn.id)) for turn in turns])
    project.do(Delete(tuple(keys[:300])))
    project.close()
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("CREATE TABLE filling AS SELECT * FROM changes; DROP TABLE filling;")
    return path.read_bytes()


def kinds(body: bytes) -> dict[str, list[int]]:
    """Numbers (from 0) of pages by kind, after SQLite's description of its file format."""
    found: dict[str, list[int]] = {"the first": [0], "free": list(_free(body))}
    for page in range(1, len(body) // PAGE):
        if page not in found["free"]:
            found.setdefault(KINDS.get(body[page * PAGE], "further part of a row"), []).append(page)
    return found


def _free(body: bytes) -> Iterator[int]:
    trunk = _number(body, 32)
    while trunk:
        yield trunk - 1
        start = (trunk - 1) * PAGE
        yield from (_number(body, start + 8 + 4 * k) - 1 for k in range(_number(body, start + 4)))
        trunk = _number(body, start)


def _number(body: bytes, start: int) -> int:
    return int.from_bytes(body[start : start + 4], "big")


def everything(document: Document) -> tuple[object, ...]:
    return (
        *(dict(table) for table in (document.turns, document.decisions, document.speakers, document.media)),
        dict(document.predictions),
    )


@pytest.mark.parametrize("garbage", [b"\xa5", b"\0", b"x"], ids=["noise", "zeros", "letters"])
def test_damage_to_any_kind_of_page_is_told_with_the_newest_sound_snapshot(
    tmp_path: Path, large: bytes, garbage: bytes
) -> None:
    path = tmp_path / "talk.m2f"
    path.write_bytes(large)
    project = Project.open(path)
    before, snapshot = everything(project.document), project.snapshot()
    project.close()
    assert snapshot is not None
    pages = kinds(large)
    assert set(pages) == {*KINDS.values(), "the first", "free", "further part of a row"}
    for kind, numbers in pages.items():
        told = 0
        for number in numbers[:: -(-len(numbers) // EACH)]:
            damaged = large[: number * PAGE] + garbage * PAGE + large[(number + 1) * PAGE :]
            path.write_bytes(damaged)
            error = told_on_opening(path, before)
            if error is not None:
                told += 1
                assert "talk.m2f is damaged" in str(error)
                assert str(snapshot) in str(error)
                assert error.snapshot == snapshot
                assert path.read_bytes() == damaged
        assert told or kind == "free"


def told_on_opening(path: Path, before: tuple[object, ...]) -> DocumentDamaged | None:
    """None: everything is there."""
    try:
        project = Project.open(path)
    except DocumentDamaged as error:
        return error
    assert everything(project.document) == before
    project.close()
    return None


def test_a_few_bytes_changed_anywhere_are_never_more_than_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "talk.m2f"
    project = filled(path)
    project.add_predictions("m1", MODEL, [(turn, prediction(turn.id)) for turn in project.document.turns.values()])
    label(project, "u0", "joy")
    project.close()
    body, chance, sentences = path.read_bytes(), random.Random(7), set()
    places = [place for place, byte in enumerate(body[:-40]) if byte]
    for _ in range(120):
        place, length = chance.choice(places), chance.choice((1, 4, 40))
        path.write_bytes(body[:place] + chance.randbytes(length) + body[place + length :])
        sentences.add(worked(path))
    assert "" in sentences
    assert len(sentences) > 10
    for sentence in sentences - {""}:
        assert any(words in sentence for words in ("damaged", "newer version", "no project"))
        assert len(sentence) < 400
        assert "\n" not in sentence


def worked(path: Path) -> str:
    """Open a project, look at everything, take everything back; what was said when that failed."""
    try:
        with closing(Project.open(path)) as project:
            dict(project.document.predictions)
            project.history()
            while project.undo():
                pass
            project.redo()
    except DocumentError as error:
        return str(error)
    return ""


def test_a_snapshot_that_is_damaged_itself_is_not_offered(tmp_path: Path) -> None:
    path = tmp_path / "talk.m2f"
    project = filled(path)
    older = project.snapshot()
    label(project, "u0", "joy")
    newer = project.snapshot()
    project.close()
    assert older is not None
    assert newer is not None
    for one in (path, newer):
        body = one.read_bytes()
        one.write_bytes(body[:PAGE] + b"\xff" * (len(body) - PAGE))
    with pytest.raises(DocumentDamaged) as told:
        Project.open(path)
    assert told.value.snapshot == older
    with pytest.raises(DocumentDamaged, match="newest sound snapshot"):
        copies.working_copy(path)
    recovered = copies.from_snapshot(older, path)
    assert len(recovered.document.turns) == 4
    again = copies.from_snapshot(older, path)  # as often as one likes; nothing goes
    assert (recovered.path.name, again.path.name) == ("talk recovered.m2f", "talk recovered 2.m2f")
    recovered.close()
    again.close()
    assert newer.exists()


def test_a_prediction_that_cannot_be_read_is_told_when_it_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "talk.m2f"
    project = filled(path)
    project.add_predictions("m1", MODEL, [(project.document.turns["u0"], prediction("u0"))])
    project.close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TRIGGER predictions_no_update")
        connection.execute("UPDATE predictions SET body = substr(body, 1, 30)")
        connection.commit()
    project = Project.open(path)
    with pytest.raises(DocumentDamaged, match="a prediction of the utterance u0 cannot be read"):
        _ = project.document.predictions["u0"]
    project.close()


def test_a_log_that_contradicts_itself_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "talk.m2f"
    filled(path).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("INSERT INTO log(time, kind, title, body) VALUES ('', 'redo', '', 'null')")
        connection.commit()
    with pytest.raises(DocumentDamaged, match="There is no snapshot"):
        Project.open(path)


def test_a_journal_that_is_damaged_costs_at_most_what_it_held(tmp_path: Path) -> None:
    """Frames of the journal carry checksums: SQLite takes those before the damage."""
    path = tmp_path / "talk.m2f"
    project = filled(path)
    for word in ("joy", "fear", "anger"):
        label(project, "u0", word)
    journal = tmp_path / "talk.m2f-wal"
    saved = tmp_path / "crashed.m2f"
    saved.write_bytes(path.read_bytes())
    body = journal.read_bytes()
    project.close()
    (tmp_path / "crashed.m2f-wal").write_bytes(body[: len(body) // 2] + b"\xa5" * (len(body) // 2))
    crashed = Project.open(saved)
    assert "was not closed" in crashed.recovered
    assert len(crashed.document.turns) in (0, 4)
    crashed.close()
