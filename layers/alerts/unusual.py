"""Unusual for the place and the hour: a count against the area's own past by hour of the week.

Windows end with steps of a quarter of their length, so that what is simulated is exactly what is watched: a
count rises within its step and is held against what is usual for the whole of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from data.alert_rules import HOUR_MS, Budget
from data.geo import FloatArray, IntArray
from layers.alerts.budget import Replay, Threshold, causes, rarity, threshold
from layers.alerts.past import Past, Usual, drawn, left_out, pasts_like, per_bin

STEPS = 4  # to a window
REST = STEPS  # steps for which it has to be false before a cause has ended
LEAST = 3  # reports: fewer are told of by the rule of severity
_FUTURE_HOURS = 672
_WANTED = 400  # alarms in all simulated futures together, so that their rate is known to a few percent
_MOST_BINS = 3_000_000


@dataclass(frozen=True)
class Model:
    """What is usual, and how rare a count has to be."""

    usual: Usual
    within_ms: int
    threshold: float

    @property
    def step_ms(self) -> int:
        """The length of a step."""
        return self.within_ms // STEPS

    def as_json(self) -> dict[str, Any]:
        """Return the model as the store keeps it."""
        return {
            "rate": np.round(self.usual.rate, 6).tolist(),
            "day_spread": self.usual.day_spread,
            "hour_spread": self.usual.hour_spread,
            "zone": self.usual.zone,
            "within_ms": self.within_ms,
            "threshold": self.threshold,
        }

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Model:
        """Return the model that was kept."""
        rate = np.asarray(kept["rate"], dtype=np.float64)
        usual = Usual(rate, float(kept["day_spread"]), float(kept["hour_spread"]), str(kept["zone"]))
        return cls(usual, int(kept["within_ms"]), float(kept["threshold"]))


@dataclass(frozen=True)
class Steps:
    """Windows that end with consecutive steps: how many reports there were and how many are usual."""

    first: int
    count: IntArray
    expected: FloatArray
    score: FloatArray


def windows(per_step: IntArray | FloatArray) -> FloatArray:
    """Return the sums of each step and the three before it; the first three have no window."""
    running = np.cumsum(np.asarray(per_step, dtype=np.float64), axis=-1)
    whole = running[..., STEPS - 1 :].copy()
    whole[..., 1:] -= running[..., :-STEPS]
    return whole


def steps(model: Model, times: IntArray, *, first: int, last: int) -> Steps:
    """Return the windows that end with the steps `first` to `last` of sorted times."""
    begin, bins = first - STEPS + 1, last - first + STEPS
    place = times // model.step_ms - begin
    per_step = np.bincount(place[(place >= 0) & (place < bins)], minlength=bins)
    count = np.rint(windows(per_step)).astype(np.int64)
    expected = windows(model.usual.per_bin(begin, bins, step_ms=model.step_ms))
    score = np.where(count >= LEAST, rarity(count, expected, spread=model.usual.spread(model.within_ms)), 0.0)
    return Steps(first, count, expected, score)


def set_threshold(past: Past, times: IntArray, *, within_ms: int, budget: Budget, seed: int = 1) -> Threshold:
    """Return the threshold that keeps to the budget in futures like this past, error of learning included."""
    step_ms = within_ms // STEPS
    rng = np.random.default_rng(seed)
    bins = max(_FUTURE_HOURS * HOUR_MS // step_ms, 8 * STEPS)
    wanted = _WANTED * budget.hours / budget.alarms * HOUR_MS / step_ms / bins
    rows = int(np.clip(wanted, 40, 400))
    bins = int(min(bins, max(_MOST_BINS // rows, 8 * STEPS)))
    first = (past.first_hour + past.hours) * HOUR_MS // step_ms
    learnt = pasts_like(past, rows, rng)
    means = drawn(past.worse, first, bins + STEPS - 1, step_ms=step_ms, rows=rows, rng=rng)
    count = np.rint(windows(rng.poisson(means)))
    expected = windows(per_bin(learnt.rates, learnt.zone, first, bins + STEPS - 1, step_ms=step_ms))
    spread = np.broadcast_to(learnt.spread(within_ms)[:, None], count.shape)
    scores = np.zeros(count.shape)
    tried = count >= LEAST
    scores[tried] = rarity(count[tried], expected[tried], spread=spread[tried])
    return threshold(
        scores,
        lambda score: causes(scores, at_least=score, rest=REST),
        hours=rows * bins * step_ms / HOUR_MS,
        budget=budget,
        tests=int(tried.size),
        replay=_replay(past, times, within_ms),
    )


def _replay(past: Past, times: IntArray, within_ms: int) -> Replay:
    """Return the past itself, each week scored as the future will be: by a past that does not know of it."""
    parts = []
    for week in left_out(past, times):
        model = Model(week.usual, within_ms, 0.0)
        first, end = (hour * HOUR_MS // model.step_ms for hour in (week.first_hour, week.end_hour))
        parts.append(steps(model, times, first=first, last=end - 1).score)
    # Before its first hours nothing is known.
    scores = np.concatenate(parts)[None, STEPS:]
    hours = scores.size * within_ms / STEPS / HOUR_MS
    return Replay(scores, lambda score: causes(scores, at_least=score, rest=REST), hours)
