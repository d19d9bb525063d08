"""What may be called a hotspot."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from layers.analytics.claims import claims
from layers.analytics.null import dealt_tail, drawn_tail


@given(st.lists(st.integers(0, 6), min_size=3, max_size=9), st.integers(1, 3))
def test_exact_null_is_the_share_of_all_ways_to_choose_the_cells(counts: list[int], size: int) -> None:
    values, cells = np.unique(np.array(counts), return_counts=True)
    sums = np.array([sum(chosen) for chosen in itertools.combinations(counts, size)])
    top = int(sums.max())
    expected = [np.mean(sums >= s) for s in range(top + 1)]
    assert np.allclose(dealt_tail(values, cells, size, top=top), expected, atol=1e-12)


def test_drawn_null_agrees_with_the_exact_one() -> None:
    counts = np.random.default_rng(3).poisson(4, 2_000)
    values, cells = np.unique(counts, return_counts=True)
    exact = dealt_tail(values, cells, 9, top=90)
    drawn = drawn_tail(counts, 9, top=90, seed=1)
    # Five standard errors of a share from 99,999 draws.
    assert np.abs(exact - drawn).max() < 5 * 0.5 / np.sqrt(99_999)


def _windows(counts: np.ndarray, shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    grid = np.pad(counts.reshape(shape), 1)
    ones = np.pad(np.ones(shape, dtype=np.int64), 1)
    rows, columns = shape
    shifts = [(i, j) for i in range(3) for j in range(3)]
    sums = sum(grid[i : i + rows, j : j + columns] for i, j in shifts)
    sizes = sum(ones[i : i + rows, j : j + columns] for i, j in shifts)
    return np.asarray(sums).ravel(), np.asarray(sizes).ravel()


def test_a_real_cluster_is_claimed() -> None:
    rng = np.random.default_rng(5)
    counts = rng.poisson(0.3, 5_000)
    counts.reshape(50, 100)[20:23, 40:43] += 4
    sums, sizes = _windows(counts, (50, 100))
    found = claims(counts, sums, sizes)
    assert found.claim.reshape(50, 100)[21, 41]
    assert found.tests == 5_000


def test_fewer_than_sixty_incidents_make_no_claim() -> None:
    counts = np.zeros(5_000, dtype=np.int64)
    counts.reshape(50, 100)[20:23, 40:43] = 6
    sums, sizes = _windows(counts, (50, 100))
    assert counts.sum() == 54
    assert not claims(counts, sums, sizes).claim.any()


@settings(max_examples=25)
@given(st.integers(1, 1_000))
def test_shuffling_the_cells_elsewhere_leaves_p_as_it_is(seed: int) -> None:
    counts = np.random.default_rng(1).poisson(1, 400)
    shuffled = np.random.default_rng(seed).permutation(counts)
    sums, sizes = np.array([3, 5, 9]), np.array([9, 9, 9])
    first = claims(counts, np.resize(sums, 400), np.resize(sizes, 400)).p
    second = claims(shuffled, np.resize(sums, 400), np.resize(sizes, 400)).p
    assert np.allclose(first, second, atol=1e-12)


@given(st.integers(0, 2**32 - 1), st.floats(0.05, 4))
def test_q_is_that_of_benjamini_and_hochberg(seed: int, mean: float) -> None:
    counts = np.random.default_rng(seed).poisson(mean, 400)
    counts[:9] += 5
    sums, sizes = _windows(counts, (20, 20))
    found = claims(counts, sums, sizes)
    assert np.allclose(found.q, false_discovery_control(found.p), rtol=1e-12)
