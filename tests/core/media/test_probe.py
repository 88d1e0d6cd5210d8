"""Which streams a file has, and one clear sentence when it cannot be read."""

import os
from fractions import Fraction
from pathlib import Path

import pytest

from m2fnet_core.base.errors import MediaError
from m2fnet_core.media.probe import probe
from tests.media_maker import Picture, Sound, cut_off, write_media, write_with_cover


@pytest.mark.parametrize("ending", ["mp4", "mkv", "mov", "avi", "webm"])
def test_video_with_sound(tmp_path: Path, ending: str) -> None:
    info = probe(write_media(tmp_path / f"talk.{ending}"))
    assert info.video is not None
    assert info.audio is not None
    assert (info.video.width, info.video.height, info.video.rotation) == (128, 96, 0)
    assert info.video.fps == pytest.approx(25.0)
    assert (info.audio.rate, info.audio.channels) == (48000, 2)
    assert info.duration == pytest.approx(2.0, abs=0.12)
    assert info.notices == ()


@pytest.mark.parametrize("ending", ["wav", "mp3", "flac", "m4a"])
def test_sound_alone(tmp_path: Path, ending: str) -> None:
    info = probe(write_media(tmp_path / f"talk.{ending}", picture=None))
    assert info.video is None
    assert info.audio is not None
    assert info.duration == pytest.approx(2.0, abs=0.05)


@pytest.mark.parametrize("ending", ["mp3", "flac", "m4a"])
def test_a_cover_picture_is_no_video(tmp_path: Path, ending: str) -> None:
    assert probe(write_with_cover(tmp_path / f"song.{ending}")).video is None


def test_video_without_sound(tmp_path: Path) -> None:
    info = probe(write_media(tmp_path / "silent.mp4", sound=None))
    assert info.audio is None
    assert info.video is not None


@pytest.mark.parametrize(("ending", "codec"), [("mp4", "mov_text"), ("mkv", "srt"), ("webm", "webvtt")])
def test_subtitles(tmp_path: Path, ending: str, codec: str) -> None:
    info = probe(write_media(tmp_path / f"talk.{ending}", subtitles=[(0.2, 0.8, "Hello"), (1.0, 1.5, "there")]))
    assert [stream.codec for stream in info.subtitles] == [codec]


@pytest.mark.parametrize("degrees", [90, 180, 270])
@pytest.mark.parametrize("ending", ["mp4", "mov"])
def test_rotated_phone_video_is_measured_upright(tmp_path: Path, degrees: int, ending: str) -> None:
    info = probe(write_media(tmp_path / f"phone.{ending}", Picture(rotation=degrees)))
    assert info.video is not None
    assert (info.video.rotation, info.video.width, info.video.height) == (degrees, 128, 96)


def test_wide_pixels_are_stretched(tmp_path: Path) -> None:
    info = probe(write_media(tmp_path / "dv.mp4", Picture(size=(90, 96), aspect=Fraction(4, 3))))
    assert info.video is not None
    assert (info.video.width, info.video.height) == (120, 96)


@pytest.mark.parametrize("ending", ["mp4", "mkv", "mov"])
def test_time_stamps_that_start_at_five_seconds(tmp_path: Path, ending: str) -> None:
    info = probe(write_media(tmp_path / f"late.{ending}", Picture(start=5.0), Sound(start=5.0)))
    assert info.origin == pytest.approx(5.0, abs=0.03)
    assert info.duration == pytest.approx(2.0, abs=0.05)
    assert info.notices == ()


@pytest.mark.parametrize("ending", ["webm", "mkv"])
def test_a_live_recording_states_no_length(tmp_path: Path, ending: str) -> None:
    info = probe(write_media(tmp_path / f"live.{ending}", options=(("live", "1"),)))
    assert info.duration == pytest.approx(2.0, abs=0.05)


def test_subtitles_that_go_on_for_longer_do_not_make_it_cut_off(tmp_path: Path) -> None:
    info = probe(write_media(tmp_path / "credits.mp4", subtitles=[(0.2, 60.0, "The end")]))
    assert info.duration == pytest.approx(2.0, abs=0.05)
    assert info.notices == ()


@pytest.mark.parametrize(("frames", "size", "codec"), [(1, (128, 96), "libx264"), (5, (1, 1), "ffv1")])
def test_one_frame_and_one_pixel(tmp_path: Path, frames: int, size: tuple[int, int], codec: str) -> None:
    info = probe(write_media(tmp_path / "tiny.mkv", Picture(frames=frames, size=size, codec=codec), sound=None))
    assert info.video is not None
    assert (info.video.width, info.video.height) == size
    assert info.video.fps > 0


def test_odd_size(tmp_path: Path) -> None:
    info = probe(write_media(tmp_path / "odd.mp4", Picture(size=(127, 95), pixel_format="yuv444p")))
    assert info.video is not None
    assert (info.video.width, info.video.height) == (127, 95)


@pytest.mark.parametrize("share", [0.001, 0.5, 0.9, 0.995])
def test_mp4_without_its_index(tmp_path: Path, share: float) -> None:
    whole = write_media(tmp_path / "whole.mp4", Picture(frames=100))
    with pytest.raises(MediaError, match=r"cut\.mp4 is cut off.*moov"):
        probe(cut_off(whole, tmp_path / "cut.mp4", share))


@pytest.mark.parametrize(("ending", "options"), [("mp4", (("movflags", "faststart"),)), ("mkv", ()), ("webm", ())])
def test_of_a_cut_file_with_its_index_the_rest_is_read(
    tmp_path: Path, ending: str, options: tuple[tuple[str, str], ...]
) -> None:
    whole = write_media(tmp_path / f"whole.{ending}", Picture(frames=250), Sound(seconds=10.0), options=options)
    info = probe(cut_off(whole, tmp_path / f"cut.{ending}", 0.5))
    assert info.duration == pytest.approx(5.0, abs=0.7)
    assert len(info.notices) == 1
    assert info.notices[0].startswith(f"cut.{ending} is cut off")


def _refusal(path: Path) -> str:
    with pytest.raises(MediaError) as caught:
        probe(path)
    text = str(caught.value)
    assert text.startswith(path.name)
    assert text.endswith(".")
    assert "\n" not in text
    return text


def test_not_a_video(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("Dear diary,\nnothing happened.\n" * 50)
    assert "not a video or sound file" in _refusal(path)
    noise = tmp_path / "noise.mp4"
    noise.write_bytes(os.urandom(50_000))
    assert "not a video or sound file" in _refusal(noise)


def test_playlists_cannot_make_it_open_other_files(tmp_path: Path) -> None:
    write_media(tmp_path / "talk.mp4")
    playlist = tmp_path / "list.ffconcat"
    playlist.write_text("ffconcat version 1.0\nfile talk.mp4\n")
    assert "not a video or sound file" in _refusal(playlist)


def test_zero_bytes(tmp_path: Path) -> None:
    path = tmp_path / "zero.mp4"
    path.touch()
    assert "empty" in _refusal(path)


def test_folder(tmp_path: Path) -> None:
    assert "folder" in _refusal(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    assert "pipe" in _refusal(tmp_path / "pipe.mp4")


def test_missing(tmp_path: Path) -> None:
    assert "moved or deleted" in _refusal(tmp_path / "gone.mp4")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="permissions do not bind this user")
def test_no_permission(tmp_path: Path) -> None:
    path = write_media(tmp_path / "secret.mp4")
    path.chmod(0)
    assert "permission" in _refusal(path)


def test_neither_picture_nor_sound(tmp_path: Path) -> None:
    path = write_media(tmp_path / "words.mkv", None, None, subtitles=[(0.0, 1.0, "Hello")])
    assert "neither picture nor sound" in _refusal(path)


def test_names_that_look_like_something_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_media(tmp_path / "a%03d é:b.mp4")
    assert probe(Path("a%03d é:b.mp4")).video is not None
