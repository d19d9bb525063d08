"""Every page: it fits its screen, axe finds nothing serious, and it asks nothing of the outside.

Pictures of all of them are kept, at both sizes and in both themes, for people to look at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from dashboard.pages import PAGES
from tests.browser.conftest import Floor, signed_in
from tests.support.browser import NARROW, WIDE, Watched, keep_picture, serious, use_theme, watch
from tests.support.page import feed, map_is_still, page_is_still


def _open(watched: Watched, floor: Floor, path: str, theme: str) -> Page:
    use_theme(watched, theme)
    page = watched.context.new_page()
    page.goto(floor.server.url + path)
    expect(page.locator("#wf-page > *").first).to_be_visible()
    page.wait_for_function("(theme) => document.documentElement.dataset.theme === theme", arg=theme)
    page_is_still(page, path)
    return page


def _findings(page: Page) -> list[str]:
    return serious(Axe().run(page).response)


@pytest.fixture(scope="module")
def analysts(browser: Browser, floor: Floor) -> Iterator[Callable[..., Watched]]:
    """Return a function that gives the analyst's browser of a theme, signed in once for all pages."""
    kept: dict[str, Watched] = {}

    def of(theme: str, size: dict[str, int]) -> Watched:
        if theme not in kept:
            kept[theme] = signed_in(
                lambda **said: watch(browser, **said), floor, floor.analyst_id, viewport=size
            )
        return kept[theme]

    yield of
    for watched in kept.values():
        watched.context.close()
    for watched in kept.values():
        watched.check()


@pytest.mark.parametrize("path", [page.path for page in PAGES])
@pytest.mark.parametrize(
    ("theme", "size"), [("dark", WIDE), ("light", NARROW)], ids=["1920x1080", "1280x800"]
)
def test_a_page_fits_is_accessible_and_asks_nothing_of_the_outside(
    analysts: Callable[..., Watched], floor: Floor, path: str, theme: str, size: dict[str, int]
) -> None:
    watched = analysts(theme, size)
    page = _open(watched, floor, path, theme)
    keep_picture(page, f"{path.strip('/') or 'watch'}-{theme}-{size['width']}x{size['height']}")
    assert page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth") <= 0
    if path == "/":
        stage = page.locator("#wf-map").bounding_box()
        assert stage is not None
        assert stage["width"] >= size["width"] / 2
        feed(page).first.click()
        expect(page.locator("#wf-details")).not_to_contain_text("Nothing is selected")
    assert _findings(page) == []
    assert watched.outside == []
    page.close()


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
