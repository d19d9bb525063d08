"""The null of a local sum: how often so high a sum comes up when all counts are dealt out anew.

With binary weights it depends only on how many cells are summed, so one null serves all cells with that
number. It is computed, not drawn, wherever that can be done: no draws, no error of drawing.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import comb
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.fft import irfft, next_fast_len, rfft

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

DRAWS: Final = 99_999
# Multiplications up to which dealing value by value is quicker than drawing.
_EXACT_WORK: Final = 20_000_000
# Newton's identities lose digits on small maps and for large neighbourhoods, and memory on great sums.
_MIN_CELLS, _MAX_SIZE, _MAX_SUM = 200, 32, 1 << 22
_SMALLEST: Final = 1e-13  # what the transform cannot tell from nothing


def upper_tails(
    counts: IntArray, sizes: Sequence[int], *, top: int, seed: int = 1
) -> tuple[dict[int, FloatArray], bool]:
    """Return P(sum ≥ s), s = 0 … top, for each number of cells drawn without replacement; and if exactly.

    Raise ValueError where a neighbourhood is larger than the map.
    """
    largest = max(sizes, default=0)
    if largest > len(counts):
        raise ValueError(f"A neighbourhood of {largest} cells does not fit into a map of {len(counts)}.")
    if not largest:
        return {}, True
    reach = int(np.partition(counts, len(counts) - largest)[-largest:].sum())
    if len(counts) >= _MIN_CELLS and largest <= _MAX_SIZE and reach < _MAX_SUM:
        return transformed_tails(counts, sizes, top=top, reach=reach), True
    tails = {size: _one_tail(counts, size, top=top, seed=seed) for size in sizes}
    return {size: tail for size, (tail, _) in tails.items()}, all(exact for _, exact in tails.values())


def transformed_tails(
    counts: IntArray, sizes: Sequence[int], *, top: int, reach: int
) -> dict[int, FloatArray]:
    """Return the tails for all sizes at once, by Newton's identities in the frequency domain.

    The sums of k cells have the elementary symmetric polynomial e_k of the cells' monomials x^count as
    their generating function, and k·e_k = Σ_j (−1)^(j−1) e_(k−j) p_j with the power sums
    p_j(x) = Σ x^(j·count) = p_1(x^j). Each e_k is kept divided by its number of draws, C(n, k).
    `reach` is the largest sum that there can be.
    """
    length, n = int(next_fast_len(reach + 2, real=True)), len(counts)
    wave = rfft(np.bincount(counts).astype(np.float64), length) / n
    powers = [_dilated(wave, step, length) for step in range(1, max(sizes) + 1)]
    made: list[npt.NDArray[np.complex128]] = [np.ones(len(wave), dtype=np.complex128)]
    for size in range(1, max(sizes) + 1):
        total = np.zeros(len(wave), dtype=np.complex128)
        for step in range(1, size + 1):
            share = comb(n, size - step) * n / (size * comb(n, size))
            total += (share if step % 2 else -share) * made[size - step] * powers[step - 1]
        made.append(total)
    return {size: _tail(irfft(made[size], length), top) for size in sizes}


def _dilated(wave: npt.NDArray[np.complex128], step: int, length: int) -> npt.NDArray[np.complex128]:
    """Return the transform of the counts times `step`: p_1 at the step-th multiple of each frequency."""
    at = np.arange(len(wave)) * step % length
    mirrored = at > length // 2
    found = wave[np.where(mirrored, length - at, at)]
    return np.asarray(np.where(mirrored, found.conj(), found))


def _tail(shares: FloatArray, top: int) -> FloatArray:
    tail = np.cumsum(shares[::-1])[::-1]
    tail = np.pad(tail, (0, max(0, top + 1 - len(tail))))[: top + 1]
    tail[0] = 1.0
    return np.clip(tail, _SMALLEST, 1.0)


def _one_tail(counts: IntArray, size: int, *, top: int, seed: int) -> tuple[FloatArray, bool]:
    values, cells = np.unique(counts, return_counts=True)
    cheap = len(values) * size * size // 2 * (top + 2) <= _EXACT_WORK
    if cheap and comb(len(counts), size) < 1e300:  # a double's end
        return dealt_tail(values, cells, size, top=top), True
    return drawn_tail(counts, size, top=top, seed=seed), False


def dealt_tail(values: IntArray, cells: IntArray, size: int, *, top: int) -> FloatArray:
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


def drawn_tail(counts: IntArray, size: int, *, top: int, seed: int) -> FloatArray:
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
