"""Counts of places by quadtree cell, so that a tile costs the same whatever lies under it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data.geo import CELL_BITS, FloatArray, IntArray
from data.mirror.spatial import runs
from layers.tiles.address import GRID_BITS, TileAddress
from layers.tiles.spots import MAX_SPOTS

LAST_COUNTED_ZOOM = 13  # from the next zoom on every spot is drawn
# A display cell with more reports than this is drawn as one count. From where streets can be told apart as
# many are drawn as on the zooms that count nothing: counts in every cell of a city would stand like a grid.
_MAX_LOOSE = {10: 16, 11: MAX_SPOTS, 12: MAX_SPOTS, 13: MAX_SPOTS}
_MAX_LOOSE_AFAR = 6
_LEVEL = LAST_COUNTED_ZOOM + GRID_BITS
_SHIFT = 2 * (CELL_BITS - _LEVEL)


@dataclass(frozen=True)
class Pyramid:
    """Sorted places counted by cell of the finest level that is counted; sums run on, from zero."""

    code: IntArray
    start: IntArray  # of each cell's places, and one more
    sum_x: FloatArray
    sum_y: FloatArray
    high: IntArray
    rank: npt.NDArray[np.uint8]  # the highest of each cell


@dataclass(frozen=True)
class Counted:
    """The display cells of one tile: those drawn as a count, and the places drawn by themselves."""

    x: FloatArray
    y: FloatArray
    n: IntArray
    high: IntArray
    rank: npt.NDArray[np.uint8]
    loose: IntArray  # places, as positions in what the pyramid was built of


def build(
    cell: IntArray,
    x: npt.NDArray[np.int32],
    y: npt.NDArray[np.int32],
    *,
    rank: npt.NDArray[np.uint8],
    high: npt.NDArray[np.bool_],
) -> Pyramid:
    """Return the counts of places, given in Morton order with their rank and whether that is high."""
    if not len(cell):
        nothing = np.zeros(0, dtype=np.int64)
        zero = np.zeros(1, dtype=np.int64)
        return Pyramid(nothing, zero, zero.astype(float), zero.astype(float), zero, rank)
    code = cell >> _SHIFT
    first = np.flatnonzero(np.concatenate([[True], code[1:] != code[:-1]]))
    return Pyramid(
        code=code[first],
        start=np.append(first, len(cell)),
        # Sums of whole numbers below 2^53 are exact in a double: 2^31 × 4 million places.
        sum_x=_running(x, first),
        sum_y=_running(y, first),
        high=_running(high, first).astype(np.int64),
        rank=np.maximum.reduceat(rank, first),
    )


def _running(values: npt.NDArray[np.generic], first: IntArray) -> FloatArray:
    sums = np.add.reduceat(values, first, dtype=np.float64)
    return np.concatenate([[0.0], np.cumsum(sums)])


def max_loose(zoom: int) -> int:
    """Return how many reports of a display cell are drawn one by one; more are drawn as a count."""
    return _MAX_LOOSE.get(zoom, _MAX_LOOSE_AFAR)


def count(pyramid: Pyramid, tile: TileAddress) -> Counted:
    """Return the display cells in and around a tile, up to zoom LAST_COUNTED_ZOOM."""
    down = 2 * (_LEVEL - tile.level)
    first = np.searchsorted(pyramid.code, tile.cells << down)
    last = np.searchsorted(pyramid.code, (tile.cells + 1) << down)
    held = last > first
    first, last = first[held], last[held]
    n = pyramid.start[last] - pyramid.start[first]
    many = n > max_loose(tile.z)
    a, b = first[many], last[many]
    loose = runs(pyramid.start[first[~many]], pyramid.start[last[~many]])
    total = n[many]
    return Counted(
        x=(pyramid.sum_x[b] - pyramid.sum_x[a]) / total,
        y=(pyramid.sum_y[b] - pyramid.sum_y[a]) / total,
        n=total,
        high=pyramid.high[b] - pyramid.high[a],
        rank=_highest(pyramid.rank, a, b),
        loose=loose,
    )


def _highest(rank: npt.NDArray[np.uint8], first: IntArray, last: IntArray) -> npt.NDArray[np.uint8]:
    """Return the highest rank in each run."""
    if not len(first):
        return rank[:0]
    # reduceat takes pairs of start and stop; what lies between runs is computed and thrown away.
    bounds = np.column_stack([first, last]).ravel()
    padded = np.append(rank, np.uint8(0))
    return np.asarray(np.maximum.reduceat(padded, bounds)[::2], dtype=np.uint8)
