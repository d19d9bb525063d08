"""The basemap and the search box, asked through the server."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.inside import Inside

STYLE = "/api/v1/basemap/style.json"


@pytest.fixture
def inside(tmp_path: Path) -> Iterator[Inside]:
    broken = tmp_path / "broken.pmtiles"
    broken.write_bytes(b"PMTiles\x03" + b"\x00" * 200)
    entries = [
        {"name": "Broken", "kind": "pmtiles", "path": str(broken)},
        {"name": "Topo", "kind": "xyz", "url": "https://tiles.example/{z}/{x}/{y}.png"},
    ]
    made = Inside.over(tmp_path / "home", basemaps=json.dumps(entries))
    yield made
    made.close()


@pytest.mark.parametrize(
    "path", ["/api/v1/basemap", STYLE, "/tiles/basemap/builtin/0/0/0", "/api/v1/search?q=boston"]
)
def test_a_stranger_gets_no_map(inside: Inside, path: str) -> None:
    assert inside.client().get(path).status_code == 401


def test_a_tile_travels_packed_and_is_asked_for_once(inside: Inside) -> None:
    client = inside.client(inside.world.user())
    answer = client.get("/tiles/basemap/builtin/12/1239/1514")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    assert answer.headers["content-encoding"] == "gzip"
    assert "private" in answer.headers["cache-control"]
    again = client.get(
        "/tiles/basemap/builtin/12/1239/1514", headers={"If-None-Match": answer.headers["etag"]}
    )
    assert (again.status_code, again.content) == (304, b"")
    plain = client.get("/tiles/basemap/builtin/12/1239/1514", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == answer.content
    assert gzip.compress(plain.content)


def test_open_sea_is_an_empty_answer(inside: Inside) -> None:
    client = inside.client(inside.world.user())
    answer = client.get("/tiles/basemap/builtin/6/26/30")
    assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize(
    "path",
    [
        "builtin/99/0/0",
        "builtin/-1/0/0",
        "nothing/0/0/0",
        "topo/0/0/0",
        "..%2f..%2fetc/0/0/0",
        "builtin/a/0/0",
    ],
)
def test_no_address_of_a_tile_breaks_the_server(inside: Inside, path: str) -> None:
    answer = inside.client(inside.world.user()).get(f"/tiles/basemap/{path}")
    assert 400 <= answer.status_code < 500


@pytest.mark.parametrize("path", ["builtin/3/99/0", "builtin/3/-1/0", f"builtin/3/{10**30}/0"])
def test_a_tile_beyond_the_world_is_empty(inside: Inside, path: str) -> None:
    assert inside.client(inside.world.user()).get(f"/tiles/basemap/{path}").status_code == 204


def test_a_broken_basemap_says_so_and_the_map_goes_on(inside: Inside) -> None:
    client = inside.client(inside.world.user())
    listed = {entry["id"]: entry for entry in client.get("/api/v1/basemap").json()["basemaps"]}
    assert listed["builtin"]["state"] == "ready"
    assert listed["broken"]["state"] == "unreadable"
    assert listed["broken"]["hint"]
    assert client.get("/tiles/basemap/broken/0/0/0").status_code == 503
    style = client.get(STYLE, params={"name": "broken"}).json()
    assert "ground-world" in style["sources"]
    assert "chosen" not in style["sources"]


def test_an_outside_basemap_is_asked_for_by_the_browser(inside: Inside) -> None:
    client = inside.client(inside.world.user())
    style = client.get(STYLE, params={"name": "topo", "theme": "light"}).json()
    assert style["sources"]["chosen"]["tiles"] == ["https://tiles.example/{z}/{x}/{y}.png"]


@pytest.mark.parametrize("query", ["theme=sepia", "name=nothing", "theme=%00", "name=" + "a" * 500])
def test_a_style_that_is_not_there_is_refused(inside: Inside, query: str) -> None:
    answer = inside.client(inside.world.user()).get(f"{STYLE}?{query}")
    assert 400 <= answer.status_code < 500
    assert answer.json()["message"]


def test_the_search_box_answers_in_the_agreed_form(inside: Inside) -> None:
    inside.world.site(name="Harbor Pumpworks")
    inside.mirror.refresh()
    client = inside.client(inside.world.user())
    (site,) = client.get("/api/v1/search", params={"q": "pumpw", "lon": -71, "lat": 42}).json()["results"]
    assert site.keys() == {"kind", "label", "detail", "lon", "lat", "id", "accuracy_m"}
    kinds = [
        found["kind"] for found in client.get("/api/v1/search", params={"q": "Boston"}).json()["results"]
    ]
    assert "place" in kinds


@pytest.mark.parametrize(
    "query", ["q=a&lon=1", "q=a&lon=nan&lat=1", "q=a&lon=x", "limit=0", "q=" + "a" * 501, "lat=91&lon=0"]
)
def test_a_bad_search_is_refused(inside: Inside, query: str) -> None:
    assert inside.client(inside.world.user()).get(f"/api/v1/search?{query}").status_code in (400, 422)
