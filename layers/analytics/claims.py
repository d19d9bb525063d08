"""Claims: which cells may be called hotspots.

A z-score is for colour. The normal approximation is wrong on sparse counts, so a claim needs the p-value
of the count itself under shuffling: all counts dealt out anew over all cells (see `layers.analytics.null`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from layers.analytics.null import DRAWS, upper_tails

__all__ = ["DRAWS", "LEVEL", "MIN_INCIDENTS", "MIN_NEIGHBOURHOOD", "Claims", "claims"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

LEVEL: Final = 0.05
MIN_INCIDENTS: Final = 60
MIN_NEIGHBOURHOOD: Final = 5


@dataclass(frozen=True, slots=True)
class Claims:
    """Per cell: one-sided p of so high a local sum, q after Benjamini-Hochberg, whether it is a claim."""

    p: FloatArray
    q: FloatArray
    claim: BoolArray
    tests: int
    exact: bool


def claims(
    counts: IntArray, sums: IntArray, neighbours: IntArray, *, level: float = LEVEL, seed: int = 1
) -> Claims:
    """Return the claims of valid cells: counts, local sums, and how many cells each sum adds up.

    Fewer than 60 incidents in all, or under 5 in a neighbourhood, make no claim; p and q are given all the
    same. Raise ValueError where a neighbourhood is larger than the map.
    """
    # An island of Gi has nothing around it to add up: its p stays 1.
    sizes = [size for size in np.flatnonzero(np.bincount(neighbours)).tolist() if size]
    top = int(sums.max(initial=0))
    tails, exact = upper_tails(counts, sizes, top=top, seed=seed)
    # Cells with as many neighbours and as many reports are alike: p and q are looked up.
    table = np.vstack([np.ones(top + 1), *(tails[size] for size in sizes)])
    row = np.zeros(max(sizes, default=0) + 1, dtype=np.int64)
    row[sizes] = np.arange(1, len(sizes) + 1)
    place = row[neighbours] * (top + 1) + sums
    p, q = table.ravel()[place], _corrected(table.ravel(), np.bincount(place, minlength=table.size))[place]
    enough = counts.sum() >= MIN_INCIDENTS
    claim = (q <= level) & (sums >= MIN_NEIGHBOURHOOD) & enough
    return Claims(p=p, q=q, claim=claim, tests=len(p), exact=exact)


def _corrected(p: FloatArray, times: IntArray) -> FloatArray:
    """Return q after Benjamini-Hochberg of p-values that come so many times each; 1 for those that do not.

    What scipy's `false_discovery_control` gives for all of them, without sorting a million equal ones.
    """
    q = np.ones(len(p))
    held = np.flatnonzero(times)
    order = held[np.argsort(p[held], kind="stable")]
    rank = np.cumsum(times[order])
    if len(order):
        scaled = p[order] * (rank[-1] / rank)
        q[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return q
