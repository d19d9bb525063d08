"""Administration in the browser: people let in and shut out, agencies, types, and the log of it all."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from data.model import Role
from tests.browser.conftest import Floor, signed_in
from tests.support.browser import WIDE, Watched, watch


@pytest.fixture(scope="module")
def page(browser: Browser, floor: Floor) -> Iterator[Page]:
    """One open administration page; the tests are the steps of one administrator's morning."""
    watched = watch(browser, viewport=WIDE)
    entry = watched.context.new_page()
    entry.goto(floor.link(floor.analyst_id), wait_until="commit")
    entry.close()
    made = watched.context.new_page()
    made.goto(floor.server.url + "/admin")
    expect(made.get_by_role("tab", name="Users")).to_be_visible()
    expect(made.locator("#wf-banner-marking")).to_have_text("No records on screen")
    yield made
    watched.context.close()
    watched.check()


def _choose(page: Page, field: str, option: str) -> None:
    page.get_by_role("textbox", name=field, exact=True).locator("visible=true").click()
    page.get_by_role("option", name=option, exact=True).locator("visible=true").click()


def test_a_user_is_added_signs_in_once_by_link_and_is_shut_out_again(page: Page, floor: Floor) -> None:
    page.get_by_label("Name to sign in with").fill("night.shift")
    _choose(page, "Role", "Watch officer")
    page.get_by_role("button", name="Add user").click()
    expect(page.locator("#wf-admin-result")).to_contain_text("night.shift was added")
    row = page.locator("#wf-admin-users tr", has_text="night.shift")
    expect(row).to_contain_text("Watch officer")
    expect(row).to_contain_text("active")
    _choose(page, "User", "night.shift")
    page.get_by_role("button", name="Make one-time link").click()
    link = page.locator("#wf-admin-result .one-time")
    expect(link).to_contain_text("/link/")
    address = link.inner_text()
    with (
        httpx.Client(base_url=floor.server.url) as newcomer,
        httpx.Client(base_url=floor.server.url) as thief,
    ):
        assert newcomer.get(address).status_code == 303
        assert newcomer.get("/api/v1/summary").status_code == 200
        assert thief.get(address).status_code != 303  # once means once
        assert thief.get("/api/v1/summary").status_code == 401
        page.get_by_role("button", name="Disable user").click()
        expect(row).to_contain_text("disabled")
        assert newcomer.get("/api/v1/summary").status_code == 401


def test_a_name_that_is_taken_is_refused_with_what_to_do(page: Page) -> None:
    page.get_by_label("Name to sign in with").fill("night.shift")
    page.get_by_role("button", name="Add user").click()
    expect(page.locator("#wf-admin-result .problem")).to_be_visible()
    expect(page.locator("#wf-admin-users tr", has_text="night.shift")).to_have_count(1)


def test_an_agency_is_added_and_can_be_chosen_for_users_at_once(page: Page) -> None:
    page.get_by_role("tab", name="Agencies").click()
    page.get_by_label("Name", exact=True).fill("Harbor Patrol")
    page.get_by_label("Short name").fill("HARBOR")
    page.get_by_role("button", name="Add agency").click()
    expect(page.locator("#wf-admin-agencies")).to_contain_text("Harbor Patrol")
    page.get_by_role("tab", name="Users").click()
    _choose(page, "Agency", "Harbor Patrol")


def test_a_type_is_added_and_offered_to_those_who_report(page: Page, floor: Floor) -> None:
    page.get_by_role("tab", name="Incident types").click()
    page.get_by_label("Code (letters, digits, hyphens)").fill("drone")
    page.get_by_label("Label", exact=True).last.fill("Drone over a site")
    page.get_by_role("button", name="Add type").click()
    expect(page.locator("#wf-admin-types")).to_contain_text("Drone over a site")
    codes = [entry["code"] for entry in floor.api().get("/api/v1/types").json()["items"]]
    assert "drone" in codes
    page.get_by_label("Code (letters, digits, hyphens)").fill("<b>")
    page.get_by_role("button", name="Add type").click()
    expect(page.locator("#wf-admin-result .problem")).to_contain_text("letters, digits and hyphens")


def test_the_log_names_what_was_done_here_and_is_whole(page: Page) -> None:
    page.reload()
    page.get_by_role("tab", name="Audit log").click()
    log = page.locator("#wf-admin-audit")
    for done in ("night.shift", "Harbor Patrol", "drone"):
        expect(log).to_contain_text(done)
    page.get_by_role("button", name="Verify the log").click()
    expect(page.locator("#wf-admin-result")).to_contain_text("The audit log is whole")
    page.get_by_role("button", name="Older entries").click()
    expect(log).to_contain_text("No older entries.")  # a page holds a hundred, and here are fewer
    page.get_by_role("button", name="Newest entries").click()
    expect(log).to_contain_text("Harbor Patrol")


def test_whoever_only_reads_the_log_is_offered_nothing_else(
    contexts: Callable[..., Watched], floor: Floor
) -> None:
    auditor = floor.world.user("auditor", role=Role.SUPERVISOR)
    page = signed_in(contexts, floor, auditor).context.new_page()
    page.goto(floor.server.url + "/admin")
    expect(page.get_by_role("tab")).to_have_text(["Audit log"])
    expect(page.locator("#wf-admin-audit tbody tr").first).to_be_visible()
