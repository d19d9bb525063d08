"""How long the kernels of search and rescue take; made up, the same each time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np

from dashboard.cli.bench_hotspots import best_ms
from layers.rescue.effort import allocate
from layers.rescue.evidence import Evidence
from layers.rescue.grid import Grid
from layers.rescue.surface import combine

CELLS: Final = 1_000_000
SURFACE, EFFORT = "surface, 1,000,000 cells, 10 pieces", "effort over 640,000 cells"
LIMITS_MS: Final = {SURFACE: 500.0, EFFORT: 300.0}
_CELL_M = 20.0
_NOW = datetime(2017, 9, 13, 12, tzinfo=UTC)
_LON, _LAT = -64.73, 18.34


def evidence() -> list[Evidence]:
    """Return ten pieces of as many kinds, each about much of the ground."""
    at = {"lon": _LON, "lat": _LAT}
    ring = [[-64.79, 18.29], [-64.66, 18.28], [-64.67, 18.39], [-64.73, 18.41], [-64.79, 18.29]]
    shape = {"type": "Polygon", "coordinates": [ring]}
    road = {"type": "LineString", "coordinates": [[-64.79, 18.30], [-64.73, 18.35], [-64.66, 18.38]]}
    names = [{"lon": _LON + step / 200, "lat": _LAT + step / 300, "accuracy_m": 800} for step in range(-5, 6)]
    camera = {"altitude_m": 400, "heading_deg": 40, "fov_deg": 60, "pitch_deg": -10, "range_m": 9_000}
    told: dict[str, dict[str, Any]] = {
        "point": {**at, "accuracy_m": 2_000},
        "candidates": {"places": names},
        "bearing": {**at, "bearing_deg": 30, "distance_m": 5_000, "spread_deg": 30, "spread_m": 1_000},
        "near_line": {"line": road, "metres": 300},
        "visible_from": {**at, "max_m": 8_000},
        "area": {"shape": shape, "softness_m": 300},
        "cell_sector": {**at, "azimuth_deg": 60, "beam_deg": 120, "range_m": 9_000},
        "sighting": {**at, "accuracy_m": 50, "at": "2017-09-13T08:00:00Z", "speed_mps": 0.3},
        "footprint": {**at, **camera},
        "damage": {"shape": shape, "factor": 4},
    }
    return [Evidence(kind, kind, params) for kind, params in told.items()]


def measure(*, cells: int = CELLS, rounds: int = 5) -> dict[str, float]:
    """Return the best of some rounds in ms, by what was measured."""
    side = round(cells**0.5)
    # The same ground whatever the number of cells.
    grid = Grid(_LON, _LAT, _CELL_M * 1_000 / side, side, side)
    random = np.random.default_rng(1)
    searched = round(cells * 0.64)
    poa, effectiveness = random.dirichlet(np.ones(searched)), random.gamma(2.0, 1.0, searched)
    work: dict[str, Callable[[], object]] = {
        SURFACE: lambda: combine(grid, None, evidence(), _NOW),
        EFFORT: lambda: allocate(poa, effectiveness, [0.3 * searched]),
    }
    return {name: round(best_ms(each, rounds), 1) for name, each in work.items()}
