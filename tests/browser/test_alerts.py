"""Alerts on the screen: an area is drawn, a report comes in, whoever is told sees it, and one takes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from data.model import LonLat
from tests.browser.conftest import Floor, opened, signed_in
from tests.support.browser import NARROW, Watched, keep_picture, serious
from tests.support.page import draw_polygon, look_at, map_is_still
from tests.support.records import BOSTON, HOSTILE

CORNERS = [
    LonLat(BOSTON.lon - 0.02, BOSTON.lat - 0.01),
    LonLat(BOSTON.lon + 0.02, BOSTON.lat - 0.01),
    LonLat(BOSTON.lon + 0.02, BOSTON.lat + 0.01),
]
ROUND_BOSTON = f"c:{BOSTON.lon},{BOSTON.lat},3000"
# Counts what would be heard, where there is no loudspeaker.
_COUNT_TONES = """window.tones = 0;
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (at) { window.tones += 1; return start.call(this, at); };"""


def _report(floor: Floor, title: str, *, severity: int = 5) -> None:
    body = {
        "title": title,
        "type": floor.world.type_code(),
        "occurred": datetime.now(UTC).isoformat(),
        "lon": BOSTON.lon,
        "lat": BOSTON.lat,
        "severity": severity,
        "tlp": "green",
    }
    answer = floor.api().post("/api/v1/incidents", json=body)
    assert answer.status_code == 201, answer.text


def _watch(floor: Floor, name: str, **more: Any) -> dict[str, Any]:
    """Put Boston on watch as the officer's browser would, and return the watch area."""
    body = {
        "name": name,
        "geography": {"kind": "drawn", "shape": ROUND_BOSTON},
        "rule": {"kind": "severity", "at_least": 5},
        **more,
    }
    answer = floor.api().post("/api/v1/watch-areas", json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


@pytest.fixture(autouse=True)
def quiet(floor: Floor) -> None:
    """Begin each test with nothing on watch and no alert that waits."""
    api = floor.api()
    for area in api.get("/api/v1/watch-areas").json()["items"]:
        api.delete(f"/api/v1/watch-areas/{area['id']}")
    for alert in api.get("/api/v1/alerts", params={"state": "open"}).json()["items"]:
        api.post(f"/api/v1/alerts/{alert['id']}/close")


@pytest.fixture
def officer(contexts: Callable[..., Watched], floor: Floor) -> Watched:
    """Return a browser in which the officer is signed in; small, for the map is drawn by software."""
    return signed_in(contexts, floor, viewport=NARROW)


def _open(watched: Watched, floor: Floor, path: str = "/alerts") -> Page:
    page = watched.context.new_page()
    page.goto(floor.server.url + path)
    expect(page.locator("#wf-page > *").first).to_be_visible()
    expect(page.locator("#wf-connection")).to_have_attribute("data-state", "live")
    return page


def _cards(page: Page) -> Locator:
    return page.locator("#wf-alerts-now .alert-card")


def _listed(page: Page) -> Locator:
    return page.locator("#wf-alerts-panel [role=option]")


def _start(page: Page) -> None:
    page.get_by_role("button", name="Start watching").click()


def test_a_drawn_watch_area_alerts_two_screens_and_one_acknowledges_for_both(
    contexts: Callable[..., Watched], officer: Watched, floor: Floor
) -> None:
    mine = _open(officer, floor)
    expect(mine.locator("#wf-alerts-side")).to_contain_text("Nothing is being watched")
    mine.keyboard.press("n")
    mine.get_by_label("Name", exact=True).fill("Downtown")
    map_is_still(mine)
    look_at(mine, BOSTON, zoom=12)
    draw_polygon(mine, CORNERS)
    expect(mine.get_by_text("A drawn area")).to_be_visible()
    mine.get_by_role("combobox", name="Alert when there is").select_option("severity")
    expect(mine.get_by_text("Any report of severity high or above")).to_be_visible()
    mine.get_by_label("Everybody at").check()
    _start(mine)
    expect(mine.locator(".watch-area")).to_contain_text("Downtown")

    other = _open(signed_in(contexts, floor, floor.other_id, viewport=NARROW), floor, "/sites")
    search = other.get_by_label("Name of a site")
    search.focus()
    _report(floor, "Explosion")
    card = _cards(other).filter(has_text="Downtown")
    expect(card).to_be_visible()
    expect(card).to_contain_text("High")
    expect(card).to_contain_text("1 report of severity")
    # Nobody who is typing loses the cursor; a screen reader hears a severe one at once.
    expect(search).to_be_focused()
    expect(other.locator("[aria-live=assertive]").filter(has_text="Downtown")).to_have_count(1)
    expect(other.locator("#wf-alerts-badge")).to_have_text("1")
    expect(_listed(mine)).to_have_count(1)

    other.get_by_role("button", name="Acknowledge").click()
    expect(_cards(other)).to_have_count(0)
    expect(other.locator("#wf-alerts-badge")).to_have_text("")
    expect(_listed(mine)).to_have_count(0)
    mine.get_by_role("button", name="All", exact=True).click()
    _listed(mine).first.click()
    expect(mine.locator(".alert-detail")).to_contain_text("Acknowledged")
    expect(mine.locator(".alert-detail")).to_contain_text("by other")
    mine.get_by_role("button", name="Explosion").click()
    expect(mine.locator("#wf-details")).to_contain_text("Explosion")


def test_an_alert_is_told_once_through_navigation_reload_and_a_second_window(
    officer: Watched, floor: Floor
) -> None:
    officer.context.add_init_script(_COUNT_TONES)
    _watch(floor, HOSTILE[0])
    page = _open(officer, floor, "/sites")
    page.get_by_role("button", name="Sound of alerts").click()
    page.wait_for_function("() => window.tones === 2")  # so that one hears how loud it is
    _report(floor, "First")
    expect(_cards(page)).to_have_count(1)
    expect(_cards(page)).to_contain_text(HOSTILE[0])
    page.wait_for_function("() => window.tones === 6")
    page.keyboard.press("g")
    page.keyboard.press("p")
    page.wait_for_url("**/reports")
    expect(_cards(page)).to_have_count(1)
    again = _open(officer, floor, "/sites")
    expect(_cards(again)).to_have_count(1)
    assert again.evaluate("() => window.tones") == 0
    assert again.locator("#wf-alerts-said-severe").inner_text() == ""
    again.get_by_role("button", name="Later").click()
    expect(_cards(again)).to_have_count(0)
    again.reload()
    expect(again.locator("#wf-alerts-badge")).to_have_text("1")
    expect(_cards(again)).to_have_count(0)
    assert page.evaluate("() => window.tones") == 6


def test_alerts_are_walked_opened_and_acknowledged_from_the_keyboard(officer: Watched, floor: Floor) -> None:
    _watch(floor, "Keys one")
    _watch(floor, "Keys two")
    _report(floor, "For the keys", severity=6)
    page = _open(officer, floor, "/sites")
    expect(page.locator("#wf-alerts-badge")).to_have_text("2")
    page.keyboard.press("g")
    page.keyboard.press("l")
    expect(_listed(page)).to_have_count(2)
    page.keyboard.press("j")
    page.keyboard.press("j")
    second = _listed(page).nth(1)
    expect(second).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.locator(".alert-detail")).to_contain_text(second.locator(".where").inner_text())
    page.keyboard.press("a")
    expect(_listed(page)).to_have_count(1)
    expect(page.locator("#wf-alerts-badge")).to_have_text("1")
    page.keyboard.press("Escape")
    expect(page.locator(".alert-detail")).to_have_count(0)


def test_nothing_typed_is_lost_by_a_slip_and_a_deletion_is_undone(officer: Watched, floor: Floor) -> None:
    made = _watch(floor, "Kept")
    page = _open(officer, floor)
    area = page.locator(".watch-area")
    area.get_by_role("button", name="Kept").click()
    area.get_by_role("button", name="Delete").click()
    expect(area).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(area).to_have_count(1)

    area.get_by_role("button", name="Kept").click()
    area.get_by_role("button", name="Edit").click()
    name = page.get_by_label("Name", exact=True)
    name.fill("Kept by me")
    page.get_by_role("link", name="Sites").click()
    dialog = page.get_by_role("dialog", name="Unsaved changes")
    dialog.get_by_role("button", name="Keep editing").click()
    expect(name).to_have_value("Kept by me")

    # Meanwhile a colleague saves: neither version is lost.
    changed = {"revision": made["revision"], "rule": {"kind": "count", "above": 3, "within": "1h"}}
    assert floor.api().patch(f"/api/v1/watch-areas/{made['id']}", json=changed).status_code == 200
    officer.forgive("409")
    page.get_by_role("button", name="Save", exact=True).click()
    problem = page.locator(".edit-foot")
    expect(problem).to_contain_text("Somebody changed this watch area")
    expect(problem).to_contain_text("More than 3 reports within 1 hour")
    page.get_by_role("button", name="Take theirs").click()
    expect(name).to_have_value("Kept")
    expect(page.get_by_text("More than 3 reports within 1 hour")).to_be_visible()


def test_what_is_missing_is_said_and_a_shape_of_the_watch_page_is_watched(
    officer: Watched, floor: Floor
) -> None:
    page = opened(officer, floor, f"/?severity=5&shape={ROUND_BOSTON}&last=1d")
    page.get_by_role("button", name="Watch this area").click()
    page.wait_for_url("**/alerts")
    expect(page.get_by_text("Within 3 km of a point")).to_be_visible()
    expect(page.get_by_label("Filter as text")).to_have_value("severity=5")
    page.get_by_role("combobox", name="Alert when there is").select_option("severity")
    page.get_by_role("button", name="Test on the past").click()
    past = page.locator(".test-result")
    expect(past.locator(".test-alarm").first).to_contain_text("of severity High")
    alarms = int(past.locator(".test-figure b").first.inner_text())
    assert alarms == past.locator(".test-alarm").count() == past.locator(".past-alarm").count() > 0
    page.get_by_role("combobox", name="Severity at least").select_option("6")
    expect(past).to_contain_text("changed since")
    _start(page)
    expect(page.get_by_role("alert").filter(has_text="Give the watch area a name")).to_be_visible()
    page.get_by_label("Name", exact=True).fill("From the Watch page")
    _start(page)
    expect(page.locator(".watch-area")).to_contain_text("From the Watch page")
    page.evaluate(
        "(shape) => window.dispatchEvent(new CustomEvent('wf:watch-this',"
        " { detail: { name: 'Near Logan', shape, query: 'type=fire' } }))",
        ROUND_BOSTON,
    )
    expect(page.get_by_label("Name", exact=True)).to_have_value("Near Logan")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Leave without saving").click()
    expect(page.locator(".watch-area")).to_have_count(1)


def test_the_page_its_editor_and_the_cards_are_accessible_in_both_themes(
    officer: Watched, floor: Floor
) -> None:
    _watch(floor, "Paused", active=False)
    _watch(floor, "Boston " * 25)
    _report(floor, HOSTILE[3] * 9)
    page = _open(officer, floor)
    _listed(page).first.click()
    expect(page.locator(".alert-detail")).to_be_visible()
    _look(page, "open")
    page.keyboard.press("n")
    expect(_cards(page)).to_have_count(1)
    page.get_by_label("Tell others").check()
    page.get_by_label("Be quiet").check()
    _look(page, "edit")
    assert page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth") <= 0


def _look(page: Page, name: str) -> None:
    """Keep a picture of each theme and have axe look at both."""
    for theme in ("dark", "light"):
        page.evaluate("() => document.querySelector('[data-wf-do=theme]').click()")
        page.wait_for_function("(theme) => document.documentElement.dataset.theme !== theme", arg=theme)
        keep_picture(page, f"alerts-{name}-{'light' if theme == 'dark' else 'dark'}-1280x800")
        assert serious(Axe().run(page).response) == []
