"""The plan of a search: which resource goes where, in what order, and what it is expected to gain."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from data.geo import distance_m
from data.model import LonLat
from layers.rescue.effort_people import Need, SearchPlan, plan_search
from layers.rescue.grid import FloatArray
from layers.rescue.surface import Surface
from layers.rescue.tours import Force

MAX_TARGETS: Final = 400
# Roads wind: on the ground, the way is so much longer than the straight line.
DETOUR: Final = {"team": 1.4, "dog": 1.4, "boat": 1.2, "helicopter": 1.0, "drone": 1.0}
# How fast each gets to its segment; "speed" is how fast it searches.
TRAVEL_KMH: Final = {"team": 40.0, "dog": 40.0, "boat": 30.0, "helicopter": 180.0, "drone": 50.0}
VISIBILITIES: Final = ("good", "fair", "poor")  # the best first
_MOST_CELLS = 400
_LEAST_KM2: Final = 1e-3


@dataclass(frozen=True)
class Target:
    """Ground that can be searched as one: a segment, or the surroundings of one household."""

    name: str
    at: LonLat
    area_km2: float
    visibility: str = "good"

    def coverage(self, searcher: Searcher, hours: float) -> float:
        """Return the coverage C = W·v·t/A of so many hours of search."""
        return searcher.swept_km2_h(self.visibility) * hours / max(self.area_km2, _LEAST_KM2)


@dataclass(frozen=True)
class Searcher:
    """A resource as far as the plan is concerned; sweep widths are by visibility."""

    kind: str
    speed_kmh: float
    travel_kmh: float
    sweep_m: Mapping[str, float]
    hours: float
    base: LonLat

    def swept_km2_h(self, visibility: str) -> float:
        """Return how much ground it sweeps in an hour."""
        return self.sweep_m[visibility] / 1000 * self.speed_kmh


def poa_in(surfaces: Sequence[Surface | None], segments: Sequence[BaseGeometry]) -> FloatArray:
    """Return the probability of each household in each segment, by the centres of its likeliest cells."""
    table = np.zeros((len(surfaces), len(segments)))
    if not len(segments):
        return table
    tree = shapely.STRtree(segments)
    places: list[Any] = []
    weights, rows = [], []
    for row, surface in enumerate(surfaces):
        if surface is None:
            continue
        p = surface.p.ravel()
        cells = np.argpartition(-p, min(_MOST_CELLS, len(p) - 1))[:_MOST_CELLS]
        lon, lat = surface.grid.centres_lonlat(cells)
        # What the cells beyond these hold is spread over them.
        mass = p[cells] * (float(p.sum()) / float(p[cells].sum()))
        places.append(shapely.points(lon, lat))
        weights.append(mass)
        rows.append(np.full(len(cells), row))
    if not places:
        return table
    weight, row_of = np.concatenate(weights), np.concatenate(rows)
    point, segment = tree.query(np.concatenate(places), predicate="intersects")
    # A cell on ground that two segments share is counted in the first.
    first = np.unique(point, return_index=True)[1]
    np.add.at(table, (row_of[point[first]], segment[first]), weight[point[first]])
    return table


def travel_hours(searchers: Sequence[Searcher], targets: Sequence[Target]) -> tuple[FloatArray, FloatArray]:
    """Return the hours from each base to each target, and between targets, along straight lines."""
    lon = np.array([one.at.lon for one in targets])
    lat = np.array([one.at.lat for one in targets])
    apart = np.array([distance_m(one.at, lon, lat) for one in targets]).reshape(len(targets), len(targets))
    pace = np.array([DETOUR.get(one.kind, 1.4) / one.travel_kmh / 1000 for one in searchers])
    away = np.array([distance_m(one.base, lon, lat) for one in searchers]).reshape(-1, len(targets))
    return away * pace[:, None], apart[None] * pace[:, None, None]


def made_plan(  # what a plan is made of; all by name
    *, people: FloatArray, weight: FloatArray, hours_left: FloatArray, poa: FloatArray,
    targets: Sequence[Target], searchers: Sequence[Searcher], from_base_h: FloatArray,
    between_h: FloatArray, model: str = "random", check: Callable[[], None] = lambda: None,
) -> SearchPlan:  # fmt: skip
    """Return the best plan found for these households, targets and resources.

    `from_base_h` (resources × targets) and `between_h` (resources × targets × targets) are travel times,
    infinite where there is no way; `model` is how a search of some coverage detects. `check` is called
    between steps, to give up.
    """
    reached = np.isfinite(from_base_h)
    force = Force(
        hours=np.array([one.hours for one in searchers]),
        effectiveness=np.array([[one.coverage(by, 1.0) for by in searchers] for one in targets]),
        from_base_h=from_base_h,
        between_h=np.where(reached[:, None, :] & reached[:, :, None], between_h, np.inf),
        model=model,
    )
    return plan_search(Need(people, weight, hours_left, poa), force, check)
