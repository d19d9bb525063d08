"""The new-report form: a place by search or by a click, likely duplicates first, a photo, one report."""

from __future__ import annotations

import struct
import time
import zlib
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page, expect

from tests.browser.conftest import Floor
from tests.support.browser import PATIENCE_MS, Watched
from tests.support.page import map_is_still
from tests.support.records import BOSTON

KNOWN = "Smell of gas in Tremont Street"


def _form(officer: Watched, floor: Floor) -> Page:
    page = officer.context.new_page()
    page.goto(floor.server.url + "/reports")
    expect(page.get_by_label("Find the place")).to_be_visible()
    return page


def _photo() -> bytes:
    """Return a small red picture, as PNG has it: signature, header, pixels, end."""

    def part(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = (b"\0" + b"\xc8\x28\x28" * 24) * 16
    header = struct.pack(">IIBBBBB", 24, 16, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + part(b"IHDR", header) + part(b"IDAT", zlib.compress(rows)) + part(b"IEND", b"")
    )


def _find(page: Page, text: str) -> None:
    page.get_by_label("Find the place").fill(text)
    page.locator("#wf-report-where .suggestions button").first.click()


def test_likely_duplicates_show_before_sending_and_the_report_goes_out_with_its_photo(
    officer: Watched, floor: Floor
) -> None:
    known = floor.world.incident(title=KNOWN, occurred=datetime.now(UTC) - timedelta(minutes=4), place=BOSTON)
    page = _form(officer, floor)
    banner = page.locator("#wf-banner-marking")
    expect(banner).to_have_text("TLP:GREEN")  # the highest of what its map shows
    page.get_by_label("In one line").fill("Gas smell, Tremont Street")
    _find(page, f"{BOSTON.lat}, {BOSTON.lon}")
    likely = page.locator("#wf-report-duplicates")
    expect(likely).to_contain_text(known.title)
    expect(likely).to_contain_text("% alike")
    before = _count(floor)
    page.get_by_role("textbox", name="Type").click()
    page.get_by_role("option", name="Gas leak").first.click()
    page.get_by_label("People affected").fill("12")
    photo = _photo()
    page.set_input_files("input[type=file]", {"name": "corner.png", "mimeType": "image/png", "buffer": photo})
    page.get_by_role("button", name="Send the report").click()
    expect(page.locator("#wf-report-result")).to_contain_text("The report is kept and on every open map.")
    expect(page.locator("#wf-toast")).to_contain_text("The photo is kept with the report.")
    until = time.monotonic() + PATIENCE_MS / 1000
    while _count(floor) != before + 1:  # the mirror takes a report in a moment after it was accepted
        assert time.monotonic() < until
        time.sleep(0.1)
    api = floor.api()
    found = api.get("/api/v1/incidents", params={"q": "gas smell tremont"}).json()["items"]
    [sent] = [item for item in found if item["title"] == "Gas smell, Tremont Street"]
    assert sent["persons_affected"] == 12
    assert (round(sent["lon"], 4), round(sent["lat"], 4)) == (BOSTON.lon, BOSTON.lat)
    [kept] = api.get(f"/api/v1/incidents/{sent['id']}/attachments").json()["items"]
    assert api.get(f"/api/v1/incidents/{sent['id']}/attachments/{kept['id']}").content == photo
    page.get_by_role("button", name="Show on the map").click()
    expect(page.locator("#wf-details h2").first).to_have_text("Gas smell, Tremont Street")
    expect(page.locator("#wf-details")).to_contain_text("corner.png")


def test_a_click_on_the_map_is_a_place_and_what_is_missing_is_said_before_anything_is_sent(
    officer: Watched, floor: Floor
) -> None:
    page = _form(officer, floor)
    map_is_still(page)
    reports = floor.api().get("/api/v1/summary").json()["extent"]
    west, south, east, north = page.evaluate("window.watchfloor.map.state().bbox")
    assert west < reports[0] < reports[2] < east  # the first sight is of where reports are, all of them
    assert south < reports[1] < reports[3] < north
    before = _count(floor)
    page.locator("#wf-report-map canvas").first.press(
        "Escape"
    )  # leaves the tool, and the map ready for a click
    page.locator("#wf-report-map canvas").first.click()
    expect(page.locator("#wf-report-place-text")).to_contain_text("Clicked on the map")
    page.get_by_role("button", name="Send the report").click()
    expect(page.locator("#wf-report-errors")).to_contain_text("Say in one line what happened.")
    expect(page.locator("#wf-report-errors")).to_contain_text("Choose a type")
    assert _count(floor) == before


def _count(floor: Floor) -> int:
    return int(floor.api().get("/api/v1/summary").json()["total"])
