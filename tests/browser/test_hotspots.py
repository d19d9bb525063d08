"""Hotspots on the screen: they follow the filter, say their numbers, open to reports, and say how sure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from data.model import LonLat
from tests.browser.conftest import MANY, Floor
from tests.support.browser import serious, watch
from tests.support.page import expect_drawn_at, expect_total, feed, look_at, point_on_screen, root_type
from tests.support.records import BOSTON

CROWD = 60
HEART = LonLat(BOSTON.lon + 0.05, BOSTON.lat + 0.02)
SURFACE = "/?hotspots=gi_star"


@pytest.fixture(scope="module", autouse=True)
def crowd(floor: Floor) -> str:
    """Gather sixty reports of one type round one place, and return the type."""
    first, *_ = (entry.code for entry in floor.store.types.all() if entry.parent is None)
    now = datetime.now(UTC)
    for n in range(CROWD):
        # Over a few cells: one full cell alone is what dealing the counts out anew gives as often.
        place = LonLat(HEART.lon + 0.006 * (n % 5 - 2), HEART.lat + 0.0045 * (n // 5 % 5 - 2))
        floor.world.incident(
            title=f"Crowd {n}", type_code=first, occurred=now - timedelta(minutes=n), place=place
        )
    return first


@pytest.fixture(scope="module")
def shown(browser: Browser, floor: Floor) -> Iterator[Page]:
    """One Watch page for what leaves the filter alone: to draw it takes longer than most of these tests."""
    watched = watch(browser)
    page = watched.context.new_page()
    page.goto(floor.link(), wait_until="commit")
    page.close()
    page = watched.context.new_page()
    page.goto(floor.server.url + SURFACE)
    page.wait_for_selector("#wf-map canvas")
    yield page
    watched.context.close()
    watched.check()


@pytest.fixture
def page(shown: Page) -> Page:
    """The page with everything on it again, its hotspots ranked, and nothing open."""
    for _ in range(3):
        shown.keyboard.press("Escape")
    shown.evaluate("() => window.watchfloor.panels.current().state.set({})")
    expect_total(shown, MANY + CROWD)
    shown.get_by_role("checkbox", name="Incidents").check()
    shown.get_by_role("tab", name="Hotspots").click()
    expect(hotspots(shown)).not_to_have_count(0)
    return shown


def hotspots(page: Page) -> Locator:
    """Return the ranked hotspots."""
    return page.get_by_role("listbox", name=re.compile("Hotspots")).get_by_role("option")


@pytest.fixture(scope="module")
def claimed(floor: Floor) -> LonLat:
    """Return the middle of the cell that stands out most of those that passed the test."""
    answer = floor.api().get("/api/v1/hotspots?kind=gi_star").json()
    cells = [cell for cell in answer["features"] if cell["properties"]["claim"]]
    (west, south), _, (east, north), *_ = max(cells, key=lambda cell: float(cell["properties"]["z"]))[
        "geometry"
    ]["coordinates"][0]
    return LonLat((west + east) / 2, (south + north) / 2)


def expect_drawn(page: Page, layer: str, *, some: bool) -> None:
    """Wait until the map draws something of a layer, or nothing of it."""
    page.wait_for_function(
        """([layer, some]) => {
          const engine = window.watchfloor.map.engine;
          return some === engine.queryRenderedFeatures({ layers: [layer] }).length > 0;
        }""",
        arg=[layer, some],
    )


def test_hotspots_follow_the_filter(page: Page, floor: Floor) -> None:
    look_at(page, HEART, zoom=12)
    expect_drawn(page, "wf-hotspot-hatch", some=True)
    other = [entry.code for entry in floor.store.types.all() if entry.parent is None][1]
    page.keyboard.press("f")
    root_type(page, other).click()
    expect(page.get_by_text("Too few reports for any claim.")).to_be_visible()
    expect(hotspots(page)).to_have_count(0)
    expect_drawn(page, "wf-hotspot-hatch", some=False)
    # The address holds both, and brings both back.
    assert parse_qs(urlsplit(page.url).query) == {"type": [other], "hotspots": ["gi_star"]}


def test_a_cell_says_its_numbers_under_the_pointer(page: Page, claimed: LonLat) -> None:
    look_at(page, claimed, zoom=13)
    page.get_by_role("checkbox", name="Incidents").uncheck()
    # What the map shows was moved, so its cells are asked for anew.
    expect_drawn_at(page, claimed, "wf-hotspot-fills")
    page.mouse.move(*point_on_screen(page, claimed))
    note = page.get_by_role("tooltip")
    expect(note).to_contain_text("Hotspot")
    expect(note).to_contain_text(re.compile(r"about [\d.]+ expected"))
    expect(note).to_contain_text(re.compile(r"z \d+\.\d · q (below )?0\.\d+ after correction"))
    expect(note).to_contain_text(re.compile(r"seen at [123] of 3 cell sizes"))


def test_a_click_opens_the_sentence_and_the_reports_behind_it(page: Page, claimed: LonLat) -> None:
    look_at(page, claimed, zoom=13)
    page.get_by_role("checkbox", name="Incidents").uncheck()
    # What the map shows was moved, so its cells are asked for anew.
    expect_drawn_at(page, claimed, "wf-hotspot-fills")
    page.mouse.click(*point_on_screen(page, claimed))
    details = page.locator("#wf-hotspot-details")
    expect(details.locator(".sentence")).to_contain_text("would be usual; a difference this large")
    expect(details.get_by_role("button", name=re.compile("Crowd"))).not_to_have_count(0)
    behind = details.get_by_role("button", name=re.compile("Crowd")).first
    title = behind.locator(".what").inner_text()
    behind.click()
    expect(page.locator("#wf-details h2")).to_have_text(title)
    expect(details).to_be_hidden()


def test_the_list_is_walked_and_opened_from_the_keyboard(page: Page) -> None:
    page.get_by_role("tab", name="Reports").click()
    page.keyboard.press("h")
    page.keyboard.press("j")
    expect(page.locator("#wf-hotspot-list [aria-selected=true]")).to_have_count(1)
    expect_drawn(page, "wf-mark-found", some=True)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Filter to these")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Filter to these")).to_be_hidden()


def test_how_sure_says_the_method_and_escape_closes_it_alone(page: Page) -> None:
    hotspots(page).first.click()
    opener = page.locator("#wf-hotspot-details").get_by_role("button", name="How sure?")
    opener.click()
    dialog = page.get_by_role("dialog", name="How sure?")
    expect(dialog).to_contain_text("Getis-Ord Gi*")
    expect(dialog).to_contain_text("Benjamini-Hochberg")
    expect(dialog).to_contain_text("Not adjusted for population.")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()
    expect(page.get_by_role("button", name="Filter to these")).to_be_visible()


def test_filter_to_these_shows_the_reports_that_were_counted(page: Page, floor: Floor) -> None:
    hotspots(page).first.click()
    page.get_by_role("button", name="Filter to these").click()
    page.wait_for_url(re.compile("shape=p"))
    page.get_by_role("tab", name="Reports").click()
    item = floor.api().get("/api/v1/hotspots/ranked").json()["items"][0]
    expect_total(page, item["count"])
    expect(feed(page)).to_have_count(min(50, item["count"]))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_hotspots(page: Page, theme: str) -> None:
    page.evaluate(
        """(theme) => {
          const { dataset } = document.documentElement;
          if (dataset.theme !== theme) document.querySelector('[data-wf-do=theme]').click();
        }""",
        theme,
    )
    hotspots(page).first.click()
    expect(page.locator("#wf-hotspot-details .behind").first).to_be_visible()
    assert serious(Axe().run(page).response) == []
    page.get_by_role("button", name="How sure?").last.click()
    expect(page.get_by_role("dialog", name="How sure?")).to_be_visible()
    assert serious(Axe().run(page).response) == []


# Last: it leaves the page.
def test_put_on_watch_hands_over_place_and_filter(page: Page) -> None:
    page.evaluate(
        """() => window.addEventListener('wf:watch-this', ({ detail }) => { window.handed = detail; })"""
    )
    hotspots(page).first.click()
    page.get_by_role("button", name="Put on watch").click()
    handed = page.evaluate("() => window.handed")
    assert handed["name"]
    assert handed["shape"].startswith(("p:", "r:"))
    assert handed["query"] == ""
    page.wait_for_url(re.compile("/alerts$"))
