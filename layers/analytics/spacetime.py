"""Hotspots through time: space-time Gi* on a grid, and what kind of hotspot each cell is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from layers.analytics.trend import MannKendall, classify, mann_kendall

FloatArray = npt.NDArray[np.float64]

HOT_Z = 1.96  # two-sided 5 %: for the flags that the categories are made of, not for claims
TREND_P = 0.05


@dataclass(frozen=True, slots=True)
class SpaceTime:
    """Per cell: z at each step (ny × nx × steps), the trend of z, and the category (negative: coldspot)."""

    z: FloatArray
    trend: MannKendall
    category: npt.NDArray[np.int8]


def space_time(counts: npt.ArrayLike) -> SpaceTime:
    """Return the trend indicator of counts given as rows × columns × steps, at least ten steps.

    The neighbourhood of a cell at a step is the 3 × 3 cells round it at that step and at the one before.
    """
    cube = np.asarray(counts, dtype=np.float64)
    local, weight = _neighbourhood(cube), _neighbourhood(np.ones_like(cube))
    n, mean, deviation = cube.size, cube.mean(), cube.std()
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = deviation * np.sqrt((n * weight - weight**2) / (n - 1))
        z = np.where(spread > 0, (local - mean * weight) / spread, 0.0)
    flat = z.reshape(-1, cube.shape[2])
    found = mann_kendall(flat)
    significant = found.p <= TREND_P
    category = classify(flat >= HOT_Z, flat <= -HOT_Z, z_trend=found.z, significant=significant)
    return SpaceTime(z, found, category)


def _neighbourhood(cube: FloatArray) -> FloatArray:
    padded = np.pad(cube, ((1, 1), (1, 1), (1, 0)))
    tall = padded[:-2] + padded[1:-1] + padded[2:]
    wide = tall[:, :-2] + tall[:, 1:-1] + tall[:, 2:]
    both: FloatArray = wide[:, :, 1:] + wide[:, :, :-1]
    return both
