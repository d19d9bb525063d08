"""How resources get to what they search: over the roads that are open, or else in a straight line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from dashboard.ways import Ways, seconds_of
from data.access import Actor
from data.model import LonLat
from data.search_records import Resource
from layers.rescue.plan import Searcher, Target, travel_hours
from layers.rescue.water import by_boat
from layers.roads.legs import hours_between
from layers.roads.network import Vehicle

ROAD: Final = "road"
FOOT: Final = "on foot"
STRAIGHT: Final = "straight line"
NONE: Final = "no way"
WATER: Final = "water"
_SAID: Final = {
    ROAD: "By road",
    WATER: "Over water, in a straight line",
    FOOT: "On foot, past what is closed",
    STRAIGHT: "In a straight line",
    NONE: "No way leads there",
}
_BY_ROAD: Final = frozenset({"team", "dog"})
_WORK: Final = 3_000_000  # junctions × places, for the ways between all places: about two seconds

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Legs:
    """Hours from each resource's base to each target and between targets, and by what way (words)."""

    from_base_h: Floats
    between_h: Floats
    by: list[list[str]]
    roads_known: bool
    between_by_road: bool

    def said(self, resource: int, target: int, kind: str) -> str:
        """Return in a sentence how a resource gets to a target."""
        by = self.by[resource][target]
        if by != STRAIGHT or kind not in _BY_ROAD:
            return f"{_SAID[by]}."
        why = "far from every known road" if self.roads_known else "no roads are known"
        return f"{_SAID[by]}: {why}."


def legs(
    ways: Ways,
    actor: Actor,
    *,
    resources: Sequence[Resource],
    searchers: Sequence[Searcher],
    targets: Sequence[Target],
) -> Legs:
    """Return the ways of resources, by the vehicle of each and with what is closed now."""
    base_h, between_h = travel_hours(searchers, targets)
    by = [[STRAIGHT] * len(targets) for _ in resources]
    vehicles = {row: vehicle for row, one in enumerate(resources) if (vehicle := vehicle_of(one)) is not None}
    places = [one.at for one in targets]
    for row in [row for row, one in enumerate(resources) if one.kind == "boat"]:
        useful = by_boat(places)
        base_h[row], by[row] = (
            np.where(useful, base_h[row], np.inf),
            [WATER if one else NONE for one in useful],
        )
    if not targets or not vehicles or not ways.known(actor):
        return Legs(base_h, between_h, by, ways.known(actor), between_by_road=False)
    bases = list(dict.fromkeys(searchers[row].base for row in vehicles))
    tables = {
        vehicle: _tables(ways, actor, vehicle, bases=bases, places=places)
        for vehicle in dict.fromkeys([*vehicles.values(), Vehicle.FOOT])
    }
    for row, vehicle in vehicles.items():
        at = bases.index(searchers[row].base)
        there, walked = tables[vehicle][0][at], tables[Vehicle.FOOT][0][at]
        base_h[row], by[row] = _chosen(there, walked, base_h[row], vehicle)
        between, on_foot = tables[vehicle][1], tables[Vehicle.FOOT][1]
        if between is not None and on_foot is not None:
            flat, _ = _chosen(between.ravel(), on_foot.ravel(), between_h[row].ravel(), vehicle)
            between_h[row] = flat.reshape(between.shape)
    return Legs(base_h, between_h, by, True, all(one[1] is not None for one in tables.values()))


def vehicle_of(one: Resource) -> Vehicle | None:
    """Return what a resource travels over roads in; None for what flies or floats."""
    return Vehicle(one.about.get("vehicle") or Vehicle.CAR) if one.kind in _BY_ROAD else None


def _tables(
    ways: Ways, actor: Actor, vehicle: Vehicle, *, bases: list[LonLat], places: list[LonLat]
) -> tuple[Floats, Floats | None]:
    """Return hours from bases to places, and between places where the network is not too large for that."""
    every = [*bases, *places]
    lon, lat = np.array([one.lon for one in every]), np.array([one.lat for one in every])
    network = ways.network(actor, vehicle, lon, lat)
    seconds = seconds_of(network, ways.closures(actor), vehicle)
    there = hours_between(network, seconds, vehicle, starts=bases, ends=places)
    if network.junctions * len(places) > _WORK:
        return there, None
    return there, hours_between(network, seconds, vehicle, starts=places, ends=places)


def _chosen(there: Floats, walked: Floats, straight: Floats, vehicle: Vehicle) -> tuple[Floats, list[str]]:
    """Return the hours of the way that is taken, and which: road, else foot, else a straight line."""
    unknown = np.isnan(there) & np.isnan(walked)
    drive = np.where(np.isfinite(there), there, np.inf)
    walk = np.where(np.isfinite(walked), walked, np.inf)
    hours = np.where(unknown, straight, np.where(np.isfinite(drive), drive, walk))
    words = np.where(np.isfinite(drive) & (vehicle is not Vehicle.FOOT), ROAD, FOOT)
    words = np.where(np.isfinite(hours), words, NONE)
    return hours, [str(one) for one in np.where(unknown, STRAIGHT, words)]
