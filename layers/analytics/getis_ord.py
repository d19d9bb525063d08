"""Getis-Ord Gi and Gi* with binary weights, exact, on cells with a validity mask.

    z = (Σwx − x̄·W) / (S·√((n·W − W²)/(n−1)))

with W the number of neighbours of the cell, S the standard deviation with ddof 0 over the n valid cells.
Getis and Ord 1992; Ord and Getis 1995, equation 4. For binary weights Σw² is W.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data.geo import FloatArray

Mask = npt.NDArray[np.bool_]
Moment = FloatArray | float  # of all cells, or of all the others for each cell


@dataclass(frozen=True)
class GiResult:
    """One z per cell, NaN where the mask is false or z is not defined; the counts that it came from."""

    z: FloatArray
    neighbours: npt.NDArray[np.int64]  # W, the cell itself included for Gi*
    local_sum: FloatArray
    n: int


def gi_star(
    values: npt.ArrayLike, *, mask: Mask | None = None, star: bool = True, reach: int = 1
) -> GiResult:
    """Return Gi* (or Gi, without the cell itself) of a table of values.

    Neighbours are the valid cells at most `reach` rows and columns away (queen's moves for 1). A cell
    without neighbours, or with all cells as its neighbours, or among equal values, has no z.
    """
    table = np.asarray(values, dtype=np.float64)
    valid = np.ones(table.shape, dtype=np.bool_) if mask is None else mask
    held = np.where(valid, table, 0.0)
    total, weight = _box_sum(held, reach), _box_sum(valid.astype(np.float64), reach)
    n = int(valid.sum())
    mean: Moment = float(held.sum()) / max(n, 1)
    deviation: Moment = _spread(table if mask is None else table[valid])
    population = float(n)
    if not star:
        total, weight = total - held, weight - valid
        population = n - 1.0
        mean, deviation = _without_self(held, n)
    z = _z(total, weight, mean=mean, deviation=deviation, n=population)
    z[~valid] = np.nan
    return GiResult(z, weight.astype(np.int64), total, n)


def _z(
    total: FloatArray,
    weight: FloatArray,
    *,
    mean: Moment,
    deviation: Moment,
    n: float,
) -> FloatArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.sqrt((n - weight) * weight / (n - 1)) * deviation
        z = (total - mean * weight) / spread
    z[~((spread > 0) & (weight > 0))] = np.nan
    return z


def _without_self(held: FloatArray, n: int) -> tuple[FloatArray, FloatArray]:
    """Return mean and deviation over all other cells, for each cell (Gi leaves its own value out)."""
    others = max(n - 1, 1)
    mean = (held.sum() - held) / others
    square = ((held**2).sum() - held**2) / others
    return mean, np.sqrt(np.maximum(square - mean**2, 0.0))


def _spread(values: FloatArray) -> float:
    """Return the standard deviation with ddof 0, exactly zero for equal values."""
    if not values.size or values.min() == values.max():
        return 0.0
    return float(values.std())


def _box_sum(values: FloatArray, reach: int) -> FloatArray:
    """Return the sum over the square of cells around each cell, with nothing beyond the edge."""
    rows = values.copy()
    for step in range(1, reach + 1):
        rows[step:] += values[:-step]
        rows[:-step] += values[step:]
    box = rows.copy()
    for step in range(1, reach + 1):
        box[:, step:] += rows[:, :-step]
        box[:, :-step] += rows[:, step:]
    return box
