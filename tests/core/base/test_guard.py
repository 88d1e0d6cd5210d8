"""No result takes the place of somebody's work."""

import os
import sqlite3
from pathlib import Path

import pytest

from m2fnet_core.base.errors import DocumentError
from m2fnet_core.base.guard import refuse_overwriting


def refused(path: Path, *suffixes: str, sources: tuple[Path, ...] = ()) -> str:
    before = path.read_bytes()
    with pytest.raises(DocumentError) as caught:
        refuse_overwriting(path, suffixes, sources)
    assert path.read_bytes() == before
    assert str(path) in str(caught.value)
    return str(caught.value)


def test_a_free_place_an_empty_file_and_a_file_of_the_kind_are_written(tmp_path: Path) -> None:
    refuse_overwriting(tmp_path / "new.csv", (".csv",), ())
    for name, body in (("old.csv", b"start,end\n"), ("empty.srt", b""), ("wide.srt", "1\n".encode("utf-16"))):
        (tmp_path / name).write_bytes(body)
        refuse_overwriting(tmp_path / name, (".csv", ".srt"), ())
    (tmp_path / "film.mp4").write_bytes(b"\0\0\0\x18ftypisom")
    refuse_overwriting(tmp_path / "film.mp4", (".mp4",), ())


def test_a_file_of_another_kind_stays(tmp_path: Path) -> None:
    project = tmp_path / "p.m2f"
    with sqlite3.connect(project) as connection:
        connection.execute("CREATE TABLE t (x)")
    connection.close()
    refused(project, ".csv")
    disguised = tmp_path / "p.csv"
    project.rename(disguised)
    refused(disguised, ".csv")
    sound = tmp_path / "talk.mp4"
    sound.write_bytes(b"RIFF....WAVE")
    refused(sound, ".mp4")


def test_what_the_result_is_made_from_stays_under_any_name(tmp_path: Path) -> None:
    transcript = tmp_path / "talk.srt"
    transcript.write_text("1\n")
    refused(transcript, ".srt", sources=(transcript,))
    other = tmp_path / "other.srt"
    os.link(transcript, other)
    refused(other, ".srt", sources=(transcript,))
    link = tmp_path / "link.srt"
    link.symlink_to(transcript)
    refused(link, ".srt", sources=(transcript,))
