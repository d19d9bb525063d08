"""How long it takes to find the ways anew when closures change; a made-up town, the same each time."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import shapely

from dashboard.cli.bench_hotspots import best_ms
from data.model import LonLat
from layers.roads.closures import Closure, cut
from layers.roads.fitting import fitted
from layers.roads.network import Network, Vehicle
from layers.roads.reach import People, reach
from layers.roads.reading import assemble
from layers.roads.reopenings import reopenings

EDGES, HOUSEHOLDS, CLOSURES, BASES = 1_000_000, 4_000, 40, 8
ROUTED: Final = "closures changed, 4,000 households, 1 M edges"
WHOLE: Final = "the same with reopenings ranked"
LIMITS_MS: Final = {ROUTED: 2_000.0, WHOLE: 2_000.0}
_STEP: Final = 0.001  # degrees between corners


def town(edges: int) -> tuple[Network, Any]:
    """Return a grid of crooked streets and where its corners are."""
    random = np.random.default_rng(1)
    side = round((edges / 2) ** 0.5) + 1
    number = np.arange(side * side).reshape(side, side)
    column, row = np.meshgrid(np.arange(side), np.arange(side))
    corners = np.column_stack([column.ravel() * _STEP - 71.0, row.ravel() * _STEP + 42.0])
    corners += random.uniform(-0.2 * _STEP, 0.2 * _STEP, corners.shape)
    start = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel()])
    end = np.concatenate([number[:, 1:].ravel(), number[1:].ravel()])
    lines = np.asarray(shapely.linestrings(np.stack([corners[start], corners[end]], axis=1)), dtype=object)
    kinds = random.integers(0, 7, len(start)).astype(np.uint8)
    ways = np.zeros(len(start), dtype=np.int8)
    return assemble(lines, ends=(start, end), road_class=kinds, oneway=ways), corners


def closures(corners: Any, seed: int) -> list[Closure]:
    """Return half cordons, each a ring about half a kilometre wide, and half slides on a corner."""
    chosen = corners[np.random.default_rng(seed).integers(0, len(corners), CLOSURES)]
    shapes = [shapely.Point(place) for place in chosen]
    rings = [one.buffer(5 * _STEP).boundary for one in shapes[: CLOSURES // 2]]
    return [
        Closure(str(number), str(number), shape)
        for number, shape in enumerate([*rings, *shapes[CLOSURES // 2 :]])
    ]


def measure(*, edges: int = EDGES, rounds: int = 5) -> dict[str, float]:
    """Return the best of some rounds in ms, by what was measured; each round has other closures."""
    network, corners = town(edges)
    random = np.random.default_rng(2)
    lon, lat = random.uniform(corners.min(axis=0), corners.max(axis=0), (HOUSEHOLDS, 2)).T
    people = People(lon, lat, np.ones(HOUSEHOLDS))
    bases = [LonLat(*place) for place in corners[random.integers(0, len(corners), BASES)].tolist()]
    # The households stay where they are while closures come and go.
    ways = fitted(network, Vehicle.CAR, lon, lat)
    seeds = iter(range(1_000_000))

    def routed() -> list[Closure]:
        closed = closures(corners, next(seeds))
        reach(ways, cut(ways, closed, Vehicle.CAR), bases=bases, people=people, vehicle=Vehicle.CAR)
        return closed

    def whole() -> None:
        reopenings(ways, closures=routed(), bases=bases, people=people, vehicle=Vehicle.CAR)

    return {ROUTED: round(best_ms(routed, rounds), 1), WHOLE: round(best_ms(whole, rounds), 1)}
