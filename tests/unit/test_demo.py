"""The exercises: reproducible, marked, on land, and honest about what they know."""

from __future__ import annotations

import hashlib
import importlib.util
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from sqlalchemy import select

from dashboard.alerting.rehearse import rehearse
from dashboard.alerting.watcher import Watcher
from dashboard.services import Services
from data.alert_records import AlertState
from data.clock import FixedClock, to_ms
from data.demo import DEFAULT, scenarios
from data.errors import Conflict
from data.mirror import Mirror
from data.model import LocatedBy, LonLat, SiteStatus, Status, StoreKind
from data.reference import sectors, site_kinds, types
from data.settings import Settings
from data.store import HOME_AGENCY, Store, open_store
from data.store import tables as t
from data.store.tables_rescue import call as rescue_call
from layers.rescue.priority import standings
from layers.roads.closures import Closure as RoadClosure
from layers.roads.closures import cut, touched
from layers.roads.network import Network, Vehicle
from layers.roads.reach import People, reach

NOW = datetime(2026, 11, 22, 19, 0, tzinfo=UTC)
STATES = {"noreaster": "MA", "usvi": "VI"}


def opened(home: Path) -> Store:
    return open_store(Settings(home=home), clock=FixedClock(NOW))


def rows(store: Store, table: Any) -> list[Any]:
    with store.reading() as connection:
        return list(connection.execute(select(table).order_by(table.c.seq)))


def digest(store: Store) -> str:
    parts = [
        row.content_hash for table in (t.incident, t.site, t.area, rescue_call) for row in rows(store, table)
    ]
    return hashlib.sha256(b"".join(parts)).hexdigest()


@pytest.fixture(scope="module")
def noreaster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = opened(tmp_path_factory.mktemp("noreaster"))
    scenarios()["noreaster"].seed(store)
    yield store
    store.close()


@pytest.fixture(scope="module")
def usvi(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = opened(tmp_path_factory.mktemp("usvi"))
    scenarios()["usvi"].seed(store)
    yield store
    store.close()


@pytest.fixture(params=sorted(STATES))
def played(request: pytest.FixtureRequest) -> tuple[str, Store]:
    return request.param, request.getfixturevalue(request.param)


def test_the_default_scenario_is_one_of_them() -> None:
    assert set(scenarios()) == set(STATES)
    assert DEFAULT == "noreaster"


def test_each_scenario_has_the_size_it_promises(played: tuple[str, Store]) -> None:
    key, store = played
    least, most = {"noreaster": (19_000, 21_000), "usvi": (1_350, 1_700)}[key]
    begin = to_ms(NOW - timedelta(days=scenarios()[key].days))
    found = rows(store, t.incident)
    assert least <= sum(row.occurred_ms >= begin for row in found) <= most
    before = [row for row in found if row.occurred_ms < begin]
    assert (6_000 <= len(before) <= 11_000) if key == "noreaster" else not before
    sites = len(rows(store, t.site))
    assert (110 <= sites <= 140) if key == "noreaster" else (20 <= sites <= 40)


def test_incidents_lie_on_land(played: tuple[str, Store]) -> None:
    geopandas = pytest.importorskip("geopandas")
    spec = importlib.util.find_spec("_plotly_geo")
    if spec is None or spec.origin is None:
        pytest.skip("plotly-geo, whose outlines are the measure, is not installed")
    key, store = played
    outlines = geopandas.read_file(Path(spec.origin).parent / "package_data" / "cb_2016_us_state_500k.shp")
    land = outlines.set_index("STUSPS").loc[STATES[key]].geometry
    placed = [row for row in rows(store, t.incident) if row.lon is not None]
    on_land = shapely.contains_xy(land, [row.lon for row in placed], [row.lat for row in placed])
    assert on_land.mean() >= 0.99


def test_everything_is_marked_exercise(played: tuple[str, Store]) -> None:
    key, store = played
    assert store.fact("exercise") == "1"
    assert store.fact("scenario") == key
    assert all(row.extra["exercise"] is True for table in (t.incident, t.site) for row in rows(store, table))
    names = {source.name for source in store.sources.all()} - {"US Census areas"}
    assert names
    assert all(name.startswith("EXERCISE ") for name in names)


def test_telephone_numbers_belong_to_nobody(played: tuple[str, Store]) -> None:
    _, store = played
    said = [f"{row.title} {row.narrative}" for row in rows(store, t.incident)]
    said += [str(row.contacts) for row in rows(store, t.site)]
    numbers = {number for text in said for number in re.findall(r"\b\d{3}-\d{3}-\d{4}\b", text)}
    assert numbers
    assert all(re.fullmatch(r"\d{3}-555-01\d\d", number) for number in numbers)
    assert not any(re.search(r"[{}]", text) for text in said[: len(rows(store, t.incident))])


def test_places_say_how_sure_they_are(played: tuple[str, Store]) -> None:
    _, store = played
    for row in rows(store, t.incident):
        how = LocatedBy(row.located_by)
        assert (row.lon is None) == (how is LocatedBy.UNKNOWN)
        assert (row.accuracy_m is None) == (how in (LocatedBy.UNKNOWN, LocatedBy.DEFAULT_POINT))
    found = Counter(LocatedBy(row.located_by) for row in rows(store, t.incident))
    assert found[LocatedBy.UNKNOWN] > 0
    assert found[LocatedBy.GPS] > 0
    assert found[LocatedBy.CENTROID] > 0


def test_times_run_forward_and_not_beyond_now(played: tuple[str, Store]) -> None:
    key, store = played
    before = scenarios()[key].before
    first = to_ms(NOW - timedelta(days=scenarios()[key].days + 1, weeks=before.weeks if before else 0))
    for row in rows(store, t.incident):
        assert first <= row.occurred_ms <= row.reported_ms <= row.entered_ms <= row.updated_ms <= to_ms(NOW)
        assert row.revision == 1 + row.status


def test_work_progresses_and_is_in_the_history(played: tuple[str, Store]) -> None:
    _, store = played
    actor = store.system_actor()
    states = Counter(Status(row.status) for row in rows(store, t.incident))
    assert set(states) == set(Status)
    closed = next(row for row in rows(store, t.incident) if row.status == Status.CLOSED)
    steps = [revision.changes["status"] for revision in store.incidents.history(actor, closed.id)]
    assert steps[0][0] == "NEW"
    assert steps[-1][1] == "CLOSED"


def test_every_site_has_its_sector_its_accuracy_and_somebody_to_call(played: tuple[str, Store]) -> None:
    _, store = played
    for row in rows(store, t.site):
        assert row.sector in sectors()
        assert row.kind in site_kinds()
        assert 50 <= row.accuracy_m <= 600
        assert row.vintage
        assert row.contacts
        assert (row.status == SiteStatus.UNKNOWN) == (row.status_ms is None)


def test_site_status_is_unknown_unless_somebody_said(played: tuple[str, Store]) -> None:
    key, store = played
    known = {row.name for row in rows(store, t.site) if row.status != SiteStatus.UNKNOWN}
    assert known == set(scenarios()[key].assessed)


def test_suspicious_activity_lives_behind_its_wall_alone(noreaster: Store) -> None:
    scopes = {scope.id: scope for scope in noreaster.scopes.all()}
    codes = {kind.id: kind.code for kind in noreaster.types.all()}
    sars = [row for row in rows(noreaster, t.incident) if scopes[row.scope_id].store is StoreKind.SAR]
    assert 50 <= len(sars) <= 60
    assert all(scopes[row.scope_id].law_enforcement for row in sars)
    behaviors = {
        row.seq for row in rows(noreaster, t.incident) if codes[row.type_id].startswith("suspicious.behavior")
    }
    assert behaviors == {row.seq for row in sars}
    hidden = {row.source_id for row in sars}
    assert hidden.isdisjoint(row.source_id for row in rows(noreaster, t.incident) if row.seq not in behaviors)


def test_the_storm_can_be_seen_and_moves_north(noreaster: Store) -> None:
    found = rows(noreaster, t.incident)
    codes = {kind.id: kind.code for kind in noreaster.types.all()}
    day = 86_400_000
    by_day = Counter((to_ms(NOW) - row.entered_ms) // day for row in found)
    usual = sum(by_day[back] for back in range(3, 9)) / 6
    assert by_day[0] > 4 * usual
    trees = [row for row in found if codes[row.type_id] == "weather.tree-down" and row.lat]
    south = [row.occurred_ms for row in trees if row.lat < 41.8 and row.lon > -71]
    north = [row.occurred_ms for row in trees if row.lat > 42.5 and row.lon > -71]
    assert sum(north) / len(north) > sum(south) / len(south) + 1.5 * 3_600_000


def test_the_weeks_before_are_as_the_quiet_days_of_the_scenario(noreaster: Store) -> None:
    shore = shapely.box(-71.0, 42.5, -70.8, 42.6)  # Salem, Peabody, Beverly, Danvers
    found = [
        row for row in rows(noreaster, t.incident) if row.lon and shapely.contains_xy(shore, row.lon, row.lat)
    ]
    back = [(to_ms(NOW) - row.occurred_ms) / 86_400_000 for row in found]
    usual, weeks_before = (
        sum(first <= days < last for days in back) / (last - first) for first, last in ((3, 10), (10, 80))
    )
    assert weeks_before == pytest.approx(usual, rel=0.25)
    assert len({row.source_key for row in found}) == len(found)


def test_shapes_and_a_default_point_are_among_the_reports(noreaster: Store) -> None:
    found = rows(noreaster, t.incident)
    kinds = Counter(shapely.from_wkb(bytes(row.geometry)).geom_type for row in found if row.geometry)
    assert kinds["LineString"] >= 10
    assert kinds["Polygon"] + kinds["MultiPolygon"] >= 25
    stacked = {(row.lon, row.lat) for row in found if row.located_by == LocatedBy.DEFAULT_POINT}
    assert len(stacked) == 1


def test_people_are_cut_off_on_st_john(usvi: Store) -> None:
    codes = {kind.id: kind.code for kind in usvi.types.all()}
    cut_off = [row for row in rows(usvi, t.incident) if codes[row.type_id] == "rescue.cut-off"]
    islands = Counter(row.extra["region"] for row in cut_off)
    assert islands["St. John"] > len(cut_off) / 2
    names = {area.name for area in usvi.areas.search(usvi.system_actor(), "St. ", limit=99)}
    assert {"St. Croix", "St. John", "St. Thomas"} <= names


def test_calls_for_help_are_marked_in_time_and_about_fewer_people_than_they_are(
    played: tuple[str, Store],
) -> None:
    key, store = played
    actor = store.system_actor()
    calls, _ = store.calls.page(actor, limit=500)
    households = store.households.all(actor)
    assert len(calls) == {"usvi": 60, "noreaster": 9}[key]
    assert {"usvi": 35, "noreaster": 6}[key] < len(households) < len(calls)
    for call in calls:
        assert call.narrative.startswith("EXERCISE")
        assert call.source.name.startswith("EXERCISE")
        assert call.received <= NOW
        assert re.fullmatch(r"(\d{3}-555-01\d\d)?", call.caller.phone)
    if key == "usvi":
        told = [one for one in calls if "Thornbury" in " ".join(p.name for p in one.people)]
        assert {one.caller.relation for one in told} == {"family", "neighbour"}
        assert all(one.place is None for one in told), "where they are is what has to be found"
        first = standings(households, now=NOW)[0].household
        assert first.open
        assert sum(not one.open for one in households) == 6


def test_those_who_search_stand_ready_and_roads_are_closed(usvi: Store) -> None:
    actor = usvi.system_actor()
    resources, closures = usvi.resources.all(actor), usvi.closures.all(actor)
    assert {one.kind for one in resources} == {"team", "dog", "boat", "drone", "helicopter"}
    assert all(one.active(NOW) for one in closures)
    assert all(one.name.startswith("EXERCISE ") for one in (*resources, *closures))
    (roads,) = (Network(**vars(one)) for one in usvi.networks.all(actor))
    lines = [RoadClosure(str(one.id), one.name, one.geometry) for one in closures]
    assert (touched(roads, lines).sum(axis=1) == 1).all(), "each closes one stretch of road"
    base = [LonLat(**{axis: one.about["base"][axis] for axis in ("lon", "lat")}) for one in resources]
    beyond = People(np.array([-64.703, -64.6745, -64.729]), np.array([18.314, 18.3438, 18.336]), np.ones(3))
    closed = reach(roads, cut(roads, lines, Vehicle.CAR), bases=base, people=beyond, vehicle=Vehicle.CAR)
    assert closed.cut_off.all(), "Concordia, East End and Bordeaux Mountain"
    open_ = reach(roads, roads.seconds(Vehicle.CAR), bases=base, people=beyond, vehicle=Vehicle.CAR)
    assert open_.reached.all()


@pytest.mark.parametrize("played", ["usvi", pytest.param("noreaster", marks=pytest.mark.slow)], indirect=True)
def test_the_same_seed_makes_the_same_scenario(played: tuple[str, Store], tmp_path: Path) -> None:
    key, store = played
    again = opened(tmp_path / "again")
    scenarios()[key].seed(again)
    assert digest(again) == digest(store)
    assert [row.id for row in rows(again, t.incident)] == [row.id for row in rows(store, t.incident)]
    again.close()


def test_another_seed_makes_another_course_of_the_same_storm(usvi: Store, tmp_path: Path) -> None:
    other = opened(tmp_path / "other")
    scenarios()["usvi"].seed(other, seed=8)
    assert digest(other) != digest(usvi)
    other.close()


def test_a_store_holds_one_scenario(noreaster: Store) -> None:
    with pytest.raises(Conflict):
        scenarios()["usvi"].seed(noreaster)


def test_new_incidents_keep_arriving_and_can_be_added(played: tuple[str, Store]) -> None:
    key, store = played
    known = {row.code for row in types()}
    coming = list(islice(scenarios()[key].arrivals(store, start=NOW), 120))
    again = list(islice(scenarios()[key].arrivals(store, start=NOW), 120))
    assert coming == again
    assert all(new.type_code in known for new in coming)
    due = [new.reported for new in coming if new.reported]
    assert len(due) == len(coming)
    assert due == sorted(due)
    assert due[0] > NOW
    later = list(islice(scenarios()[key].arrivals(store, start=due[59]), 50))
    assert later == coming[60:110]


def test_a_scenario_fills_a_store_on_either_database(store: Store) -> None:
    done = scenarios()["usvi"].seed(store)
    assert done.incidents > 1_300
    assert store.audit.verify().problem == ""
    assert len(store.incidents.matching("water")) > 20
    coming = next(scenarios()["usvi"].arrivals(store))
    added = store.incidents.add(store.system_actor(), coming)
    assert added.status is Status.NEW
    assert added.extra is not None
    assert added.extra["exercise"] is True


def test_the_demo_begins_with_the_alerts_of_its_storm_and_repeats_none(noreaster: Store) -> None:
    scenario = scenarios()["noreaster"]
    plan = scenario.users[0]
    added = noreaster.users.add(
        noreaster.system_actor(),
        plan.name,
        role=plan.role,
        agency_id=HOME_AGENCY,
        display_name=plan.display_name,
        clearance=plan.clearance,
        stores=plan.stores,
    )
    officer = next(one for one in noreaster.watch_areas.people() if one.user_id == added)
    settings = noreaster.settings.model_copy(update={"timezone": scenario.timezone})
    services = Services(settings, noreaster, Mirror(noreaster), noreaster.clock)
    made = rehearse(services, officer, scenario.watches)
    told = noreaster.alerts.page(officer, limit=100)[0]
    assert len(told) == made
    assert [one.state for one in told] == [AlertState.OPEN] + [AlertState.ACKNOWLEDGED] * (made - 1)
    assert {one.watch_area_name for one in told} == {watch.name for watch in scenario.watches}
    storm = NOW - timedelta(hours=30)
    assert all(storm <= one.at <= NOW for one in told)
    unusual = next(one for one in told if "more than usual" in one.watch_area_name)
    assert unusual.expected is not None
    assert unusual.count > 2 * unusual.expected
    watcher = Watcher(services)
    assert watcher.look()
    assert noreaster.alerts.waiting(officer) == 1
    assert len(noreaster.alerts.page(officer, limit=100)[0]) == made
    watcher.stop()
