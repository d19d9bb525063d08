"""A rule tried on an area's history: judged week by week, each week with what was known before it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

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
from layers.alerts import permuted, single, spots, unusual, words
from layers.alerts.judge import Memory, judge_permuted, judge_unusual
from layers.alerts.lookout import Reports
from layers.alerts.models import TOO_LITTLE, Learnt, Meets, learn
from layers.alerts.pace import Raised
from layers.alerts.past import MIN_WEEKS
from layers.alerts.windows import bursts

_WEEK_MS = 7 * DAY_MS
_BARS = 60
MOST_ALERTS = 2_000  # listed; all are counted


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alert that would have been."""

    at_ms: int
    cause: str  # as the watcher calls it
    reason: str
    count: int
    expected: float | None
    seqs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Bins:
    """How many of the area's reports there were in equal steps of the time that was tried."""

    start_ms: int
    step_ms: int
    counts: tuple[int, ...]


@dataclass(frozen=True)
class Tested:
    """What a rule would have told of, how often that is, and what it was to be expected to be."""

    alarms: tuple[Alarm, ...]
    total: int
    days: float
    expected_per_day: float | None
    threshold: float | None
    tests: int
    from_ms: int | None
    to_ms: int | None
    reports: int
    note: str
    memory: Memory  # of a watcher that had looked all the while
    over_time: Bins

    @property
    def per_day(self) -> float:
        """Alerts a day, true and false ones together."""
        return self.total / self.days if self.days > 0 else 0.0


def backtest(
    rule: Rule,
    reports: Reports,
    *,
    since_ms: int | None,
    until_ms: int,
    budget: Budget | None,
    zone: str,
    meets: Meets,
) -> Tested:
    """Return what the rule would have told of from `since` on; without it, from four weeks of history on."""
    history = reports.where(reports.occurred_ms < until_ms)
    first = int(history.occurred_ms[0]) if len(history) else until_ms
    learns = isinstance(rule, UnusualRule | NewHotspotRule) or budget is not None
    lead_ms = MIN_WEEKS * _WEEK_MS if learns else 0
    # Whole hours are learnt of: the first one that is begins the four weeks.
    begin = max(first, since_ms) if since_ms is not None else -(-first // HOUR_MS) * HOUR_MS + lead_ms
    begin = min(begin, until_ms)
    alarms: list[Alarm] = []
    known: list[tuple[Learnt, float]] = []
    state = _State({}, spots.Hot())
    for start, end in _weeks(begin, until_ms):
        learnt = learn(rule, history, until_ms=start, budget=budget, zone=zone, meets=meets)
        known.append((learnt, (end - start) / DAY_MS))
        alarms += _week(rule, history, learnt, state, start_ms=start, end_ms=end, meets=meets)
    needs_model = isinstance(rule, UnusualRule | NewHotspotRule)
    blind = [(one, days) for one, days in known if needs_model and one.kept is None]
    rates = [(one.expected_per_day, days) for one, days in known if one.expected_per_day is not None]
    weight = sum(days for _, days in rates)
    newest = known[-1][0] if known else None
    return Tested(
        alarms=tuple(alarms[:MOST_ALERTS]),
        total=len(alarms),
        # A week in which nothing could be told of says nothing of how often something is.
        days=(until_ms - begin) / DAY_MS - sum(days for _, days in blind),
        expected_per_day=sum(rate * days for rate, days in rates) / weight if weight else None,
        threshold=newest.threshold if newest else None,
        tests=sum(one.tests for one, _ in known),
        from_ms=first if len(history) else None,
        to_ms=int(history.occurred_ms[-1]) if len(history) else None,
        reports=len(history),
        note=_note([one for one, _ in known], blind=len(blind)),
        memory=state.kept(until_ms),
        over_time=_over_time(history, begin, until_ms),
    )


def _over_time(history: Reports, begin: int, end: int) -> Bins:
    step = max(HOUR_MS, -(-(end - begin) // _BARS // HOUR_MS) * HOUR_MS)
    bins = -(-(end - begin) // step)
    place = (history.between(begin, end).occurred_ms - begin) // step
    return Bins(begin, step, tuple(np.bincount(place, minlength=bins).tolist()))


def _note(known: list[Learnt], *, blind: int) -> str:
    """Return what the figures do not say: of all that was tried, or of the weeks before enough was known."""
    if not known:
        return TOO_LITTLE
    if 0 < blind < len(known):
        weeks = "week was" if blind == 1 else f"{blind} weeks were"
        return f"The first {weeks} not judged and not counted: there was not enough history before."
    return known[-1].note


@dataclass
class _State:
    """What goes over from one week to the next."""

    memory: Memory
    hot: spots.Hot

    def kept(self, now_ms: int) -> Memory:
        """Return it as the watcher keeps it."""
        hot = self.hot.kept(now_ms // spots.STEP_MS)
        return {**self.memory, "hot": hot} if hot else self.memory


def _weeks(begin: int, end: int) -> Iterator[tuple[int, int]]:
    start = begin
    while start < end:
        yield start, min(start + _WEEK_MS, end)
        start += _WEEK_MS


def _week(
    rule: Rule,
    history: Reports,
    learnt: Learnt,
    state: _State,
    *,
    start_ms: int,
    end_ms: int,
    meets: Meets,
) -> list[Alarm]:
    if isinstance(rule, CountRule):
        return _counted(rule, history, learnt, state, start_ms=start_ms, end_ms=end_ms)
    if isinstance(rule, UnusualRule):
        return _unusual(rule, history, learnt, state, start_ms=start_ms, end_ms=end_ms)
    if isinstance(rule, NewHotspotRule):
        return _spots(history, learnt, state, start_ms=start_ms, end_ms=end_ms)
    these = history.between(start_ms, end_ms)
    found = these.where(meets(these))
    return [
        Alarm(
            int(at),
            f"report:{int(fid)}",
            single.reason(rule, found.where(found.seq == seq), named=0),
            1,
            None,
            (int(seq),),
        )
        for at, seq, fid in zip(found.occurred_ms, found.seq, found.fid, strict=True)
    ]


def _counted(
    rule: CountRule, history: Reports, learnt: Learnt, state: _State, *, start_ms: int, end_ms: int
) -> list[Alarm]:
    window = within_ms(rule.within)
    above = int((learnt.kept or {"above": rule.above})["above"])
    these = history.between(start_ms - window, end_ms)
    found, last = bursts(
        these.occurred_ms,
        above=above,
        within_ms=window,
        since_ms=start_ms,
        last_ms=state.memory.get("last_ms"),
    )
    state.memory = {"last_ms": last}
    return [
        Alarm(
            burst.at_ms,
            f"count:{burst.at_ms}",
            words.above(rule.model_copy(update={"above": above}), count=burst.count),
            burst.count,
            None,
            _seqs(history.between(burst.at_ms - window + 1, burst.at_ms + 1)),
        )
        for burst in found
    ]


def _unusual(
    rule: UnusualRule, history: Reports, learnt: Learnt, state: _State, *, start_ms: int, end_ms: int
) -> list[Alarm]:
    if learnt.kept is None:
        return []
    window = within_ms(rule.within)
    step_ms = window // unusual.STEPS
    these = history.between(start_ms - 2 * window, end_ms)
    first, last = start_ms // step_ms, (end_ms - 1) // step_ms
    if rule.method is Method.PERMUTATION:
        model = permuted.Model.of(learnt.kept)
        found, memory = judge_permuted(
            model, these, state.memory, first=first, last=last, per_day=learnt.per_day
        )
    else:
        found, memory = judge_unusual(
            unusual.Model.of(learnt.kept),
            these,
            state.memory,
            first=first,
            last=last,
            per_day=learnt.per_day,
        )
    state.memory = memory
    alarms = []
    for one in found:
        text = words.unusual(
            rule, count=one.count, expected=one.expected, once_in=words.how_rare(10.0**-one.score)
        )
        # The step's end: a count rises within its step.
        at = min((one.step + 1) * step_ms - 1, end_ms - 1)
        alarms.append(Alarm(at, f"unusual:{one.step}", text, one.count, one.expected, _seqs(one.reports)))
    return alarms


def _spots(history: Reports, learnt: Learnt, state: _State, *, start_ms: int, end_ms: int) -> list[Alarm]:
    if learnt.kept is None:
        return []
    model, raised = spots.Model.of(learnt.kept), Raised.of(state.memory)
    alarms = []
    for step in range(start_ms // spots.STEP_MS, (end_ms - 1) // spots.STEP_MS + 1):
        end = min((step + 1) * spots.STEP_MS, end_ms)
        rarer = raised.at(end, per_day=learnt.per_day)
        known = history.where(history.occurred_ms < end_ms)
        found = spots.spots_at(model, known, state.hot, step=step, rarer=rarer)
        if found is not None:
            raised = raised.after(end, per_day=learnt.per_day)
            text = words.hotspot(count=found.count, expected=found.expected, spots=len(found.cells))
            at = end - 1
            seqs = tuple(int(seq) for seq in found.seqs)
            cause = f"hotspot:{step}:{int(found.cells[0])}"
            alarms.append(Alarm(at, cause, text, found.count, found.expected, seqs))
    state.memory = {**state.memory, **raised.kept()}
    return alarms


def _seqs(reports: Reports) -> tuple[int, ...]:
    return tuple(int(seq) for seq in reports.seq)
