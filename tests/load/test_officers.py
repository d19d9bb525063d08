"""Many officers watch while reports come in: nobody waits long, nobody gets an error, all hear of it."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx
import numpy as np
import pytest
import websockets

from dashboard.web.gate import cookie_name
from data.settings import Settings
from data.store import Store, open_store
from tests.support.records import World
from tests.support.server import Server, running

REPORTERS = 10


@dataclass
class Measured:
    """What everybody together saw: seconds of each answer, and of each report until it was heard of."""

    answers_s: list[float] = field(default_factory=list)
    heard_s: list[float] = field(default_factory=list)
    sent: dict[str, float] = field(default_factory=dict)  # not heard of yet, by title
    errors: list[str] = field(default_factory=list)

    def figures(self) -> dict[str, float]:
        return {
            "answers": len(self.answers_s),
            "p95_ms": 1000 * float(np.percentile(self.answers_s, 95)),
            "p99_ms": 1000 * float(np.percentile(self.answers_s, 99)),
            "heard": len(self.heard_s),
            "heard_p95_s": float(np.percentile(self.heard_s, 95)),
        }


def _headers(store: Store, user_id: int, origin: str) -> dict[str, str]:
    return {"Cookie": f"{cookie_name('http')}={store.users.open_session(user_id)}", "Origin": origin}


@dataclass
class Floor:
    server: Server
    store: Store
    world: World

    def sessions(self, number: int) -> list[dict[str, str]]:
        """Sign in so many people; return the headers that each of their browsers sends."""
        return [_headers(self.store, self.world.user(), self.server.url) for _ in range(number)]


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Floor]:
    store = open_store(Settings(home=tmp_path))
    world = World(store)
    for _ in range(500):
        world.incident()
    with running(tmp_path) as server:
        yield Floor(server, store, world)
    store.close()


async def _watch(floor: Floor, headers: dict[str, str], seen: Measured, *, until: float, n: int) -> None:
    """Be one officer: listen, and ask again for counts, feed and a tile when something changed."""
    address = floor.server.url.replace("http", "ws") + "/live"
    async with (
        httpx.AsyncClient(base_url=floor.server.url, headers=headers, timeout=30) as client,
        websockets.connect(address, additional_headers=headers) as live,
    ):
        while time.monotonic() < until:
            try:
                message = json.loads(
                    await asyncio.wait_for(live.recv(), timeout=max(0.1, until - time.monotonic()))
                )
            except TimeoutError:
                return
            # Officers look at different things, and a browser asks again at most twice a second.
            await asyncio.sleep(0.5 * (n % 10) / 10)
            tile = f"/tiles/incidents/12/{1236 + n % 6}/{1512 + n % 4}.mvt?v={message['token']}"
            for path in (f"/api/v1/summary?severity={n % 7}", "/api/v1/incidents?limit=20", tile):
                began = time.monotonic()
                answer = await client.get(path)
                seen.answers_s.append(time.monotonic() - began)
                if answer.status_code >= 400:
                    seen.errors.append(f"{path}: {answer.status_code}")
                elif path.startswith("/api/v1/incidents"):
                    now = time.monotonic()
                    keys = [item["title"] for item in answer.json()["items"]]
                    seen.heard_s += [now - seen.sent.pop(key) for key in keys if key in seen.sent]


async def _report(floor: Floor, headers: dict[str, str], seen: Measured, *, until: float, rate: float) -> int:
    """Send `rate` reports a second; return how many were accepted."""
    accepted = 0
    type_code = floor.world.type_code()
    async with httpx.AsyncClient(base_url=floor.server.url, headers=headers, timeout=30) as client:
        while time.monotonic() < until:
            began = time.monotonic()
            title = f"Load {began:.6f}"
            body = {
                "title": title,
                "type": type_code,
                "occurred": datetime.now(UTC).isoformat(),
                "tlp": "green",
            }
            answer = await client.post("/api/v1/incidents", json={**body, "lon": -71.06, "lat": 42.36})
            if answer.status_code == 201:
                accepted += 1
                seen.sent[title] = time.monotonic()
            else:
                seen.errors.append(f"report: {answer.status_code} {answer.text[:100]}")
            await asyncio.sleep(max(0.0, 1 / rate - (time.monotonic() - began)))
    return accepted


async def _shift(
    floor: Floor, *, officers: int, reports_per_s: float, seconds: float
) -> tuple[Measured, int]:
    seen = Measured()
    people = floor.sessions(officers + REPORTERS)
    until = time.monotonic() + seconds
    rate = reports_per_s / REPORTERS
    reporters = [_report(floor, person, seen, until=until, rate=rate) for person in people[officers:]]
    watchers = [_watch(floor, person, seen, until=until, n=n) for n, person in enumerate(people[:officers])]
    accepted = (await asyncio.gather(*reporters, *watchers))[:REPORTERS]
    return seen, sum(count or 0 for count in accepted)


@pytest.mark.slow
def test_ten_officers_and_five_reports_a_second_without_an_error(floor: Floor) -> None:
    seen, accepted = asyncio.run(_shift(floor, officers=10, reports_per_s=5, seconds=6))
    assert seen.errors == []
    assert accepted >= 10
    assert len(seen.heard_s) >= accepted / 2
    figures = seen.figures()
    assert figures["p95_ms"] <= 2_000, figures  # a smoke test on a busy machine; the figure is held below


@pytest.mark.slow
def test_a_hundred_officers_and_fifty_reports_a_second(floor: Floor, artefacts: Path) -> None:
    before = floor.store.changes.counter()
    seen, accepted = asyncio.run(_shift(floor, officers=100, reports_per_s=50, seconds=60))
    figures = {**seen.figures(), "accepted": accepted}
    (artefacts / "load.json").write_text(json.dumps(figures, indent=2))
    assert seen.errors == []
    kept = [change for change in floor.store.changes.since(before) if change.kind == "incident"]
    assert len(kept) == accepted
    assert floor.store.audit.verify().whole
    assert figures["p95_ms"] <= 250, figures
    assert figures["p99_ms"] <= 800, figures
    assert figures["heard_p95_s"] <= 1.5, figures


def test_a_burst_of_first_requests_on_a_cold_start_gets_no_error(tmp_path: Path) -> None:
    store = open_store(Settings(home=tmp_path))
    user_id = World(store).user()
    paths = [
        "/",
        "/_dash-layout",
        "/_dash-dependencies",
        "/api/v1/summary",
        "/api/v1/types",
        "/sites",
        "/reports",
    ]

    async def burst(url: str) -> list[int]:
        headers = _headers(store, user_id, url)
        async with httpx.AsyncClient(base_url=url, headers=headers, timeout=60) as client:
            return [
                answer.status_code for answer in await asyncio.gather(*(client.get(p) for p in paths * 6))
            ]

    with running(tmp_path) as server:
        statuses = asyncio.run(burst(server.url))
    store.close()
    assert [status for status in statuses if status >= 400] == []
