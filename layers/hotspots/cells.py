"""The cells of a map of hotspots: one size shown, half and double of it to check against, all nested."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt

from data.geo import inverse_mercator, mercator
from layers.analytics.cells import Grid, cell_size, checked_size, grid_over
from layers.hotspots.asked import Extent
from layers.hotspots.counted import Counted
from layers.hotspots.mask import land_share

WORK_CELLS: Final = 20_000
# A neighbourhood of nine cells then holds about five, the fewest that make a claim.
PER_CELL: Final = 0.5
_MOSTLY_LAND = 0.7
_BEYOND = 0.05  # of the reports' breadth: ground around the outermost of them that is tested too
_FULL_TURN = 360.0

Table = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Number = TypeVar("Number", np.int64, np.float64)


@dataclass(frozen=True)
class Cells:
    """Three nested grids: `fine` has half the cell size of `grid`, and `coarse` double."""

    grid: Grid
    chosen: bool  # the size was chosen by the data, not by somebody

    @cached_property
    def fine(self) -> Grid:
        """The grid of half the size: each cell is a quarter of one of `grid`."""
        g = self.grid
        return Grid(g.parallel, g.cell_m / 2, 2 * g.column, 2 * g.row, 2 * g.nx, 2 * g.ny)

    @cached_property
    def coarse(self) -> Grid:
        """The grid of double the size."""
        g = self.grid
        return Grid(g.parallel, g.cell_m * 2, g.column // 2, g.row // 2, g.nx // 2, g.ny // 2)


def cells_for(found: Counted, *, bbox: Extent | None, cell_m: float | None) -> Cells | None:
    """Return the cells over the reports, or over that part of a box that has any; None without reports.

    Ground beyond the reports is not counted in: who is watched by nobody would make everybody else hot.
    """
    if cell_m is not None:
        checked_size(cell_m)
    extent = _extent(found, bbox)
    if extent is None:
        return None
    inside = _in_box(found, extent)
    if cell_m is None:
        chosen = cell_size(extent, inside, most=WORK_CELLS, per_cell=PER_CELL)
        share = land_share(grid_over(extent, cell_m=chosen))
        if share < _MOSTLY_LAND:  # islands: reports share the land, not the sea around it
            chosen = cell_size(extent, inside, most=WORK_CELLS, per_cell=PER_CELL * share)
        return Cells(_even(grid_over(extent, cell_m=chosen)), chosen=True)
    return Cells(_even(grid_over(extent, cell_m=checked_size(cell_m))), chosen=False)


def _extent(found: Counted, bbox: Extent | None) -> Extent | None:
    whole = found.extent
    if whole is None:
        return None
    west, south, east, north = whole
    if bbox is not None:
        rows = _rows_in(found, bbox)
        if not rows.any():
            return None
        lon, lat = inverse_mercator(
            [found.x[rows].min(), found.x[rows].max()], [found.y[rows].max(), found.y[rows].min()]
        )
        west, east, south, north = float(lon[0]), float(lon[1]), float(lat[0]), float(lat[1])
    dx, dy = _BEYOND * (east - west), _BEYOND * (north - south)
    limits = bbox or (-_FULL_TURN / 2, -90.0, _FULL_TURN / 2, 90.0)
    return (
        max(west - dx, limits[0]),
        max(south - dy, limits[1]),
        min(east + dx, limits[2]),
        min(north + dy, limits[3]),
    )


def _rows_in(found: Counted, box: Extent) -> Mask:
    west, south, east, north = box
    x, y = mercator([west, east], [north, south])
    inside: Mask = (found.x >= x[0]) & (found.x <= x[1]) & (found.y >= y[0]) & (found.y <= y[1])
    return inside


def _in_box(found: Counted, box: Extent) -> int:
    return int(_rows_in(found, box).sum())


def _even(grid: Grid) -> Grid:
    """Return the grid grown to whole cells of double the size."""
    column, row = grid.column // 2 * 2, grid.row // 2 * 2
    nx, ny = grid.column + grid.nx - column, grid.row + grid.ny - row
    return Grid(grid.parallel, grid.cell_m, column, row, nx + nx % 2, ny + ny % 2)


def gathered(table: npt.NDArray[Number]) -> npt.NDArray[Number]:
    """Return the sums over each two by two cells: the same counts in cells of double the size."""
    ny, nx = table.shape
    summed: npt.NDArray[Number] = table.reshape(ny // 2, 2, nx // 2, 2).sum(axis=(1, 3))
    return summed


def any_of_four(mask: Mask) -> Mask:
    """Return which cells of double the size hold a true one."""
    ny, nx = mask.shape
    return np.asarray(mask.reshape(ny // 2, 2, nx // 2, 2).any(axis=(1, 3)))


def spread_to_four(mask: Mask) -> Mask:
    """Return the mask in cells of half the size."""
    return np.asarray(mask.repeat(2, axis=0).repeat(2, axis=1))
