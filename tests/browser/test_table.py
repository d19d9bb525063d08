"""The same set as a table: rows from the server, sorted there, columns by choice, exported as filtered."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from data.model import Severity, label
from tests.browser.conftest import MANY, Floor, opened, signed_in
from tests.support.browser import WIDE, Watched
from tests.support.page import expect_total
from tests.support.records import BOSTON

MORE = 150  # with those of the floor more than one block of a hundred rows


@pytest.fixture(scope="module")
def crowd(floor: Floor) -> Floor:
    """Return the floor with more reports than the table asks for at once."""
    now = datetime.now(UTC)
    codes = [entry.code for entry in floor.store.types.all() if entry.parent is None]
    for n in range(MORE):
        floor.world.incident(
            title=f"Crowd {n:03d}",
            type_code=codes[n % 3],
            severity=Severity(n % 7),
            occurred=now - timedelta(days=2, minutes=n),
            place=BOSTON,
        )
    return floor


def _cells(page: Page, column: str) -> list[str]:
    """Return what a column says, from the top as far as rows are drawn."""
    drawn: dict[int, str] = {}
    rows = page.locator("#wf-table .ag-center-cols-container .ag-row")
    for place, row in enumerate(
        rows.evaluate_all("(rows) => rows.map((row) => Number(row.getAttribute('row-index')))")
    ):
        drawn[row] = rows.nth(place).locator(f'[col-id="{column}"]').inner_text()
    return [drawn[row] for row in sorted(drawn)]


def _heading(page: Page, name: str) -> Locator:
    return page.locator("#wf-table .ag-header-cell", has_text=name)


def _as_table(page: Page) -> None:
    page.get_by_role("button", name="Table").click()
    expect(page.locator('#wf-table [row-index="0"] [col-id="title"]')).not_to_be_empty()


def test_rows_come_from_the_server_a_block_at_a_time_and_are_sorted_there(
    officer: Watched, crowd: Floor
) -> None:
    page = opened(officer, crowd)
    expect_total(page, MANY + MORE)
    _as_table(page)
    page.evaluate("async () => (await dash_ag_grid.getApiAsync('wf-table')).ensureIndexVisible(199)")
    expect(page.locator('#wf-table [row-index="199"]')).to_contain_text("Crowd 149")
    heading = _heading(page, "Severity")
    for wanted in (Severity.NONE, Severity.EXTREME):  # upwards, then downwards
        heading.click()
        page.evaluate("async () => (await dash_ag_grid.getApiAsync('wf-table')).ensureIndexVisible(0)")
        expect(page.locator('#wf-table [row-index="0"] [col-id="severity"]')).to_have_text(label(wanted))
        shown = _cells(page, "severity")[:20]
        assert set(shown) == {label(wanted)}, shown  # a seventh of all have it: more than twenty
    page.locator('#wf-table [row-index="0"] [col-id="title"]').click()
    expect(page.locator("#wf-details h2").first).to_have_text(_cells(page, "title")[0])


def test_the_export_holds_exactly_what_is_filtered_in_the_columns_and_the_order_on_screen(
    contexts: Callable[..., Watched], crowd: Floor, tmp_path: Path
) -> None:
    # Wide, so that all columns are drawn.
    page = opened(signed_in(contexts, crowd, viewport=WIDE), crowd, "/?q=crowd&severity=6")
    wanted = sum(n % 7 == 6 for n in range(MORE))
    expect_total(page, wanted)
    _as_table(page)
    page.locator("#wf-table-pane summary", has_text="Columns").click()
    columns = page.locator("#wf-table-columns")
    columns.get_by_label("Source", exact=True).uncheck()
    columns.get_by_label("Longitude").check()
    expect(_heading(page, "Source")).to_have_count(0)
    page.keyboard.press("Escape")
    _heading(page, "Occurred").click()
    expect(page.locator('#wf-table [row-index="0"]')).to_contain_text("Crowd 146")  # the oldest of them first
    with page.expect_download() as download:
        page.get_by_role("button", name="Export CSV").click()
    download.value.save_as(tmp_path / "export.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "export.csv").read_text("utf-8-sig"))))
    assert [row["title"] for row in rows] == [f"Crowd {n:03d}" for n in range(MORE - 1, -1, -1) if n % 7 == 6]
    assert "lon" in rows[0]
    assert "source" not in rows[0]
    page.reload()
    expect_total(page, wanted)
    page.wait_for_selector("#wf-timeline .js-plotly-plot", state="attached")
    _as_table(page)
    expect(_heading(page, "Longitude")).to_be_visible()  # the choice of columns is remembered
    expect(_heading(page, "Source")).to_have_count(0)
