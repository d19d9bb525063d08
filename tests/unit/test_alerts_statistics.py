"""The statistics behind alerts: exact tails, causes, and thresholds that keep to their budget."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import nbinom, poisson

from data.alert_rules import HOUR_MS, Budget
from layers.alerts.budget import LEAST_RARE, causes, rarity
from layers.alerts.past import WEEK_HOURS, hours_of_week, left_out, past_of
from layers.alerts.unusual import REST, Model, set_threshold, steps
from layers.alerts.windows import bursts

ZONE = "America/New_York"
START_H = 493_000 // WEEK_HOURS * WEEK_HOURS
PAST_WEEKS, FUTURE_WEEKS = 12, 6


@given(st.integers(1, 400), st.floats(0.01, 200.0), st.sampled_from([0.0, 0.05, 0.7, 4.0]))
@settings(max_examples=60)
def test_rarity_is_the_exact_tail(count: int, expected: float, spread: float) -> None:
    tail = (
        poisson.sf(count - 1, expected)
        if spread == 0
        else nbinom.sf(count - 1, 1 / spread, 1 / (1 + spread * expected))
    )
    found = float(rarity(count, expected, spread=spread))
    assert found == pytest.approx(-np.log10(max(tail, 1e-300)), abs=1e-6, rel=1e-6)


@given(st.lists(st.booleans(), max_size=60), st.integers(1, 6))
def test_a_cause_ends_when_it_has_been_false_for_a_while(high: list[bool], rest: int) -> None:
    number, quiet = 0, rest + 1
    for one in high:
        if one and quiet >= rest:
            number += 1
        quiet = 0 if one else quiet + 1
    row = np.array([high], dtype=np.float64).reshape(1, -1)
    assert causes(row, at_least=1.0, rest=rest) == number


@given(st.lists(st.integers(0, 500), max_size=40), st.integers(0, 4), st.integers(5, 60))
def test_bursts_are_those_that_counting_by_hand_finds(minutes: list[int], above: int, within: int) -> None:
    times = np.sort(np.array(minutes, dtype=np.int64))
    by_hand, last = [], None
    for at in times.tolist():
        inside = sum(1 for other in minutes if at - within < other <= at)
        if inside > above:
            if last is None or at - last > 2 * within:
                by_hand.append((at, inside))
            last = at
    found, newest = bursts(times, above=above, within_ms=within, since_ms=-1, last_ms=None)
    assert [(one.at_ms, one.count) for one in found] == by_hand
    assert newest == last


@given(st.lists(st.integers(0, 300), min_size=1, max_size=40), st.integers(1, 300))
def test_looking_in_two_halves_finds_the_same_bursts(minutes: list[int], cut: int) -> None:
    times = np.sort(np.array(minutes, dtype=np.int64))
    whole, _ = bursts(times, above=1, within_ms=20, since_ms=-1, last_ms=None)
    first, last = bursts(times[times < cut], above=1, within_ms=20, since_ms=-1, last_ms=None)
    second, _ = bursts(times, above=1, within_ms=20, since_ms=cut, last_ms=last)
    assert [one.at_ms for one in first + second] == [one.at_ms for one in whole]


def test_the_hour_of_the_week_follows_summer_time() -> None:
    # 1 November 2026, 05:30 and 06:30 UTC: 01:30 in New York, twice.
    hours = np.array([1_793_511_000 // 3600, 1_793_514_600 // 3600])
    assert len(set(hours_of_week(hours, ZONE).tolist())) == 1


def simulated(level: float, spread: float, *, seed: int) -> np.ndarray:
    """Return the times of a made-up past and future: days and nights, working days, busy days."""
    rng = np.random.default_rng(seed)
    hours = (PAST_WEEKS + FUTURE_WEEKS) * WEEK_HOURS
    how = hours_of_week(np.arange(START_H, START_H + hours), ZONE)
    rate = level * (1 + 0.8 * np.sin(2 * np.pi * (how % 24) / 24)) * np.where(how // 24 < 2, 1.3, 1.0)
    if spread:
        rate = rate * np.repeat(rng.gamma(1 / spread, spread, hours // 24), 24)
        rate = rate * rng.gamma(2 / spread, spread / 2, hours)
    counts = rng.poisson(rate)
    times = np.repeat((START_H + np.arange(hours)) * HOUR_MS, counts)
    return np.sort(times + rng.integers(0, HOUR_MS, len(times)))


@pytest.mark.parametrize("spread", [0.0, 0.2], ids=["poisson", "overdispersed"])
@pytest.mark.parametrize("level", [0.3, 6.0])
def test_alarms_on_simulated_pasts_stay_within_the_budget(level: float, spread: float) -> None:
    budget, alarms, hours = Budget(alarms=1, hours=24), 0, 0
    for seed in range(6):
        times = simulated(level, spread, seed=seed)
        now = (START_H + PAST_WEEKS * WEEK_HOURS) * HOUR_MS
        past = past_of(times, until_ms=now, zone=ZONE)
        assert past is not None
        limit = set_threshold(past, times, within_ms=HOUR_MS, budget=budget)
        assert limit.per_day <= budget.per_day
        model = Model(past.usual, HOUR_MS, limit.score)
        end = now + FUTURE_WEEKS * WEEK_HOURS * HOUR_MS
        seen = steps(model, times, first=now // model.step_ms, last=end // model.step_ms - 1)
        alarms += causes(seen.score[None, :], at_least=limit.score, rest=REST)
        hours += FUTURE_WEEKS * WEEK_HOURS
    allowed = budget.alarms / budget.hours * hours
    # Two standard errors of so many alarms: seeds are fixed, so that this is no matter of luck.
    assert alarms <= allowed + 2 * np.sqrt(allowed), (alarms, allowed)
    if level > 1:
        assert alarms >= allowed / 3  # and the budget is made use of


def test_a_budget_of_a_week_is_kept_though_few_weeks_are_known() -> None:
    budget, alarms, hours = Budget(alarms=1, hours=WEEK_HOURS), 0, 0
    now = (START_H + 5 * WEEK_HOURS) * HOUR_MS
    for seed in range(8):
        times = simulated(2.0, 0.4, seed=100 + seed)
        past = past_of(times, until_ms=now, zone=ZONE)
        assert past is not None
        limit = set_threshold(past, times, within_ms=HOUR_MS, budget=budget).score
        model = Model(past.usual, HOUR_MS, limit)
        end = now + 8 * WEEK_HOURS * HOUR_MS
        seen = steps(model, times, first=now // model.step_ms, last=end // model.step_ms - 1)
        alarms += causes(seen.score[None, :], at_least=limit, rest=REST)
        hours += 8 * WEEK_HOURS
    assert alarms <= hours / WEEK_HOURS


def test_no_week_of_the_past_is_judged_by_itself() -> None:
    quiet = simulated(2.0, 0.0, seed=1)
    now = (START_H + PAST_WEEKS * WEEK_HOURS) * HOUR_MS
    day = START_H + 3 * WEEK_HOURS + 48
    flood = np.sort(np.concatenate([quiet, np.arange(day, day + 24, 0.02) * HOUR_MS])).astype(np.int64)
    past, flooded = (past_of(times, until_ms=now, zone=ZONE) for times in (quiet, flood))
    assert past is not None
    assert flooded is not None
    without, with_flood = (
        next(one for one in left_out(known, times) if one.first_hour <= day < one.end_hour).usual
        for known, times in ((past, quiet), (flooded, flood))
    )
    assert np.array_equal(without.rate, with_flood.rate)
    assert flooded.usual.rate.sum() > past.usual.rate.sum() + 50


@pytest.mark.parametrize("within_h", [6, 24])
def test_however_many_false_alarms_are_allowed_what_comes_every_day_is_not_unusual(within_h: int) -> None:
    times = simulated(6.0, 0.2, seed=3)
    past = past_of(times, until_ms=(START_H + PAST_WEEKS * WEEK_HOURS) * HOUR_MS, zone=ZONE)
    assert past is not None
    generous = Budget(alarms=20, hours=24)
    assert set_threshold(past, times, within_ms=within_h * HOUR_MS, budget=generous).score >= LEAST_RARE


def test_a_stricter_budget_gives_a_higher_threshold() -> None:
    times = simulated(3.0, 0.1, seed=1)
    past = past_of(times, until_ms=(START_H + PAST_WEEKS * WEEK_HOURS) * HOUR_MS, zone=ZONE)
    assert past is not None
    scores = [
        set_threshold(past, times, within_ms=HOUR_MS, budget=Budget(alarms=1, hours=hours)).score
        for hours in (12, 168)
    ]
    assert scores == sorted(scores)
    assert scores[0] < scores[1]


def test_under_four_weeks_nothing_is_learnt() -> None:
    times = simulated(3.0, 0.0, seed=1)
    assert past_of(times, until_ms=(START_H + 3 * WEEK_HOURS) * HOUR_MS, zone=ZONE) is None
