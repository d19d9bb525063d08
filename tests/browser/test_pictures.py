"""Pictures of every page at both sizes and in both themes, for people to look at; and that they fit."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from dashboard.pages import PAGES
from tests.browser.conftest import Floor, signed_in
from tests.support.browser import NARROW, WIDE, Watched, keep_picture, use_theme
from tests.support.page import page_is_still


@pytest.mark.parametrize("path", [page.path for page in PAGES])
@pytest.mark.parametrize(
    ("theme", "size"), [("dark", WIDE), ("light", NARROW)], ids=["1920x1080", "1280x800"]
)
def test_a_page_fits_its_screen(
    contexts: Callable[..., Watched], floor: Floor, path: str, theme: str, size: dict[str, int]
) -> None:
    watched = signed_in(contexts, floor, floor.analyst_id, viewport=size)
    use_theme(watched, theme)
    page = watched.context.new_page()
    page.goto(floor.server.url + path)
    expect(page.locator("#wf-page > *").first).to_be_visible()
    page_is_still(page, path)
    keep_picture(page, f"{path.strip('/') or 'watch'}-{theme}-{size['width']}x{size['height']}")
    overflow = page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth")
    assert overflow <= 0
    if path == "/":
        width = page.locator("#wf-map").bounding_box()
        assert width is not None
        assert width["width"] >= size["width"] / 2
