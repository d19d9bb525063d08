"""With the cable cut everything works: no page asks anything of the outside."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from dashboard.pages import PAGES
from tests.browser.conftest import MANY, Floor, opened, signed_in
from tests.support.browser import Watched, use_theme
from tests.support.page import expect_total, feed, look_at, page_is_still
from tests.support.records import BOSTON


@pytest.mark.parametrize(
    ("path", "theme"), [*((page.path, "dark") for page in PAGES), (PAGES[0].path, "light")]
)
def test_every_page_works_and_asks_nothing_of_the_outside(
    contexts: Callable[..., Watched], floor: Floor, path: str, theme: str
) -> None:
    watched = signed_in(contexts, floor, floor.analyst_id)
    use_theme(watched, theme)
    page = watched.context.new_page()
    page.goto(floor.server.url + path)
    expect(page.locator("#wf-page > *").first).to_be_visible()
    page_is_still(page, path)
    assert watched.outside == []


@pytest.mark.slow
def test_the_ground_labels_and_symbols_of_the_map_are_inside(officer: Watched, floor: Floor) -> None:
    page = opened(officer, floor)
    expect_total(page, MANY)
    for zoom in (3, 7, 12, 15):
        look_at(page, BOSTON, zoom=zoom)
    drawn = page.evaluate(
        "() => new Set(window.watchfloor.map.engine.queryRenderedFeatures().map((f) => f.source)).size"
    )
    assert drawn >= 2  # ground and incidents
    assert officer.outside == []


def test_the_watch_page_is_usable_with_all_outside_traffic_blocked(officer: Watched, floor: Floor) -> None:
    page = opened(officer, floor)
    feed(page).first.click()
    expect(page.locator("#wf-details")).not_to_contain_text("Nothing is selected")
    page.get_by_role("button", name="Table").click()
    expect(page.locator("#wf-table .ag-row").first).to_be_visible()
    assert officer.outside == []
