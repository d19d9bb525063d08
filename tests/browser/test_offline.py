"""With the cable cut the Watch page works: ground, labels, symbols, details and table are inside."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import MANY, Floor, opened
from tests.support.browser import Watched
from tests.support.page import expect_total, feed, look_at
from tests.support.records import BOSTON


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
