"""Details, actions and the table of the Watch page, without a browser."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dash.development.base_component import Component

from dashboard.components import places, times
from dashboard.pages.watch import actions, around, view
from dashboard.pages.watch.lookups import lookups
from dashboard.services import Services
from data.errors import Conflict, Forbidden, Invalid, NotFound
from data.mirror import Mirror
from data.model import LonLat, Severity, Status, StoreKind, Tlp
from data.query import Query
from data.records import Contact
from layers.ordering import Sort, ordered
from tests.support.records import BOSTON, HOSTILE, NOON, World


@pytest.fixture
def services(sqlite_world: World) -> Services:
    store = sqlite_world.store
    return Services(settings=store.settings, store=store, mirror=Mirror(store), clock=store.clock)


def words(component: Any) -> Iterator[str]:
    """Yield every text of a component, as the page would show it."""
    if isinstance(component, str | int | float):
        yield str(component)
    elif isinstance(component, list | tuple):
        for child in component:
            yield from words(child)
    elif isinstance(component, Component):
        yield from words(getattr(component, "children", None))


def text_of(component: Any) -> str:
    return " ".join(words(component))


def test_an_incident_tells_its_story_place_and_whom_to_call(sqlite_world: World, services: Services) -> None:
    contact = Contact(role="Charge nurse", always="617-555-0101")
    sqlite_world.site(name="General Hospital", contacts=(contact,))
    incident = sqlite_world.incident(
        title="Gas leak", narrative="Strong smell", place=BOSTON, persons_affected=12
    )
    services.mirror.refresh()
    officer = sqlite_world.officer()
    text = text_of(view.details(officer, services, {"kind": "incident", "fid": incident.fid}))
    for expected in (
        "Gas leak",
        "Strong smell",
        "19T CG",
        "General Hospital",
        "617-555-0101",
        "12",
        "± 20 m",
    ):
        assert expected in text


def test_what_is_near_in_space_and_time_is_told_and_what_is_far_is_not(
    sqlite_world: World, services: Services
) -> None:
    here = sqlite_world.incident(title="Here", place=BOSTON)
    sqlite_world.incident(title="Beside it", place=LonLat(BOSTON.lon + 0.001, BOSTON.lat))
    sqlite_world.incident(title="Last week", place=BOSTON, occurred=NOON - timedelta(days=7))
    sqlite_world.incident(title="In another state", place=LonLat(-75.0, 40.0))
    services.mirror.refresh()
    found = around.near_incidents(sqlite_world.officer(), services, here, limit=9)
    assert [entry.record.title for entry in found] == ["Beside it"]


def test_a_hidden_record_and_none_look_the_same(sqlite_world: World, services: Services) -> None:
    hidden = sqlite_world.incident(title="Secret", scope_id=sqlite_world.scope(StoreKind.SAR, Tlp.RED))
    services.mirror.refresh()
    officer = sqlite_world.officer()
    shown = view.details(officer, services, {"kind": "incident", "fid": hidden.fid})
    absent = view.details(officer, services, {"kind": "incident", "fid": 12345})
    assert text_of(shown) == text_of(absent)
    assert "Secret" not in text_of(shown)


def test_hostile_titles_are_children_and_nothing_else(sqlite_world: World, services: Services) -> None:
    for title in HOSTILE:
        incident = sqlite_world.incident(title=title, narrative=title)
        services.mirror.refresh()
        shown = view.details(sqlite_world.analyst(), services, {"kind": "incident", "fid": incident.fid})
        assert title in list(words(shown))


def test_rings_count_by_distance_and_by_time(sqlite_world: World, services: Services) -> None:
    sqlite_world.incident(place=BOSTON, occurred=NOON)
    sqlite_world.incident(place=LonLat(BOSTON.lon, BOSTON.lat + 0.009), occurred=NOON - timedelta(hours=3))
    sqlite_world.incident(place=LonLat(BOSTON.lon, BOSTON.lat + 0.05), occurred=NOON - timedelta(days=30))
    services.mirror.refresh()
    counts = around.rings(sqlite_world.officer(), services, BOSTON, now=NOON)
    assert counts == [[1, 1, 1, 1], [1, 2, 2, 2], [1, 2, 2, 3]]


def test_an_officer_acknowledges_and_a_viewer_does_not(sqlite_world: World, services: Services) -> None:
    incident = sqlite_world.incident()
    action = {"do": "status", "id": str(incident.id), "revision": 1, "value": int(Status.ACKNOWLEDGED)}
    with pytest.raises(Forbidden):
        actions.act(sqlite_world.viewer(), services, action)
    actions.act(sqlite_world.officer(), services, action)
    kept = services.store.incidents.get(sqlite_world.system, incident.id)
    assert (kept.status, kept.revision) == (Status.ACKNOWLEDGED, 2)


def test_the_second_of_two_officers_sees_both_versions(sqlite_world: World, services: Services) -> None:
    incident = sqlite_world.incident()
    first = {"do": "status", "id": str(incident.id), "revision": 1, "value": int(Status.IN_PROGRESS)}
    second = {**first, "value": int(Status.CLOSED)}
    officer = sqlite_world.officer()
    actions.act(officer, services, first)
    with pytest.raises(Conflict) as caught:
        actions.act(officer, services, second)
    text = text_of(actions.conflict_versions(caught.value, second))
    assert "In progress" in text
    assert "Closed" in text


def test_a_corrected_place_is_a_revision_with_its_reason(sqlite_world: World, services: Services) -> None:
    incident = sqlite_world.incident(place=BOSTON)
    action = {
        "do": "move",
        "id": str(incident.id),
        "revision": 1,
        "lon": -71.1,
        "lat": 42.4,
        "text": "caller",
    }
    actions.act(sqlite_world.officer(), services, action)
    kept = services.store.incidents.get(sqlite_world.system, incident.id)
    assert kept.place == LonLat(-71.1, 42.4)
    assert services.store.incidents.history(sqlite_world.system, incident.id)[0].reason == "caller"


def test_a_part_is_marked_higher_in_the_panel_and_sealed_for_who_is_below(
    sqlite_world: World, services: Services
) -> None:
    incident = sqlite_world.incident(narrative="Jane Roe said so")
    action = {"do": "mark_part", "id": str(incident.id), "revision": 1, "part": "narrative"}
    low, high = sqlite_world.actor(clearance=Tlp.GREEN), sqlite_world.actor(clearance=Tlp.RED)
    said = actions.act(high, services, {**action, "value": "TLP:RED"})
    assert said == "Story: TLP:RED."
    services.mirror.refresh()
    selected = {"kind": "incident", "fid": incident.fid}
    for who, sees in ((low, False), (high, True)):
        shown = view.details(who, services, selected)
        assert ("Jane Roe" in text_of(shown)) is sees
        assert ("sealed for you" in text_of(shown)) is not sees
        assert getattr(shown, "data-wf-marking") == ("TLP:RED" if sees else incident.scope.tlp.label)
    with pytest.raises(Forbidden):
        actions.act(low, services, {**action, "revision": 2, "value": ""})
    actions.act(high, services, {**action, "revision": 2, "value": ""})
    assert services.store.incidents.get(low, incident.id).narrative == "Jane Roe said so"


@pytest.mark.parametrize(
    "action",
    [
        None,
        [],
        {},
        {"do": "drop"},
        {"do": "status"},
        {"do": "status", "id": "x", "revision": 1, "value": 1},
        {"do": "status", "id": "00000000-0000-0000-0000-000000000000", "revision": "1", "value": 1},
        {"do": "assign", "id": "00000000-0000-0000-0000-000000000000", "revision": 1, "value": 999},
        {"do": "move", "id": "00000000-0000-0000-0000-000000000000", "revision": 1, "lon": "a", "lat": 1},
        {"do": "move", "id": "00000000-0000-0000-0000-000000000000", "revision": 1, "lon": 999, "lat": 1},
    ],
)
def test_an_action_of_a_wrong_shape_is_refused(sqlite_world: World, services: Services, action: Any) -> None:
    with pytest.raises((Invalid, NotFound)):
        actions.act(sqlite_world.officer(), services, action)


def test_the_table_hands_out_exactly_what_is_filtered(sqlite_world: World, services: Services) -> None:
    for level in (1, 5, 3, 5, 2):
        sqlite_world.incident(severity=Severity(level))
    services.mirror.refresh()
    officer = sqlite_world.officer()
    request = {"startRow": 0, "endRow": 100, "sortModel": [{"colId": "severity", "sort": "desc"}]}
    answer = view.table_rows(officer, services, request, "severity=3,5")
    assert [row["severity"] for row in answer["rowData"]] == ["High", "High", "Moderate"]
    assert answer["rowCount"] == 3
    with pytest.raises(Invalid):
        view.table_rows(
            officer, services, {**request, "sortModel": [{"colId": "id; DROP", "sort": "asc"}]}, ""
        )
    with pytest.raises(Invalid):
        view.table_rows(officer, services, {"startRow": 0, "endRow": 10**9}, "")


def test_every_sort_walks_through_every_row_once(sqlite_world: World, services: Services) -> None:
    for number in range(7):
        sqlite_world.incident(persons_affected=number or None, accuracy_m=None if number % 2 else 5.0)
    services.mirror.refresh()
    found = services.mirror.view(sqlite_world.officer(), Query(), now=NOON)
    for column in ("occurred", "severity", "type", "source", "marking", "persons", "accuracy_m", "entered"):
        for way in (True, False):
            rows = ordered(found, Sort(column, way))
            assert sorted(rows.tolist()) == sorted(found.rows.tolist())


def test_filters_offer_only_what_was_granted(sqlite_world: World, services: Services) -> None:
    sqlite_world.site(name="Open", sector="energy", kind="substation")
    secret = sqlite_world.scope(StoreKind.SAR, Tlp.RED)
    sqlite_world.site(name="Hidden", sector="nuclear", kind="reactor", scope_id=secret)
    sqlite_world.source("tips", scope_id=secret)
    services.mirror.refresh()
    offered = lookups(sqlite_world.officer(), services)
    assert [entry["code"] for entry in offered["sectors"]] == ["energy"]
    assert "tips" not in [entry["code"] for entry in offered["source"]]
    assert "sar" not in [entry["code"] for entry in offered["store"]]
    assert "red" not in [entry["code"] for entry in offered["tlp"]]


def test_a_view_is_kept_in_the_one_canonical_way(sqlite_world: World, services: Services) -> None:
    officer = sqlite_world.officer()
    wanted = {
        "action": "save",
        "name": "Severe",
        "query": "severity=6,5&last=24h",
        "map": {"bbox": [1, 2, 3, 4], "hotspots": "difference:weeks:500:-71.2,42.2,-70.9,42.5"},
    }
    actions.view_action(officer, services, wanted)
    kept = services.store.views.visible(officer)[0]
    looks = {"bbox": [1.0, 2.0, 3.0, 4.0], "hotspots": "difference:weeks:500:-71.2,42.2,-70.9,42.5"}
    assert (kept.query, dict(kept.map_state)) == ("last=1d&severity=5,6", looks)
    assert "Severe" in text_of(view.views_menu(officer, [kept]))
    with pytest.raises(Invalid):
        actions.view_action(officer, services, {**wanted, "query": "severity=99"})
    actions.view_action(officer, services, {**wanted, "name": "B", "map": {"hotspots": "<img src=x>"}})
    assert dict(services.store.views.visible(officer)[0].map_state) == {}


def test_times_show_local_and_zulu_and_no_more_than_the_source_told() -> None:
    zone = ZoneInfo("America/New_York")
    later = NOON + timedelta(minutes=4)
    text = text_of(times.when(NOON, zone, now=later))
    assert "(12:00Z)" in text
    assert "4 min ago" in text
    day = times.moment_text(NOON, zone, today=later, precision=times.TimePrecision.DAY)
    assert day == "1 Nov"


def test_a_place_is_written_in_the_three_ways_of_the_field() -> None:
    boston = LonLat(-71.0589, 42.3601)
    assert places.usng(boston) == "19T CG 30448 91812"
    assert places.dms(boston) == "42°21′36.4″N 71°03′32.0″W"
    assert places.usng(LonLat(0, 89)) == ""
