"""The map itself: what it draws, what it tells the page, and that it keeps its nerve when the line is cut."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from data.query import Query
from tests.browser.conftest import Floor, opened
from tests.support.browser import watch
from tests.support.page import expect_total, feed, look_at, map_is_still, total
from tests.support.records import BOSTON

_DRAWN = """() => window.watchfloor.map.engine
  .queryRenderedFeatures({ layers: ['wf-incident-dots', 'wf-incident-clusters'] }).length"""
_LISTEN = """() => {
  window.told = [];
  for (const name of ['select', 'shape', 'pick', 'moved', 'layers', 'connection']) {
    window.addEventListener('wf:' + name, ({ detail }) => window.told.push([name, detail]));
  }
}"""


@pytest.fixture(scope="module")
def shown(browser: Browser, floor: Floor) -> Iterator[Page]:
    """One Watch page for the whole file: to draw it takes longer than most of these tests."""
    watched = watch(browser)
    # One of the tests cuts the line on purpose.
    watched.forgive(r"Failed to load resource|net::ERR|WebSocket")
    page = watched.context.new_page()
    page.goto(floor.link(), wait_until="commit")
    page.close()
    page = opened(watched, floor)
    map_is_still(page)
    page.evaluate(_LISTEN)
    yield page
    watched.context.close()
    watched.check()


@pytest.fixture
def page(shown: Page) -> Page:
    """The page with no tool in hand, looking at Boston, with nothing told yet."""
    shown.evaluate("() => window.watchfloor.map.draw(null)")
    look_at(shown, BOSTON, zoom=14)
    shown.evaluate("() => { window.told = []; }")
    return shown


def told(page: Page, name: str) -> list[Any]:
    """Return what the map has told the page under a name."""
    return [detail for said, detail in page.evaluate("() => window.told") if said == name]


def drag(page: Page, *points: tuple[float, float]) -> None:
    """Draw with the button held down, in pixels from the middle of the map."""
    box = page.locator("#wf-map canvas").bounding_box()
    assert box is not None
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    screen = [(middle[0] + x, middle[1] + y) for x, y in points]
    page.mouse.move(*screen[0])
    page.mouse.down()
    for x, y in screen[1:]:
        page.mouse.move(x, y, steps=5)
    page.mouse.up()


def test_escape_leaves_a_tool_and_tells_that_nothing_was_drawn(page: Page) -> None:
    page.evaluate("() => window.watchfloor.map.draw('polygon')")
    expect(page.locator(".wf-guide").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".wf-guide").first).to_be_hidden()
    assert told(page, "shape") == [None]


def test_a_place_is_picked_without_a_mouse(page: Page) -> None:
    page.evaluate("() => window.watchfloor.map.draw('pick')")
    page.keyboard.press("Enter")
    (place,) = told(page, "pick")
    assert (place["lon"], place["lat"]) == (
        pytest.approx(BOSTON.lon, abs=1e-4),
        pytest.approx(BOSTON.lat, abs=1e-4),
    )


def test_an_incident_is_moved_with_the_arrow_keys_and_only_when_confirmed(page: Page) -> None:
    move = "([lon, lat]) => window.watchfloor.map.dragIncident({ fid: 1, lon, lat })"
    page.evaluate(move, [BOSTON.lon, BOSTON.lat])
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Escape")
    assert told(page, "moved") == []
    page.evaluate(move, [BOSTON.lon, BOSTON.lat])
    for _ in range(3):
        page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Enter")
    (moved,) = told(page, "moved")
    assert moved["lon"] > BOSTON.lon
    assert moved["lat"] == pytest.approx(BOSTON.lat, abs=1e-5)


def test_switching_the_theme_keeps_the_view_and_the_records(page: Page) -> None:
    before, drawn = page.evaluate("() => window.watchfloor.map.state()"), page.evaluate(_DRAWN)
    page.evaluate("() => window.watchfloor.map.setTheme('light')")
    map_is_still(page)
    assert page.evaluate("() => window.watchfloor.map.state()") == before
    assert page.evaluate(_DRAWN) == drawn > 0
    page.evaluate("() => window.watchfloor.map.setTheme('dark')")


def test_a_cut_line_never_blanks_the_map(page: Page) -> None:
    drawn = page.evaluate(_DRAWN)
    assert drawn > 0
    page.context.set_offline(True)
    page.evaluate("() => window.watchfloor.map.setToken('while-cut')")
    page.wait_for_timeout(2_000)
    assert page.evaluate(_DRAWN) == drawn
    assert {"tiles": False} in told(page, "connection")
    page.context.set_offline(False)
    page.wait_for_timeout(6_500)
    assert told(page, "connection")[-1] == {"tiles": True}


def test_the_legend_switches_layers_and_tells_it(page: Page) -> None:
    page.get_by_role("checkbox", name="Incidents").uncheck()
    assert told(page, "layers") == [{"incidents": False}]
    assert page.evaluate(_DRAWN) == 0
    page.get_by_role("checkbox", name="Incidents").check()
    assert told(page, "layers")[-1] == {"incidents": True}


def test_the_legend_says_how_many_reports_no_map_can_show(page: Page, floor: Floor) -> None:
    before = total(page)
    expect(page.locator(".wf-without-incidents")).to_be_hidden()
    floor.world.incident(title="x" * 300, occurred=datetime.now(UTC), place=None)
    expect_total(page, before + 1)
    expect(page.locator(".wf-without-incidents")).to_have_text("1 of them without a location: in lists only.")


def test_coordinates_are_written_three_ways(page: Page) -> None:
    readout = page.locator(".wf-readout-text")
    written = []
    for _ in range(3):
        written.append(readout.inner_text())
        readout.click()
    assert any("°" in text for text in written)
    assert any(text.startswith("19T CG") for text in written)
    assert any(text.startswith("42.") for text in written)


def test_a_tool_that_is_put_down_keeps_nobody_waiting_for_a_place(page: Page) -> None:
    page.evaluate("() => window.watchfloor.panels.current().state.set({})")
    page.get_by_role("button", name="Point", exact=True).click()
    expect(page.locator(".wf-guide").first).to_be_visible()
    page.keyboard.press("Escape")
    # Another one asks for a place: the first must not take it for its circle.
    page.evaluate("() => window.watchfloor.map.draw('pick')")
    page.keyboard.press("Enter")
    assert len(told(page, "pick")) == 1
    assert page.evaluate("() => window.watchfloor.panels.current().state.text()") == ""
    page.get_by_role("button", name="Point", exact=True).click()
    page.locator("#wf-map canvas").click()
    page.wait_for_function("() => window.watchfloor.panels.current().state.text().startsWith('shape=c:')")
    page.evaluate("() => window.watchfloor.panels.current().state.set({})")


def test_a_new_report_pulses_once_where_it_happened(page: Page, floor: Floor) -> None:
    page.evaluate("""() => {
      window.pulses = 0;
      new MutationObserver((changes) => changes.forEach(({ addedNodes }) => addedNodes.forEach((node) => {
        if (node.classList?.contains('wf-pulse')) window.pulses += 1;
      }))).observe(document.getElementById('wf-map'), { childList: true, subtree: true });
    }""")
    before = total(page)
    floor.world.incident(title="Just in", occurred=datetime.now(UTC), place=BOSTON)
    expect_total(page, before + 1)
    page.wait_for_function("() => window.pulses === 1")
    expect(page.locator(".wf-pulse")).to_have_count(0)
    # Another filter shows reports that were there before: nothing of that has arrived.
    page.evaluate("() => window.watchfloor.panels.current().state.set('severity=0')")
    page.evaluate("() => window.watchfloor.panels.current().state.set({})")
    expect_total(page, before + 1)
    assert page.evaluate("() => window.pulses") == 1
    page.emulate_media(reduced_motion="reduce")
    floor.world.incident(title="Just in, for still eyes", occurred=datetime.now(UTC), place=BOSTON)
    expect_total(page, before + 2)
    expect(feed(page).filter(has_text="for still eyes")).to_be_visible()
    assert page.evaluate("() => window.pulses") == 1
    page.emulate_media(reduced_motion="no-preference")


def test_the_top_bar_says_that_the_map_is_behind_while_lists_are_live(page: Page) -> None:
    bar = page.locator("#wf-connection")
    expect(bar).to_have_text("live")
    page.evaluate(
        "() => window.dispatchEvent(new CustomEvent('wf:connection', { detail: { tiles: false } }))"
    )
    expect(bar).to_contain_text("map as of")
    page.evaluate("() => window.dispatchEvent(new CustomEvent('wf:connection', { detail: { tiles: true } }))")
    expect(bar).to_have_text("live")


# Last: what is drawn becomes the filter of the page that these tests share.
@pytest.mark.parametrize(
    ("tool", "letter", "path"),
    [
        ("rectangle", "r", [(-90, -60), (0, 0), (90, 60)]),
        ("circle", "c", [(0, 0), (40, 20), (90, 30)]),
        ("lasso", "p", [(-80, -60), (80, -60), (80, 60), (-80, 60), (-78, -56)]),
    ],
)
def test_a_drawn_shape_is_told_as_the_filter_reads_it(
    page: Page, tool: str, letter: str, path: list[tuple[float, float]]
) -> None:
    page.evaluate("tool => window.watchfloor.map.draw(tool)", tool)
    drag(page, *path)
    page.wait_for_timeout(500)
    (detail,) = told(page, "shape")
    assert detail["shape"].startswith(f"{letter}:")
    assert Query.parse({"shape": detail["shape"]}).canonical()
