"""The call form on a phone: in five languages, without a network, never the same call twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Floor, signed_in
from tests.support.browser import NARROW, Watched, keep_picture, serious

PHONE = {"width": 390, "height": 844}
LANGUAGES = {
    "en": "Where the people are",
    "es": "Dónde están las personas",
    "pt": "Onde estão as pessoas",
    "ht": "Kote moun yo ye",
    "fr": "Où sont les personnes",
}


def _form(contexts: Callable[..., Watched], floor: Floor, **options: Any) -> tuple[Watched, Page]:
    watched = signed_in(contexts, floor, viewport=PHONE, has_touch=True, **options)
    page = watched.context.new_page()
    page.goto(floor.server.url + "/call")
    expect(page.get_by_role("heading", name="Call for help")).to_be_visible()
    return watched, page


def _fill(page: Page, story: str) -> None:
    page.get_by_label("Name").first.fill("Ann")
    page.locator("select[name=relation]").select_option("family")
    page.get_by_role("textbox", name="Where the caller is").fill("Boston")
    page.get_by_label("Name").nth(1).fill("George")
    page.get_by_role("spinbutton", name="Age").fill("78")
    page.get_by_label("Illness, injury, medicine").fill("insulin")
    page.get_by_label("Address, road, landmarks, what they see").fill("above Coral Bay")
    page.get_by_label("They are trapped and cannot leave").check()
    page.get_by_label("Landslide").check()
    page.locator("select[name=water]").select_option("6")
    page.get_by_label("In the caller's words").fill(story)


def _kept(floor: Floor, story: str) -> list[dict[str, Any]]:
    items = floor.api().get("/api/v1/calls", params={"limit": 500}).json()["items"]
    return [one for one in items if one["narrative"] == story]


def test_a_call_taken_without_a_network_is_kept_and_sent_once(
    contexts: Callable[..., Watched], floor: Floor
) -> None:
    watched, page = _form(contexts, floor, geolocation={"longitude": -64.71, "latitude": 18.35})
    watched.context.grant_permissions(["geolocation"])
    watched.forgive(r"ERR_INTERNET_DISCONNECTED|ERR_FAILED|Failed to load resource")
    page.evaluate("() => navigator.serviceWorker.ready.then(() => null)")
    page.wait_for_function("() => caches.match('/assets/dist/call.css', { ignoreSearch: true })")
    # Cut for the page and for its worker: on a slow machine one of them may be told later than the other.
    page.route("**/api/v1/calls", lambda route: route.abort("internetdisconnected"))
    watched.context.set_offline(True)
    story = "<b>A landslide</b> lies over the house & the road"
    page.get_by_role("button", name="I am with them: use my position").click()
    expect(page.get_by_text("Position kept")).to_be_visible()
    _fill(page, story)
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#state")).to_have_text("Kept on this phone, will be sent.")
    keep_picture(page, "call-form-offline")
    page.reload()  # the page opens without a network, and still knows of the call
    expect(page.locator("#kept li")).to_have_count(1)
    expect(page.locator("#kept li")).to_contain_text(story)
    assert _kept(floor, story) == []
    # The network is back, but the first answer is lost on its way: the call is there and is sent again.
    lost: list[int] = []

    def lose(route: Route) -> None:
        lost.append(route.fetch().status)
        route.abort()

    page.unroute("**/api/v1/calls")
    page.route("**/api/v1/calls", lose, times=1)
    watched.context.set_offline(False)
    page.wait_for_event("requestfailed", lambda request: request.url.endswith("/api/v1/calls"))
    expect(page.locator("#state")).to_have_text("Kept on this phone, will be sent.")
    page.evaluate("() => window.dispatchEvent(new Event('online'))")
    expect(page.locator("#state")).to_have_text("Sent. The call is kept by the center.")
    expect(page.locator("#kept")).to_be_hidden()
    [call] = _kept(floor, story)
    assert lost == [201]
    assert (call["people"], call["place_text"]) == (
        [{"name": "George", "age": 78, "medical": "insulin"}],
        "above Coral Bay",
    )
    assert (call["lon"], call["caller"]["lon"], call["caller"]["place_text"]) == (-64.71, None, "Boston")


def test_when_the_session_has_ended_the_call_stays_and_says_so(
    contexts: Callable[..., Watched], floor: Floor
) -> None:
    watched, page = _form(contexts, floor)
    watched.forgive("401")
    watched.context.clear_cookies()
    _fill(page, "after the shift")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#state")).to_contain_text("Your sign-in has ended")
    expect(page.get_by_role("link", name="Sign in")).to_have_attribute("href", "/login?next=/call")
    expect(page.locator("#kept li")).to_have_count(1)
    entry = watched.context.new_page()
    entry.goto(floor.link(), wait_until="commit")
    entry.close()
    page.goto(floor.server.url + "/call")
    expect(page.locator("#state")).to_have_text("Sent. The call is kept by the center.")
    assert len(_kept(floor, "after the shift")) == 1


def test_the_form_speaks_five_languages_fits_and_is_accessible(
    contexts: Callable[..., Watched], floor: Floor
) -> None:
    watched, page = _form(contexts, floor, color_scheme="dark")
    page.get_by_label("In the caller's words").fill("stays")
    for language, words in LANGUAGES.items():
        page.locator("#language").select_option(language)
        expect(page.locator("legend", has_text=words)).to_be_visible()
        assert page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth") <= 0
        expect(page.locator("textarea[name=story]")).to_have_value("stays")
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    for theme, size in (("dark", PHONE), ("light", PHONE), ("dark", NARROW), ("light", NARROW)):
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]  # one of the two
        page.set_viewport_size(size)  # type: ignore[arg-type]  # a width and a height
        keep_picture(page, f"call-form-{theme}-{size['width']}x{size['height']}")
        assert serious(Axe().run(page).response) == []
    assert watched.outside == []
