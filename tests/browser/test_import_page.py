"""The Import page in a real browser: from a file to records, what is refused, and the quarantine."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from data.access import Actor
from data.model import Role, StoreKind, Tlp
from data.store.quarantined import page as quarantined
from tests.browser.conftest import Floor, signed_in
from tests.support.browser import NARROW, Watched, serious
from tests.support.imports import row, write_csv

GOOD = [row(n) for n in range(1, 41)]
UPLOADED_MS = 60_000


@pytest.fixture(scope="module")
def importer(floor: Floor) -> int:
    """Return somebody who may import and sees every store."""
    return floor.world.user("importer", role=Role.ANALYST, stores=tuple(StoreKind), clearance=Tlp.RED)


def acting(floor: Floor, user_id: int) -> Actor:
    return floor.store.users.actor(floor.store.users.open_session(user_id))


def at_imports(watched: Watched, floor: Floor) -> Page:
    page = watched.context.new_page()
    page.goto(floor.server.url + "/imports")
    page.wait_for_selector("#wf-import-file", state="attached")
    expect(page.locator("#wf-import-drop")).to_contain_text("Drop a file here")
    return page


def choose(page: Page, path: Path) -> None:
    page.set_input_files("#wf-import-file", path)
    expect(page.locator("#wf-import-found")).to_contain_text(path.name, timeout=UPLOADED_MS)


def import_now(page: Page) -> None:
    button = page.get_by_role("button", name="Import", exact=True)
    expect(button).to_be_enabled(timeout=UPLOADED_MS)
    button.click()
    expect(page.locator("#wf-import-report .headline")).to_be_visible(timeout=UPLOADED_MS)


def test_a_file_becomes_records_and_its_report_counts_every_row(
    contexts: Callable[..., Watched], floor: Floor, importer: int, tmp_path: Path
) -> None:
    page = at_imports(signed_in(contexts, floor, importer), floor)
    choose(page, write_csv(tmp_path / "calls-one.csv", [*GOOD, row(41, date="soon")]))
    expect(page.locator("#wf-import-result")).to_contain_text("40 rows")
    expect(page.locator(".sample tbody tr").first).to_contain_text("Tree down 1")
    page.wait_for_function(
        "() => window.watchfloor.map.engine?.querySourceFeatures('wf-import-points').length > 0",
        timeout=UPLOADED_MS,
    )
    page.get_by_role("button", name="Count first").click()
    expect(page.locator("#wf-import-report")).to_contain_text("nothing was written", timeout=UPLOADED_MS)
    import_now(page)
    report = page.locator("#wf-import-report")
    expect(report).to_contain_text("41 rows of incidents read")
    expect(report).to_contain_text("The date cannot be read")
    page.get_by_role("tab", name="Past imports").click()
    expect(page.locator("#wf-import-history")).to_contain_text("calls-one.csv")
    page.get_by_role("tab", name="Import a file").click()
    page.get_by_role("link", name="Show on the map").click()
    expect(page.locator("[data-wf-total]").first).to_have_text("40", timeout=UPLOADED_MS)


def test_what_the_file_does_not_say_is_asked_and_the_answer_is_used(
    contexts: Callable[..., Watched], floor: Floor, importer: int, tmp_path: Path
) -> None:
    page = at_imports(signed_in(contexts, floor, importer), floor)
    rows = [row(n, date=f"0{n % 9 + 1}/0{n % 9 + 1}/2021 10:00") for n in range(40)]
    choose(page, write_csv(tmp_path / "ambiguous.csv", rows))
    question = page.locator(".question")
    expect(question).to_contain_text("day and month cannot be told apart", timeout=UPLOADED_MS)
    expect(page.get_by_role("button", name="Import", exact=True)).to_be_disabled()
    question.locator("input").first.click()
    page.get_by_role("option", name="Day, month, year").click()
    expect(question).to_have_count(0, timeout=UPLOADED_MS)
    expect(page.get_by_role("button", name="Import", exact=True)).to_be_enabled(timeout=UPLOADED_MS)


@pytest.mark.slow
def test_a_waiting_file_is_there_again_after_a_reload(
    contexts: Callable[..., Watched], floor: Floor, importer: int, tmp_path: Path
) -> None:
    page = at_imports(signed_in(contexts, floor, importer), floor)
    choose(page, write_csv(tmp_path / "waiting.csv", GOOD))
    page.reload()
    expect(page.locator("#wf-import-found")).to_contain_text("waiting.csv", timeout=UPLOADED_MS)


def test_a_file_that_cannot_be_read_is_refused_with_a_way_out(
    contexts: Callable[..., Watched], floor: Floor, importer: int, tmp_path: Path
) -> None:
    watched = signed_in(contexts, floor, importer)
    watched.forgive("400")
    page = at_imports(watched, floor)
    (tmp_path / "virus.exe").write_bytes(b"MZ")
    page.set_input_files("#wf-import-file", tmp_path / "virus.exe")
    expect(page.locator("#wf-toast")).to_contain_text("are not read", timeout=UPLOADED_MS)
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 and nothing else")
    page.set_input_files("#wf-import-file", tmp_path / "broken.parquet")
    expect(page.locator("#wf-import-errors .problem")).to_be_visible(timeout=UPLOADED_MS)


def test_a_quarantined_row_is_mended_in_the_page_and_sent_again(
    contexts: Callable[..., Watched], floor: Floor, importer: int, tmp_path: Path
) -> None:
    page = at_imports(signed_in(contexts, floor, importer), floor)
    choose(page, write_csv(tmp_path / "mend.csv", [*GOOD, row(41, date="soon"), row(42, date="later")]))
    import_now(page)
    page.get_by_role("button", name="Open the quarantine").click()
    rows = page.locator("#wf-quarantine-grid .ag-center-cols-container .ag-row").filter(has_text="mend.csv")
    rows.filter(has_text="A41").click()
    page.get_by_label("date", exact=True).fill("2021-08-02 10:00")
    page.get_by_role("button", name="Send again").click()
    expect(page.locator("#wf-quarantine-result")).to_contain_text("Taken in", timeout=UPLOADED_MS)
    expect(rows.filter(has_text="A41")).to_have_count(0)
    rows.filter(has_text="A42").click()
    page.get_by_role("button", name="Send again").click()
    expect(page.locator("#wf-quarantine-result")).to_contain_text("Still in quarantine", timeout=UPLOADED_MS)
    page.get_by_role("button", name="Discard", exact=True).click()
    expect(page.locator("#wf-quarantine-result")).to_contain_text("Discarded")
    page.get_by_role("button", name="Let it wait again").click()
    expect(page.locator("#wf-quarantine-result")).to_contain_text("waits again")


@pytest.mark.slow
def test_many_rows_are_mended_at_once(
    contexts: Callable[..., Watched], floor: Floor, importer: int, tmp_path: Path
) -> None:
    page = at_imports(signed_in(contexts, floor, importer), floor)
    bad = [row(n, date="tomorrow") for n in range(50, 55)]
    choose(page, write_csv(tmp_path / "many.csv", [*GOOD, *bad]))
    import_now(page)
    page.get_by_role("tab", name="Quarantine").click()
    page.get_by_role("textbox", name="Every import").click()
    page.get_by_role("option", name="many.csv").click()
    expect(page.locator("#wf-quarantine-count")).to_have_text("5 rows waiting")
    page.get_by_text("Mend many at once").click()
    page.get_by_role("textbox", name="Column", exact=True).click()
    page.get_by_role("option", name="date", exact=True).click()
    page.get_by_label("Find").fill("tomorrow")
    page.get_by_label("Replace with").fill("2021-08-02 10:00")
    page.get_by_role("button", name="Send all again").click()
    expect(page.locator("#wf-quarantine-result")).to_contain_text("5 rows taken in", timeout=UPLOADED_MS)
    expect(page.locator("#wf-quarantine-count")).to_have_text("0 rows waiting")


def test_with_the_keyboard_alone_a_file_is_imported(
    contexts: Callable[..., Watched], floor: Floor, importer: int, tmp_path: Path
) -> None:
    page = at_imports(signed_in(contexts, floor, importer, viewport=NARROW), floor)
    with page.expect_file_chooser() as chooser:
        page.locator("#wf-import-file").press("Space")
    chooser.value.set_files(write_csv(tmp_path / "keys.csv", GOOD))
    expect(page.locator("#wf-import-found")).to_contain_text("keys.csv", timeout=UPLOADED_MS)
    expect(page.get_by_role("button", name="Import", exact=True)).to_be_enabled(timeout=UPLOADED_MS)
    for _ in range(200):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "wf-import-start":
            break
    page.keyboard.press("Enter")
    expect(page.locator("#wf-import-report .headline")).to_be_visible(timeout=UPLOADED_MS)


@pytest.mark.parametrize("theme", ["dark", pytest.param("light", marks=pytest.mark.slow)])
def test_the_filled_page_and_the_quarantine_are_accessible(
    contexts: Callable[..., Watched], floor: Floor, importer: int, tmp_path: Path, theme: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    watched = signed_in(contexts, floor, importer)
    page = at_imports(watched, floor)
    page.evaluate("(theme) => localStorage.setItem('wf.theme', JSON.stringify(theme))", theme)
    page.reload()
    page.wait_for_function("(theme) => document.documentElement.dataset.theme === theme", arg=theme)
    page.wait_for_selector("#wf-import-file", state="attached")
    choose(page, write_csv(tmp_path / f"axe-{theme}.csv", [*GOOD, row(60, date=theme)]))
    expect(page.locator(".outlook")).to_be_visible(timeout=UPLOADED_MS)
    assert serious(Axe().run(page).response) == []
    import_now(page)
    assert serious(Axe().run(page).response) == []
    page.get_by_role("tab", name="Quarantine").click()
    page.locator("#wf-quarantine-grid .ag-center-cols-container .ag-row").first.click()
    expect(page.locator(".open-row")).to_be_visible()
    assert serious(Axe().run(page).response) == []


def test_an_officer_who_may_not_import_is_told_so(officer: Watched, floor: Floor) -> None:
    page = officer.context.new_page()
    page.goto(floor.server.url + "/imports")
    expect(page.locator("#wf-page")).to_contain_text("does not open Import")
    expect(page.locator("#wf-nav")).not_to_contain_text("Import")


def test_rows_in_quarantine_are_no_other_agencys_business(
    contexts: Callable[..., Watched], floor: Floor, importer: int, tmp_path: Path
) -> None:
    elsewhere = floor.world.user(
        "elsewhere", role=Role.ANALYST, clearance=Tlp.AMBER, agency_id=floor.world.agency("Elsewhere")
    )
    mine = quarantined(floor.store, acting(floor, importer), limit=1)
    assert mine[1] > 0
    page = at_imports(signed_in(contexts, floor, elsewhere), floor)
    page.get_by_role("tab", name="Quarantine").click()
    time.sleep(1)
    expect(page.locator("#wf-quarantine-count")).to_have_text("0 rows waiting")
    page.get_by_role("tab", name="Past imports").click()
    expect(page.locator("#wf-import-history")).to_contain_text("Nothing was imported yet")
