"""The basemap file goes missing, breaks and comes back while the server runs: the reports stay on the map."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard import readiness
from layers.basemap import choices
from tests.support.inside import Inside
from tests.support.records import BOSTON

STYLE = "/api/v1/basemap/style.json"
TILE = "/tiles/basemap/builtin/7/38/47"


@pytest.fixture
def ground(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the basemap that may be broken, in the place of the one that comes with the program."""
    copy = tmp_path / "basemap.pmtiles"
    shutil.copyfile(choices.BUILTIN_FILE, copy)
    monkeypatch.setattr(choices, "BUILTIN_FILE", copy)
    monkeypatch.setattr(readiness, "BASEMAP", copy)
    return copy


@pytest.fixture
def inside(tmp_path: Path, ground: Path) -> Iterator[Inside]:
    made = Inside.over(tmp_path / "home")
    made.world.incident(place=BOSTON)
    made.mirror.refresh()
    yield made
    made.close()


@pytest.mark.parametrize(
    ("damage", "word", "notice"),
    [
        (lambda file: file.unlink(), "missing", "missing"),
        (lambda file: file.write_bytes(b"not a map"), "damaged", "neither PMTiles nor MBTiles"),
        (lambda file: file.write_bytes(file.read_bytes()[:100_000]), "damaged", "cannot be read"),
    ],
    ids=["gone", "another file", "cut short"],
)
def test_without_its_ground_the_map_shows_the_reports_and_says_why(
    inside: Inside, ground: Path, damage: object, word: str, notice: str
) -> None:
    client = inside.client(inside.world.user())
    whole = ground.read_bytes()
    assert client.get(TILE).status_code == 200
    assert "watchfloor:notice" not in client.get(STYLE).json()["metadata"]
    assert callable(damage)
    damage(ground)
    style = client.get(STYLE).json()
    assert notice in style["metadata"]["watchfloor:notice"]
    assert (style["sources"], [layer["type"] for layer in style["layers"]]) == ({}, ["background"])
    refused = client.get(TILE)
    assert (refused.status_code, refused.json()["error"]) == (503, "damaged_basemap")
    assert client.get("/tiles/incidents/7/38/47.mvt").status_code == 200
    told = client.get("/readyz")
    # Ready all the same: the records are what people wait for.
    assert (told.status_code, told.json()["ready"], told.json()["basemap"]) == (200, True, word)
    ground.write_bytes(whole)
    assert client.get(TILE).status_code == 200
    assert client.get("/readyz").json()["basemap"] == "present"
    assert client.get(STYLE).json()["sources"]
