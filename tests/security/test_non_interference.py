"""What an actor may not see changes nothing that the actor gets: not a byte, not a header.

Two stores live through the same visible events; one of them also through hidden ones, before, between and
after. Every answer is then compared byte for byte.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from fastapi import APIRouter, FastAPI
from httpx import ASGITransport, AsyncClient
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, box
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard.guard import acting_as
from dashboard.services import Services, open_services
from dashboard.web import areas_api, errors, hotspots, incidents_api, reference_api, sites_api, summary, tiles
from data.access import Actor
from data.clock import FixedClock
from data.geo import CELL_BITS, mercator
from data.model import LonLat, Role, Severity, SiteStatus, Status, StoreKind, Tlp
from data.settings import Settings
from tests.support.records import NOON, World

ROUTERS: tuple[Callable[[Services], APIRouter], ...] = (
    tiles.router,
    summary.router,
    hotspots.router,
    incidents_api.router,
    sites_api.router,
    areas_api.router,
    reference_api.router,
)
PLACES = (
    *(LonLat(-71.06 + n % 4 * 0.0007, 42.36 + n // 4 * 0.0005) for n in range(12)),
    LonLat(-70.5, 41.9),
    LonLat(120.0, -30.0),
)
SHOWN = ((StoreKind.INCIDENT, Tlp.GREEN, False, 1), (StoreKind.INCIDENT, Tlp.RED, False, 2))
HIDDEN = (
    (StoreKind.SAR, Tlp.GREEN, False, 1),
    (StoreKind.SAR, Tlp.RED, False, 2),
    (StoreKind.INTEL, Tlp.CLEAR, False, 2),
    (StoreKind.INCIDENT, Tlp.RED, False, 1),
    (StoreKind.INCIDENT, Tlp.AMBER_STRICT, False, 1),
    (StoreKind.INCIDENT, Tlp.GREEN, True, 1),
)
FILTERS = (
    "",
    "last=1d",
    "severity=4,5,6",
    "type=fire",
    "store=incident,sar",
    "tlp=red&not=tlp",
    "q=report",
    "near=healthcare:150",
    "near=*:100&not=near",
    "shape=c:-71.06,42.36,120",
    "source=secret",
    "from=2026-10-01T00:00Z&to=2026-12-01T00:00Z",
)


Answer = tuple[int, dict[str, str], bytes]  # status, headers, body


@dataclass(frozen=True)
class Event:
    """One thing that happens in the store."""

    what: str  # "incident", "site", "area" or "change"
    hidden: bool
    scope: int
    place: int
    severity: int
    hours_ago: int
    shape: int


events = st.lists(
    st.builds(
        Event,
        what=st.sampled_from(["incident"] * 5 + ["site", "area", "change", "change"]),
        hidden=st.booleans(),
        scope=st.integers(0, 5),
        place=st.integers(0, len(PLACES)),  # one more than there are: no place
        severity=st.integers(0, 6),
        hours_ago=st.integers(0, 24 * 60),
        shape=st.integers(0, 9),
    ),
    min_size=1,
    max_size=14,
)


class _As:
    """Makes every request that of one actor."""

    def __init__(self, app: ASGIApp, *, actor: Actor) -> None:
        self.app, self.actor = app, actor

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with acting_as(self.actor):
            await self.app(scope, receive, send)


class Side:
    """A store, what happened in it, and what one actor is told of it."""

    def __init__(self, home: Path) -> None:
        self.services = open_services(Settings(home=home), clock=FixedClock(NOON))
        self.world = World(self.services.store)
        self.made: dict[str, list[Any]] = {"shown": [], "hidden": []}

    def happen(self, event: Event, number: int) -> None:
        kinds = HIDDEN if event.hidden else SHOWN
        kind, tlp, sensitive, agency = kinds[event.scope % len(kinds)]
        scope = self.world.scope(kind, tlp, law_enforcement=sensitive, agency_id=agency)
        place = PLACES[event.place] if event.place < len(PLACES) else None
        record_id = UUID(int=(0x019A << 112) | (0x7 << 76) | (0b10 << 62) | (number * 7_919 + 1))
        source = self.world.source(
            "secret" if event.hidden else "cad", scope_id=scope if event.hidden else None
        )
        common = {"id": record_id, "scope_id": scope, "source_id": source}
        match event.what:
            case "incident":
                self._keep(event, self.world.incident(**common, **_incident(event, place, number)))
            case "site":
                self.world.site(**common, name=f"Site {number}", place=place or PLACES[0])
            case "area":
                self.world.area(**common, name=f"Area {number}", geometry=box(-71.1, 42.3, -71.0, 42.4))
            case _:
                self._change(event)

    def _keep(self, event: Event, record: Any) -> None:
        self.made["hidden" if event.hidden else "shown"].append(record)

    def _change(self, event: Event) -> None:
        made = self.made["hidden" if event.hidden else "shown"]
        if made:
            place = event.place % len(made)
            changes = {"severity": Severity(event.severity), "status": Status(event.scope % 5)}
            # Somebody of the originating agency: nobody else may touch what is RED.
            somebody = replace(self.world.system, agency_id=made[place].scope.agency_id)
            made[place] = self.services.store.incidents.update(
                somebody, made[place].id, revision=made[place].revision, changes=changes
            )

    def answers(self, asked: list[str]) -> dict[str, Answer]:
        store = self.services.store
        actor = store.users.actor(store.users.open_session(1))
        app = FastAPI()
        errors.install(app)
        for router in ROUTERS:
            app.include_router(router(self.services))
        app.add_middleware(_As, actor=actor)
        self.services.mirror.refresh()
        answers = asyncio.run(_ask(app, asked))
        answers["token"] = (0, {}, self.services.mirror.token(actor).encode())
        return answers


async def _ask(app: FastAPI, asked: list[str]) -> dict[str, Answer]:
    answers = {}
    async with AsyncClient(transport=ASGITransport(app), base_url="http://watchfloor") as client:
        for url in asked:
            got = await client.get(url)
            answers[url] = (got.status_code, dict(got.headers), got.content)
    return answers


def _incident(event: Event, place: LonLat | None, number: int) -> dict[str, Any]:
    values: dict[str, Any] = {
        "title": f"Report {number}",
        "place": place,
        "severity": Severity(event.severity),
        "occurred": NOON - timedelta(hours=event.hours_ago),
        "type_code": ("fire", "crime")[event.shape % 2],
    }
    if event.shape == 8:
        values |= {"place": None, "geometry": LineString([(-71.2, 42.3), (-71.0, 42.4)])}
    if event.shape == 9:
        values |= {"place": None, "geometry": box(-71.1, 42.3, -71.0, 42.4)}
    return values


def _urls(hidden: list[Any]) -> list[str]:
    """Return every address that is compared."""
    urls = [
        "/api/v1/sources",
        "/api/v1/types",
        "/api/v1/sites",
        "/api/v1/areas?q=area",
        "/api/v1/hotspots?kind=gi_star",
        "/api/v1/hotspots?kind=gi_star&near=healthcare:150",
        "/api/v1/hotspots?kind=trend",
        "/api/v1/hotspots?kind=difference&last=10d",
        "/api/v1/hotspots/ranked",
    ]
    urls += [f"/api/v1/{what}?{text}" for text in FILTERS for what in ("summary", "incidents")]
    urls += [f"/api/v1/incidents?order={order}&limit=2" for order in ("newest", "oldest", "severe")]
    urls += ["/api/v1/hotspots?kind=density&cell_m=100&bbox=-71.08,42.34,-71.04,42.38"]
    for place, z in (
        (PLACES[0], 0),
        (PLACES[0], 8),
        (PLACES[0], 13),
        (PLACES[1], 14),
        (PLACES[5], 16),
        (PLACES[-1], 5),
    ):
        x, y = (int(v) >> (CELL_BITS - z) for v in mercator(place.lon, place.lat))
        urls += [f"/tiles/incidents/{z}/{x}/{y}.mvt?severity=1,2,3,4,5,6", f"/tiles/sites/{z}/{x}/{y}.mvt"]
    # Nor may it be told from the address of a hidden record that there is one.
    urls += [f"/api/v1/incidents/{record.id}" for record in hidden]
    urls += [f"/api/v1/features/incidents/{record.fid}" for record in hidden]
    return urls


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the home of a store in which somebody of a second agency, which enforces no law, may sign in."""
    home = tmp_path_factory.mktemp("template") / "home"
    services = open_services(Settings(home=home), clock=FixedClock(NOON))
    world = World(services.store)
    world.agency("Red Cross")
    user = world.user(role=Role.COORDINATOR, agency_id=2, clearance=Tlp.RED)
    assert user == 1
    # Made beforehand: that a source exists is no secret, whatever comes from it.
    for key, kind in (("cad", "incidents"), ("sites", "sites"), ("areas", "areas")):
        world.source(key, kind=kind)
    services.store.close()
    return home


@pytest.fixture
def sides(template: Path, tmp_path: Path) -> Iterator[Callable[[], tuple[Side, Side]]]:
    """Return what makes two equal, separate stores."""
    made: list[Side] = []

    def make() -> tuple[Side, Side]:
        for side in made:
            side.services.store.close()
            shutil.rmtree(side.services.settings.home)
        made.clear()
        made.extend(Side(Path(shutil.copytree(template, tmp_path / name))) for name in ("without", "with"))
        return made[0], made[1]

    yield make
    for side in made:
        side.services.store.close()


def _check(make: Callable[[], tuple[Side, Side]], happened: list[Event]) -> None:
    without, having = make()
    for number, event in enumerate(happened):
        having.happen(event, number)
        if not event.hidden:
            without.happen(event, number)
        if number % 4 == 3:
            # Followed in steps as well as read at once: both ways lead to the same answers.
            having.services.mirror.refresh()
    asked = _urls(having.made["hidden"])
    expected, found = without.answers(asked), having.answers(asked)
    different = [url for url in expected if expected[url] != found[url]]
    assert not different, f"{len(different)} answers tell of hidden records: {different[:5]}"


@given(events)
@settings(max_examples=6)
def test_hidden_records_change_no_answer(sides, happened):
    _check(sides, happened)


@pytest.mark.slow
@given(events)
@settings(max_examples=1_000)
def test_hidden_records_change_no_answer_in_a_thousand_worlds(sides, happened):
    _check(sides, happened)


def test_the_comparison_would_notice_one_visible_record(sides):
    without, having = sides()
    having.happen(Event("incident", hidden=False, scope=0, place=0, severity=3, hours_ago=1, shape=0), 1)
    asked = _urls([])
    expected, found = without.answers(asked), having.answers(asked)
    different = {url for url in expected if expected[url] != found[url]}
    assert {"token", "/api/v1/summary?", "/api/v1/incidents?"} <= different
    assert any(url.startswith("/tiles/incidents/0/") for url in different)


def test_the_status_of_a_hidden_site_is_in_no_tile(sides):
    without, having = sides()
    event = Event("site", hidden=True, scope=0, place=0, severity=0, hours_ago=0, shape=0)
    having.happen(event, 1)
    (seq,) = having.services.mirror.sites.seq.tolist()
    assert seq == 1
    assert having.services.mirror.sites.status.tolist() == [SiteStatus.UNKNOWN]
    asked = _urls([])
    assert without.answers(asked) == having.answers(asked)
