"""A seeded server, a real browser, and people signed in to it; each test file has its own server."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Page
from shapely.geometry import box

from data.model import LonLat, Role, Severity, StoreKind, Tlp
from data.settings import Settings
from data.store import Store, open_store
from tests.support.browser import Watched, launched, watch
from tests.support.page import expect_total
from tests.support.places import ROOT
from tests.support.records import BOSTON, HOSTILE, World
from tests.support.server import Server, running

BUNDLE = ROOT / "assets" / "dist" / "watchfloor.js"
_CLEAR = """() => {
  window.watchfloor.map.draw(null);
  window.dispatchEvent(new CustomEvent('wf:select', { detail: null }));
  window.watchfloor.panels.current().state.set({});
  document.activeElement?.blur();
}"""
# Root types that the seed uses, by how many of the fifty incidents have each.
MANY = 50


@dataclass
class Floor:
    """A running watch floor with its store open beside it, as another officer's console would have it."""

    server: Server
    store: Store
    world: World
    officer_id: int
    analyst_id: int
    other_id: int

    def link(self, user_id: int | None = None) -> str:
        """Return the address that signs a user in, once."""
        return f"{self.server.url}/link/{self.store.users.make_link(user_id or self.officer_id)}"

    def api(self, user_id: int | None = None) -> httpx.Client:
        """Return an API client with a bearer token."""
        client = self.server.client()
        client.headers["Authorization"] = (
            f"Bearer {self.store.users.make_bearer(user_id or self.officer_id, 't')}"
        )
        return client


def seed(world: World) -> tuple[int, int, int]:
    """Fill a store with fifty incidents round Boston, sites, areas, and reports hidden from the officer."""
    now = datetime.now(UTC)
    officer = world.user("officer", role=Role.WATCH_OFFICER)
    other = world.user("other", role=Role.COORDINATOR)
    analyst = world.user("analyst", role=Role.ADMINISTRATOR, stores=tuple(StoreKind), clearance=Tlp.RED)
    roots = [entry.code for entry in world.store.types.all() if entry.parent is None]
    for n in range(MANY):
        world.incident(
            title=HOSTILE[n] if n < len(HOSTILE) else f"Report number {n}",
            narrative=HOSTILE[n % len(HOSTILE)],
            type_code=roots[n % 3],
            severity=Severity(n % 7),
            occurred=now - timedelta(minutes=7 * n + 1),
            place=LonLat(BOSTON.lon - 0.09 + 0.02 * (n % 10), BOSTON.lat - 0.04 + 0.02 * (n // 10)),
        )
    for n in range(4):
        world.site(name=f"Hospital {n}", place=LonLat(BOSTON.lon + 0.015 * n, BOSTON.lat + 0.01))
    world.area(name="Suffolk", kind="county", geometry=box(-71.16, 42.30, -71.05, 42.45))
    world.area(name="Nowhere", kind="county", geometry=box(-73.0, 41.0, -72.9, 41.1))
    sar = world.scope(StoreKind.SAR, Tlp.AMBER)
    for n in range(5):
        world.incident(
            title=f"Suspicious {n}", scope_id=sar, occurred=now, place=BOSTON, type_code=roots[n % 3]
        )
    return officer, analyst, other


@pytest.fixture(scope="module")
def floor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Floor]:
    """Run a server of this file's own over a seeded store."""
    if not BUNDLE.is_file():
        pytest.fail("the page's bundle is missing: pip install --editable . builds it")
    home: Path = tmp_path_factory.mktemp("floor")
    store = open_store(Settings(home=home))
    world = World(store)
    officer, analyst, other = seed(world)
    with running(home, {"WATCHFLOOR_EXERCISE": "true"}) as server:
        yield Floor(server, store, world, officer, analyst, other)
    store.close()
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="module")
def browser(chromium_path: str) -> Iterator[Browser]:
    """Run one Chromium for this file."""
    # Not for the session: Playwright's loop would run on beneath the other tests of this process.
    with launched() as running_browser:
        yield running_browser


@pytest.fixture(scope="module")
def desk(browser: Browser, floor: Floor) -> Iterator[Watched]:
    """The officer's browser with one open Watch page, for a whole file: drawing it is what takes long."""
    watched = watch(browser)
    entry = watched.context.new_page()
    entry.goto(floor.link(), wait_until="commit")
    entry.close()
    opened(watched, floor)
    yield watched
    watched.context.close()
    watched.check()


@pytest.fixture
def page(desk: Watched, floor: Floor) -> Page:
    """Return the Watch page as one finds it in the morning: nothing filtered, chosen or half drawn."""
    return cleared(desk.context.pages[0], floor)


@pytest.fixture
def contexts(browser: Browser) -> Iterator[Callable[..., Watched]]:
    """Return a function that opens a new, empty browser under watch; all are checked at the end."""
    opened: list[Watched] = []

    def new(**options: Any) -> Watched:
        opened.append(watch(browser, **options))
        return opened[-1]

    yield new
    for watched in opened:
        watched.context.close()
    for watched in opened:
        watched.check()


@pytest.fixture
def officer(contexts: Callable[..., Watched], floor: Floor) -> Watched:
    """Return a browser in which the officer is signed in."""
    return signed_in(contexts, floor)


def signed_in(
    contexts: Callable[..., Watched], floor: Floor, user_id: int | None = None, **options: Any
) -> Watched:
    """Return a new browser in which a user is signed in; it has no page yet."""
    watched = contexts(**options)
    page = watched.context.new_page()
    page.goto(floor.link(user_id), wait_until="commit")
    page.close()
    return watched


def opened(watched: Watched, floor: Floor, path: str = "/") -> Page:
    """Return a page with the map drawn, the counts in place, and the timeline that comes last."""
    page = watched.context.new_page()
    page.goto(floor.server.url + path)
    page.wait_for_function("() => window.watchfloor && window.watchfloor.map && window.watchfloor.map.state")
    page.wait_for_selector("#wf-map canvas")
    page.wait_for_function("() => document.querySelector('[data-wf-total]')?.textContent.trim()")
    page.wait_for_selector("#wf-timeline .js-plotly-plot", state="attached")
    return page


def cleared(page: Page, floor: Floor) -> Page:
    """Return the Watch page with everything shown, nothing chosen, and the focus nowhere."""
    if urlsplit(page.url).path != "/":
        page.goto(floor.server.url + "/")
    page.wait_for_function("() => window.watchfloor && window.watchfloor.map && window.watchfloor.map.state")
    for _ in range(3):
        page.keyboard.press("Escape")
    page.evaluate(_CLEAR)
    expect_total(page, int(floor.api().get("/api/v1/summary").json()["total"]))
    return page
