"""The transcript that lies beside a video."""

from pathlib import Path

import pytest

from m2fnet_core.transcript import find_transcript


def place(folder: Path, *names: str) -> Path:
    for name in ("Talk.mp4", *names):
        (folder / name).touch()
    return folder / "Talk.mp4"


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["talk.SRT"], "talk.SRT"),
        (["Talk.csv", "Talk.vtt", "Talk.srt"], "Talk.srt"),
        (["Talk.csv", "Talk.vtt"], "Talk.vtt"),
        (["Talk.csv", "Talk.txt"], "Talk.csv"),
        (["Talk.en.srt", "Talk.de.srt", "Talk.csv"], "Talk.en.srt"),
        (["Talk.fr.srt", "Talk.de-AT.sdh.srt"], "Talk.de-AT.sdh.srt"),
        (["Talk.en.srt", "Talk.srt"], "Talk.srt"),
        (["Talk2.srt", "Talk.faces.csv", "Other.srt", "Talk.txt"], None),
        ([], None),
    ],
)
def test_same_stem_then_language_srt_before_vtt_before_csv(tmp_path: Path, names: list[str], found: str | None) -> None:
    assert find_transcript(place(tmp_path, *names)) == (tmp_path / found if found else None)


def test_folders_and_absent_places_hold_nothing(tmp_path: Path) -> None:
    media = place(tmp_path)
    (tmp_path / "Talk.srt").mkdir()
    assert find_transcript(media) is None
    assert find_transcript(tmp_path / "gone" / "x.mp4") is None
