"""Evidence of every kind about one stretch of coast, for tests of surfaces."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from layers.rescue.evidence import Evidence
from layers.rescue.grid import Grid

NOW = datetime(2017, 9, 13, 12, tzinfo=UTC)
LON, LAT = -64.73, 18.34
SQUARE = {
    "type": "Polygon",
    "coordinates": [[[-64.74, 18.33], [-64.72, 18.33], [-64.72, 18.35], [-64.74, 18.35], [-64.74, 18.33]]],
}
ROAD = {"type": "LineString", "coordinates": [[-64.745, 18.335], [-64.73, 18.34], [-64.715, 18.346]]}

PARAMS: dict[str, dict[str, Any]] = {
    "point": {"lon": LON, "lat": LAT, "accuracy_m": 300},
    "candidates": {
        "places": [
            {"name": "Coral Bay", "lon": -64.72, "lat": 18.345, "accuracy_m": 200, "weight": 3},
            {"name": "Coral Bay Rd", "lon": -64.74, "lat": 18.335, "accuracy_m": 100, "weight": 1},
        ]
    },
    "bearing": {
        "lon": LON,
        "lat": LAT,
        "bearing_deg": 60,
        "distance_m": 1200,
        "spread_deg": 15,
        "spread_m": 200,
    },
    "near_line": {"line": ROAD, "metres": 100},
    "visible_from": {"lon": LON, "lat": LAT, "max_m": 1500},
    "area": {"shape": SQUARE, "softness_m": 50},
    "cell_sector": {"lon": LON, "lat": LAT, "azimuth_deg": 200, "beam_deg": 120, "range_m": 2000},
    "sighting": {"lon": LON, "lat": LAT, "accuracy_m": 50, "at": "2017-09-13T11:50:00Z", "speed_mps": 0.5},
    "footprint": {
        "lon": LON,
        "lat": LAT,
        "altitude_m": 200,
        "heading_deg": 300,
        "fov_deg": 50,
        "pitch_deg": -30,
        "range_m": 2000,
    },
    "damage": {"shape": SQUARE, "factor": 5},
    "last_known": {
        "lon": LON,
        "lat": LAT,
        "category": "hiker",
        "quantiles": [[0.25, 300], [0.5, 700], [0.75, 1200], [0.95, 1600]],
        "at_point": 0.1,
    },
    "searched": {"shape": SQUARE, "pod": 0.6},
}
LOCATING = tuple(kind for kind in PARAMS if kind not in {"damage", "searched"})


def piece(kind: str, *, name: str | None = None, **known: Any) -> Evidence:
    """Return evidence of a kind, by this module's parameters unless others are given."""
    params = {**PARAMS[kind], **known.pop("params", {})}
    return Evidence(name or kind, kind, params, **known)


def every_kind() -> list[Evidence]:
    """Return one piece of each kind."""
    return [piece(kind) for kind in PARAMS]


def coast(cell_m: float = 25.0, side: int = 320) -> Grid:
    """Return a grid about the coast."""
    return Grid(LON, LAT, cell_m, side, side)
