"""A watch area sees what everybody who is told may see, and nothing that they may not changes anything."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.alerting.history import as_json, try_out
from dashboard.alerting.watcher import Watcher
from dashboard.services import Services
from dashboard.web.records_json import moment
from data.access import Actor, may_see, together, visible_scopes
from data.alert_records import NewWatchArea
from data.alert_rules import (
    Budget,
    CountRule,
    Drawn,
    LinkedSiteRule,
    Method,
    NearSiteRule,
    NewHotspotRule,
    Rule,
    SeverityRule,
    UnusualRule,
)
from data.clock import FixedClock
from data.mirror import Mirror
from data.model import LonLat, Role, Scope, StoreKind, Tlp
from data.settings import Settings
from data.store import Store, open_store
from data.store import tables as t
from data.store.rows import new_row
from data.store.runs import add_run
from tests.support.records import BOSTON, NOON, World

actors = st.builds(
    Actor,
    user_id=st.integers(1, 9),
    name=st.just("somebody"),
    role=st.sampled_from(list(Role)),
    agency_id=st.integers(1, 2),
    law_enforcement=st.booleans(),
    clearance=st.sampled_from(list(Tlp)),
    stores=st.frozensets(st.sampled_from(list(StoreKind))),
)
SCOPES = [
    Scope(number, store, tlp, law_enforcement=le, agency_id=agency)
    for number, (store, tlp, le, agency) in enumerate(
        (store, tlp, le, agency)
        for store in StoreKind
        for tlp in Tlp
        for le in (False, True)
        for agency in (1, 2)
    )
]


@given(st.lists(actors, max_size=4))
@settings(max_examples=200)
def test_together_people_see_what_each_of_them_sees(people: list[Actor]) -> None:
    expected = {scope.id for scope in SCOPES if people and all(may_see(one, scope) for one in people)}
    assert visible_scopes(together(people), SCOPES) == expected


RULES: tuple[Rule, ...] = (
    SeverityRule(at_least=4),
    CountRule(above=2, within="1h"),
    UnusualRule(within="2h"),
    UnusualRule(within="2h", method=Method.PERMUTATION),
    NewHotspotRule(),
    NearSiteRule(sector="healthcare", metres=800),
)
CITY = Drawn(shape="r:-71.2,42.2,-70.9,42.5")


def history(world: World, *, count: int, seed: int, scope: int) -> None:
    """Put some months of reports into the store at one go."""
    rng = np.random.default_rng(seed)
    when = NOON.timestamp() - rng.integers(3_600, 50 * 86_400, count)
    rows = []
    entry, source = world.store.types.all()[0], world.source()
    for at in when.tolist():
        lon, lat = rng.normal(BOSTON.lon, 0.02), rng.normal(BOSTON.lat, 0.02)
        new = world.new_incident(
            occurred=NOON - timedelta(seconds=NOON.timestamp() - at),
            place=LonLat(float(lon), float(lat)),
            severity=int(rng.integers(0, 7)),
            scope_id=scope,
            source_id=source,
            type_code=entry.code,
        )
        values = {name: getattr(new, name) for name in new.__dataclass_fields__}
        row = new_row(values, now=NOON) | {"type_id": entry.id, "reported_ms": int(at * 1000)}
        rows.append(row)
    with world.store.transaction() as connection:
        add_run(world.store, connection, t.incident, rows)


def answers(store: Store, officer: Actor) -> list[Any]:
    """Return everything that the rules say about the area's history, thresholds included."""
    services = Services(settings=store.settings, store=store, mirror=Mirror(store), clock=store.clock)
    services.mirror.refresh()
    found = []
    for rule in RULES:
        new = NewWatchArea(name="Here", geography=CITY, rule=rule, budget=Budget(alarms=1, hours=24))
        tested = try_out(services, new, officer, since=NOON - timedelta(days=3))
        found.append(as_json(tested, new, iso=moment))
    return found


HIDDEN = (
    (StoreKind.SAR, Tlp.GREEN, False, 1),
    (StoreKind.INCIDENT, Tlp.RED, False, 2),
    (StoreKind.INCIDENT, Tlp.GREEN, True, 2),
)


def test_hidden_rows_change_no_threshold_and_no_backtest(sqlite_world: World) -> None:
    world = sqlite_world
    world.agency("Elsewhere")
    officer = world.actor(agency_id=world.agency("Public works"))
    history(world, count=700, seed=1, scope=world.scope())
    before = answers(world.store, officer)
    assert sum(one["total"] for one in before) > 0
    assert all(one["history"]["reports"] == 700 for one in before)
    for seed, (kind, tlp, le, agency) in enumerate(HIDDEN):
        scope = world.scope(kind, tlp, law_enforcement=le, agency_id=agency)
        history(world, count=300, seed=seed, scope=scope)
    world.site(scope_id=world.scope(StoreKind.OPEN, Tlp.RED, agency_id=2), place=LonLat(-71.0, 42.4))
    assert answers(world.store, officer) == before


# Minutes ago, severity, how far east of Boston, and the number of its hidden scope: None is for all to see.
streams = st.lists(
    st.tuples(
        st.integers(0, 90), st.integers(0, 6), st.integers(0, 4), st.none() | st.integers(0, len(HIDDEN) - 1)
    ),
    min_size=6,
    max_size=24,
)


def watched(home: Path, stream: Sequence[tuple[int, int, int, int | None]], *, hidden: bool) -> bytes:
    """Return all that the watcher told and remembers after a stream, with its hidden ones or without."""
    with closing(open_store(Settings(home=home), clock=FixedClock(NOON))) as store:
        world = World(store)
        world.agency("Elsewhere")
        officer = world.actor(agency_id=world.agency("Public works"))
        history(world, count=300, seed=1, scope=world.scope())
        scopes = [
            world.scope(kind, tlp, law_enforcement=le, agency_id=agency) for kind, tlp, le, agency in HIDDEN
        ]
        if hidden:
            history(world, count=200, seed=2, scope=scopes[0])
        world.site(place=LonLat(BOSTON.lon, BOSTON.lat))
        services = Services(settings=store.settings, store=store, mirror=Mirror(store), clock=store.clock)
        services.mirror.refresh()
        watcher = Watcher(services)
        for number, rule in enumerate(RULES):
            area = NewWatchArea(name=f"{number}", geography=CITY, rule=rule, budget=Budget(hours=12))
            store.watch_areas.add(officer, area)
        watcher.look()
        while watcher.learn():
            pass
        kept = [(number, one) for number, one in enumerate(stream) if hidden or one[3] is None]
        for number, (minutes, severity, east, scope) in kept:
            world.incident(
                title=f"Report {number}",
                occurred=NOON - timedelta(minutes=minutes),
                severity=severity,
                place=LonLat(BOSTON.lon + east / 200, BOSTON.lat),
                scope_id=world.scope() if scope is None else scopes[scope],
            )
            services.mirror.refresh()
            watcher.look()
        told = store.alerts.page(officer, limit=200)[0]
        named = {seq for one in told for seq in one.incidents}
        titles = {one.seq: one.title for one in store.incidents.by_seq(officer, sorted(named))}
        states = store.watch_areas.states().values()
        return orjson.dumps(
            [
                [
                    (
                        *(one.watch_area_name, one.at, one.reason, one.count, one.expected, one.severity),
                        *(one.marking, one.restricted, one.scopes),
                        sorted(titles[seq] for seq in one.incidents),
                    )
                    for one in told
                ],
                [(one.memory, one.model) for one in states],
                store.alerts.waiting(officer),
            ]
        )


@given(streams)
@settings(max_examples=3)
def test_hidden_reports_change_nothing_of_what_the_watcher_tells_and_remembers(
    tmp_path_factory: pytest.TempPathFactory, stream: list[tuple[int, int, int, int | None]]
) -> None:
    without, with_them = (
        watched(tmp_path_factory.mktemp("home"), stream, hidden=hidden) for hidden in (False, True)
    )
    assert with_them == without


def test_what_one_of_those_told_may_not_see_alarms_nobody(sqlite_world: World) -> None:
    world, store = sqlite_world, sqlite_world.store
    analyst, viewer = world.analyst(), world.viewer()
    services = Services(settings=store.settings, store=store, mirror=Mirror(store), clock=store.clock)
    watcher = Watcher(services)

    def make(name: str, *tells: int) -> None:
        area = NewWatchArea(name=name, geography=CITY, rule=SeverityRule(at_least=1), tells=tells)
        store.watch_areas.add(analyst, area)

    make("Alone")
    make("Both", viewer.user_id)
    for tlp in (Tlp.GREEN, Tlp.RED):
        world.incident(severity=5, scope_id=world.scope(StoreKind.SAR, tlp))
    world.incident(severity=5)
    services.mirror.refresh()
    watcher.look()
    found = store.alerts.page(analyst, limit=10)[0]
    assert {one.watch_area_name: one.count for one in found} == {"Alone": 3, "Both": 1}
    assert [one.watch_area_name for one in store.alerts.page(viewer, limit=10)[0]] == ["Both"]


def test_what_was_learnt_is_watched_for_and_sites_are_too(sqlite_world: World) -> None:
    world, store = sqlite_world, sqlite_world.store
    officer = world.officer()
    history(world, count=700, seed=1, scope=world.scope())
    site = world.site(name="Mystic Station", place=LonLat(-71.0, 42.4))
    services = Services(settings=store.settings, store=store, mirror=Mirror(store), clock=store.clock)
    services.mirror.refresh()
    watcher = Watcher(services)
    rules = {
        "unusual": UnusualRule(within="1h"),
        "parts": UnusualRule(within="1h", method=Method.PERMUTATION),
        "spots": NewHotspotRule(),
        "near": NearSiteRule(sector="healthcare", metres=300),
        "linked": LinkedSiteRule(site=site.id),
    }
    for name, rule in rules.items():
        store.watch_areas.add(officer, NewWatchArea(name=name, geography=CITY, rule=rule))
    services.mirror.refresh()
    watcher.look()
    while watcher.learn():
        pass
    world.incident(title="Outage at MYSTIC STATION, says caller", place=LonLat(-71.1, 42.3))
    world.incident(title="Smoke", place=LonLat(-71.0, 42.4005))
    for number in range(40):
        place = LonLat(BOSTON.lon + 0.03 + 0.0001 * number, BOSTON.lat + 0.03)
        world.incident(place=place, occurred=NOON - timedelta(minutes=number % 10))
    for _ in range(2):
        services.mirror.refresh()
        watcher.look()
    found = {one.watch_area_name: one for one in store.alerts.page(officer, limit=20)[0]}
    assert set(found) == set(rules)
    assert found["near"].count == 1
    assert found["linked"].count == 2
    assert found["unusual"].expected is not None
    assert found["unusual"].count > 10 * found["unusual"].expected
    assert len(store.alerts.page(officer, limit=20)[0]) == len(rules)


def test_who_may_see_less_from_now_on_does_not_see_the_alerts_of_before(sqlite_world: World) -> None:
    world, store = sqlite_world, sqlite_world.store
    officer = world.actor(clearance=Tlp.AMBER)
    services = Services(settings=store.settings, store=store, mirror=Mirror(store), clock=store.clock)
    area = NewWatchArea(name="Here", geography=CITY, rule=SeverityRule(at_least=1))
    store.watch_areas.add(officer, area)
    world.incident(severity=5, scope_id=world.scope(tlp=Tlp.AMBER))
    services.mirror.refresh()
    Watcher(services).look()
    (alert,) = store.alerts.page(officer, limit=10)[0]
    lower = replace(officer, clearance=Tlp.GREEN)
    assert store.alerts.page(lower, limit=10)[0] == []
    assert store.alerts.number(lower) != store.alerts.number(officer)
    assert alert.marking == Tlp.AMBER
