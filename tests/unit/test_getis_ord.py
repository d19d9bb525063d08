"""Getis-Ord against the formula written out cell by cell, and against esda."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from layers.analytics.getis_ord import gi_star

shapes = st.tuples(st.integers(3, 9), st.integers(3, 9))


@st.composite
def maps(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    shape = draw(shapes)
    counts = draw(hnp.arrays(np.int64, shape, elements=st.integers(0, 30)))
    return counts, draw(hnp.arrays(np.bool_, shape, elements=st.booleans()))


def _neighbours(mask: np.ndarray, row: int, column: int, reach: int, *, star: bool) -> list[tuple[int, int]]:
    height, width = mask.shape
    return [
        (r, c)
        for r in range(max(row - reach, 0), min(row + reach + 1, height))
        for c in range(max(column - reach, 0), min(column + reach + 1, width))
        if mask[r, c] and (star or (r, c) != (row, column))
    ]


def _written_out(counts: np.ndarray, mask: np.ndarray, reach: int, *, star: bool) -> np.ndarray:
    z = np.full(counts.shape, np.nan)
    for row, column in np.argwhere(mask):
        near = _neighbours(mask, row, column, reach, star=star)
        population = mask.copy()
        population[row, column] = star
        values = counts[population].astype(float)
        n, weight = len(values), len(near)
        spread = values.std() if n else 0.0
        under = n * weight - weight**2
        if n < 2 or weight == 0 or under <= 0 or spread < 1e-12:
            continue
        total = sum(counts[each] for each in near)
        z[row, column] = (total - values.mean() * weight) / (spread * np.sqrt(under / (n - 1)))
    return z


@given(maps(), st.integers(1, 2), st.booleans())
def test_every_cell_has_the_z_of_the_formula_whatever_the_mask(made, reach, star):
    counts, mask = made
    found = gi_star(counts, mask=mask, star=star, reach=reach)
    np.testing.assert_allclose(found.z, _written_out(counts, mask, reach, star=star), rtol=1e-9, atol=1e-9)
    assert found.n == mask.sum()


@given(maps(), st.booleans())
def test_z_equals_esda_with_binary_weights(made, star):
    esda, weights = pytest.importorskip("esda"), pytest.importorskip("libpysal.weights")
    counts, mask = made
    cells = [tuple(each) for each in np.argwhere(mask)]
    if len(cells) < 4 or len(set(counts[mask].tolist())) < 2:
        return
    number = {cell: place for place, cell in enumerate(cells)}
    near = {
        number[cell]: [number[each] for each in _neighbours(mask, *cell, 1, star=False)] for cell in cells
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        w = weights.W(near, silence_warnings=True)
        theirs = esda.G_Local(
            counts[mask].astype(float), w, transform="B", permutations=0, star=True if star else None
        ).Zs
    ours = gi_star(counts, mask=mask, star=star).z[mask]
    # Where z is not defined (an island, all cells neighbours) esda divides by zero; we say NaN.
    defined = np.isfinite(ours) & np.isfinite(theirs)
    assert np.isfinite(theirs)[np.isfinite(ours)].all()
    np.testing.assert_allclose(ours[defined], theirs[defined], rtol=1e-9, atol=1e-9)


@given(maps(), st.floats(0.001, 1000), st.floats(-100, 100))
def test_z_does_not_change_with_the_unit_of_the_values(made, scale, offset):
    counts, mask = made
    plain = gi_star(counts, mask=mask).z
    np.testing.assert_allclose(gi_star(counts * scale, mask=mask).z, plain, rtol=1e-6, atol=1e-6)
    if len(np.unique(counts[mask])) > 1:
        np.testing.assert_allclose(gi_star(counts + offset, mask=mask).z, plain, rtol=1e-5, atol=1e-5)


def test_a_masked_cell_counts_nowhere_and_an_island_has_no_gi():
    counts = np.zeros((5, 5), dtype=int)
    counts[0, 0], counts[4, 4] = 50, 9
    mask = np.ones((5, 5), dtype=bool)
    mask[0, 0] = False
    mask[3:, 3:] = False
    mask[4, 4] = True
    found = gi_star(counts, mask=mask, star=False)
    assert np.isnan(found.z[0, 0])
    assert np.isnan(found.z[4, 4])
    assert found.neighbours[4, 4] == 0
    assert found.local_sum[1, 1] == 0


def test_equal_values_have_no_z():
    assert np.isnan(gi_star(np.full((4, 4), 0.1)).z).all()
    assert np.isnan(gi_star(np.zeros((0, 0))).z).all()
