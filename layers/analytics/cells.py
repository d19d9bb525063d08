"""Equal-area cells: rectangles in degrees that all cover the same ground.

A cylindrical equal-area projection of the WGS 84 ellipsoid, true in shape at one parallel. Its columns are
meridians and its rows parallels, so a cell is a plain box in degrees, and counting needs no projection of
each report: the edges are projected instead.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from pyproj import Proj

from data.errors import BadFilter
from data.geo import WORLD, FloatArray, IntArray, mercator

Mask = npt.NDArray[np.bool_]

MIN_CELL_M, MAX_CELL_M = 25.0, 200_000.0
MAX_CELLS = 160_000
_NICE_M = tuple(float(m * 10**p) for p in range(1, 6) for m in (1, 2, 5))
_MAX_LAT = 85.0  # the rows near a pole would be taller than the map


@dataclass(frozen=True)
class Grid:
    """Cells of `cell_m` metres a side at the true parallel; row 0 is the southernmost, cells are row-major.

    Columns and rows are counted from the same origin on Earth whatever the extent, so that a cell keeps its
    edges when the map is moved.
    """

    parallel: int
    cell_m: float
    column: int  # of the westernmost cell, counted from the prime meridian
    row: int  # of the southernmost cell, counted from the equator
    nx: int
    ny: int

    @property
    def area_km2(self) -> float:
        """The ground that each cell covers."""
        return (self.cell_m / 1000) ** 2

    def __len__(self) -> int:
        return self.nx * self.ny

    @cached_property
    def west_east(self) -> FloatArray:
        """The longitudes of the nx + 1 column edges."""
        projection = _projection(self.parallel)
        antimeridian, _ = projection(180.0, 0.0)
        x = (self.column + np.arange(self.nx + 1)) * self.cell_m
        lon, _ = projection(np.clip(x, -antimeridian, antimeridian), np.zeros(len(x)), inverse=True)
        return np.asarray(lon, dtype=np.float64)

    @cached_property
    def south_north(self) -> FloatArray:
        """The latitudes of the ny + 1 row edges."""
        projection = _projection(self.parallel)
        _, pole = projection(0.0, 90.0)
        y = (self.row + np.arange(self.ny + 1)) * self.cell_m
        # At the pole itself PROJ may say that there is no such place: a rounding error beyond it.
        beyond = np.abs(y) >= pole * (1 - 1e-12)
        _, lat = projection(np.zeros(len(y)), np.where(beyond, 0.0, y), inverse=True)
        return np.where(beyond, np.copysign(90.0, y), np.asarray(lat, dtype=np.float64))

    def locate(self, x: npt.NDArray[np.integer], y: npt.NDArray[np.integer]) -> IntArray:
        """Return the cell of places in integer Web Mercator, -1 outside the grid."""
        edges_x, _ = mercator(self.west_east, np.zeros(self.nx + 1))
        _, edges_y = mercator(np.zeros(self.ny + 1), self.south_north[::-1])
        # The last step of all, at the antimeridian or in the far south, belongs to the cell before it.
        last = np.int32(WORLD - 2)
        column = np.searchsorted(edges_x.astype(np.int32), np.minimum(x, last), side="right") - 1
        # Mercator y grows southward: counted from the north, then turned round.
        row = self.ny - np.searchsorted(edges_y.astype(np.int32), np.minimum(y, last), side="right")
        inside = (column >= 0) & (column < self.nx) & (row >= 0) & (row < self.ny)
        return np.where(inside, row * self.nx + column, -1)

    def counts(self, x: npt.NDArray[np.integer], y: npt.NDArray[np.integer]) -> IntArray:
        """Return how many of the places lie in each cell, as a table of ny rows and nx columns."""
        cell = self.locate(x, y)
        return np.bincount(cell[cell >= 0], minlength=len(self)).reshape(self.ny, self.nx)


def _projection(parallel: int) -> Proj:
    return Proj(proj="cea", lat_ts=parallel, ellps="WGS84")


def grid_over(
    extent: tuple[float, float, float, float], *, cell_m: float, parallel: int | None = None
) -> Grid:
    """Return the grid that covers west, south, east, north; raise BadFilter where that is too many cells."""
    west, south, east, north = extent
    checked_size(cell_m)
    south, north = max(south, -_MAX_LAT), min(north, _MAX_LAT)
    true = true_parallel(south, north) if parallel is None else parallel
    x, y = _projection(true)([west, east], [min(south, north), north])
    column, row = math.floor(x[0] / cell_m), math.floor(y[0] / cell_m)
    nx, ny = math.floor(x[1] / cell_m) - column + 1, math.floor(y[1] / cell_m) - row + 1
    if nx * ny > MAX_CELLS:
        raise BadFilter(
            f"Cells of {cell_m:g} m would be {nx * ny:,} here; {MAX_CELLS:,} is the limit.",
            hint="Choose larger cells or a smaller area.",
        )
    return Grid(true, cell_m, column, row, nx, ny)


def checked_size(cell_m: float) -> float:
    """Return the side of a cell, or raise BadFilter where cells of it cannot be counted."""
    if not MIN_CELL_M <= cell_m <= MAX_CELL_M:
        raise BadFilter(
            f"Cells of {cell_m:g} m cannot be counted.", hint=f"From {MIN_CELL_M:g} to {MAX_CELL_M:g} m."
        )
    return cell_m


def true_parallel(south: float, north: float) -> int:
    """Return the whole degree of latitude in the middle, where cells are true squares."""
    return round(min(max((south + north) / 2, -_MAX_LAT), _MAX_LAT) / 2) * 2


def cell_size(
    extent: tuple[float, float, float, float], reports: int, *, most: int, per_cell: float = 2.0
) -> float:
    """Return a round cell size: so many reports a cell on average at least, and at most `most` cells.

    Twice the area over the number of reports is the usual first choice for quadrats.
    """
    west, south, east, north = extent
    x, y = _projection(true_parallel(south, north))([west, east], [south, north])
    width, height = max(x[1] - x[0], 1.0), max(y[1] - y[0], 1.0)
    wanted = max(math.sqrt(per_cell * width * height / max(reports, 1)), MIN_CELL_M)
    for size in _NICE_M:
        cells = (width // size + 2) * (height // size + 2)
        if size >= min(wanted, MAX_CELL_M) and cells <= most:
            return size
    return MAX_CELL_M
