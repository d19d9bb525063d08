"""Hotspots on a grid at three cell sizes; a claim that at least two of them make is robust."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from layers.analytics.claims import Claims, claims
from layers.analytics.getis_ord import GiResult, gi_star
from layers.analytics.planar import FloatArray, PlanarGrid

BoolArray = npt.NDArray[np.bool_]
SCALES = (0.5, 2.0)


@dataclass(frozen=True, slots=True)
class Hotspots:
    """Per cell (ny × nx): count, z for colour, p and q, the claim, and how many of three scales agree."""

    counts: npt.NDArray[np.int64]
    gi: GiResult
    claims: Claims
    scales: npt.NDArray[np.int8]

    @property
    def robust(self) -> BoolArray:
        """Which claims stand at two scales at least."""
        shape = self.counts.shape
        return self.claims.claim.reshape(shape) & (self.scales >= 2)  # two of three


def hotspots(x: FloatArray, y: FloatArray, grid: PlanarGrid, *, star: bool = True) -> Hotspots:
    """Return Gi* (or Gi) with claims on the grid, checked against half and double the cell size."""
    counts, gi, found = _at(x, y, grid, star=star)
    standing = found.claim.reshape(counts.shape).astype(np.int8)
    for factor in SCALES:
        other = grid.scaled(factor)
        _, _, claimed = _at(x, y, other, star=star)
        standing += _seen_from(grid, claimed.claim.reshape(other.ny, other.nx), factor)
    return Hotspots(counts, gi, found, standing)


def _at(
    x: FloatArray, y: FloatArray, grid: PlanarGrid, *, star: bool
) -> tuple[npt.NDArray[np.int64], GiResult, Claims]:
    counts = grid.counts(x, y).astype(np.int64)
    gi = gi_star(counts, star=star)
    found = claims(counts.ravel(), gi.local_sum.astype(np.int64).ravel(), gi.neighbours.ravel())
    return counts, gi, found


def _seen_from(grid: PlanarGrid, claimed: BoolArray, factor: float) -> BoolArray:
    """Return for each cell of `grid` whether a claim of the other scale covers it or lies within it."""
    if factor > 1:
        step = int(factor)
        return np.repeat(np.repeat(claimed, step, axis=0), step, axis=1)[: grid.ny, : grid.nx]
    step = int(1 / factor)
    return np.asarray(claimed.reshape(grid.ny, step, grid.nx, step).any(axis=(1, 3)))
