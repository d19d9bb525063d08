"""Opening records: by clicking the map, from the feed; hostile text is text everywhere."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from data.model import LonLat
from tests.browser.conftest import Floor
from tests.support.browser import Watched
from tests.support.page import click_place, feed, look_at
from tests.support.records import BOSTON, HOSTILE


def test_clicking_a_point_opens_that_report(page: Page) -> None:
    place = LonLat(BOSTON.lon - 0.09 + 0.02 * 4, BOSTON.lat - 0.04 + 0.02 * 2)  # incident number 24
    look_at(page, place)
    click_place(page, place)
    expect(page.locator("#wf-details")).to_contain_text("Report number 24")


def test_clicking_a_site_opens_that_site(page: Page) -> None:
    place = LonLat(BOSTON.lon + 0.03, BOSTON.lat + 0.01)
    look_at(page, place)
    click_place(page, place)
    expect(page.locator("#wf-details")).to_contain_text("Hospital 2")


def test_a_report_of_the_feed_opens_and_is_told_of_whole(page: Page) -> None:
    item = feed(page).filter(has_text="Report number 30")
    item.scroll_into_view_if_needed()
    item.click()
    details = page.locator("#wf-details")
    expect(details).to_contain_text("Report number 30")
    expect(details).to_contain_text("Hospital")  # the nearest sites


def test_a_status_can_be_changed_and_the_change_is_kept(page: Page) -> None:
    feed(page).filter(has_text="Report number 31").click()
    details = page.locator("#wf-details")
    expect(details).to_contain_text("Report number 31")
    details.get_by_role("button", name="Acknowledge").click()
    page.wait_for_function(
        """async () => {
          const answer = await fetch('/api/v1/incidents?q=report+number+31');
          return (await answer.json()).items[0].status === 'acknowledged';
        }"""
    )


def _executed(page: Page) -> bool:
    return bool(page.evaluate("window.__executed === true"))


def test_hostile_titles_are_shown_letter_by_letter_and_run_nothing(page: Page) -> None:
    page.evaluate("() => { window.alert = () => { window.__executed = true; }; }")
    for number, text in enumerate(HOSTILE):
        item = feed(page).nth(number)
        item.click()
        expect(page.locator("#wf-details")).to_contain_text(text.split("\r")[0].split("\t")[0][:40])
    shown = feed(page).locator(".title").all_text_contents()
    assert set(HOSTILE) <= set(shown)
    assert page.locator("#wf-feed img, #wf-feed script, #wf-feed a[href^='javascript']").count() == 0
    assert page.locator("#wf-details script, #wf-details a[href^='javascript']").count() == 0
    assert not _executed(page)


def test_a_hidden_report_cannot_be_opened_by_its_number(desk: Watched, page: Page, floor: Floor) -> None:
    desk.forgive(r"404")
    analyst = floor.api(floor.analyst_id)
    hidden = analyst.get("/api/v1/incidents", params={"store": "sar"}).json()["items"][0]
    for path in (f"/api/v1/incidents/{hidden['id']}", f"/api/v1/features/incidents/{hidden['fid']}"):
        assert page.evaluate("async (path) => (await fetch(path)).status", path) == 404
    page.evaluate(
        "(fid) => window.dispatchEvent(new CustomEvent('wf:select', {detail: {kind: 'incident', fid}}))",
        hidden["fid"],
    )
    page.wait_for_function("() => document.querySelector('#wf-details')")
    assert "Suspicious 0" not in page.content()
