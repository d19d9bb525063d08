"""Claims: which cells may be called hotspots.

A z-score is for colour. The normal approximation is wrong on sparse counts, so a claim needs the p-value
of the count itself under shuffling: all counts dealt out anew over all cells (see `layers.analytics.null`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.stats import false_discovery_control

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
    p = np.ones(len(counts))
    # An island of Gi has nothing around it to add up: its p stays 1.
    sizes = [size for size in np.flatnonzero(np.bincount(neighbours)).tolist() if size]
    tails, exact = upper_tails(counts, sizes, top=int(sums.max(initial=0)), seed=seed)
    for size, tail in tails.items():
        here = np.flatnonzero(neighbours == size)
        p[here] = tail[sums[here]]
    q = false_discovery_control(p) if len(p) else p
    enough = counts.sum() >= MIN_INCIDENTS
    claim = (q <= level) & (sums >= MIN_NEIGHBOURHOOD) & enough
    return Claims(p=p, q=q, claim=claim, tests=len(p), exact=exact)
