"""Results of analyses come into a project: speakers that nobody named are other people in every video."""

from dataclasses import replace
from pathlib import Path

from m2fnet_core.analysis.report import AnalysedMedia, Report, UsedModel, analysed
from m2fnet_core.base.dialogue import Utterance
from m2fnet_core.document.analysed import add_analysed
from m2fnet_core.document.project import Project
from tests.core.document.desk import MODEL, prediction

SAID = ("Speaker 1", "Speaker 2", "Ann")


def report(number: int, voices: tuple[str, ...]) -> Report:
    media = AnalysedMedia(Path(f"talk{number}.mp4"), str(number) * 64, 10.0, None, None)
    utterances = tuple(
        analysed(Utterance(f"u{n}", float(n), n + 1.0, name), replace(prediction(f"u{n}"), prior=None), ())
        for n, name in enumerate(SAID)
    )
    return Report(media=media, model=UsedModel(MODEL.name, True, MODEL.labels), utterances=utterances, voices=voices)


def test_a_voice_is_nobody_of_another_video_and_a_name_is_the_same_person(tmp_path: Path) -> None:
    path = tmp_path / "talks.m2f"
    Project.create(path).close()
    heard = ("Speaker 1", "Speaker 2")
    found = ((Path(f"talk{n}.mp4"), "h" * 64, report(n, heard)) for n in (1, 2))
    assert add_analysed(path, found) == 2
    project = Project.open(path, read_only=True)
    names = [project.document.speakers[turn.speaker].name for turn in project.document.turns.values()]
    project.close()
    assert sorted(names) == ["Ann", "Ann", "Speaker 1", "Speaker 2", "Speaker 3", "Speaker 4"]
