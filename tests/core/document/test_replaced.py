"""Another file in a medium's place: nothing is made of it under the name of the former one."""

from dataclasses import replace
from pathlib import Path

import pytest

from m2fnet_core.base.emotions import MELD
from m2fnet_core.base.errors import DocumentError, MediaError, TrainingError
from m2fnet_core.base.events import ignore
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.document.commands import AddMedia, Decide, Insert, TakeFile
from m2fnet_core.document.content import Decision, Medium, Turn
from m2fnet_core.document.formats.base import LabelChoice, sheet_of
from m2fnet_core.document.formats.film import write_film
from m2fnet_core.document.media_files import looked_up
from m2fnet_core.document.project import Project
from m2fnet_core.media.content import content_hash
from trainer.config import CorpusConfig
from trainer.datasets.documents import read_documents


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """One labelled utterance of a file that is another one now."""
    film = tmp_path / "film.mp4"
    film.write_bytes(b"the one")
    made = Project.create(tmp_path / "talk.m2f")
    made.do(AddMedia((Medium("m", film, "film.mp4", content_hash(film), 2.0),)))
    made.do(Insert((Turn("u", "m", 0.0, 1.0, "", "Hi."),), {}))
    made.do(Decide((Decision("u", "ada", "joy", comment="sure"),)))
    (tmp_path / "other.mp4").write_bytes(b"another")
    (tmp_path / "other.mp4").replace(film)
    return made


def test_no_film_is_made_of_another_file(project: Project, tmp_path: Path) -> None:
    sheet = sheet_of(project.document, "m", LabelChoice.HUMAN)
    with pytest.raises(MediaError, match="another file now"):
        write_film(sheet, tmp_path / "out.mp4", ignore, CancelToken())
    project.close()


def test_nothing_is_learnt_from_another_file(project: Project, tmp_path: Path) -> None:
    project.close()
    with pytest.raises(TrainingError, match=r"film\.mp4 is another file now"):
        read_documents(CorpusConfig("documents", tmp_path), MELD.labels)


def test_taking_the_new_file_marks_what_was_said_and_can_be_undone(project: Project, tmp_path: Path) -> None:
    before = project.document
    project.do(TakeFile("m", content_hash(tmp_path / "film.mp4"), 3.0))
    decision = project.document.decisions["u", "ada"]
    assert decision.unsure
    assert decision.comment.startswith("sure; made on another file (")
    medium = project.document.media["m"]
    assert "made on another file" in medium.reason
    assert looked_up(replace(medium), tmp_path).reason == medium.reason, "looking for it keeps the mark"
    project.undo()
    assert project.document.decisions == before.decisions
    with pytest.raises(DocumentError, match="no video"):
        project.do(TakeFile("x", "1" * 64, 3.0))
    project.close()
