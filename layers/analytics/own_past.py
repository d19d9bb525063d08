"""Excess over the same place's own past: what is seen now against the same place in earlier periods."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import false_discovery_control, nbinom

from layers.analytics.claims import LEVEL, MIN_INCIDENTS, MIN_NEIGHBOURHOOD
from layers.analytics.excess import excess

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_JEFFREYS = 0.5  # of a report, so that a place where nothing happened yet is not one where nothing can


@dataclass(frozen=True, slots=True)
class OwnPast:
    """Per place: expected, ratio with its 95 % interval, one-sided p and q of an excess, and the claim.

    `spread` is the variance, relative to the mean, by which periods differ beyond Poisson; 0 for none.
    """

    expected: FloatArray
    ratio: FloatArray
    lower: FloatArray
    upper: FloatArray
    p: FloatArray
    q: FloatArray
    claim: npt.NDArray[np.bool_]
    spread: float
    tests: int


def own_past(now: IntArray, past: IntArray) -> OwnPast:
    """Return the excess of counts over the mean of earlier periods (periods × places), each as long as now.

    The interval is Garwood's, of the count now over that mean. p is negative binomial: of a count with the
    mean of the past, the spread between its periods, and the error of a mean of so few (of Poisson counts
    that is the gamma-Poisson forecast). Places with fewer than 5 reports in all times are not tested.
    """
    periods, total = len(past), past.sum(axis=0)
    expected = total / periods
    made = excess(now, expected)
    spread = _spread(now, past)
    mean = (total + _JEFFREYS) / periods
    wide = spread + (1 / mean + spread) / periods
    tested = now + total >= MIN_NEIGHBOURHOOD
    p, q = np.full(now.shape, np.nan), np.full(now.shape, np.nan)
    size = 1 / wide[tested]
    p[tested] = nbinom.sf(now[tested] - 1, size, size / (size + mean[tested]))
    if tested.any():
        q[tested] = false_discovery_control(p[tested])
    return OwnPast(
        expected=expected,
        ratio=made.ratio,
        lower=made.lower,
        upper=made.upper,
        p=p,
        q=q,
        claim=(np.nan_to_num(q, nan=1.0) <= LEVEL) & (now >= MIN_NEIGHBOURHOOD),
        spread=spread,
        tests=int(tested.sum()),
    )


def enough_of(now: int, past: int) -> bool:
    """Return whether there is enough for a claim: 60 reports now, and some before."""
    return now >= MIN_INCIDENTS and past > 0


def _spread(now: IntArray, past: IntArray) -> float:
    """Return the relative variance of a place's periods beyond Poisson, by moments over all places.

    One earlier period has no spread of its own: it is held against now, and by the places that fell, which
    chance makes as many and as far as those that rose: what is looked for does not argue itself away. Twice
    that is taken, for the mean of one period leans with it.
    """
    periods = len(past)
    if periods == 1:
        fell = np.minimum(now - past[0], 0).astype(np.float64)
        both = (now + past[0]).astype(np.float64)
        surplus, squares = float((2 * fell**2 - both).sum()), float((both**2 - both).sum()) / 4
    else:
        mean, variance = past.mean(axis=0), past.var(axis=0, ddof=1)
        surplus, squares = float((variance - mean).sum()), float((mean**2 - variance / periods).sum())
    return max(0.0, surplus / squares) if squares > 0 else 0.0
