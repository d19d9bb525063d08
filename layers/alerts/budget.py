"""Thresholds from a budget of false alarms: how high a score has to be for chance to reach it seldom enough.

Nothing is assumed of the score. It is computed in many futures that are like the area's past, and the
threshold is where those, by the same rules of what is one cause, give no more alarms than the budget.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import betainc, gammainc
from scipy.stats import chi2

from data.alert_rules import Budget
from data.geo import FloatArray

# Where an officer sets none: one false alarm a shift.
DEFAULT = Budget(alarms=1, hours=12)
_SURE = 0.95  # that the rate of the simulated futures is within the budget
SURE_OF_PAST = 0.8  # the same of the real past, which is short and may hold real events
# What comes by chance once in twenty looks is not unusual, however many false alarms somebody allows.
LEAST_RARE = -math.log10(0.05)
_TOP = 300.0  # a probability below 1e-300 is no smaller for our purposes


@dataclass(frozen=True, slots=True)
class Threshold:
    """The score from which it is an alarm, the rate of false ones expected, and how many tries it took."""

    score: float
    per_day: float
    tests: int
    hours: float


@dataclass(frozen=True)
class Replay:
    """The area's real past by the same scores: how many alarms it would have given, and in how many hours."""

    scores: FloatArray
    count: Callable[[float], int]
    hours: float


def rarity(counts: npt.ArrayLike, expected: npt.ArrayLike, *, spread: npt.ArrayLike) -> FloatArray:
    """Return -log10 P(X ≥ count), X negative binomial with this mean and variance mean + spread · mean².

    With spread 0 that is Poisson. Nothing expected and something seen is as rare as can be.
    """
    seen, mean, wide = np.broadcast_arrays(
        np.asarray(counts, np.float64), np.asarray(expected, np.float64), np.asarray(spread, np.float64)
    )
    mean = np.maximum(mean, 1e-12)
    p = np.ones(seen.shape)
    some, loose = seen > 0, wide > 1e-9
    both = some & loose
    size = 1 / wide[both]
    p[both] = betainc(seen[both], size, mean[both] / (mean[both] + size))
    tight = some & ~loose
    p[tight] = gammainc(seen[tight], mean[tight])
    return np.asarray(np.minimum(-np.log10(np.maximum(p, 10.0**-_TOP)), _TOP) + 0.0)


def causes(scores: FloatArray, *, at_least: float, rest: int) -> int:
    """Return how many causes begin in rows of scores: runs at least so high, `rest` steps apart or more."""
    row, step = np.nonzero(scores >= at_least)
    if not len(row):
        return 0
    place = row * (scores.shape[1] + rest + 1) + step
    return 1 + int((np.diff(place) > rest).sum())


def threshold(
    scores: FloatArray,
    count: Callable[[float], int],
    *,
    hours: float,
    budget: Budget,
    tests: int,
    replay: Replay | None = None,
) -> Threshold:
    """Return the lowest score at which `count` gives, with 95 % certainty, no more alarms than the budget.

    `hours` is how much time was simulated in all. The search is over the scores that occurred. With
    `replay` the real past has to keep to the budget too, with 80 % certainty: it knows of bursts that no
    model does. One alarm in it is always allowed, or one real event would silence a strict budget.
    """
    allowed = budget.alarms / budget.hours * hours
    # Lower ones would not be alarms but a state: so much is above them that it is all one cause.
    found = np.unique(scores[scores >= LEAST_RARE])[::-1]
    if not len(found):
        found = np.array([LEAST_RARE])  # nothing that chance could have told of came up at all

    def within(place: int) -> bool:
        return most(count(float(found[place])), sure=_SURE) <= allowed

    # From the rarest down in growing strides: counting is dear where much is above the threshold.
    good, bad = -1, max(8, int(allowed) // 2)
    while bad < len(found) and within(bad):
        good, bad = bad, 2 * bad
    bad = min(bad, len(found))
    while bad - good > 1:
        middle = (good + bad) // 2
        good, bad = (middle, bad) if within(middle) else (good, middle)
    score = float(found[good]) if good >= 0 else float(found[0]) * 1.05 + 0.1
    per_day = count(score) / hours * 24
    if replay is not None:
        score = _raised(score, replay, budget)
        # Not below what the past showed, however sure the simulation is.
        per_day = max(count(score) / hours * 24, replay.count(score) / replay.hours * 24)
    return Threshold(score, per_day, tests, hours)


def most(alarms: int, *, sure: float) -> float:
    """Return the highest mean of which so few alarms are seen once in 1 / (1 - `sure`) times (Poisson)."""
    return float(chi2.ppf(sure, 2 * alarms + 2) / 2)


def _raised(score: float, replay: Replay, budget: Budget) -> float:
    """Return the score, raised until the real past shows a rate that is within the budget."""
    allowed = budget.alarms / budget.hours * replay.hours

    def within(at_least: float) -> bool:
        alarms = replay.count(at_least)
        return alarms <= 1 or most(alarms, sure=SURE_OF_PAST) <= allowed

    if within(score):
        return score
    above = np.unique(replay.scores[replay.scores > score])
    low, high = 0, len(above)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if within(float(above[middle])) else (middle + 1, high)
    return float(above[high]) if high < len(above) else float(above[-1]) * 1.05 + 0.1
