"""More or fewer than before: two counts of each place compared exactly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv
from scipy.stats import binom, false_discovery_control

from layers.analytics.claims import LEVEL, MIN_INCIDENTS, MIN_NEIGHBOURHOOD

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Difference:
    """Per place: rate ratio with its 95 % interval, two-sided p, q (NaN where not tested), and the claim."""

    ratio: FloatArray
    lower: FloatArray
    upper: FloatArray
    p: FloatArray
    q: FloatArray
    claim: npt.NDArray[np.bool_]
    tests: int


def difference(now: IntArray, before: IntArray, *, now_time: float, before_time: float) -> Difference:
    """Return how the rates of two independent Poisson counts differ, each over its own length of time.

    Given their sum, the later count is binomial with the share of its time (Przyborowski and Wilenski
    1940); the interval is that of Clopper and Pearson turned into a ratio, open above where nothing came
    before. Places with fewer than 5 reports in both times are not tested: no split of so few would tell.
    """
    both = now + before
    share = now_time / (now_time + before_time)
    # The same pairs come again and again: each is computed once.
    pairs, where = np.unique(np.column_stack([now, before]), axis=0, return_inverse=True)
    a, b = pairs[:, 0].astype(np.float64), pairs[:, 1].astype(np.float64)
    p = np.minimum(1.0, 2 * np.minimum(binom.cdf(a, a + b, share), binom.sf(a - 1, a + b, share)))
    scale = before_time / now_time
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = a / b * scale
        low = np.where(a > 0, betaincinv(np.maximum(a, 1), b + 1, 0.025), 0.0)
        high = np.where(b > 0, betaincinv(a + 1, np.maximum(b, 1), 0.975), 1.0)
        lower, upper = low / (1 - low) * scale, high / (1 - high) * scale
    nothing = a + b == 0
    lower, upper = np.where(nothing, np.nan, lower), np.where(nothing, np.nan, upper)
    each = np.ravel(where)
    tested = both >= MIN_NEIGHBOURHOOD
    every, q = p[each], np.full(len(now), np.nan)
    if tested.any():
        q[tested] = false_discovery_control(every[tested])
    return Difference(
        ratio=ratio[each],
        lower=lower[each],
        upper=upper[each],
        p=np.where(tested, every, np.nan),
        q=q,
        claim=np.nan_to_num(q, nan=1.0) <= LEVEL,
        tests=int(tested.sum()),
    )


def enough(now: int, before: int) -> bool:
    """Return whether two times hold enough reports for a claim: 60 together, and some before."""
    return now + before >= MIN_INCIDENTS and before > 0
