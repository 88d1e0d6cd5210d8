"""Pictures made of numbers."""

import numpy as np
import pytest

from app.views.timeline.raster import fit_rows, stacked, wave


def test_shares_are_stacked_from_the_bottom() -> None:
    shares = np.array([[0.5, 0.0], [0.0, 0.0], [0.25, 1.0]])
    picture = stacked(shares, 8)
    assert picture[:, 0].tolist() == [3, 3, 2, 2, 0, 0, 0, 0]
    assert picture[:, 1].tolist() == [2] * 8


@pytest.mark.parametrize("rows", [8, 400])
def test_columns_without_shares_are_ground(rows: int) -> None:
    assert (stacked(np.zeros((4, 3)), rows) == 4).all()
    assert (stacked(np.array([[0.0, 1.0], [0.0, 0.0]]), rows) == [[2, 0]]).all()


def test_a_full_wave_fills_its_column_and_silence_is_a_line() -> None:
    picture = wave(np.array([-1.0, 0.0], np.float32), np.array([1.0, 0.0], np.float32), 11)
    assert (picture[:, 0] == 255).all()
    assert picture[:, 1].tolist() == [0] * 5 + [255] + [0] * 5


@pytest.mark.parametrize("rows", [16, 40, 64, 100, 128, 129, 300])
def test_the_lowest_band_stays_at_the_bottom(rows: int) -> None:
    bands = np.zeros((128, 2), np.uint8)
    bands[0, 0], bands[-1, 1] = 200, 200
    fitted = fit_rows(bands, rows)
    assert fitted.shape == (rows, 2)
    assert (fitted[-1, 0], fitted[0, 1]) == (200, 200)
    assert (fitted[0, 0], fitted[-1, 1]) == (0, 0)


def test_no_band_is_lost_when_there_are_fewer_rows() -> None:
    for band in range(128):
        bands = np.zeros((128, 1), np.uint8)
        bands[band] = 255
        assert fit_rows(bands, 50).max() == 255
