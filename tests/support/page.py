"""What a person does on the Watch page, as functions: look at the count, click a place, draw, choose."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from data.model import LonLat

_POINT = """([lon, lat]) => {
  const { x, y } = window.watchfloor.map.engine.project([lon, lat]);
  const box = window.watchfloor.map.engine.getCanvas().getBoundingClientRect();
  return [box.left + x, box.top + y];
}"""
_DRAWN = """([lon, lat]) => {
  const engine = window.watchfloor.map.engine;
  if (engine.isMoving() || !engine.loaded()) return false;
  const { x, y } = engine.project([lon, lat]);
  const around = [[x - 4, y - 4], [x + 4, y + 4]];
  return engine.queryRenderedFeatures(around).some((f) => f.layer.id.startsWith('wf-') && f.id);
}"""

_AT = """([lon, lat, layers]) => {
  const engine = window.watchfloor.map.engine;
  if (engine.isMoving() || !engine.loaded()) return false;
  return engine.queryRenderedFeatures(engine.project([lon, lat]), { layers }).length > 0;
}"""

_STILL = """() => {
  const engine = window.watchfloor?.map.engine;
  return Boolean(engine) && engine.loaded() && !engine.isMoving() && engine.areTilesLoaded();
}"""


def total(page: Page) -> int:
    """Return the number of reports that pass the filter, as the page says it."""
    return int(page.locator("[data-wf-total]").first.inner_text().replace(",", ""))


def expect_total(page: Page, number: int, *, timeout_ms: int = 20_000) -> None:
    """Wait until the page says that so many reports pass."""
    expect(page.locator("[data-wf-total]").first).to_have_text(f"{number:,}", timeout=timeout_ms)


def feed(page: Page) -> Locator:
    """Return the reports in the feed."""
    return page.locator("#wf-feed [role=option]")


def root_type(page: Page, code: str) -> Locator:
    """Return the line of a type in the tree."""
    return page.locator(f'[role=treeitem][data-code="{code}"] > label')


def map_is_still(page: Page) -> None:
    """Wait until the map neither moves nor loads."""
    page.wait_for_function(_STILL)


def page_is_still(page: Page, path: str) -> None:
    """Wait until a page has its content and its fonts; the Watch page its map too."""
    expect(page.locator("#wf-page > *").first).to_be_visible()
    page.wait_for_function("() => document.fonts.status === 'loaded' && !document.querySelector('.skeleton')")
    if path == "/":
        map_is_still(page)


def point_on_screen(page: Page, place: LonLat) -> tuple[float, float]:
    """Return where a place is on the screen, in pixels."""
    x, y = page.evaluate(_POINT, [place.lon, place.lat])
    return x, y


def expect_drawn_at(page: Page, place: LonLat, *layers: str) -> None:
    """Wait until the map stands still and draws something of these layers at a place."""
    page.wait_for_function(_AT, arg=[place.lon, place.lat, list(layers)])


def look_at(page: Page, place: LonLat, *, zoom: float = 14) -> None:
    """Move the map there and wait until it is drawn."""
    page.evaluate(
        "([lon, lat, zoom]) => window.watchfloor.map.engine.jumpTo({ center: [lon, lat], zoom })",
        [place.lon, place.lat, zoom],
    )
    map_is_still(page)


def click_place(page: Page, place: LonLat) -> None:
    """Click on what is drawn at a place."""
    page.wait_for_function(_DRAWN, arg=[place.lon, place.lat])
    page.mouse.click(*point_on_screen(page, place))


def draw_polygon(page: Page, corners: list[LonLat]) -> None:
    """Draw a polygon with the mouse, corner by corner, and close it."""
    page.get_by_role("button", name="Draw a polygon").click()
    points = [point_on_screen(page, corner) for corner in corners]
    for x, y in [*points, points[0]]:
        page.mouse.move(x, y, steps=4)
        page.mouse.click(x, y)
