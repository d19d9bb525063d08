"""Tiles, summary and hotspots over HTTP: what is kept, what is refused, what is empty."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import httpx
import mapbox_vector_tile
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from dashboard.guard import acting_as
from dashboard.services import Services
from dashboard.web import errors, hotspots, summary, tiles
from data.geo import CELL_BITS, mercator
from data.mirror import Mirror
from data.model import LocatedBy, Severity, Status
from tests.support.records import BOSTON, NOON, World

Z = 12
X, Y = (int(v) >> (CELL_BITS - Z) for v in mercator(BOSTON.lon, BOSTON.lat))
TILE = f"/tiles/incidents/{Z}/{X}/{Y}.mvt"


class Client:
    """An officer's requests, and the world they are about."""

    def __init__(self, client: TestClient, services: Services, world: World) -> None:
        self.client, self.services, self.world = client, services, world

    def get(self, url: str, **more) -> httpx.Response:
        self.services.mirror.refresh()
        return self.client.get(url, **more)

    def token(self) -> str:
        return self.get("/api/v1/summary").json()["token"]


@pytest.fixture
def client(sqlite_store, sqlite_world, clock) -> Iterator[Client]:
    services = Services(sqlite_store.settings, sqlite_store, Mirror(sqlite_store), clock)
    actor = sqlite_world.officer()
    app = FastAPI()
    errors.install(app)
    for module in (tiles, summary, hotspots):
        app.include_router(module.router(services))

    async def as_officer(scope, receive, send):
        with acting_as(actor):
            await app(scope, receive, send)

    with TestClient(as_officer, raise_server_exceptions=False) as made:
        yield Client(made, services, sqlite_world)


def test_a_tile_names_itself_by_what_may_be_seen_and_is_not_sent_twice(client):
    client.world.incident(place=BOSTON)
    first = client.get(f"{TILE}?v={client.token()}")
    assert first.headers["content-type"] == tiles.MEDIA_TYPE
    assert len(mapbox_vector_tile.decode(first.content)["points"]["features"]) == 1
    assert first.headers["cache-control"] == "private, max-age=3600"
    again = client.get(TILE, headers={"If-None-Match": f'"other", W/{first.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    client.world.incident(place=BOSTON)
    changed = client.get(TILE, headers={"If-None-Match": first.headers["etag"]})
    assert changed.status_code == 200
    assert changed.headers["etag"] != first.headers["etag"]


def test_without_the_present_token_nothing_is_kept_unasked(client):
    client.world.incident(place=BOSTON)
    assert client.get(f"{TILE}?v=old").headers["cache-control"] == "private, no-cache"
    assert client.get(TILE).headers["cache-control"] == "private, no-cache"


def test_a_moving_window_is_kept_to_the_end_of_its_minute(client, clock):
    client.world.incident(place=BOSTON)
    token = client.token()
    clock.at = NOON + timedelta(seconds=45)
    kept = client.get(f"{TILE}?last=1h&v={token}")
    assert kept.headers["cache-control"] == "private, max-age=15"
    clock.at = NOON + timedelta(seconds=61)
    assert client.get(f"{TILE}?last=1h&v={token}").headers["etag"] != kept.headers["etag"]


def test_an_empty_tile_is_204(client):
    for url in (TILE, f"/tiles/sites/{Z}/{X}/{Y}.mvt"):
        answer = client.get(url)
        assert (answer.status_code, answer.content) == (204, b"")


def test_sites_are_filtered_by_sector_kind_and_status(client):
    client.world.site(place=BOSTON)
    url = f"/tiles/sites/{Z}/{X}/{Y}.mvt"
    assert client.get(f"{url}?sector=healthcare&kind=hospital&status=unknown").status_code == 200
    for other in ("sector=water", "kind=clinic", "status=red"):
        assert client.get(f"{url}?{other}").status_code == 204


@pytest.mark.parametrize(
    "url",
    [
        "/tiles/incidents/3/9/0.mvt",
        "/tiles/incidents/-1/0/0.mvt",
        "/tiles/incidents/99999999999999999999/0/0.mvt",
        "/tiles/incidents/x/0/0.mvt",
        f"/tiles/incidents/{'9' * 5000}/0/0.mvt",
        "/tiles/incidents/0/0/0.mvt?type=fire'--",
        "/tiles/incidents/0/0/0.mvt?colour=red",
        "/tiles/sites/0/0/0.mvt?status=purple",
        "/api/v1/summary?severity=9",
        "/api/v1/summary?bins=0",
        "/api/v1/summary?bins=1e9",
        "/api/v1/summary?q=%00",
        "/api/v1/hotspots?kind=warmth",
        "/api/v1/hotspots?bbox=1,2,3",
        "/api/v1/hotspots?bbox=3,3,1,1",
        "/api/v1/hotspots?bbox=170,0,-170,1",
        "/api/v1/hotspots?bbox=nan,0,1,1",
        "/api/v1/hotspots?bbox=0,0,1,1|c:0,0,5",
        "/api/v1/hotspots?bbox=0,0,1,1&cell_m=inf",
        "/api/v1/hotspots?bbox=0,0,1,1&cell_m=-5",
    ],
)
def test_what_cannot_be_answered_is_refused_in_one_shape(client, url):
    client.world.incident()
    answer = client.get(url)
    assert answer.status_code == 400
    assert set(answer.json()) >= {"error", "message", "hint"}


def test_the_summary_counts_what_there_is(client):
    made = [
        client.world.incident(
            severity=Severity.HIGH, type_code="fire.brush", occurred=NOON - timedelta(hours=hour)
        )
        for hour in range(3)
    ]
    client.world.incident(place=None, status=Status.CLOSED, type_code="crime")
    client.world.incident(located_by=LocatedBy.DEFAULT_POINT, type_code="crime")
    answer = client.get("/api/v1/summary?severity=5").json()
    assert (answer["total"], answer["unlocated"], answer["default_points"]) == (3, 0, 0)
    assert answer["facets"]["severity"] == {"0": 2, "1": 0, "2": 0, "3": 0, "4": 0, "5": 3, "6": 0}
    assert answer["facets"]["type"] == {"fire": 3, "fire.brush": 3}
    assert answer["facets"]["status"]["new"] == 3
    assert answer["facets"]["source"] == {"cad": 3}
    assert answer["marking"] == "TLP:GREEN"
    assert answer["time"] == {"first": "2026-11-01T10:00:00Z", "last": "2026-11-01T12:00:00Z"}
    assert [series["key"] for series in answer["timeline"]["series"]] == ["fire"]
    assert sum(answer["timeline"]["series"][0]["counts"]) == 3
    west, south, east, north = answer["extent"]
    assert all(west <= each.place.lon + 1e-6 and each.place.lat - 1e-6 <= north for each in made)
    assert west <= east
    assert south <= north
    whole = client.get("/api/v1/summary").json()
    assert (whole["total"], whole["unlocated"], whole["default_points"]) == (5, 1, 1)


def test_the_summary_of_nothing_is_zero_and_not_an_error(client):
    answer = client.get("/api/v1/summary").json()
    assert answer["total"] == 0
    assert answer["extent"] is answer["time"] is answer["timeline"] is None


def test_hotspots_are_geojson_cells_that_say_what_they_do_not_know(client):
    for _ in range(12):
        client.world.incident()
    answer = client.get("/api/v1/hotspots?kind=gi_star&cell_m=500")
    assert answer.headers["content-type"] == hotspots.MEDIA_TYPE
    found = answer.json()
    assert found["type"] == "FeatureCollection"
    assert found["tested"] is True
    assert sum(feature["properties"]["count"] for feature in found["features"]) == found["reports"] == 12
    assert client.get("/api/v1/hotspots?severity=6").json()["features"] == []


def test_the_layers_are_listed_for_the_legend(client):
    assert [layer["name"] for layer in client.get("/api/v1/layers").json()] == [
        "incidents",
        "sites",
        "density",
        "hotspots",
    ]
