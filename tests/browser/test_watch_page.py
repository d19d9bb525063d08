"""One officer's desk: timeline, playback, views, the last look, near sites, and two who edit at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Request, expect

from data.geo import distance_m
from data.model import LocatedBy, LonLat, Status
from data.records import Incident
from tests.browser.conftest import MANY, Floor, cleared, signed_in
from tests.support.browser import Watched
from tests.support.page import (
    expect_total,
    feed,
    look_at,
    map_is_still,
    point_on_screen,
    root_type,
    total,
)
from tests.support.records import BOSTON

HOSPITALS = [LonLat(BOSTON.lon + 0.015 * n, BOSTON.lat + 0.01) for n in range(4)]


@pytest.fixture
def page(desk: Watched, floor: Floor) -> Page:
    """Return the desk with its timeline drawn."""
    found = cleared(desk.context.pages[0], floor)
    found.wait_for_selector("#wf-timeline .barlayer path", state="attached")
    return found


def _query(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def _as_the_server_says(floor: Floor, query: str) -> int:
    return int(floor.api().get(f"/api/v1/summary?{query}").json()["total"])


def _changed(page: Page, before: int) -> int:
    """Wait until the count is another one, and return it."""
    expect(page.locator("[data-wf-total]").first).not_to_have_text(f"{before:,}")
    return total(page)


def _drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=6)
    page.mouse.up()


def _brush(page: Page, *, start: float, end: float) -> None:
    """Drag over the timeline between two shares of its width."""
    box = page.locator("#wf-timeline .nsewdrag").bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    _drag(page, (box["x"] + box["width"] * start, middle), (box["x"] + box["width"] * end, middle))


def test_a_brush_over_the_timeline_filters_the_time_and_a_double_click_gives_it_back(
    page: Page, floor: Floor
) -> None:
    whole = total(page)
    _brush(page, start=0.3, end=0.7)
    page.wait_for_url(re.compile(r"from=.*to="))
    part = _changed(page, whole)
    assert 0 < part < whole
    assert part == _as_the_server_says(floor, urlsplit(page.url).query)
    expect(feed(page)).to_have_count(part)
    begin, end = (datetime.fromisoformat(_query(page)[name][0]) for name in ("from", "to"))
    assert timedelta(0) < end - begin < timedelta(minutes=7 * MANY)
    page.locator("#wf-timeline .nsewdrag").dblclick()
    expect_total(page, whole)
    assert "from" not in _query(page)


def test_playback_moves_a_window_through_the_time_on_the_map_too_and_gives_everything_back(
    page: Page,
) -> None:
    whole, address = total(page), page.url
    page.get_by_label("Speed of playback").select_option("4")
    page.get_by_role("button", name="Play through time").click()
    said = page.locator("#wf-timeline-bar .playing")
    expect(said).to_contain_text(" to ")
    first = _window_on_the_map(page, other_than="")
    assert _window_on_the_map(page, other_than=first) > first
    assert _changed(page, whole) < whole
    assert page.url == address  # a film is no choice of filter
    page.get_by_role("button", name="Stop and show the whole time again").click()
    expect_total(page, whole)
    expect(said).to_have_text("")


def _window_on_the_map(page: Page, *, other_than: str) -> str:
    """Wait until the map asks for tiles of another window of time, and return its start."""

    def begins(request: Request) -> str:
        parts = urlsplit(request.url)
        return parse_qs(parts.query).get("from", [""])[0] if "/tiles/incidents/" in parts.path else ""

    with page.expect_request(lambda request: begins(request) not in {"", other_than}) as asked:
        pass
    return begins(asked.value)


def test_a_view_is_saved_for_oneself_or_for_the_agency_and_brings_filter_and_map_back(
    page: Page, floor: Floor
) -> None:
    root = floor.store.types.all()[0].code
    whole = total(page)
    root_type(page, root).click()
    part = _changed(page, whole)
    for name, button in (("Mine alone", "Save for me"), ("For all of us", "Share with my agency")):
        _menu(page, "Views")
        page.get_by_placeholder("Name of this view").fill(name)
        page.get_by_role("button", name=button).click()
        _menu(page, "Views")
        expect(page.locator("#wf-views")).to_contain_text(name)
        page.keyboard.press("Escape")
    page.locator("button[title='Clear all filters']").click()
    expect_total(page, whole)
    _menu(page, "Views")
    page.locator("#wf-views").get_by_role("button", name="Mine alone").click()
    expect_total(page, part)
    assert _query(page)["type"] == [root]
    others = [view["name"] for view in floor.api(floor.other_id).get("/api/v1/views").json()["items"]]
    assert others == ["For all of us"]
    _menu(page, "Views")
    page.locator(".with-button", has_text="Mine alone").get_by_role("button", name="Delete").click()
    _menu(page, "Views")
    expect(page.locator("#wf-views")).not_to_contain_text("Mine alone")
    page.keyboard.press("Escape")


def _menu(page: Page, name: str) -> None:
    """Open a menu, unless it is open."""
    summary = page.locator("#wf-rail summary", has_text=name).first
    if not summary.evaluate("(e) => e.parentElement.open"):
        summary.click()


def test_within_metres_of_a_sector_and_its_opposite_share_everything_out(page: Page, floor: Floor) -> None:
    whole = total(page)
    places = [
        LonLat(BOSTON.lon - 0.09 + 0.02 * (n % 10), BOSTON.lat - 0.04 + 0.02 * (n // 10)) for n in range(MANY)
    ]
    nearest = [
        float(distance_m(place, [site.lon for site in HOSPITALS], [site.lat for site in HOSPITALS]).min())
        for place in places
    ]
    expected = sum(metres <= 2000 for metres in nearest)
    assert 0 < expected < MANY
    near = page.locator("details.group", has_text="Near sites")
    near.locator("summary").click()
    near.get_by_label("Distance").select_option("2000")
    near.get_by_label("Sector or type of site").select_option("healthcare")
    expect_total(page, expected)
    assert _query(page)["near"] == ["healthcare:2000"]
    expect(page.locator(".chip")).to_have_text("within 2,000 m of Healthcare")
    page.get_by_role("button", name=re.compile("Near sites: show all but these")).click()
    expect_total(page, whole - expected)
    expect(page.locator(".chip .not")).to_have_text("not")


def test_what_changed_since_one_last_looked_is_one_press_away(page: Page, floor: Floor) -> None:
    since = page.get_by_role("button", name="Changed since I last looked")
    expect(since).to_be_disabled()
    floor.world.incident(title="Came in while I read", occurred=datetime.now(UTC), place=BOSTON)
    unseen = page.locator("#wf-feed-head .unseen-count")
    expect(unseen).to_have_text("unseen 1")
    unseen.click()
    expect(unseen).to_be_hidden()
    floor.world.incident(title="Came in after my look", occurred=datetime.now(UTC), place=BOSTON)
    expect(unseen).to_have_text("unseen 1")
    expect(since).to_be_enabled()
    since.click()
    expect_total(page, 1)
    expect(feed(page)).to_contain_text(["Came in after my look"])
    expect(page.locator(".chip")).to_contain_text("changed since")


def _select(page: Page, incident: Incident) -> None:
    target = {"kind": "incident", "fid": incident.fid, "lon": incident.place.lon, "lat": incident.place.lat}  # type: ignore[union-attr]
    page.evaluate("(detail) => dispatchEvent(new CustomEvent('wf:select', { detail }))", target)
    expect(page.locator("#wf-details h2").first).to_have_text(incident.title)


def _drag_to_a_new_place(page: Page, incident: Incident, *, east_px: int) -> LonLat:
    """Move the record's mark on the map and return where it was left."""
    assert incident.place is not None
    look_at(page, incident.place)
    page.get_by_role("button", name="Correct the place").click()
    expect(page.locator(".wf-mover")).to_be_visible()
    x, y = point_on_screen(page, incident.place)
    _drag(page, (x, y), (x + east_px, y - 40))
    page.get_by_role("button", name="Done").click()
    expect(page.locator("#wf-details")).to_contain_text(re.compile(r"Move it \d+ m"))
    lon, lat = page.evaluate(
        "([x, y]) => { const e = window.watchfloor.map.engine, b = e.getCanvas().getBoundingClientRect();"
        " const at = e.unproject([x - b.left, y - b.top]); return [at.lng, at.lat]; }",
        [x + east_px, y - 40],
    )
    return LonLat(lon, lat)


def _kept(floor: Floor, incident: Incident) -> Incident:
    return floor.store.incidents.get(floor.store.system_actor(), incident.id)


def _metres(one: Any, other: LonLat) -> float:
    return float(distance_m(one, [other.lon], [other.lat])[0])


def test_dragging_a_report_corrects_its_place_and_the_old_place_stays_in_the_history(
    page: Page, floor: Floor
) -> None:
    report = floor.world.incident(title="Crash, wrong corner", occurred=datetime.now(UTC), place=BOSTON)
    expect(feed(page).filter(has_text=report.title)).to_be_visible()
    _select(page, report)
    aimed = _drag_to_a_new_place(page, report, east_px=80)
    page.get_by_label("Why the place is corrected").fill("Engine 4 stands there")
    page.get_by_role("button", name="Save the new place").click()
    expect(page.locator("#wf-details .history")).to_contain_text("Engine 4 stands there")
    kept = _kept(floor, report)
    assert _metres(kept.place, aimed) < 15
    assert (kept.revision, kept.located_by) == (2, LocatedBy.DRAWN)
    [revision] = floor.store.incidents.history(floor.store.system_actor(), report.id)
    assert revision.changes["place"][0] == pytest.approx([BOSTON.lon, BOSTON.lat])


@pytest.mark.parametrize(
    ("choice", "mine_is_kept"),
    [("Put mine on top", True), pytest.param("Keep theirs", False, marks=pytest.mark.slow)],
)
def test_the_second_of_two_officers_sees_both_versions_and_chooses(
    page: Page, floor: Floor, choice: str, mine_is_kept: bool
) -> None:
    report = floor.world.incident(title=f"Two edit: {choice}", occurred=datetime.now(UTC), place=BOSTON)
    expect(feed(page).filter(has_text=report.title)).to_be_visible()
    _select(page, report)
    mine = _drag_to_a_new_place(page, report, east_px=60)
    page.get_by_label("Why the place is corrected").fill("Caller said so")
    theirs = LonLat(-71.07, 42.37)
    moved = {"lon": theirs.lon, "lat": theirs.lat, "accuracy_m": 10, "located_by": "gps", "revision": 1}
    answer = floor.api(floor.other_id).patch(f"/api/v1/incidents/{report.id}", json=moved)
    assert answer.status_code == 200, answer.text
    page.get_by_role("button", name="Save the new place").click()
    dialog = page.get_by_role("dialog", name="Somebody changed this record first")
    expect(dialog).to_contain_text("Theirs, kept now")
    expect(dialog).to_contain_text("42.37000, -71.07000")
    expect(dialog).to_contain_text(f"{mine.lat:.3f}")
    dialog.get_by_role("button", name=choice).click()
    expect(dialog).to_be_hidden()
    wanted = mine if mine_is_kept else theirs
    expect(page.locator("#wf-details")).to_contain_text(f"{wanted.lat:.3f}")
    kept = _kept(floor, report)
    assert kept.revision == (3 if mine_is_kept else 2)
    assert _metres(kept.place, wanted) < 15


def test_the_timeline_shows_what_is_usual_once_weeks_of_history_are_there(page: Page, floor: Floor) -> None:
    now, whole = datetime.now(UTC), total(page) + 5
    for week in range(1, 6):
        floor.world.incident(title=f"Week {week} ago", occurred=now - timedelta(weeks=week), place=BOSTON)
    expect_total(page, whole)
    page.get_by_role("button", name="24 h", exact=True).click()
    expect_total(page, whole - 5)
    expect(page.locator("#wf-timeline .scatterlayer .js-line")).to_be_visible()
    expect(page.locator("#wf-timeline-bar")).to_contain_text("usual for hour and weekday (4 weeks before)")


def test_the_wall_shows_what_comes_in_and_never_moves_by_itself(
    contexts: Callable[..., Watched], floor: Floor
) -> None:
    wall = opened_wall(contexts, floor)
    facts = wall.locator(".fact-wall")
    expect(facts).to_have_count(5)
    for control in ("#wf-rail", "#wf-panel", "#wf-timeline-pane", "#wf-search", ".maplibregl-ctrl-group"):
        expect(wall.locator(control)).to_be_hidden()
    map_is_still(wall)
    before = wall.evaluate("() => window.watchfloor.map.state()")
    shown = facts.first.locator("b").inner_text()
    far = LonLat(BOSTON.lon + 3, BOSTON.lat + 2)  # beyond what the wall shows
    floor.world.incident(title="Far away", occurred=datetime.now(UTC), place=far, status=Status.NEW)
    expect(facts.first.locator("b")).not_to_have_text(shown)
    wall.mouse.move(700, 400)
    wall.mouse.wheel(0, -600)
    _drag(wall, (700, 400), (400, 300))
    wall.keyboard.press("j")
    wall.keyboard.press("Enter")
    map_is_still(wall)
    assert wall.evaluate("() => window.watchfloor.map.state()") == before


def opened_wall(contexts: Callable[..., Watched], floor: Floor) -> Page:
    """Return the wall as it hangs there: no timeline and no table to wait for."""
    wall = signed_in(contexts, floor).context.new_page()
    wall.goto(floor.server.url + "/?wall=1")
    wall.wait_for_function("() => window.watchfloor?.map?.state()")
    return wall
