"""Trend over time: hot and cold cells through steps of time, and what kind of hotspot each cell is.

Called a "trend indicator": the categories describe what was seen, they are not tests of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

MIN_STEPS = 10
_MOST = 0.9


class Trend(IntEnum):
    """What kind of hotspot a cell is; the negative of each is the same kind of coldspot."""

    NONE = 0
    NEW = 1
    CONSECUTIVE = 2
    INTENSIFYING = 3
    PERSISTENT = 4
    DIMINISHING = 5
    SPORADIC = 6
    OSCILLATING = 7
    HISTORICAL = 8


@dataclass(frozen=True, slots=True)
class MannKendall:
    """Mann-Kendall's S, its z with tie correction and continuity, and the two-sided p, one per row."""

    s: FloatArray
    z: FloatArray
    p: FloatArray


def mann_kendall(series: npt.ArrayLike) -> MannKendall:
    """Return the tie-corrected Mann-Kendall test of each row (Mann 1945, Kendall 1975).

    `series` is cells × steps. Var S = (n(n−1)(2n+5) − Σ t(t−1)(2t+5)) / 18 over groups of t equal values.
    """
    # Steps by cells: each comparison then runs along memory.
    values = np.ascontiguousarray(np.atleast_2d(np.asarray(series, dtype=np.float64)).T)
    steps, cells = values.shape
    s = np.zeros(cells, dtype=np.int32)
    equal = np.ones(values.shape, dtype=np.int32)  # how many of the row equal this one, itself included
    for lag in range(1, steps):
        later, earlier = values[lag:], values[:-lag]
        s += np.add.reduce(later > earlier, axis=0, dtype=np.int32)
        s -= np.add.reduce(later < earlier, axis=0, dtype=np.int32)
        same = later == earlier
        if same.any():
            equal[lag:] += same
            equal[:-lag] += same
    # A group of t equal values adds its term t times over, once for each of its members.
    ties = ((equal - 1) * (2 * equal + 5)).sum(axis=0)
    variance = (steps * (steps - 1) * (2 * steps + 5) - ties) / 18
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(variance > 0, (s - np.sign(s)) / np.sqrt(variance), 0.0)
    return MannKendall(s.astype(np.float64), z, 2 * ndtr(-np.abs(z)))


def classify(
    hot: BoolArray, cold: BoolArray, *, z_trend: FloatArray, significant: BoolArray
) -> npt.NDArray[np.int8]:
    """Return the Trend of each cell, negative for coldspots, from hot and cold flags (cells × steps).

    `z_trend` and `significant` are the cell's Mann-Kendall z over its Gi* and whether it counts as a trend.
    Raise ValueError below ten steps, where the shares that the categories speak of mean nothing.
    """
    if hot.shape[1] < MIN_STEPS:
        raise ValueError(f"A trend needs at least {MIN_STEPS} steps of time, not {hot.shape[1]}.")
    rising = significant & (z_trend > 0)
    falling = significant & (z_trend < 0)
    kinds = _one_sign(hot, cold, growing=rising, fading=falling)
    # A coldspot intensifies as its Gi* falls.
    mirrored = _one_sign(cold, hot, growing=falling, fading=rising)
    result: npt.NDArray[np.int8] = np.where(kinds != 0, kinds, -mirrored).astype(np.int8)
    return result


def _one_sign(
    hot: BoolArray, cold: BoolArray, *, growing: BoolArray, fading: BoolArray
) -> npt.NDArray[np.int8]:
    steps = hot.shape[1]
    share, last = hot.mean(axis=1), hot[:, -1]
    # The final unbroken run of hot steps, and whether anything before it was hot.
    final_run = np.where(hot.all(axis=1), steps, np.argmin(hot[:, ::-1], axis=1))
    before_run = hot.sum(axis=1) > final_run
    most, ever_cold = share >= _MOST, cold.any(axis=1)
    only_last = last & (final_run == 1) & ~before_run
    rules = [
        (only_last, Trend.NEW),
        (last & (final_run >= 2) & ~before_run & ~most, Trend.CONSECUTIVE),  # a run
        (most & last & growing, Trend.INTENSIFYING),
        (most & last & fading, Trend.DIMINISHING),
        (most & last, Trend.PERSISTENT),
        (last & ~most & ever_cold, Trend.OSCILLATING),
        (last & ~most & ~ever_cold, Trend.SPORADIC),
        (most & ~last, Trend.HISTORICAL),
    ]
    kinds: npt.NDArray[np.int8] = np.select(
        [rule for rule, _ in rules], [int(k) for _, k in rules], 0
    ).astype(np.int8)
    return kinds
