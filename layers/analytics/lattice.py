"""Getis-Ord on any lattice: cells with values, and a list of which cells are neighbours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.stats import false_discovery_control

from layers.analytics.claims import DRAWS, claims

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class LatticeGi:
    """Per cell z (NaN for islands of Gi), number of neighbours, one-sided p, q, and the claim."""

    z: FloatArray
    neighbours: IntArray
    p: FloatArray
    q: FloatArray
    claim: npt.NDArray[np.bool_]


def lattice_gi(
    values: FloatArray, first: IntArray, second: IntArray, *, star: bool, seed: int = 1
) -> LatticeGi:
    """Return Gi or Gi* with binary weights; pairs index `values`, and each direction given counts.

    A pair given twice counts once and a cell is its own neighbour for Gi* alone. The formula is that of
    `layers.analytics.getis_ord`; claims are those of `layers.analytics.claims`.
    """
    count = len(values)
    apart = first != second
    weights = sparse.csr_array(
        (np.ones(int(apart.sum())), (first[apart], second[apart])), shape=(count, count)
    )
    weights.data[:] = 1.0  # a pair given twice was added up
    if star:
        weights = (weights + sparse.eye_array(count)).tocsr()
    local = np.asarray(weights @ values, dtype=np.float64)
    size = np.asarray(weights.sum(axis=1)).ravel().astype(np.int64)
    z = _z(values, local, size, star=star)
    if np.array_equal(values, np.rint(values)) and values.min(initial=0) >= 0:
        found = claims(values.astype(np.int64), np.rint(local).astype(np.int64), size, seed=seed)
        return LatticeGi(z, size, found.p, found.q, found.claim)
    p = _drawn_p(values, local, size, seed=seed)
    q = false_discovery_control(p)
    return LatticeGi(z, size, p, q, q <= 0.05)  # the level of `claims`


def _z(values: FloatArray, local: FloatArray, size: IntArray, *, star: bool) -> FloatArray:
    population: float = len(values)
    mean, deviation = np.full(len(values), values.mean()), np.full(len(values), values.std())
    if not star:
        population -= 1
        mean = (values.sum() - values) / population
        deviation = np.sqrt(np.maximum(((values**2).sum() - values**2) / population - mean**2, 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = deviation * np.sqrt((population * size - size.astype(np.float64) ** 2) / (population - 1))
        return np.where((size > 0) & (spread > 0), (local - mean * size) / spread, np.nan)


def _drawn_p(values: FloatArray, local: FloatArray, sizes: IntArray, *, seed: int) -> FloatArray:
    """Return p of values that are no counts, by 99,999 draws without replacement for each number of cells."""
    p = np.ones(len(values))
    rng = np.random.default_rng(seed)
    slack = 1e-9 * max(1.0, float(np.abs(local).max(initial=0.0)))
    for size in np.unique(sizes[sizes > 0]):
        here = sizes == size
        sums = np.sort(
            [values[rng.choice(len(values), int(size), replace=False)].sum() for _ in range(DRAWS)]
        )
        p[here] = (1 + DRAWS - np.searchsorted(sums, local[here] - slack)) / (1 + DRAWS)
    return p
