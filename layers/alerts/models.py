"""What a rule has to learn of an area's past before it can judge, and what rate of false alarms follows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from data.alert_rules import (
    DAY_MS,
    HOUR_MS,
    Budget,
    CountRule,
    Method,
    NewHotspotRule,
    Rule,
    UnusualRule,
    within_ms,
)
from data.geo import FloatArray, IntArray
from data.mirror.spatial import Mask
from layers.alerts import permuted, spots, unusual
from layers.alerts.budget import DEFAULT, SURE_OF_PAST, Threshold, causes, most
from layers.alerts.lookout import Reports
from layers.alerts.past import MAX_WEEKS, WEEK_HOURS, Past, drawn, past_of
from layers.alerts.windows import bursts, counts_at_reports

TOO_LITTLE = "Not enough history yet: four weeks and thirty reports are needed before this can be judged."
_COUNT_STEPS = 12  # to a window of a count rule, where its rate is simulated
_COUNT_ROWS = 60
_COUNT_HOURS = 672
_WEEKS_MS = MAX_WEEKS * WEEK_HOURS * HOUR_MS

Meets = Callable[[Reports], Mask]


@dataclass(frozen=True)
class Learnt:
    """A model with what is to be said of it; `kept` is None where a rule needs none, or cannot have one."""

    kept: dict[str, Any] | None
    threshold: float | None
    expected_per_day: float | None
    tests: int
    note: str = ""

    @property
    def per_day(self) -> float:
        """How many alarms a day the budget allows; what was learnt without one, any number."""
        return float((self.kept or {}).get("per_day", 0.0))

    def as_json(self, *, made_ms: int, seen_by: str) -> dict[str, Any]:
        """Return it as the store keeps it, with when and for whom it was made."""
        return {
            "kept": self.kept,
            "threshold": self.threshold,
            "expected_per_day": None if self.expected_per_day is None else round(self.expected_per_day, 5),
            "tests": self.tests,
            "note": self.note,
            "made_ms": made_ms,
            "seen_by": seen_by,
        }


def learn(
    rule: Rule, reports: Reports, *, until_ms: int, budget: Budget | None, zone: str, meets: Meets
) -> Learnt:
    """Return what the rule learns of the reports before a moment; `meets` is asked of single reports."""
    limit = budget or DEFAULT
    if isinstance(rule, UnusualRule):
        if rule.method is Method.PERMUTATION:
            made = permuted.learn(
                reports, until_ms=until_ms, within_ms=within_ms(rule.within), budget=limit, zone=zone
            )
            return _learnt(made[0].as_json(), made[1], limit) if made else _nothing()
        past = past_of(reports.occurred_ms, until_ms=until_ms, zone=zone)
        if past is None:
            return _nothing()
        window = within_ms(rule.within)
        found = unusual.set_threshold(past, reports.occurred_ms, within_ms=window, budget=limit)
        model = unusual.Model(past.usual, within_ms(rule.within), found.score)
        return _learnt(model.as_json(), found, limit)
    if isinstance(rule, NewHotspotRule):
        spotted = spots.learn(reports, until_ms=until_ms, budget=limit, zone=zone, cell_m=rule.cell_m)
        return _learnt(spotted[0].as_json(), spotted[1], limit) if spotted else _nothing()
    if isinstance(rule, CountRule):
        return _count(rule, reports, until_ms=until_ms, budget=budget, zone=zone)
    return _single(reports, until_ms=until_ms, meets=meets)


def _learnt(kept: dict[str, Any], found: Threshold, budget: Budget) -> Learnt:
    return Learnt(kept | {"per_day": budget.per_day}, round(found.score, 4), found.per_day, found.tests)


def _nothing() -> Learnt:
    return Learnt(None, None, None, 0, TOO_LITTLE)


def _single(reports: Reports, *, until_ms: int, meets: Meets) -> Learnt:
    """Return how often single reports met the rule in the last twelve weeks; there is nothing to set."""
    recent = reports.between(until_ms - _WEEKS_MS, until_ms)
    if not len(recent):
        return Learnt(None, None, None, 0, "No history yet.")
    days = max((until_ms - int(recent.occurred_ms[0])) / DAY_MS, 1.0)
    return Learnt(None, None, float(meets(recent).sum()) / days, len(recent))


def _count(rule: CountRule, reports: Reports, *, until_ms: int, budget: Budget | None, zone: str) -> Learnt:
    """Return the count from which it is an alarm: the officer's own or, where higher, the budget's."""
    past = past_of(reports.occurred_ms, until_ms=until_ms, zone=zone)
    if past is None:
        return Learnt({"above": rule.above}, float(rule.above), None, 0, TOO_LITTLE)
    window = within_ms(rule.within)
    counts, hours = _simulated(past, window)
    above = rule.above
    if budget is not None:
        allowed = budget.alarms / budget.hours * hours
        most = int(counts.max(initial=0.0))
        low, high = above, max(above, most)
        while low < high:
            middle = (low + high) // 2
            within = causes(counts, at_least=middle + 1, rest=_COUNT_STEPS) <= allowed
            low, high = (low, middle) if within else (middle + 1, high)
        above = _kept_to(budget, past, reports.occurred_ms, above=low, window_ms=window)
    alarms = causes(counts, at_least=above + 1, rest=_COUNT_STEPS)
    return Learnt({"above": above}, float(above), alarms / hours * 24, int(counts.size))


def _kept_to(budget: Budget, past: Past, times: IntArray, *, above: int, window_ms: int) -> int:
    """Return the count, raised until the real past keeps to the budget too; one alarm is always allowed."""
    since_ms = past.first_hour * HOUR_MS
    recent = times[(times >= since_ms) & (times < since_ms + past.hours * HOUR_MS)]
    allowed = budget.alarms / budget.hours * past.hours
    low, high = above, max(above, int(counts_at_reports(recent, within_ms=window_ms).max(initial=0)))
    while low < high:
        middle = (low + high) // 2
        found, _ = bursts(recent, above=middle, within_ms=window_ms, since_ms=since_ms, last_ms=None)
        within = len(found) <= 1 or most(len(found), sure=SURE_OF_PAST) <= allowed
        low, high = (low, middle) if within else (middle + 1, high)
    return low


def _simulated(past: Past, window_ms: int) -> tuple[FloatArray, float]:
    """Return the counts of sliding windows in futures like the past, and how many hours they are."""
    step_ms = window_ms // _COUNT_STEPS
    bins = min(_COUNT_HOURS * HOUR_MS // step_ms, 40_000)
    first = (past.first_hour + past.hours) * HOUR_MS // step_ms
    rng = np.random.default_rng(1)
    means = drawn(past.worse, first, bins + _COUNT_STEPS, step_ms=step_ms, rows=_COUNT_ROWS, rng=rng)
    running = np.cumsum(rng.poisson(means), axis=1, dtype=np.float64)
    counts = running[:, _COUNT_STEPS:] - running[:, :-_COUNT_STEPS]
    return counts, _COUNT_ROWS * bins * step_ms / HOUR_MS
