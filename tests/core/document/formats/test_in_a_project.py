"""With a real project: what is imported is one undo step, and an export that is killed leaves a whole file."""

import json
import random
import subprocess
import sys
from pathlib import Path

from m2fnet_core.document.commands import AddMedia
from m2fnet_core.document.project import Project
from tests.core.document.formats.talk import bring, document, export, said

KILLS = 8
CHILD = """
import sys
from pathlib import Path
from m2fnet_core.document.content import Document, Medium, Turn
from m2fnet_core.document.formats import LabelChoice, sheet_of, write

turns = {f"t{i}": Turn(f"t{i}", "m", i * 0.1, i * 0.1 + 0.09, "", "word " * 20) for i in range(500)}
given = Document(media={"m": Medium("m", Path("/talk.mp4"), "talk.mp4", "0" * 64, 60.0)}, turns=turns)
while True:
    write(sheet_of(given, "m", LabelChoice.HUMAN), "json", Path(sys.argv[1]))
    print("written", flush=True)
"""


def test_an_import_is_one_step_of_a_project(tmp_path: Path) -> None:
    given = document([(0.5, 2.0, "Ann", "You came!"), (1.0, 3.0, "Ann", None), (1.5, 2.5, "", "Hm")], ("joy", "fear"))
    project = Project.create(tmp_path / "talks.m2f")
    project.do(AddMedia(tuple(given.media.values())))
    before = project.document
    for name in ("json", "csv", "eaf", "textgrid", "vtt", "srt", "meld"):
        export(given, name, tmp_path / f"talk.{name}")
        read = bring(tmp_path / f"talk.{name}", name, project.document)
        project.do(read.command("m", tmp_path / f"talk.{name}", replace_turns=True))
        assert said(project.document) == said(given)
        project.undo()
        assert project.document == before
    project.close()


def test_an_export_that_is_killed_leaves_a_whole_file(tmp_path: Path) -> None:
    place, wait = tmp_path / "talk.json", random.Random(0)
    found = set[bytes]()
    for _ in range(KILLS):
        with subprocess.Popen([sys.executable, "-c", CHILD, str(place)], stdout=subprocess.PIPE) as child:
            for _ in range(wait.randrange(1, 4)):
                child.stdout.readline()
            child.kill()  # while it writes the next one
        found.add(place.read_bytes())
    assert len(found) == 1
    assert len(json.loads(found.pop())["utterances"]) == 500
