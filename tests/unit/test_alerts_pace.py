"""A budget holds whatever comes, and a past that does not repeat itself makes no more false alarms."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from data.alert_rules import DAY_MS, HOUR_MS
from layers.alerts.judge import Memory, Unusual, _new
from layers.alerts.lookout import Reports
from layers.alerts.pace import RAISE, Raised
from layers.alerts.spots import Hot
from layers.analytics.cells import Grid

NOBODY = Reports(*(np.empty(0, dtype=np.int64) for _ in Reports.__dataclass_fields__))
ANY_DAY = st.lists(st.floats(-3, 12), min_size=1, max_size=96)


def _told(scores: np.ndarray, memory: Memory, *, first: int, per_day: float) -> tuple[list[Unusual], Memory]:
    def told(place: int, step: int) -> Unusual:
        return Unusual(step, 1, 0.0, float(scores[place]), NOBODY)

    return _new(scores, first, memory, told, step_ms=HOUR_MS, per_day=per_day)


@settings(max_examples=25)
@given(days=st.lists(ANY_DAY, min_size=1, max_size=8), per_day=st.sampled_from([1 / 7, 1.0, 2.0]))
def test_no_scores_whatever_give_more_alarms_than_the_budget_and_their_rarity_allow(days, per_day):
    memory: Memory = {}
    found, first = [], 0
    for scores in days:
        more, memory = _told(np.array(scores), memory, first=first, per_day=per_day)
        found, first = found + more, first + len(scores)
    rarest = max(max(scores) for scores in days)
    assert len(found) <= per_day * first * HOUR_MS / DAY_MS + rarest / RAISE + 1 + 1e-3
    assert all(later.step - one.step > 4 for one, later in pairwise(found))


@settings(max_examples=25)
@given(scores=ANY_DAY, at=st.integers(0, 96))
def test_looking_twice_or_in_parts_finds_the_same(scores, at):
    table = np.array(scores)
    whole, remembered = _told(table, {}, first=0, per_day=1.0)
    early, memory = _told(table[:at], {}, first=0, per_day=1.0)
    again, memory = _told(table[:at], memory, first=0, per_day=1.0)
    late, memory = _told(table[at:], memory, first=at, per_day=1.0)
    assert again == []
    assert [one.step for one in early + late] == [one.step for one in whole]
    assert memory == remembered


def test_what_an_alarm_takes_falls_back_in_the_time_that_the_budget_allows_one_for():
    raised = Raised().after(0, per_day=0.5)
    assert [raised.at(day * DAY_MS, per_day=0.5) for day in (0, 1, 2, 3)] == [RAISE, RAISE / 2, 0.0, 0.0]
    assert Raised.of(raised.kept()) == raised


def test_a_hurricane_after_a_shower_is_news_and_its_second_hour_is_not():
    grid = Grid(42.0, 1_000.0, 0, 0, 10, 10)
    hot = Hot()
    assert hot.new(grid, [44], [15.0], 0) == [44]
    assert hot.new(grid, [44, 45], [20.0, 30.0], 8) == []
    again = Hot(hot.kept(8))
    assert again.new(grid, [54], [95.0], 30) == [54]
    assert again.new(grid, [54, 55], [120.0, 99.0], 31) == []
    assert Hot({"4,4": 20}).new(grid, [44], [300.0], 30) == []
