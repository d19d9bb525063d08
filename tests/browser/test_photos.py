"""Photos of a report in its panel: small, in large on a press, and back with the keyboard."""

from __future__ import annotations

import io
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from PIL import Image, ImageDraw
from playwright.sync_api import expect

from tests.browser.conftest import Floor, opened
from tests.support.browser import Watched, serious
from tests.support.page import feed


def a_photo() -> bytes:
    picture = Image.linear_gradient("L").resize((1600, 1000)).convert("RGB")
    ImageDraw.Draw(picture).ellipse((500, 200, 1100, 800), fill="orange")
    out = io.BytesIO()
    picture.save(out, "JPEG")
    return out.getvalue()


def test_a_photo_is_small_in_the_panel_and_large_on_a_press(
    officer: Watched, floor: Floor, artefacts: Path
) -> None:
    page = opened(officer, floor)
    found = page.request.get(f"{floor.server.url}/api/v1/incidents?q=report+number+30").json()["items"][0]
    sent = page.request.post(
        f"{floor.server.url}/api/v1/incidents/{found['id']}/attachments",
        multipart={"file": {"name": "<b>corner.jpg", "mimeType": "image/jpeg", "buffer": a_photo()}},
        headers={"Origin": floor.server.url, "Sec-Fetch-Site": "same-origin"},
    )
    assert sent.status == 201
    feed(page).filter(has_text="Report number 30").click()
    small = page.locator("#wf-details .photo-small")
    picture = small.get_by_role("img", name="Photo 1 of 1: <b>corner.jpg")
    expect(picture).to_be_visible()
    page.wait_for_function(
        "() => document.querySelector('#wf-details .photo-small img').naturalWidth === 320"
    )
    small.scroll_into_view_if_needed()
    page.screenshot(path=artefacts / "photo-small.png")
    small.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("<b>corner.jpg")
    page.wait_for_function("() => document.querySelector('dialog[open] img').naturalWidth === 1600")
    assert serious(Axe().run(page).response) == []
    page.screenshot(path=artefacts / "photo-large.png")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(small).to_be_focused()
