"""Filtering by type and by geography: the count, the feed, the address and the map say the same."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, expect

from data.model import LonLat
from tests.browser.conftest import MANY, Floor
from tests.support.browser import Watched
from tests.support.page import draw_polygon, expect_total, feed, look_at, map_is_still, root_type, total
from tests.support.records import BOSTON

_CALLBACKS = re.compile(r"/_dash-update-component")


def _query(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def _roots(floor: Floor) -> list[str]:
    return [entry.code for entry in floor.store.types.all() if entry.parent is None]


def _as_the_server_says(floor: Floor, page: Page) -> int:
    query = urlsplit(page.url).query
    return int(floor.api().get(f"/api/v1/summary?{query}").json()["total"])


def test_everything_that_the_officer_may_see_is_counted_and_nothing_else(page: Page) -> None:
    expect_total(page, MANY)
    assert not re.search(r"Suspicious \d", page.content())


def test_a_type_filters_count_feed_and_address(page: Page, floor: Floor) -> None:
    expect_total(page, MANY)
    first, second, _ = _roots(floor)[:3]
    root_type(page, first).click()
    expect_total(page, 17)
    assert _query(page)["type"] == [first]
    expect(feed(page)).to_have_count(17)
    root_type(page, second).click()
    expect_total(page, 34)
    assert sorted(_query(page)["type"][0].split(",")) == sorted([first, second])
    root_type(page, first).click()
    expect_total(page, 17)
    page.keyboard.press("Control+z")
    expect_total(page, 34)


def test_the_map_draws_what_passes_and_no_more(page: Page, floor: Floor) -> None:
    root_type(page, _roots(floor)[0]).click()
    expect_total(page, 17)
    look_at(page, BOSTON, zoom=12)
    page.wait_for_function(
        """(root) => {
          const engine = window.watchfloor.map.engine;
          const seen = engine.queryRenderedFeatures().filter((f) => f.sourceLayer === 'points');
          return engine.loaded() && seen.length > 0 && seen.every((f) => f.properties.type === root);
        }""",
        arg=_roots(floor)[0],
    )


def test_an_area_found_by_name_filters(page: Page, floor: Floor) -> None:
    expect_total(page, MANY)
    page.get_by_role("searchbox", name="Area by name").fill("suffo")
    page.locator(".suggestions button", has_text="Suffolk").first.click()
    expect(page.locator("[data-wf-total]").first).not_to_have_text(str(MANY))
    assert "area" in _query(page)
    assert 0 < total(page) < MANY
    assert total(page) == _as_the_server_says(floor, page)


def test_a_drawn_polygon_changes_the_count(page: Page, floor: Floor) -> None:
    expect_total(page, MANY)
    look_at(page, BOSTON, zoom=12)
    corners = [(-0.015, -0.025), (0.03, -0.025), (0.03, 0.03), (-0.015, 0.03)]
    draw_polygon(page, [LonLat(BOSTON.lon + dx, BOSTON.lat + dy * 0.7) for dx, dy in corners])
    page.wait_for_url(re.compile(r"shape=p"))
    expect(page.locator("[data-wf-total]").first).not_to_have_text(str(MANY))
    assert 0 < total(page) < MANY
    assert total(page) == _as_the_server_says(floor, page)


def test_turning_a_filter_round_shows_the_rest(page: Page, floor: Floor) -> None:
    first = _roots(floor)[0]
    root_type(page, first).click()
    expect_total(page, 17)
    page.get_by_role("button", name=re.compile("Type: show all but these")).click()
    expect_total(page, MANY - 17)
    assert _query(page)["not"] == ["type"]


def test_an_address_with_a_filter_opens_as_it_was_sent(page: Page, floor: Floor) -> None:
    first = _roots(floor)[0]
    page.goto(f"{floor.server.url}/?severity=5,6&type={first}")
    shown = _as_the_server_says(floor, page)
    expect_total(page, shown)
    expect(root_type(page, first).locator("input")).to_be_checked()


def test_a_malformed_address_says_so_and_breaks_nothing(desk: Watched, page: Page, floor: Floor) -> None:
    desk.forgive(r"400")
    page.goto(floor.server.url + "/?severity=%3Cscript%3E&type=' OR 1=1--&shape=p:1,2")
    expect(page.get_by_role("navigation", name="Pages")).to_be_visible()
    page.wait_for_function("() => window.watchfloor")
    map_is_still(page)


def test_words_filter_by_their_beginning(page: Page, floor: Floor) -> None:
    expect_total(page, MANY)
    page.get_by_placeholder("Words in title, story or address").fill("report numb")
    page.keyboard.press("Enter")
    expect_total(page, _words(floor))


def _words(floor: Floor) -> int:
    return int(floor.api().get("/api/v1/summary", params={"q": "report numb"}).json()["total"])


def test_the_filter_is_there_again_after_another_page_and_the_address_stays_the_truth(
    page: Page, floor: Floor
) -> None:
    root = _roots(floor)[0]
    root_type(page, root).click()
    expect_total(page, 17)
    look_at(page, BOSTON, zoom=13.5)
    page.get_by_role("link", name="Sites", exact=True).click()
    page.get_by_label("Name of a site").fill("hospital 2")
    expect(page.locator("#wf-sites-count")).to_have_text("1")
    page.get_by_role("link", name="Watch", exact=True).click()
    expect_total(page, 17)
    assert _query(page)["type"] == [root]
    page.wait_for_selector("#wf-map canvas")
    map_is_still(page)
    assert page.evaluate("() => window.watchfloor.map.state().zoom") == 13.5
    page.get_by_role("link", name="Sites", exact=True).click()
    expect(page.get_by_label("Name of a site")).to_have_value("hospital 2")
    expect(page.locator("#wf-sites-count")).to_have_text("1")
    # Whoever opens the address without a filter sees everything.
    page.goto(floor.server.url + "/")
    expect_total(page, MANY)


def test_what_the_server_refuses_of_a_callback_is_said_and_nothing_throws(desk: Watched, page: Page) -> None:
    desk.forgive(r"Failed to load resource: the server responded with a status of 400")
    refused = '{"error": "invalid", "message": "There is no such callback.", "hint": "Load the page again."}'
    page.route(
        _CALLBACKS,
        lambda route: route.fulfill(status=400, content_type="application/json", body=refused),
    )
    feed(page).first.click()
    said = page.locator("#wf-toast")
    expect(said).to_contain_text("There is no such callback. Load the page again.")
    page.unroute(_CALLBACKS)
    feed(page).nth(1).click()
    expect(page.locator("#wf-details")).to_contain_text("Report")
