"""How resources get to what they search: over the roads that are open, or else in a straight line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
THEN_FOOT: Final = "road, then on foot"
STRAIGHT: Final = "straight line"
NONE: Final = "no way"
WATER: Final = "water"
_SAID: Final = {
    ROAD: "By road",
    WATER: "Over water, in a straight line",
    FOOT: "On foot, past what is closed",
    THEN_FOOT: "By road as far as it is open, then on foot",
    STRAIGHT: "In a straight line",
    NONE: "No way leads there",
}
_TOO_MANY: Final = (
    "There are too many roads and places to know every way between two tasks: from one task to the next a "
    "straight line is counted, as if nothing were closed. The ways from the bases are by road."
)
_BY_ROAD: Final = frozenset({"team", "dog"})
_SAME_H: Final = 1 / 3600
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

    @property
    def notes(self) -> list[str]:
        """What whoever reads the plan has to know of its ways."""
        return [_TOO_MANY] if self.roads_known and not self.between_by_road else []

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
    check: Callable[[], None] = lambda: None,
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
        # Who flies or floats goes in a straight line anyhow.
        return Legs(base_h, between_h, by, ways.known(actor), between_by_road=not vehicles)
    bases = list(dict.fromkeys(searchers[row].base for row in vehicles))
    tables = {
        vehicle: _tables(ways, actor, vehicle, bases=bases, places=places, check=check)
        for vehicle in dict.fromkeys(vehicles.values())
    }
    for row, vehicle in vehicles.items():
        table, at = tables[vehicle], bases.index(searchers[row].base)
        base_h[row], by[row] = _chosen(table, at, base_h[row], vehicle)
        if table.between is not None and table.walked_between is not None:
            # Who came on foot has no car there to go on with.
            by_car = np.array([one in (ROAD, STRAIGHT) for one in by[row]])
            hours = np.where(by_car[:, None], table.between, table.walked_between)
            between_h[row] = np.where(np.isnan(hours), between_h[row], hours)
    return Legs(base_h, between_h, by, True, all(one.between is not None for one in tables.values()))


def vehicle_of(one: Resource) -> Vehicle | None:
    """Return what a resource travels over roads in; None for what flies or floats."""
    return Vehicle(one.about.get("vehicle") or Vehicle.CAR) if one.kind in _BY_ROAD else None


@dataclass(frozen=True)
class _Tables:
    """Hours from bases to places and between places: driven, driven and then walked, and walked alone."""

    driven: Floats
    mixed: Floats
    walked: Floats
    between: Floats | None  # driven, and then walked; None where the network is too large
    walked_between: Floats | None


def _tables(
    ways: Ways, actor: Actor, vehicle: Vehicle, *, bases: list[LonLat], places: list[LonLat],
    check: Callable[[], None],
) -> _Tables:  # fmt: skip
    every = [*bases, *places]
    lon, lat = np.array([one.lon for one in every]), np.array([one.lat for one in every])
    closed = ways.closures(actor)
    roads, paths = ways.network(actor, vehicle, lon, lat), ways.network(actor, Vehicle.FOOT, lon, lat)
    by_road = seconds_of(roads, closed, vehicle)
    drive, walk = seconds_of(paths, closed, vehicle), seconds_of(paths, closed, Vehicle.FOOT)

    def on_paths(starts: list[LonLat], *, car: bool) -> Floats:
        if not car or vehicle is Vehicle.FOOT:
            return hours_between(paths, walk, Vehicle.FOOT, starts=starts, ends=places, check=check)
        return hours_between(paths, drive, vehicle, starts=starts, ends=places, walked=walk, check=check)

    driven = hours_between(roads, by_road, vehicle, starts=bases, ends=places, check=check)
    mixed, walked = on_paths(bases, car=True), on_paths(bases, car=False)
    if paths.junctions * len(places) > _WORK:
        return _Tables(driven, mixed, walked, None, None)
    between, after = on_paths(places, car=True), on_paths(places, car=False)
    straight = hours_between(roads, by_road, vehicle, starts=places, ends=places, check=check)
    return _Tables(driven, mixed, walked, np.fmin(between, straight), after)


def _chosen(table: _Tables, base: int, straight: Floats, vehicle: Vehicle) -> tuple[Floats, list[str]]:
    """Return the hours of the way that is taken from a base, and which: road, else foot, else straight."""
    driven, mixed, walked = table.driven[base], table.mixed[base], table.walked[base]
    unknown = np.isnan(driven) & np.isnan(walked)
    drive, on, walk = (np.where(np.isfinite(one), one, np.inf) for one in (driven, mixed, walked))
    past = np.minimum(on, walk)
    hours = np.where(unknown, straight, np.where(np.isfinite(drive), drive, past))
    words = np.where(past < walk - _SAME_H, THEN_FOOT, FOOT)
    words = np.where(np.isfinite(drive) & (vehicle is not Vehicle.FOOT), ROAD, words)
    words = np.where(np.isfinite(hours), words, NONE)
    return hours, [str(one) for one in np.where(unknown, STRAIGHT, words)]
