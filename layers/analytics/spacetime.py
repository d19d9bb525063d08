"""Hotspots through time: space-time Gi* on a grid, and what kind of hotspot each cell is."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from layers.analytics.trend import MannKendall, classify, mann_kendall

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

HOT_Z = 1.96  # two-sided 5 %: for the flags that the categories are made of, not for claims
TREND_P = 0.05


@dataclass(frozen=True, slots=True)
class SpaceTime:
    """Per cell: z at each step (ny × nx × steps), the trend of z, and the category (negative: coldspot).

    Masked cells have z 0 and no category.
    """

    z: FloatArray
    trend: MannKendall
    category: npt.NDArray[np.int8]


def space_time(
    counts: npt.ArrayLike, *, mask: BoolArray | None = None, only: BoolArray | None = None
) -> SpaceTime:
    """Return the trend indicator of counts given as rows × columns × steps, at least ten steps.

    The neighbourhood of a cell at a step is the 3 × 3 valid cells round it at that step and the one before.
    Trend and category are those of the cells of `only`, all by default; others have z 0, p 1 and none.
    """
    cube = np.asarray(counts, dtype=np.float64)
    steps = cube.shape[2]
    valid = np.ones(cube.shape[:2], dtype=np.bool_) if mask is None else mask
    held = np.where(valid[:, :, None], cube, 0.0)
    local = _neighbourhood(held)
    # The first step has none before it: half the weight of the others.
    flat_weight = _around(valid.astype(np.float64)[:, :, None])
    weight = np.where(np.arange(steps) == 0, flat_weight, 2 * flat_weight)
    n = int(valid.sum()) * steps
    mean, deviation = _moments(held, n)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = deviation * np.sqrt((n * weight - weight**2) / (n - 1))
        z = np.where((spread > 0) & valid[:, :, None], (local - mean * weight) / spread, 0.0)
    flat = z.reshape(-1, steps)
    if only is None:
        return SpaceTime(z, *_of(flat))
    at = np.flatnonzero(only)
    found, category = _of(flat[at])
    blank = (np.zeros(len(flat)), np.zeros(len(flat)), np.ones(len(flat)))
    every = MannKendall(*(_put(whole, at, part) for whole, part in zip(blank, astuple(found), strict=True)))
    return SpaceTime(z, every, _put(np.zeros(len(flat), dtype=np.int8), at, category))


def _of(z: FloatArray) -> tuple[MannKendall, npt.NDArray[np.int8]]:
    found = mann_kendall(z)
    kinds = classify(z >= HOT_Z, z <= -HOT_Z, z_trend=found.z, significant=found.p <= TREND_P)
    return found, kinds


def _put(whole: npt.NDArray[Any], at: npt.NDArray[np.intp], part: npt.NDArray[Any]) -> npt.NDArray[Any]:
    whole[at] = part
    return whole


def _moments(held: FloatArray, n: int) -> tuple[float, float]:
    """Return mean and deviation (ddof 0) over the n valid values; the others are 0 and add nothing."""
    mean = float(held.sum()) / max(n, 1)
    square = float((held**2).sum()) / max(n, 1)
    return mean, float(np.sqrt(max(square - mean**2, 0.0)))


def _neighbourhood(cube: FloatArray) -> FloatArray:
    around = _around(cube)
    both = around.copy()
    both[:, :, 1:] += around[:, :, :-1]
    return both


def _around(cube: FloatArray) -> FloatArray:
    padded = np.pad(cube, ((1, 1), (1, 1), (0, 0)))
    tall = padded[:-2] + padded[1:-1] + padded[2:]
    wide: FloatArray = tall[:, :-2] + tall[:, 1:-1] + tall[:, 2:]
    return wide
