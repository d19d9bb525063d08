"""Proof on real data: trees that fell in Hurricane Irene are new hotspots on the day, within the budget."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from dashboard.alerting.evaluator import make_lookout
from dashboard.alerting.history import history, try_out
from dashboard.services import Services
from data.alert_records import NewWatchArea
from data.alert_rules import Budget, Drawn, NewHotspotRule, UnusualRule
from data.clock import FixedClock
from data.geo import distance_m, inverse_mercator
from data.importers.pipeline import run
from data.mirror import Mirror
from data.model import LonLat
from data.store import Store

CITY = Drawn(shape="r:-71.2,42.2,-70.98,42.42")
DEFAULT_POINT = LonLat(-71.0587, 42.3594)
WEEKLY = Budget(alarms=1, hours=168)


@pytest.fixture
def boston(sqlite_store: Store, shared_data: Path) -> Services:
    file = shared_data / "2_incidents" / "boston_311_2011.give.parquet"
    if not file.is_file():
        pytest.skip(f"{file.name} is not among the real data")
    run(sqlite_store, sqlite_store.system_actor(), file, kind="incidents")
    clock = FixedClock(datetime(2011, 9, 2, 4, tzinfo=UTC))
    mirror = Mirror(sqlite_store)
    return Services(settings=sqlite_store.settings, store=sqlite_store, mirror=mirror, clock=clock)


def test_what_is_unusual_keeps_to_the_budget_on_real_reports_storms_included(boston: Services) -> None:
    everybody = boston.store.system_actor()
    later = replace(boston, clock=FixedClock(datetime(2011, 10, 15, 4, tzinfo=UTC)))
    # Trees fall in storms and street lights in people's lists: neither past is like the time to come.
    for words in ("", "type=weather.tree-down", "q=street+light+outages"):
        rule = UnusualRule(within="1h")
        area = NewWatchArea(name="Boston", geography=CITY, rule=rule, filter=words, budget=WEEKLY)
        tested = try_out(later, area, everybody, since=None)
        assert tested.note == ""
        assert tested.days > 70
        assert 0 < tested.per_day <= WEEKLY.per_day, words
        assert tested.expected_per_day is not None
        assert tested.expected_per_day <= WEEKLY.per_day


@pytest.mark.parametrize("words", ["type=weather.tree-down", ""], ids=["trees", "everything"])
def test_irenes_trees_are_new_hotspots_on_the_day_and_the_default_point_is_none(
    boston: Services, words: str
) -> None:
    area = NewWatchArea(name="Boston", geography=CITY, rule=NewHotspotRule(), filter=words, budget=WEEKLY)
    everybody = boston.store.system_actor()
    # The storm of 19 August was hot in the same places, and does not hide the hurricane.
    since = None if words else datetime(2011, 8, 22, 4, tzinfo=UTC)
    tested = try_out(boston, area, everybody, since=since)
    # 28 August in Boston, by the clock there.
    day = [datetime(2011, 8, number, 4, tzinfo=UTC).timestamp() * 1000 for number in (28, 29)]
    found = [one for one in tested.alarms if day[0] <= one.at_ms < day[1]]
    assert found
    assert all(one.expected is not None and one.count > 4 * one.expected for one in found)
    assert tested.expected_per_day is not None
    assert tested.expected_per_day <= 1 / 7
    _, reports = history(boston, make_lookout(boston, CITY, words, everybody))
    seqs = {seq for one in tested.alarms for seq in one.seqs}
    told = reports.where(np.isin(reports.seq, sorted(seqs)))
    lon, lat = inverse_mercator(told.x, told.y)
    # The default point is a made-up place: no report of an alert lies on it.
    assert distance_m(DEFAULT_POINT, lon, lat).min() > 5
