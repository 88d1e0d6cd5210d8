"""Settings are a table of rows; the file keeps only what differs."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.base.settings import DEVICE, OVERLAYS, RECENT, SCHEME, SETTINGS, SORTED_BARS, Settings


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where the settings are kept."""
    return tmp_path / "settings.ini"


def reopened(settings: Settings, place: Path) -> Settings:
    """As the next start sees them."""
    settings.sync()
    return Settings(place)


def test_every_row_starts_with_its_default(place: Path) -> None:
    settings = Settings(place)
    assert all(settings.get(row) == row.default for row in SETTINGS)
    assert len({row.key for row in SETTINGS}) == len(SETTINGS)


def test_values_survive_with_their_types(place: Path) -> None:
    settings = Settings(place)
    settings.set(SCHEME, "dark")
    settings.set(OVERLAYS, False)
    settings.set(SORTED_BARS, True)
    again = reopened(settings, place)
    assert again.get(SCHEME) == "dark"
    assert again.get(OVERLAYS) is False
    assert again.get(SORTED_BARS) is True


def test_the_file_holds_only_what_differs(place: Path) -> None:
    settings = Settings(place)
    settings.set(SCHEME, "dark")
    settings.set(DEVICE, "cpu")
    settings.set(DEVICE, "auto")
    settings.sync()
    written = place.read_text(encoding="utf-8")
    assert "scheme=dark" in written
    assert "device" not in written


def test_a_change_is_announced_once(qtbot: QtBot, place: Path) -> None:
    settings = Settings(place)
    heard: list[str] = []
    settings.changed.connect(heard.append)
    settings.set(SCHEME, "dark")
    settings.set(SCHEME, "dark")
    assert heard == [SCHEME.key]


@pytest.mark.parametrize("line", ["scheme=pink", "scheme=", "overlays=perhaps", "sorted-bars=7"])
def test_a_value_of_a_wrong_kind_counts_as_not_written(place: Path, line: str) -> None:
    place.write_text(f"[look]\n{line}\n", encoding="utf-8")
    settings = Settings(place)
    assert settings.get(SCHEME) == "system"
    assert settings.get(OVERLAYS) is True
    assert settings.get(SORTED_BARS) is False


def test_recent_files_are_newest_first_without_repeats_or_lost_ones(place: Path, tmp_path: Path) -> None:
    files = [tmp_path / f"{name}.mp4" for name in "abc"]
    for file in files:
        file.touch()
    settings = Settings(place)
    for file in [*files, files[0]]:
        settings.remember_file(file)
    assert reopened(settings, place).recent() == (files[0], files[2], files[1])
    files[2].unlink()
    assert settings.recent() == (files[0], files[1])
    settings.forget_files()
    assert settings.recent() == ()
    assert settings.get(RECENT) == []


def test_one_recent_file_survives(place: Path, tmp_path: Path) -> None:
    file = tmp_path / "with, comma.mp4"
    file.touch()
    settings = Settings(place)
    settings.remember_file(file)
    assert reopened(settings, place).recent() == (file,)


def test_only_the_latest_ten_are_kept(place: Path, tmp_path: Path) -> None:
    settings = Settings(place)
    for number in range(12):
        file = tmp_path / f"{number}.mp4"
        file.touch()
        settings.remember_file(file)
    assert [path.stem for path in settings.recent()] == [str(n) for n in range(11, 1, -1)]
