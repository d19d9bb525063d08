"""What a recorded track covered, cell by cell."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from data.errors import Invalid
from layers.rescue.grid import FloatArray, Grid
from layers.rescue.raster import Patch, window

MAX_LANES: Final = 64
_MANY = 20_000  # places; a denser track is drawn a little simpler, by a tenth of a cell


def coverage(grid: Grid, track: BaseGeometry, *, sweep_m: float) -> Patch:
    """Return the coverage C = swept ground / ground of each cell along a line on the plane.

    The sweep width is laid out as parallel lanes, so that a wide sweep counts in the cells beside the track
    too; all lanes together sweep width × length. Passing twice counts twice.
    """
    if not (math.isfinite(sweep_m) and sweep_m > 0):
        raise Invalid("The sweep width must be above 0 metres.", hint="Give the one for this visibility.")
    # What lies far beyond the grid is cut off first: it would be cut at every edge of a lattice without end.
    near = shapely.clip_by_rect(track, *grid.box.buffer(sweep_m + grid.cell_m, join_style="mitre").bounds)
    if near.is_empty:
        return Patch(0, 0, np.zeros((0, 0)))
    if shapely.get_num_coordinates(near) > _MANY:
        near = shapely.simplify(near, grid.cell_m / 10)
    patch = window(grid, near.bounds, margin_m=sweep_m + grid.cell_m).cropped(grid)
    lanes = min(MAX_LANES, max(1, math.ceil(2 * sweep_m / grid.cell_m)))
    aside = ((np.arange(lanes) + 0.5) / lanes - 0.5) * sweep_m
    metres = np.zeros(patch.values.size)
    for each in aside:
        metres += _metres_in_cells(grid, _legs(near, float(each)), patch)
    swept = metres * (sweep_m / lanes / grid.cell_m**2)
    return Patch(patch.row, patch.column, swept.reshape(patch.values.shape))


def _legs(track: BaseGeometry, aside_m: float) -> FloatArray:
    """Return the legs of a line (x, y, x, y), each moved to its right."""
    at, line = shapely.get_coordinates(shapely.get_parts(track), return_index=True)
    same = line[1:] == line[:-1]
    start, end = at[:-1][same], at[1:][same]
    way = end - start
    long = np.hypot(way[:, 0], way[:, 1])
    moves = long > 0
    start, end, way, long = start[moves], end[moves], way[moves], long[moves]
    right = np.column_stack([way[:, 1], -way[:, 0]]) / long[:, None] * aside_m
    return np.hstack([start + right, end + right])


def _metres_in_cells(grid: Grid, legs: FloatArray, patch: Patch) -> FloatArray:
    """Return the length of the legs within each cell of the patch: each is cut where it crosses an edge."""
    rows, columns = patch.values.shape
    if not len(legs) or not patch.values.size:
        return np.zeros(rows * columns)
    start = (legs[:, :2] - [grid.x0, grid.y0]) / grid.cell_m - [patch.column, patch.row]
    end = (legs[:, 2:] - [grid.x0, grid.y0]) / grid.cell_m - [patch.column, patch.row]
    leg, along = _cuts(start, end)
    same = leg[1:] == leg[:-1]
    which, begin, stop = leg[:-1][same], along[:-1][same], along[1:][same]
    middle = start[which] + (end[which] - start[which]) * ((begin + stop) / 2)[:, None]
    long = np.hypot(*(end[which] - start[which]).T) * (stop - begin) * grid.cell_m
    column, row = np.floor(middle[:, 0]), np.floor(middle[:, 1])
    inside = (column >= 0) & (column < columns) & (row >= 0) & (row < rows)
    cell = (row[inside] * columns + column[inside]).astype(np.int64)
    return np.bincount(cell, weights=long[inside], minlength=rows * columns).astype(np.float64)


def _cuts(start: FloatArray, end: FloatArray) -> tuple[np.ndarray, FloatArray]:
    """Return where (0 to 1) each leg begins, crosses an edge of the lattice, and ends, in order."""
    legs = np.arange(len(start))
    numbers, places = [legs, legs], [np.zeros(len(start)), np.ones(len(start))]
    for axis in (0, 1):
        low = np.minimum(start[:, axis], end[:, axis])
        high = np.maximum(start[:, axis], end[:, axis])
        first, last = np.ceil(low).astype(np.int64), np.floor(high).astype(np.int64)
        times = np.maximum(last - first + 1, 0)
        times[high == low] = 0
        leg = np.repeat(legs, times)
        edge = np.arange(len(leg)) - np.repeat(np.cumsum(times) - times, times) + first[leg]
        numbers.append(leg)
        places.append(np.clip((edge - start[leg, axis]) / (end[leg, axis] - start[leg, axis]), 0.0, 1.0))
    leg, along = np.concatenate(numbers), np.concatenate(places)
    order = np.lexsort((along, leg))
    return leg[order], along[order]
