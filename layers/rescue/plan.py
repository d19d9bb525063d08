"""The plan of a search: which resource goes where, in what order, and what it is expected to gain."""

from __future__ import annotations

from collections.abc import Sequence
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
_MOST_CELLS = 400


@dataclass(frozen=True)
class Target:
    """Ground that can be searched as one: a segment, or the surroundings of one household."""

    name: str
    at: LonLat
    area_km2: float


@dataclass(frozen=True)
class Searcher:
    """A resource as far as the plan is concerned."""

    kind: str
    speed_kmh: float
    travel_kmh: float
    sweep_m: float
    hours: float
    base: LonLat


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
    targets: Sequence[Target], searchers: Sequence[Searcher], from_base_h: FloatArray | None = None,
) -> SearchPlan:  # fmt: skip
    """Return the best plan found for these households, targets and resources.

    `from_base_h` (resources × targets) are travel times over roads, infinite where there is no way.
    """
    base_h, between_h = travel_hours(searchers, targets)
    if from_base_h is not None:
        base_h = from_base_h
        between_h = np.where(
            np.isfinite(base_h)[:, None, :] & np.isfinite(base_h)[:, :, None], between_h, np.inf
        )
    area = np.array([max(one.area_km2, 1e-3) for one in targets])
    swept = np.array([one.sweep_m / 1000 * one.speed_kmh for one in searchers])  # km² per hour
    force = Force(
        hours=np.array([one.hours for one in searchers]),
        effectiveness=swept[None, :] / area[:, None],
        from_base_h=base_h,
        between_h=between_h,
    )
    return plan_search(Need(people, weight, hours_left, poa), force)
