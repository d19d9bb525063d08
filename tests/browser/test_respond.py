"""Respond on the screen: who needs help first, where they may be, who goes there, and how it ends."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect
from shapely.geometry import LineString, Point, shape

from data.model import LonLat
from layers.roads.network import RESIDENTIAL
from layers.roads.reading import assemble
from tests.browser.conftest import Floor, signed_in
from tests.support.browser import NARROW, Watched, serious, watch
from tests.support.page import look_at, point_on_screen

# A house on the hill a mile north-east of Coral Bay, and where the pilot was who filmed it.
HOUSE = LonLat(-64.7035, 18.3590)
CAMERA = LonLat(HOUSE.lon - 0.010, HOUSE.lat)
STORY = "EXERCISE. My parents are at their house about a mile northeast of Coral Bay. A landslide is over it."


def _sent(floor: Floor, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = floor.api(floor.other_id).post(f"/api/v1/{path}", json=body)
    assert answer.status_code in {200, 201}, answer.text
    made: dict[str, Any] = answer.json()
    return made


def _call(name: str, *, people: int, **more: Any) -> dict[str, Any]:
    return {
        "caller": {"name": f"Caller for {name}"},
        "people": [{"name": name}],
        "people_count": people,
    } | more


@pytest.fixture(scope="module", autouse=True)
def island(floor: Floor) -> None:
    """Let four people call about others, three of them with a place, and put two resources on the board."""
    _sent(floor, "calls", _call("Dora Zero", people=2, needs={"trapped": True, "hazards": ["flood"]}))
    for n, (name, lon) in enumerate([("Ada One", -64.78), ("Bela Two", -64.76), ("Cora Three", -64.66)]):
        place = {"lon": lon, "lat": 18.335, "accuracy_m": 400.0, "located_by": "gps"}
        made = _sent(floor, "calls", _call(name, people=1 + n, **place))
        point = {"kind": "point", "params": {"lon": lon, "lat": 18.335, "accuracy_m": 400.0}}
        _sent(floor, f"households/{made['household_id']}/evidence", point)
    corners = [(-64.79, 18.345), (-64.715, 18.345), (HOUSE.lon, HOUSE.lat - 0.008), (HOUSE.lon, HOUSE.lat)]
    road = assemble(
        np.array([LineString(corners[n : n + 2]) for n in range(3)], dtype=object),
        ends=None,
        road_class=np.full(3, RESIDENTIAL, np.uint8),
        oneway=np.zeros(3, np.int8),
    )
    source, scope = floor.world.source("roads", kind="roads"), floor.world.scope()
    floor.store.networks.replace(floor.world.system, source, scope, road)
    for name, lon in (("Drone", -64.715), ("Team", -64.79)):
        base = {"name": "Station", "lon": lon, "lat": 18.345}
        sweep = {"good": 60.0, "fair": 40.0, "poor": 20.0}
        body = {
            "name": name,
            "kind": name.lower(),
            "speed_kmh": 30.0 if name == "Drone" else 2.0,
            "sweep_m": sweep,
            "endurance_h": 4.0,
        }
        _sent(floor, "resources", body | {"base": base})


@pytest.fixture(scope="module")
def shown(browser: Browser, floor: Floor, island: None) -> Iterator[Page]:
    """One Respond page for the whole file, of the coordinator."""
    watched = watch(browser, viewport=NARROW)
    page = watched.context.new_page()
    page.goto(floor.link(floor.other_id), wait_until="commit")
    page.goto(floor.server.url + "/respond")
    page.wait_for_selector("#wf-respond-map canvas")
    yield page
    watched.context.close()
    watched.check()


@pytest.fixture
def page(shown: Page) -> Page:
    """The page with its list, and nothing chosen, sent or played back."""
    expect(households(shown).first).to_be_visible()
    for _ in range(3):
        shown.keyboard.press("Escape")
    tab(shown, "Household")
    return shown


def households(page: Page) -> Locator:
    """Return the households of the list."""
    return page.get_by_role("listbox", name="Households by priority").get_by_role("option")


def tab(page: Page, name: str) -> Locator:
    """Open a tab and return its pane."""
    page.get_by_role("tab", name=name).click()
    return page.get_by_role("tabpanel", name=name, exact=True)


def click_at(page: Page, place: LonLat) -> None:
    """Click a place on the map."""
    x, y = point_on_screen(page, place)
    page.mouse.move(x, y, steps=4)
    page.mouse.click(x, y)


def row_of(page: Page, name: str) -> Locator:
    """Return the household of somebody in the list."""
    return households(page).filter(has_text=name)


def test_the_list_is_walked_and_opened_from_the_keyboard(page: Page) -> None:
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    first = page.locator(".respond-pane h2").inner_text()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator(".respond-pane h2")).not_to_have_text(first)
    page.keyboard.press("Escape")
    expect(page.get_by_text("No household is chosen.").first).to_be_visible()


def test_the_count_says_how_sure_it_is(page: Page, floor: Floor) -> None:
    said = floor.api(floor.other_id).get("/api/v1/households").json()["summary"]["unaccounted"]
    figure = page.get_by_role("button", name=re.compile("people unaccounted for"))
    expect(figure).to_contain_text(str(said["people"]))
    figure.click()
    expect(page.locator("#wf-unaccounted-why")).to_contain_text(
        f"{said['unverified_calls']} calls nobody has verified yet"
    )
    figure.click()
    expect(page.locator("#wf-unaccounted-why")).to_be_hidden()


def _nobody_is_sent(page: Page, floor: Floor) -> None:
    """Cancel every task, as another coordinator would; the page hears of it."""
    api = floor.api(floor.other_id)
    for task in api.get("/api/v1/tasks").json()["items"]:
        if task["status"] not in {"done", "cancelled"}:
            api.patch(f"/api/v1/tasks/{task['id']}", json={"status": "cancelled"})
    expect(page.locator(".board-task")).to_have_count(0)


def test_a_resource_dropped_on_a_household_is_assigned_and_taken_back(page: Page, floor: Floor) -> None:
    _nobody_is_sent(page, floor)
    row = row_of(page, "Ada One")
    card = tab(page, "Resources").locator(".board-card", has_text="Drone")
    card.drag_to(row, source_position={"x": 20, "y": 8})
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(row).not_to_contain_text("Assigned")
    # The same without a mouse: who is sent, then whom to.
    page.get_by_role("button", name=re.compile("^Send Drone")).press("Enter")
    expect(page.get_by_text(re.compile("^Send Drone: choose a household"))).to_be_visible()
    row.click()
    expect(row).to_contain_text("Assigned")
    # Another takes the task over.
    page.get_by_role("button", name=re.compile("^Send Team")).press("Enter")
    page.locator(".board-task").first.press("Enter")
    expect(page.locator(".board-task").first).to_contain_text("Team · assigned")
    _nobody_is_sent(page, floor)


def test_the_ground_in_view_is_divided_and_the_search_is_played_again(page: Page) -> None:
    look_at(page, HOUSE, zoom=13)
    pane = tab(page, "Segments")
    pane.get_by_role("button", name="Make segments").click()
    expect(pane.locator("[data-segment]").first).to_be_visible()
    pane.get_by_role("button", name=re.compile("^Rename")).first.click()
    pane.get_by_label(re.compile("^New name of")).fill("North slope")
    page.keyboard.press("Enter")
    expect(pane.locator("[data-segment]", has_text="North slope")).to_be_visible()
    pane.get_by_role("button", name="Remove North slope").click()
    expect(pane.locator("[data-segment]", has_text="North slope")).to_have_count(0)
    pane.get_by_role("button", name=re.compile("^Remove all")).click()
    pane.get_by_role("button", name="Remove", exact=True).click()
    expect(pane.locator("[data-segment]")).to_have_count(0)

    # Before anybody called nobody was looked for; nothing can be done to the past.
    page.get_by_role("button", name="History").click()
    time = page.get_by_role("slider", name="Time in the search")
    time.fill("0")
    expect(households(page)).to_have_count(1)
    expect(page.get_by_text("Replay · read only")).to_be_visible()
    assert serious(Axe().run(page).response) == []
    assert page.locator("#wf-respond-panel").evaluate("(panel) => panel.inert")
    page.get_by_role("button", name="Back to now").click()
    expect(households(page).nth(3)).to_be_visible()


def test_a_status_is_said_and_taken_back(page: Page) -> None:
    row_of(page, "Bela Two").click()
    pane = tab(page, "Household")
    pane.get_by_role("button", name="Located").click()
    expect(row_of(page, "Bela Two")).to_contain_text("Located")
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(row_of(page, "Bela Two")).to_contain_text("Unverified")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_respond(page: Page, theme: str) -> None:
    page.evaluate(
        """(theme) => {
          const { dataset } = document.documentElement;
          if (dataset.theme !== theme) document.querySelector('[data-wf-do=theme]').click();
        }""",
        theme,
    )
    households(page).first.click()
    for name in ("Evidence", "Plan", "Resources", "Segments", "Reach"):
        expect(tab(page, name).locator(".part").first).to_be_visible()
        assert serious(Axe().run(page).response) == [], name


def _daughter_calls(floor: Floor, caller: Watched, parent: str) -> None:
    """Enter the daughter's call in the form, in a browser of its own."""
    page = caller.context.new_page()
    page.goto(floor.server.url + "/call")
    page.get_by_label("Name").first.fill("The daughter")
    page.locator("select[name=relation]").select_option("family")
    page.get_by_role("textbox", name="Where the caller is").fill("Boston")
    page.get_by_label("Name").nth(1).fill(parent)
    page.get_by_label("Address, road, landmarks, what they see").fill("about a mile northeast of Coral Bay")
    page.get_by_label("They are trapped and cannot leave").check()
    page.get_by_label("Landslide").check()
    page.get_by_label("In the caller's words").fill(STORY)
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#state")).to_have_text("Sent. The call is kept by the center.")
    page.close()


# Last: it ends with everybody of that house being safe.
def test_from_the_daughters_call_to_the_house_that_is_found(
    page: Page, floor: Floor, contexts: Callable[..., Watched]
) -> None:
    api = floor.api(floor.other_id)
    # Another house at each try: what one try did to a house stays.
    surname = f"Thornbury{uuid4().hex[:6]}"
    _daughter_calls(floor, signed_in(contexts, floor), f"Edith {surname}")
    # The call is on the coordinator's screen, in another browser, without a reload.
    row_of(page, surname).click()
    expect(page.locator(".respond-pane h2")).to_have_text(f"Edith {surname}")
    [found] = api.get("/api/v1/households", params={"q": surname}).json()["items"]
    edith = found["id"]

    # What she said is proposed with its words; a person accepts.
    pane = tab(page, "Evidence")
    expect(pane.locator("mark").first).to_contain_text("northeast of Coral Bay")
    pane.get_by_role("button", name=re.compile("^Accept")).first.click()
    expect(pane.get_by_text("Where they may be")).to_be_visible()

    # The pilot's video: where the camera was, where it looked.
    look_at(page, HOUSE, zoom=14)
    pane.get_by_label("Kind of evidence").select_option("footprint")
    pane.get_by_label("Heading, °").fill("90")
    pane.get_by_label("Sees as far as, m").fill("2000")
    pane.get_by_role("button", name="Click the place").click()
    click_at(page, CAMERA)
    expect(pane.locator(".edit-said")).to_contain_text("18.35")
    pane.get_by_role("button", name="Enter evidence").click()
    expect(pane.get_by_role("checkbox", name=re.compile("Use"))).to_have_count(2)

    # The landslide report raises where it lies.
    pane.get_by_label("Kind of evidence").select_option("damage")
    pane.get_by_role("button", name="Draw the area").click()
    corners = [
        LonLat(HOUSE.lon + a, HOUSE.lat + b) for a, b in ((-0.003, -0.003), (0.003, -0.003), (0, 0.003))
    ]
    for corner in [*corners, corners[0]]:
        click_at(page, corner)
    expect(pane.locator(".edit-said")).to_have_text("An area is drawn")
    pane.get_by_role("button", name="Enter evidence").click()
    expect(pane.get_by_role("checkbox", name=re.compile("Use"))).to_have_count(3)
    half = api.get(f"/api/v1/households/{edith}/surface").json()["areas"][0]
    assert half["level"] == 0.5
    assert shape(half["geometry"]).covers(Point(HOUSE.lon, HOUSE.lat))

    # One road is closed.
    pane = tab(page, "Reach")
    pane.get_by_label("Name of the closure").fill(f"Road of {surname}")
    pane.get_by_role("button", name="Draw across it").click()
    ends = [LonLat(HOUSE.lon - 0.002, HOUSE.lat - 0.005), LonLat(HOUSE.lon + 0.002, HOUSE.lat - 0.005)]
    for end in [*ends, ends[1]]:
        click_at(page, end)
    expect(pane.get_by_role("button", name=f"Lift: Road of {surname}")).to_be_visible()
    expect(pane.get_by_role("heading", name="Reopen first")).to_be_visible()

    # The plan is ahead of an even split, and is taken.
    pane = tab(page, "Plan")
    pane.get_by_role("button", name="Make the plan").click()
    expect(pane.locator(".respond-gain")).to_contain_text(re.compile(r"\(\+[\d.]+\)"))
    pane.get_by_role("button", name="Adopt the plan").click()
    first = pane.locator("li", has_text=api.get(f"/api/v1/households/{edith}").json()["number"])
    way = first.get_by_role("button", name=re.compile("^(Assign|On the way)"))
    expect(way.first).to_be_visible()
    if way.first.inner_text() == "Assign":
        way.first.click()
    first.get_by_role("button", name=re.compile("^On the way")).first.click()
    expect(first.filter(has_text="searching").first).to_be_visible()

    # Found, brought to safety, and gone from the working list.
    task = first.filter(has_text="searching").first
    task.get_by_role("button", name=re.compile("^Result")).click()
    task.get_by_label("What was found").select_option("found")
    task.get_by_role("button", name="Send the result").click()
    expect(first.filter(has_text="Done: found").first).to_be_visible()
    expect(row_of(page, surname)).to_have_count(0)
    tab(page, "Household").get_by_role("button", name="Safe").click()
    expect(page.locator(".respond-pane .detail-head .status").first).to_have_text("Safe")
    assert api.get(f"/api/v1/households/{edith}").json()["status"] == "safe"
