"""A brief from the map to the wall: built with `b`, presented, warned of what changed, sent to a partner."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from data.model import StoreKind, Tlp
from data.release import NewRecipient
from tests.browser.conftest import MANY, Floor
from tests.support.browser import Watched, serious, watch
from tests.support.page import expect_total, feed, root_type

OVERTAKEN = "Told again: the fire is out"
_SELECT = "(target) => window.watchfloor.panels.current().selection.select(target)"
_AT = "() => window.watchfloor.map.engine?.getCenter().toArray()"
_THEME = """(theme) => {
  if (document.documentElement.dataset.theme === theme) return;
  document.querySelector('[data-wf-do="theme"]').click();
}"""
# The line is cut on purpose.
_CUT = "ERR_INTERNET_DISCONNECTED"


@pytest.fixture(scope="module")
def partner(floor: Floor) -> str:
    """Agree with the city's emergency operations center that it may have what is green."""
    stores = frozenset({StoreKind.INCIDENT, StoreKind.OPEN})
    city = NewRecipient(key="city-eoc", name="City EOC", clearance=Tlp.GREEN, stores=stores)
    floor.store.recipients.put(floor.world.system, city)
    return "City EOC"


@pytest.fixture(scope="module")
def watched(browser: Browser, floor: Floor, partner: str) -> Iterator[Watched]:
    """The officer's browser."""
    made = watch(browser)
    made.forgive(_CUT)
    yield made
    made.context.close()
    made.check()


@pytest.fixture(scope="module")
def built(watched: Watched, floor: Floor) -> tuple[Page, str]:
    """One page for the whole file, and the address of a brief of six pages that was built from the map."""
    page = watched.context.new_page()
    page.goto(floor.link(), wait_until="commit")
    page.goto(floor.server.url + "/")
    page.wait_for_selector("#wf-map canvas")
    expect_total(page, MANY)
    page.evaluate("() => localStorage.removeItem('wf.brief.open')")
    build(page, floor)
    return page, page.url


@pytest.fixture
def page(built: tuple[Page, str]) -> Page:
    """The page with the brief open for writing, whatever was done on it before."""
    shown, address = built
    shown.context.set_offline(False)
    for other in shown.context.pages:
        if other is not shown:
            other.close()
    if shown.url != address:
        shown.goto(address)
    expect(pages(shown)).to_have_count(6)
    return shown


def pages(page: Page) -> Locator:
    """Return the pages in the strip."""
    return page.get_by_role("list", name="Pages").get_by_role("listitem")


def added(page: Page, number: int) -> None:
    """Add what is shown, and wait until it is the page of this number."""
    page.keyboard.press("b")
    expect(page.locator("#wf-toast")).to_contain_text(f"is page {number} of")


def build(page: Page, floor: Floor) -> None:
    """Make a brief of six pages: view, incident, narrower view, site, chart, text."""
    page.keyboard.press("b")
    page.get_by_role("button", name="Start one with this").click()
    expect(page.locator("#wf-toast")).to_contain_text("is page 1 of")
    feed(page).first.click()
    expect(page.locator("#wf-details [data-wf-record]")).to_be_visible()
    added(page, 2)
    page.keyboard.press("Escape")
    root_type(page, _root(floor)).click()
    expect_total(page, 17)
    added(page, 3)
    site = floor.api().get("/api/v1/sites?limit=1").json()["items"][0]
    page.evaluate(_SELECT, {"kind": "site", "fid": site["fid"], "lon": site["lon"], "lat": site["lat"]})
    expect(page.locator("#wf-details")).to_contain_text(site["name"])
    added(page, 4)
    page.get_by_role("link", name="Brief").click()
    page.get_by_role("link").filter(has_text="4 pages").first.click()
    expect(pages(page)).to_have_count(4)
    pages(page).last.locator(".brief-pick").click()  # a new page comes after the one in hand
    for number, kind in ((5, "A chart over time"), (6, "A page of text")):
        page.get_by_text("Add page").click()
        page.get_by_role("button", name=re.compile(kind)).click()
        expect(pages(page)).to_have_count(number)


def _root(floor: Floor) -> str:
    return next(entry.code for entry in floor.store.types.all() if entry.parent is None)


def test_a_brief_is_built_from_the_map_and_put_in_order_from_the_keyboard(page: Page) -> None:
    expect(pages(page)).to_have_count(6)
    last = pages(page).nth(5).locator(".brief-pick")
    last.click()
    headline = page.get_by_role("textbox", name="Headline")
    headline.fill("Decision asked for: open the second shelter by 18:00")
    page.get_by_role("textbox", name="Notes").fill("Ask the mayor by name.")
    page.get_by_role("textbox", name="Notes").blur()
    expect(page.locator(".brief-headline")).to_have_text(
        "Decision asked for: open the second shelter by 18:00"
    )
    expect(page.locator(".brief-saved")).to_have_text("Saved")
    last.focus()
    last.press("Alt+ArrowUp")
    expect(pages(page).nth(4)).to_contain_text("Decision asked for")
    page.reload()
    expect(pages(page).nth(4)).to_contain_text("Decision asked for")


def test_every_number_opens_to_the_records_behind_it(page: Page) -> None:
    pages(page).first.locator(".brief-pick").click()
    page.locator(".brief-headline .number-open").first.click()
    pane = page.get_by_role("tabpanel", name="Numbers")
    expect(pane.locator(".brief-then b").first).to_have_text(str(MANY))
    expect(pane.locator(".brief-record").first).to_be_visible()


def test_presenting_flies_from_page_to_page_by_clicker_and_survives_a_cut_line(page: Page) -> None:
    address = page.url
    page.get_by_role("button", name="Present").click()
    page.wait_for_url(re.compile("/present$"))
    place = page.locator(".present-place")
    expect(place).to_have_text("1 / 6")
    page.wait_for_selector("#wf-brief-map canvas")
    page.wait_for_function("() => window.watchfloor.map.engine?.getLayer('wf-brief-point')")
    before = page.evaluate(_AT)
    page.keyboard.press("PageDown")
    expect(place).to_have_text("2 / 6")
    page.wait_for_function(f"(before) => String(({_AT})()) !== String(before)", arg=before)
    page.keyboard.press(" ")
    expect(place).to_have_text("3 / 6")
    with page.expect_popup() as second:
        page.keyboard.press("s")
    speaker = second.value
    expect(speaker.locator(".speaker-bar")).to_contain_text("Page 3 of 6 is shown")
    page.context.set_offline(True)
    page.keyboard.press("End")
    expect(place).to_have_text("6 / 6")
    expect(speaker.locator(".speaker-bar")).to_contain_text("Page 6 of 6 is shown")
    page.context.set_offline(False)
    speaker.get_by_role("button", name="Previous").click()
    expect(place).to_have_text("5 / 6")
    expect(page.locator(".brief-headline")).to_contain_text("Decision asked for")
    expect(speaker.locator(".speaker-notes")).to_have_text("Ask the mayor by name.")
    speaker.close()
    page.keyboard.press("Home")
    page.keyboard.press("Escape")
    page.wait_for_url(address)


def test_what_changed_since_is_said_on_the_page_in_the_list_and_on_the_wall(page: Page, floor: Floor) -> None:
    told = pages(page).nth(1).locator(".title").inner_text()
    brief = floor.api().get("/api/v1/briefs/" + page.url.rsplit("/", 1)[1]).json()
    figure = next(one for one in brief["pages"][1]["figures"] if one["records"])
    answer = floor.api().get(f"/api/v1/briefs/{brief['id']}/figures/{figure['key']}").json()
    record = floor.api().get(f"/api/v1/incidents/{answer['records'][0]['id']}").json()
    change: dict[str, Any] = {
        "revision": record["revision"],
        "title": OVERTAKEN + "." * (record["revision"] % 9),
    }
    changed = floor.api().patch(f"/api/v1/incidents/{record['id']}", json=change)
    assert changed.status_code == 200, changed.text
    page.reload()
    expect(page.locator(".brief-warning")).to_contain_text("changed since")
    expect(pages(page).nth(1).locator(".stale-mark")).to_be_visible()
    expect(pages(page).nth(1)).to_contain_text(told.split("\n")[0][:40])  # it says what it said
    page.get_by_role("link", name="All briefs").click()
    expect(page.locator(".brief-entry .stale-mark").first).to_contain_text("changed since")


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_editor_and_the_wall_are_accessible(page: Page, theme: str) -> None:
    address = page.url
    page.evaluate(_THEME, theme)
    pages(page).first.locator(".brief-pick").click()
    assert serious(Axe().run(page).response) == []
    page.keyboard.press("p")
    expect(page.locator(".present-place")).to_have_text("1 / 6")
    assert serious(Axe().run(page).response) == []
    page.keyboard.press("Escape")
    page.wait_for_url(address)


def test_a_brief_for_a_partner_is_a_page_that_draws_its_map_without_a_network(
    page: Page, watched: Watched, partner: str, tmp_path: Path
) -> None:
    page.get_by_role("button", name="Send …").click()
    expect(page.get_by_role("columnheader", name=f"{partner} will get")).to_be_visible()
    page.get_by_label("As", exact=True).select_option("html")
    page.get_by_label("Purpose").fill("Shift change of the city")
    page.get_by_role("button", name=f"Send to {partner}").click()
    expect(page.locator("#wf-toast")).to_contain_text("Released")
    page.locator(".share-log tbody tr").first.click()
    with page.expect_download() as download:
        page.get_by_role("link", name="File", exact=True).click()
    kept = tmp_path / "brief.html"
    download.value.save_as(kept)
    page.context.set_offline(True)
    alone = page.context.new_page()
    alone.goto(kept.as_uri())
    expect(alone.locator(".leaflet-container").first).to_be_visible()
    assert alone.locator(
        ".leaflet-container svg path, .leaflet-container canvas, .leaflet-marker-icon"
    ).count()
    assert "Suspicious" not in kept.read_text(encoding="utf-8")
