"""A grid of squares on a plane: fixed by its south-west corner, so that results compare cell by cell."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data.errors import Invalid

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

MAX_CELLS = 4_000_000


@dataclass(frozen=True, slots=True)
class PlanarGrid:
    """nx × ny squares of `cell_m` metres from (x0, y0); cell ids are row-major from the south-west."""

    x0: float
    y0: float
    nx: int
    ny: int
    cell_m: float

    def locate(self, x: FloatArray, y: FloatArray) -> IntArray:
        """Return the id of each place's cell, -1 outside; a place on an edge belongs to the north-east."""
        column = np.floor((x - self.x0) / self.cell_m)
        row = np.floor((y - self.y0) / self.cell_m)
        inside = (column >= 0) & (column < self.nx) & (row >= 0) & (row < self.ny)
        return np.where(inside, row * self.nx + column, -1).astype(np.int64)

    def counts(self, x: FloatArray, y: FloatArray, *, weights: FloatArray | None = None) -> FloatArray:
        """Return the number (or weight) of places in each cell, ny rows by nx columns, south first."""
        cell = self.locate(x, y)
        inside = cell >= 0
        held = None if weights is None else weights[inside]
        table = np.bincount(cell[inside], weights=held, minlength=self.nx * self.ny)
        return table.astype(np.float64).reshape(self.ny, self.nx)

    def scaled(self, factor: float) -> PlanarGrid:
        """Return the grid with cells `factor` times as large that covers this one from the same corner."""
        return PlanarGrid(
            self.x0, self.y0, math.ceil(self.nx / factor), math.ceil(self.ny / factor), self.cell_m * factor
        )

    def corners(self) -> tuple[FloatArray, FloatArray]:
        """Return x and y of each cell's south-west corner, in order of id."""
        ids = np.arange(self.nx * self.ny)
        x = self.x0 + (ids % self.nx).astype(np.float64) * self.cell_m
        y = self.y0 + (ids // self.nx).astype(np.float64) * self.cell_m
        return x, y

    def edge(self) -> npt.NDArray[np.bool_]:
        """Return which cells lie on the rim, where the neighbourhood is cut off."""
        rim = np.ones((self.ny, self.nx), dtype=np.bool_)
        rim[1:-1, 1:-1] = False
        return rim


def grid_around(x: FloatArray, y: FloatArray, *, cell_m: float) -> PlanarGrid:
    """Return the grid that covers the places, its corner on a whole multiple of the cell size."""
    if not len(x):
        raise Invalid("There are no places to count.", hint="Check the columns named with --x and --y.")
    column, row = math.floor(x.min() / cell_m), math.floor(y.min() / cell_m)
    nx, ny = math.floor(x.max() / cell_m) - column + 1, math.floor(y.max() / cell_m) - row + 1
    if nx * ny > MAX_CELLS:
        raise Invalid(
            f"Cells of {cell_m:g} m would be {nx * ny:,}; {MAX_CELLS:,} is the limit.",
            hint="Choose larger cells, or fix the extent with --extent.",
        )
    return PlanarGrid(column * cell_m, row * cell_m, nx, ny, cell_m)
