"""Accessibility: axe finds nothing serious or critical on any page, in either theme."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from dashboard.pages import PAGES
from tests.browser.conftest import Floor, signed_in
from tests.support.browser import Watched, serious, use_theme
from tests.support.page import feed, map_is_still, page_is_still


def _open(watched: Watched, floor: Floor, path: str, theme: str) -> Page:
    use_theme(watched, theme)
    page = watched.context.new_page()
    page.goto(floor.server.url + path)
    expect(page.locator("#wf-page > *").first).to_be_visible()
    page.wait_for_function("(theme) => document.documentElement.dataset.theme === theme", arg=theme)
    page_is_still(page, path)
    if path == "/":
        feed(page).first.click()
        expect(page.locator("#wf-details")).not_to_contain_text("Nothing is selected")
    return page


def _findings(page: Page) -> list[str]:
    return serious(Axe().run(page).response)


@pytest.mark.parametrize("path", [page.path for page in PAGES])
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_axe_finds_nothing_serious(
    contexts: Callable[..., Watched], floor: Floor, path: str, theme: str
) -> None:
    watched = signed_in(contexts, floor, floor.analyst_id)
    assert _findings(_open(watched, floor, path, theme)) == []


def test_the_sign_in_page_is_accessible(contexts: Callable[..., Watched], floor: Floor) -> None:
    watched = contexts()
    # The sign-in page allows no script of any kind, so axe is let in past the policy.
    page = watched.context.browser.new_context(bypass_csp=True).new_page()
    page.goto(floor.server.url + "/login")
    assert _findings(page) == []
    page.context.close()


@pytest.mark.parametrize("theme", ["dark", pytest.param("light", marks=pytest.mark.slow)])
def test_the_table_and_the_wall_are_accessible(
    contexts: Callable[..., Watched], floor: Floor, theme: str
) -> None:
    watched = signed_in(contexts, floor)
    page = _open(watched, floor, "/", theme)
    page.get_by_role("button", name="Table").click()
    expect(page.locator("#wf-table .ag-row").first).to_be_visible()
    assert _findings(page) == []
    page.goto(floor.server.url + "/?wall=1")
    map_is_still(page)
    assert _findings(page) == []
