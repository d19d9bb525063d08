"""A whole watch without a mouse: search, filter, read, acknowledge, change page, and come back."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import MANY
from tests.support.page import expect_total, feed


def _at(page: Page) -> str:
    """Return what has the focus, in words."""
    return str(
        page.evaluate(
            """() => {
              const e = document.activeElement;
              return [e.tagName, e.id, e.getAttribute('aria-label'), e.textContent.slice(0, 30)].join('|');
            }"""
        )
    )


def _chosen(page: Page) -> str:
    return str(
        page.evaluate(
            "() => document.querySelector('#wf-feed [aria-selected=true] .title')?.textContent ?? ''"
        )
    )


def test_j_and_k_walk_through_the_reports_and_enter_opens_one(page: Page) -> None:
    expect(feed(page).first).to_be_visible()
    titles = feed(page).locator(".title").all_text_contents()
    for key, expected in (("j", 0), ("j", 1), ("j", 2), ("k", 1)):
        page.keyboard.press(key)
        assert _chosen(page) == titles[expected]
    page.keyboard.press("Enter")
    expect(page.locator("#wf-details")).to_contain_text(titles[1][:20])
    page.keyboard.press("Escape")
    expect(page.locator("#wf-details")).not_to_contain_text(titles[1][:20])


def test_a_acknowledges_the_chosen_report(page: Page) -> None:
    page.evaluate("() => window.watchfloor.panels.current().state.set('q=number+40')")
    expect(feed(page)).to_have_count(1)
    page.keyboard.press("j")
    page.keyboard.press("a")
    expect(feed(page).first).to_contain_text("acknowledged")


def test_slash_goes_to_the_search_and_escape_comes_back(page: Page) -> None:
    page.keyboard.press("/")
    assert "wf-search" in _at(page)
    page.keyboard.type("42.3601, -71.0589")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    assert _chosen(page)


def test_a_type_can_be_chosen_from_the_keyboard_alone(page: Page) -> None:
    expect_total(page, MANY)
    page.keyboard.press("f")
    for _ in range(40):
        if page.evaluate("() => document.activeElement.getAttribute('role') === 'treeitem'"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press(" ")
    expect_total(page, 17)


def test_question_mark_shows_all_keys_and_escape_closes_them(page: Page) -> None:
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()


def test_g_and_a_letter_goes_to_a_page(page: Page) -> None:
    page.keyboard.press("g")
    page.keyboard.press("s")
    page.wait_for_url(re.compile("/sites$"))
    page.keyboard.press("g")
    page.keyboard.press("w")
    expect_total(page, MANY)


def test_the_focus_stays_in_the_details_when_a_report_arrives(page: Page) -> None:
    feed(page).first.click()
    control = page.locator("#wf-details summary", has_text="Assign").first
    control.focus()
    for _ in range(3):
        page.evaluate("() => window.watchfloor.panels.current().selection.refresh()")
        page.wait_for_timeout(300)
    assert "Assign" in _at(page)


def test_every_control_is_reached_by_tab_and_shows_its_focus(page: Page) -> None:
    seen: list[str] = []
    invisible: list[str] = []
    for _ in range(160):
        page.keyboard.press("Tab")
        if page.evaluate(_BEEN_HERE) and len(seen) > 20:
            break
        here = _at(page)
        seen.append(here)
        if not page.evaluate(_FOCUS_SHOWS):
            invisible.append(here)
    assert invisible == []
    text = "\n".join(seen)
    for control in ("Watch", "wf-search-input", "Area by name", "Draw a polygon", "Map. Arrow keys"):
        assert control in text, control


# Unlike controls may be described alike: what was visited is told by the element itself.
_BEEN_HERE = """() => {
  const e = document.activeElement;
  window.visited ??= new WeakSet();
  const before = e !== document.body && window.visited.has(e);
  window.visited.add(e);
  return before;
}"""
_FOCUS_SHOWS = """() => {
  const e = document.activeElement;
  if (e === document.body) return true;
  for (let node = e, depth = 0; node && depth < 3; node = node.parentElement, depth += 1) {
    const s = getComputedStyle(node);
    if ((s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0) || s.boxShadow !== 'none') return true;
  }
  return false;
}"""
