"""Places that share coordinates, and how many of them a tile can show."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data.geo import IntArray

MAX_SPOTS = 64  # in a display cell; beyond it, which ones are left out is chance, the same one each time


@dataclass(frozen=True)
class Spots:
    """One entry per place: where its reports start, and how many there are."""

    first: IntArray
    n: IntArray


def group(cell: IntArray) -> Spots:
    """Return the runs of equal cells in sorted ones."""
    if not len(cell):
        nothing = np.zeros(0, dtype=np.int64)
        return Spots(nothing, nothing)
    first = np.flatnonzero(np.concatenate([[True], cell[1:] != cell[:-1]]))
    return Spots(first, np.diff(np.append(first, len(cell))))


def thin(cell: IntArray, *, shift: int, most: int = MAX_SPOTS) -> npt.NDArray[np.bool_]:
    """Return which spots to draw, at most so many in each display cell, drawn by lot from their place alone.

    A later or an earlier report never decides it, nor does the order in which they came in.
    """
    display = cell >> shift
    keep = np.ones(len(cell), dtype=np.bool_)
    if len(cell) <= most:
        return keep
    order = np.lexsort((_lot(cell), display))
    sorted_display = display[order]
    starts = np.flatnonzero(np.concatenate([[True], sorted_display[1:] != sorted_display[:-1]]))
    rank = np.arange(len(cell)) - np.repeat(starts, np.diff(np.append(starts, len(cell))))
    keep[order[rank >= most]] = False
    return keep


def _lot(cell: IntArray) -> npt.NDArray[np.uint64]:
    """Return a number for each cell that looks like chance (a multiply-xorshift mix)."""
    v = cell.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    v ^= v >> np.uint64(29)
    v *= np.uint64(0xBF58476D1CE4E5B9)
    return v ^ (v >> np.uint64(32))


def front(spots: Spots, *, rank: npt.NDArray[np.integer], newest: IntArray, fid: IntArray) -> IntArray:
    """Return the report that stands for each spot: the highest in rank, then the newest, then by fid."""
    chosen = spots.first.copy()
    several = np.flatnonzero(spots.n > 1)
    if not len(several):
        return chosen
    number = np.repeat(several, spots.n[several])
    starts = np.concatenate([[0], np.cumsum(spots.n[several])[:-1]])
    row = np.arange(len(number)) - np.repeat(starts, spots.n[several]) + spots.first[number]
    order = np.lexsort((fid[row], -newest[row], -rank[row].astype(np.int64), number))
    chosen[several] = row[order[starts]]
    return chosen
