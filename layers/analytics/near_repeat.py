"""Near repeat: whether incidents near in space follow one another sooner than chance would have it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from layers.analytics.progress import Told, draws, untold

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class NearRepeat:
    """Pairs near in space and time: seen, expected if time knew nothing of space, their ratio, and p."""

    observed: int
    expected: float
    ratio: float
    p: float


def knox(
    xy: FloatArray,
    times: FloatArray,
    *,
    distance: float,
    duration: float,
    permutations: int = 999,
    seed: int = 1,
    at: Told = untold,
) -> NearRepeat:
    """Return the Knox test of space-time interaction (Knox 1964).

    `xy` is n × 2 in metres, `times` n numbers in any unit, `duration` in the same unit; pairs at exactly
    the distance or duration count. Expected = pairs near in space × pairs near in time / all pairs.
    p is one-sided over permutations of the times: (1 + draws with at least as many pairs) / (1 + draws).
    """
    count = len(xy)
    all_pairs = count * (count - 1) // 2
    pairs = (
        cKDTree(xy).query_pairs(distance, output_type="ndarray") if count > 1 else np.empty((0, 2), np.intp)
    )
    first, second = pairs[:, 0], pairs[:, 1]

    def near_in_both(order: FloatArray) -> int:
        return int(np.count_nonzero(np.abs(order[first] - order[second]) <= duration))

    observed = near_in_both(times)
    expected = len(pairs) * _pairs_within(times, duration) / all_pairs if all_pairs else 0.0
    rng = np.random.default_rng(seed)
    reached = sum(near_in_both(rng.permutation(times)) >= observed for _ in draws(permutations, at))
    return NearRepeat(
        observed=observed,
        expected=expected,
        ratio=observed / expected if expected else float("nan"),
        p=(1 + reached) / (1 + permutations),
    )


def _pairs_within(times: FloatArray, duration: float) -> int:
    """Return how many pairs of times lie at most `duration` apart."""
    ordered = np.sort(times)
    # Each time pairs with those after it, up to `duration` later.
    return int(
        (np.searchsorted(ordered, ordered + duration, side="right") - np.arange(1, len(ordered) + 1)).sum()
    )
