"""Claims: which cells may be called hotspots.

A z-score is for colour. The normal approximation is wrong on sparse counts, so a claim needs the p-value
of the count itself under shuffling: all counts dealt out anew over all cells. With binary weights the null
of a local sum depends only on how many cells are summed, so one null serves all cells with that number.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.stats import false_discovery_control

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

DRAWS: Final = 99_999
MIN_INCIDENTS: Final = 60
MIN_NEIGHBOURHOOD: Final = 5
# Multiplications up to which the exact null is quicker than drawing from it.
_EXACT_WORK: Final = 20_000_000


@dataclass(frozen=True, slots=True)
class Claims:
    """Per cell: one-sided p of so high a local sum, q after Benjamini-Hochberg, whether it is a claim."""

    p: FloatArray
    q: FloatArray
    claim: BoolArray
    tests: int
    exact: bool


def claims(
    counts: IntArray, sums: IntArray, neighbours: IntArray, *, level: float = 0.05, seed: int = 1
) -> Claims:
    """Return the claims of valid cells: counts, local sums, and how many cells each sum adds up.

    Fewer than 60 incidents in all, or under 5 in a neighbourhood, make no claim; p and q are given all the
    same. Raise ValueError where a neighbourhood is larger than the map.
    """
    p = np.ones(len(counts))
    exact = True
    for size in np.unique(neighbours):
        here = neighbours == size
        if size == 0:  # an island has nothing around it to add up: p stays 1
            continue
        null = _upper_tail(counts, int(size), top=int(sums[here].max(initial=0)), seed=seed)
        exact &= null.exact
        p[here] = null.tail[sums[here]]
    q = false_discovery_control(p) if len(p) else p
    enough = counts.sum() >= MIN_INCIDENTS
    claim = (q <= level) & (sums >= MIN_NEIGHBOURHOOD) & enough
    return Claims(p=p, q=q, claim=claim, tests=len(p), exact=exact)


@dataclass(frozen=True, slots=True)
class _Null:
    tail: FloatArray  # tail[s] = P(sum ≥ s)
    exact: bool


def _upper_tail(counts: IntArray, size: int, *, top: int, seed: int) -> _Null:
    if size > len(counts):
        raise ValueError(f"A neighbourhood of {size} cells does not fit into a map of {len(counts)}.")
    values, cells = np.unique(counts, return_counts=True)
    if (
        len(values) * size * size // 2 * (top + 2) <= _EXACT_WORK and comb(len(counts), size) < 1e300
    ):  # a double's end
        return _Null(_exact_tail(values, cells, size, top=top), exact=True)
    return _Null(_drawn_tail(counts, size, top=top, seed=seed), exact=False)


def _exact_tail(values: IntArray, cells: IntArray, size: int, *, top: int) -> FloatArray:
    """Return P(sum ≥ s), s = 0 … top, of `size` cells drawn without replacement: no draws, no error.

    ways[k, s] is the share of draws of k cells with sum s, value by value (multivariate hypergeometric);
    everything above `top` is kept together in one last column.
    """
    width = top + 2
    ways = np.zeros((size + 1, width))
    ways[0, 0] = 1.0
    for value, many in zip(values.tolist(), cells.tolist(), strict=True):
        grown = np.zeros_like(ways)
        for taken in range(min(size, many) + 1):
            step = min(taken * value, width - 1)
            factor = float(comb(many, taken))
            source = ways[: size + 1 - taken]
            grown[taken:, step:] += factor * source[:, : width - step]
            grown[taken:, -1] += factor * source[:, width - step :].sum(axis=1)
        ways = grown
    shares = ways[size] / float(comb(int(cells.sum()), size))
    tail: FloatArray = np.minimum(np.cumsum(shares[::-1])[::-1][: top + 1], 1.0)
    return tail


def _drawn_tail(counts: IntArray, size: int, *, top: int, seed: int) -> FloatArray:
    """Return (1 + draws with sum ≥ s) / (1 + draws), s = 0 … top, over 99,999 draws without replacement."""
    rng = np.random.default_rng(seed + size)
    picks = rng.integers(0, len(counts), (DRAWS, size))
    # A row with a cell drawn twice is drawn again until none is left.
    while True:
        ordered = np.sort(picks, axis=1)
        again = (ordered[:, 1:] == ordered[:, :-1]).any(axis=1)
        if not again.any():
            break
        picks[again] = rng.integers(0, len(counts), (int(again.sum()), size))
    sums = np.minimum(counts[picks].sum(axis=1), top + 1)
    reached = np.cumsum(np.bincount(sums, minlength=top + 2)[::-1])[::-1]
    tail: FloatArray = (1 + reached[: top + 1]) / (1 + DRAWS)
    return tail
