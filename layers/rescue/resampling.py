"""What lies on one grid, told on another: of thousands of grids in the time of a few."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from layers.rescue.grid import FloatArray, Grid

_SMOOTH_M: Final = 400_000.0  # on grids up to this wide one plane is a parabola of another to a few metres
_STRETCH: Final = 1.2  # that planes of the same ground may differ by
_MOST_PARTS: Final = 3  # of a cell, along each side


def near(grid: Grid, others: Sequence[Grid]) -> npt.NDArray[np.bool_]:
    """Return which of the grids may share ground with one."""
    if not others:
        return np.zeros(0, dtype=np.bool_)
    x, y = grid.to_plane([one.lon for one in others], [one.lat for one in others])
    reach = _half(grid) + np.array([_half(one) for one in others])
    return np.asarray(np.hypot(x, y) <= _STRETCH * reach, dtype=np.bool_)


def resampled(p: FloatArray, source: Grid, target: Grid) -> FloatArray:
    """Return how much of what lies on a grid lies in each cell of another (flat); the rest is left out.

    A cell a little larger than the target's is told as several places, so that it leaves no gaps; of one
    that is much larger, each of the target's cells has its share.
    """
    parts = max(1, math.ceil(source.cell_m / target.cell_m))
    if parts > _MOST_PARTS:
        at = source.cells_at(*_Turned(target, source)(target.x, target.y)).ravel()
        share = (target.cell_m / source.cell_m) ** 2
        return np.where(at >= 0, p.ravel()[at] * share, 0.0)
    total, place = np.zeros(len(target)), _Turned(source, target)
    for east in _middles(parts) * source.cell_m:
        for north in _middles(parts) * source.cell_m:
            at = target.cells_at(*place(source.x + east, source.y + north))
            held = at >= 0
            total += np.bincount(at[held], weights=p[held], minlength=len(total))
    return total / parts**2


def _middles(parts: int) -> FloatArray:
    """Return the middles of a cell's parts, from the cell's own middle, in cells."""
    return np.asarray((np.arange(parts) + 0.5) / parts - 0.5)


def _half(grid: Grid) -> float:
    return math.hypot(grid.x0, grid.y0)


class _Turned:
    """Places on one plane as places on another, exactly or by the parabola through nine of them."""

    def __init__(self, source: Grid, target: Grid) -> None:
        self._source, self._target = source, target
        self._wide, self._high = -source.x0, -source.y0
        self._smooth = 2 * max(self._wide, self._high) <= _SMOOTH_M
        if self._smooth:
            east, north = np.meshgrid([-self._wide, 0.0, self._wide], [-self._high, 0.0, self._high])
            x, y = self._exact(east.ravel(), north.ravel())
            self._x, self._y = x.reshape(3, 3), y.reshape(3, 3)

    def __call__(self, east: FloatArray, north: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return where all pairs of an east and a north lie (norths × easts)."""
        if self._smooth:
            across, up = _parabola(east / self._wide), _parabola(north / self._high)
            return up @ self._x @ across.T, up @ self._y @ across.T
        wide, high = np.meshgrid(east, north)
        return self._exact(wide, high)

    def _exact(self, east: FloatArray, north: FloatArray) -> tuple[FloatArray, FloatArray]:
        return self._target.to_plane(*self._source.to_lonlat(east, north))


def _parabola(t: FloatArray) -> FloatArray:
    """Return what -1, 0 and 1 count for at t."""
    return np.column_stack([t * (t - 1) / 2, 1 - t * t, t * (t + 1) / 2])
