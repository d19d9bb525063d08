"""Where things stand on the sheet: Web Mercator, as on the screen, fitted to a frame."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely

TILE_PX: Final = 512.0
MOST_LAT: Final = 85.0511
MOST_ZOOM: Final = 17.0
_EARTH_M: Final = 40_075_016.686
_AROUND: Final = 0.04  # of the frame is left free round what is asked for
Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class View:
    """A frame of so many pixels on the world of a zoom; (left, top) is its corner in the world's pixels."""

    width: float
    height: float
    zoom: float
    left: float
    top: float

    @property
    def world(self) -> float:
        """Return how many pixels the whole world is wide."""
        return TILE_PX * 2**self.zoom

    @property
    def middle_lon(self) -> float:
        """Return the longitude of the middle; beyond 180 where the frame crosses the date line."""
        return (self.left + self.width / 2) / self.world * 360 - 180

    def lat(self, y: float) -> float:
        """Return the latitude of a height on the sheet."""
        return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * (self.top + y) / self.world))))

    def lon(self, x: float) -> float:
        """Return the longitude of a place across the sheet, not wrapped."""
        return (self.left + x) / self.world * 360 - 180

    def metres_per_px(self) -> float:
        """Return what a pixel in the middle is worth."""
        lat = self.lat(self.height / 2)
        return _EARTH_M * math.cos(math.radians(lat)) / self.world

    def xy(self, lonlat: Array) -> Array:
        """Return places (n by 2, lon and lat) as pixels of the sheet."""
        lon = lonlat[:, 0] + 360 * np.round((self.middle_lon - lonlat[:, 0]) / 360)
        lat = np.radians(np.clip(lonlat[:, 1], -MOST_LAT, MOST_LAT))
        x = (lon + 180) / 360 * self.world - self.left
        y = (1 - np.arcsinh(np.tan(lat)) / math.pi) / 2 * self.world - self.top
        return np.column_stack([x, y])

    def point(self, lon: float, lat: float) -> tuple[float, float]:
        """Return one place as pixels of the sheet."""
        x, y = self.xy(np.array([[lon, lat]], dtype=float))[0]
        return float(x), float(y)

    def on_sheet(self, shape: shapely.Geometry, *, margin: float = 12) -> shapely.Geometry:
        """Return a geometry in degrees as pixels, cut off a little outside the frame."""
        return self.cut(shapely.transform(shape, self.xy), margin=margin)

    def cut(self, shape: shapely.Geometry, *, margin: float = 12) -> shapely.Geometry:
        """Return a geometry in pixels without what lies outside the frame."""
        right, bottom = self.width + margin, self.height + margin
        return shapely.clip_by_rect(shape, -margin, -margin, right, bottom)


def fitted(bbox: tuple[float, float, float, float], *, width: float, height: float) -> View:
    """Return the largest view of a frame in which the whole box (west, south, east, north) is seen."""
    west, south, east, north = (float(edge) for edge in bbox)
    if east < west:
        east += 360.0
    x1, x2 = (west + 180) / 360, (east + 180) / 360
    y1, y2 = _down(north), _down(south)
    most = TILE_PX * 2**MOST_ZOOM
    free_x, free_y = width * (1 - 2 * _AROUND), height * (1 - 2 * _AROUND)
    world = min(most, free_x / max(x2 - x1, 1e-9), free_y / max(y2 - y1, 1e-9))
    # A world that is smaller than the sheet would be drawn twice.
    world = max(world, width, height)
    left, top = (x1 + x2) / 2 * world - width / 2, (y1 + y2) / 2 * world - height / 2
    top = min(max(top, 0.0), world - height)
    return View(width=width, height=height, zoom=math.log2(world / TILE_PX), left=left, top=top)


def _down(lat: float) -> float:
    lat = math.radians(min(max(lat, -MOST_LAT), MOST_LAT))
    return (1 - math.asinh(math.tan(lat)) / math.pi) / 2
