"""Places for the public: the middle of a cell of about a kilometre, the same for every record in it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import shapely

from data.geo import EARTH_RADIUS_M
from data.release import SNAP_M

_STEP_DEG = math.degrees(SNAP_M / EARTH_RADIUS_M)


def snapped(
    rows: Sequence[Mapping[str, Any]],
) -> tuple[list[dict[str, Any]], list[shapely.Geometry | None]]:
    """Return the rows with lon, lat and accuracy_m of their cell, and its middle as their geometry."""
    made: list[dict[str, Any]] = []
    shapes: list[shapely.Geometry | None] = []
    for row in rows:
        if row["lon"] is None or row["lat"] is None:
            made.append({**row, "lon": None, "lat": None})
            shapes.append(None)
            continue
        lon, lat = middle_of_cell(row["lon"], row["lat"])
        made.append({**row, "lon": lon, "lat": lat, "accuracy_m": max(SNAP_M, row["accuracy_m"] or 0.0)})
        shapes.append(shapely.Point(lon, lat))
    return made, shapes


def middle_of_cell(lon: float, lat: float) -> tuple[float, float]:
    """Return the middle of the cell of about a kilometre in which a place lies."""
    middle_lat = (math.floor(lat / _STEP_DEG) + 0.5) * _STEP_DEG
    # A row of cells has one width, that of its middle: two places of a cell never tell themselves apart.
    width = _STEP_DEG / max(math.cos(math.radians(min(abs(middle_lat), 89.0))), 1e-3)
    return round((math.floor(lon / width) + 0.5) * width, 5), round(middle_lat, 5)
