"""Where a tile lies, in the integers that the mirror keeps places in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from data.errors import BadFilter
from data.geo import CELL_BITS, IntArray, morton

EXTENT = 4096
BUFFER = 64  # of EXTENT: so far over its edge a tile repeats symbols, so that none is cut
GRID_BITS = 3  # a tile has 8 × 8 display cells
MAX_ZOOM = 22


@dataclass(frozen=True)
class TileAddress:
    """A tile of the usual scheme: zoom, column, row from the north-west."""

    z: int
    x: int
    y: int

    def __post_init__(self) -> None:
        side = 1 << min(max(self.z, 0), MAX_ZOOM)
        if not (0 <= self.z <= MAX_ZOOM and 0 <= self.x < side and 0 <= self.y < side):
            raise BadFilter(
                f"There is no tile {self.z}/{self.x}/{self.y}.",
                hint=f"Zoom is 0 to {MAX_ZOOM}, x and y below 2^zoom.",
            )

    @property
    def span(self) -> int:
        """The width of the tile in Mercator steps."""
        return 1 << (CELL_BITS - self.z)

    @property
    def origin(self) -> tuple[int, int]:
        """The Mercator x and y of the tile's north-western corner."""
        return self.x * self.span, self.y * self.span

    @property
    def level(self) -> int:
        """The quadtree level of the tile's display cells."""
        return self.z + GRID_BITS

    @property
    def shift(self) -> int:
        """How many bits of a Morton code lie below the display cell."""
        return 2 * (CELL_BITS - self.level)

    @cached_property
    def cells(self) -> IntArray:
        """The Morton codes, at `level`, of the display cells in and right around the tile, sorted.

        Symbols stand inside their cell, so this ring holds all that reach into the buffer; each cell is
        counted whole, whichever tile asks, so neighbouring tiles always agree.
        """
        side = 1 << GRID_BITS
        limit = 1 << self.level
        columns = np.arange(self.x * side - 1, (self.x + 1) * side + 1)
        rows = np.arange(self.y * side - 1, (self.y + 1) * side + 1)
        columns, rows = (values[(values >= 0) & (values < limit)] for values in (columns, rows))
        x, y = np.meshgrid(columns, rows)
        return np.sort(morton(x.ravel(), y.ravel()))

    def local(self, x: npt.ArrayLike, y: npt.ArrayLike) -> tuple[IntArray, IntArray]:
        """Return Mercator coordinates as whole tile units, EXTENT to a side."""
        left, top = self.origin
        scale = EXTENT / self.span
        return (
            np.floor((np.asarray(x, dtype=np.float64) - left) * scale).astype(np.int64),
            np.floor((np.asarray(y, dtype=np.float64) - top) * scale).astype(np.int64),
        )


def within_buffer(x: IntArray, y: IntArray) -> npt.NDArray[np.bool_]:
    """Return which tile coordinates are on the tile or in its buffer."""
    low, high = -BUFFER, EXTENT + BUFFER
    return np.asarray((x >= low) & (x < high) & (y >= low) & (y < high))
