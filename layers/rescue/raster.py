"""Shapes on a grid: how much of each cell they cover, with soft edges; only cells near them are touched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from scipy import ndimage
from shapely.geometry.base import BaseGeometry

from layers.rescue.grid import FloatArray, Grid

_SUB_ROWS: Final = 16  # heights at which each row is cut; along a cut the cover is exact
_BOX_ABOVE = 6.0  # cells of standard deviation from which three running means stand for the normal curve
_TAIL = 4.0


@dataclass(frozen=True)
class Patch:
    """Values of the cells from (row, column) to the north-east; elsewhere on the grid there is nothing."""

    row: int
    column: int
    values: FloatArray

    @property
    def where(self) -> tuple[slice, slice]:
        """Its cells in a table of rows and columns."""
        rows, columns = self.values.shape
        return slice(self.row, self.row + rows), slice(self.column, self.column + columns)

    def cropped(self, grid: Grid) -> Patch:
        """Return the part of it that lies on the grid."""
        rows, columns = self.values.shape
        top, right = min(self.row + rows, grid.rows), min(self.column + columns, grid.columns)
        low, left = max(self.row, 0), max(self.column, 0)
        if top <= low or right <= left:
            return Patch(0, 0, np.zeros((0, 0)))
        return Patch(
            low, left, self.values[low - self.row : top - self.row, left - self.column : right - self.column]
        )


def window(grid: Grid, bounds: tuple[float, float, float, float], *, margin_m: float = 0.0) -> Patch:
    """Return a patch of zeros over bounds on the plane, no further beyond the grid than the margin."""
    west, south, east, north = bounds
    pad = min(int(np.ceil(margin_m / grid.cell_m)), max(grid.rows, grid.columns))
    column = int(np.clip(np.floor((west - grid.x0) / grid.cell_m), 0, grid.columns)) - pad
    row = int(np.clip(np.floor((south - grid.y0) / grid.cell_m), 0, grid.rows)) - pad
    right = int(np.clip(np.ceil((east - grid.x0) / grid.cell_m), 0, grid.columns)) + pad
    top = int(np.clip(np.ceil((north - grid.y0) / grid.cell_m), 0, grid.rows)) + pad
    return Patch(row, column, np.zeros((max(0, top - row), max(0, right - column))))


def cover(grid: Grid, shape: BaseGeometry, *, softness_m: float = 0.0) -> Patch:
    """Return the share of each cell that a polygon on the plane covers, from 0 to 1.

    With softness, the probability that a place in the cell is inside when it is off by a normal error of
    that standard deviation. What burns shapes into a raster takes a whole cell or leaves it: too coarse.
    """
    margin_m = _TAIL * softness_m + grid.cell_m
    patch = window(grid, shape.bounds, margin_m=margin_m)
    if not patch.values.size:
        return Patch(0, 0, np.zeros((0, 0)))
    share = _cut(grid, shapely.orient_polygons(shape), patch)
    return Patch(
        patch.row, patch.column, np.clip(blurred(share, softness_m / grid.cell_m), 0.0, 1.0)
    ).cropped(grid)


def _cut(grid: Grid, shape: BaseGeometry, patch: Patch) -> FloatArray:
    rows, columns = patch.values.shape
    x_from, x_to, y_from, y_to = _edges(grid, shape, patch)
    low, high = np.minimum(y_from, y_to), np.maximum(y_from, y_to)
    # Cut n lies at height (n + ½) / _SUB_ROWS rows; an edge meets those from its low end to below its high.
    first = np.clip(np.ceil(low * _SUB_ROWS - 0.5), 0, rows * _SUB_ROWS).astype(np.int64)
    last = np.clip(np.ceil(high * _SUB_ROWS - 0.5), 0, rows * _SUB_ROWS).astype(np.int64)
    times = last - first
    edge = np.repeat(np.arange(len(times)), times)
    cut = np.arange(len(edge)) - np.repeat(np.cumsum(times) - times, times) + first[edge]
    along = ((cut + 0.5) / _SUB_ROWS - y_from[edge]) / (y_to[edge] - y_from[edge])
    x = np.clip(x_from[edge] + along * (x_to[edge] - x_from[edge]), 0, columns)
    # Counter-clockwise, ground lies to the left of an edge: one that goes down has it to the east.
    sign = np.where(y_to[edge] < y_from[edge], 1.0, -1.0) / _SUB_ROWS
    column = np.minimum(x.astype(np.int64), columns)
    at = (cut // _SUB_ROWS) * (columns + 2) + column
    part = column + 1 - x  # of the cell it meets, what lies east of it
    table = np.bincount(at, weights=sign * part, minlength=rows * (columns + 2))
    table += np.bincount(at + 1, weights=sign * (1 - part), minlength=rows * (columns + 2))
    filled = np.cumsum(table.reshape(rows, columns + 2), axis=1)[:, :columns]
    return np.clip(filled, 0.0, 1.0)


def _edges(
    grid: Grid, shape: BaseGeometry, patch: Patch
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    rings = shapely.get_rings(shapely.get_parts(shape))
    at, ring = shapely.get_coordinates(rings, return_index=True)
    x = (at[:, 0] - grid.x0) / grid.cell_m - patch.column
    y = (at[:, 1] - grid.y0) / grid.cell_m - patch.row
    same = ring[1:] == ring[:-1]
    return x[:-1][same], x[1:][same], y[:-1][same], y[1:][same]


def blurred(table: FloatArray, sigma: float) -> FloatArray:
    """Return a table smoothed by a normal curve of so many cells; beyond its edge all is as on it."""
    if sigma < 0.1:
        return table
    if sigma <= _BOX_ABOVE:
        return np.asarray(ndimage.gaussian_filter(table, sigma, mode="nearest", truncate=_TAIL))
    # Three running means, each of variance (w² - 1) / 12 for an odd w: their cost does not grow with w.
    wide = int(np.sqrt(4.0 * sigma**2 + 1.0) / 2) * 2 + 1
    wide = min(wide, 2 * max(table.shape) + 1)  # softer than the table is large: wider tells no more
    for _ in range(3):
        table = ndimage.uniform_filter(table, wide, mode="nearest")
    return np.maximum(table, 0.0)
