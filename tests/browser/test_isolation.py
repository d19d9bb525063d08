"""Two people in two browsers never see each other's state, and one who has left sees nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import MANY, Floor, opened, signed_in
from tests.support.browser import Watched
from tests.support.page import expect_total, feed, root_type, total


def test_two_officers_filter_without_touching_each_other(
    contexts: Callable[..., Watched], floor: Floor
) -> None:
    first = opened(signed_in(contexts, floor), floor)
    second = opened(signed_in(contexts, floor, floor.other_id), floor)
    roots = [entry.code for entry in floor.store.types.all() if entry.parent is None]
    expect_total(first, MANY)
    expect_total(second, MANY)
    root_type(first, roots[0]).click()
    root_type(second, roots[1]).click()
    expect_total(first, 17)
    expect_total(second, 17)
    feed(first).first.click()
    expect(first.locator("#wf-details")).not_to_contain_text("Nothing is selected")
    expect(second.locator("#wf-details")).to_contain_text("Nothing is selected")
    assert roots[1] not in first.url
    assert roots[0] not in second.url
    second.reload()
    expect_total(second, 17)
    expect(root_type(second, roots[1]).locator("input")).to_be_checked()


def test_who_may_see_more_sees_more_and_shows_it_to_nobody(
    contexts: Callable[..., Watched], floor: Floor
) -> None:
    officer = opened(signed_in(contexts, floor), floor)
    analyst = opened(signed_in(contexts, floor, floor.analyst_id), floor)
    expect_total(analyst, MANY + 5)
    expect_total(officer, MANY)
    feed(analyst).filter(has_text="Suspicious 0").click()
    expect(analyst.locator("#wf-details")).to_contain_text("Suspicious 0")
    assert total(officer) == MANY
    assert "Suspicious 0" not in officer.content()
    expect(officer.locator("#wf-banner-marking")).to_have_text("TLP:GREEN")
    expect(analyst.locator("#wf-banner-marking")).to_have_text("TLP:AMBER")


def test_a_stranger_gets_the_sign_in_page_and_nothing_else(
    contexts: Callable[..., Watched], floor: Floor
) -> None:
    watched = contexts()
    watched.forgive(r"401|403")
    page = watched.context.new_page()
    page.goto(floor.server.url + "/")
    expect(page).to_have_url(floor.server.url + "/login?next=/")
    assert "Report number" not in page.content()
    for path in ("/api/v1/summary", "/tiles/incidents/0/0/0.mvt", "/_dash-layout", "/_dash-dependencies"):
        assert watched.context.request.get(floor.server.url + path, max_redirects=0).status in {401, 403, 303}


@pytest.mark.slow
def test_whoever_signs_out_is_out_in_every_tab_and_the_old_cookie_is_worth_nothing(
    contexts: Callable[..., Watched], floor: Floor
) -> None:
    watched = signed_in(contexts, floor)
    watched.forgive(r"401|WebSocket|status of|Failed to")
    first, second = opened(watched, floor), opened(watched, floor)
    old = watched.context.cookies()
    assert all(cookie["httpOnly"] for cookie in old)
    first.get_by_title("account and settings").click()
    first.get_by_role("button", name="Sign out").click()
    first.wait_for_url("**/login")
    second.reload()
    expect(second.get_by_label("Password")).to_be_visible()
    watched.context.add_cookies(old)  # type: ignore[arg-type]  # as Playwright itself gave them
    assert watched.context.request.get(floor.server.url + "/api/v1/summary").status == 401
