"""Claims that touch are taken apart where there is a dip between them, and nowhere else."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import label

from layers.hotspots.peaks import DIP, LEAST_DIP, places_of

TOUCHING = np.ones((3, 3))


def hills(*peaks: tuple[int, int, float], wide: float = 3.0) -> np.ndarray:
    """Return a 30 × 30 map of round hills: row, column and height of each."""
    rows, columns = np.mgrid[:30, :30]
    made: np.ndarray = np.max(
        [high * np.exp(-((rows - y) ** 2 + (columns - x) ** 2) / (2 * wide**2)) for y, x, high in peaks],
        axis=0,
    )
    return made


def test_two_towns_that_touch_are_two_places_and_each_keeps_its_own_peak() -> None:
    z = hills((10, 8, 30.0), (10, 20, 14.0))
    claim = z > 3
    assert label(claim, structure=TOUCHING)[1] == 1  # a blob, before
    numbers, peaks = places_of(claim, z)
    assert peaks == [10 * 30 + 8, 10 * 30 + 20]
    assert numbers[10, 9] == 1
    assert numbers[10, 19] == 2


def test_a_place_with_two_bumps_stays_one() -> None:
    z = np.maximum(hills((10, 10, 30.0), wide=5.0), hills((10, 13, 29.5), wide=5.0))
    numbers, peaks = places_of(z > 3, z)
    assert peaks == [10 * 30 + 10]
    assert set(np.unique(numbers)) == {0, 1}


@given(st.integers(0, 2**32 - 1), st.floats(0.1, 1.0), st.floats(1.0, 30.0))
@settings(max_examples=60)
def test_places_share_out_the_claims_and_each_hangs_together_round_its_highest(
    seed: int, share: float, height: float
) -> None:
    rng = np.random.default_rng(seed)
    claim = rng.random((12, 14)) < share
    z = np.round(rng.random(claim.shape) * height, 1)  # equal heights are common
    numbers, peaks = places_of(claim, z)
    assert np.array_equal(numbers > 0, claim)
    for number, peak in enumerate(peaks, start=1):
        mine = numbers == number
        assert label(mine, structure=TOUCHING)[1] == 1
        assert z.flat[peak] == z[mine].max()
        assert mine.flat[peak]
    # Never fewer places than there are blobs, and as many where no dip is deep enough.
    blobs = label(claim, structure=TOUCHING)[1]
    assert len(peaks) >= blobs
    if height < LEAST_DIP:
        assert len(peaks) == blobs


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=30)
def test_from_each_peak_one_has_to_go_down_to_get_to_a_higher_one(seed: int) -> None:
    z = np.random.default_rng(seed).random((10, 10)) * 20
    _, peaks = places_of(np.ones_like(z, dtype=np.bool_), z)
    for peak in peaks:
        high = z.flat[peak]
        level = z > high - max(LEAST_DIP, DIP * high) + 1e-9
        mine = label(level, structure=TOUCHING)[0]
        assert z[mine == mine.flat[peak]].max() == high
