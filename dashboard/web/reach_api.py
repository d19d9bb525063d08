"""`/api/v1/respond/reach` and `…/isochrones`: who is cut off, and which reopening frees most people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final

import numpy as np
import numpy.typing as npt
from fastapi import APIRouter, Query
from shapely.geometry import mapping

from dashboard.services import Services
from dashboard.ways import Floats, Waiting, Ways, seconds_of
from dashboard.web.asking import Responder
from dashboard.web.records_json import Json
from data.access import Actor
from data.model import LonLat
from layers.rescue.shelters import space_of
from layers.roads.network import Network, Vehicle
from layers.roads.reach import People, Reach, isochrone, nearest_target, pockets, reach
from layers.roads.reopenings import reopenings

# What each household is told the nearest of, by words in the kind of a site.
_TARGETS: Final = {"shelter": ("shelter",), "hospital": ("hospital",), "landing_zone": ("heli", "airport")}
_MOST_ISOCHRONES: Final = 6
_NEAR_DEG: Final = 1.0  # from those who wait; nobody is brought to a shelter further away
_UNKNOWN: Final[Json] = {
    "known": False,
    "cut_off": None,
    "not_known": None,
    "pockets": [],
    "reopenings": [],
    "households": [],
}


def add(routes: APIRouter, services: Services, ways: Ways) -> None:
    """Add the routes of the roads."""

    @routes.get("/respond/reach")
    def reached(actor: Responder, vehicle: Vehicle = Vehicle.CAR) -> Json:
        """Return which households no base reaches, in which pockets, and what to open first.

        `known` is false where that cannot be said yet, with what is missing: an answer, not a fault.
        """
        closed, bases, waiting = ways.closures(actor), ways.bases(actor), ways.waiting(actor)
        missing = ways.missing(actor)
        if missing is not None:
            return {**_UNKNOWN, "vehicle": vehicle.value, "why": missing.message, "hint": missing.hint}
        sites = {name: _sites(services, actor, words) for name, words in _TARGETS.items()}
        sites["shelter"] = _with_space(services, actor, sites["shelter"], waiting)
        beside = [*bases, *(one.at for targets in sites.values() for one in targets)]
        network = _network(ways, actor, vehicle, waiting=waiting, beside=beside)
        seconds = seconds_of(network, closed, vehicle)
        found = reach(network, seconds, bases=bases, people=waiting.people, vehicle=vehicle)
        names = {one.id: one.name for one in closed}
        freed = reopenings(network, closures=closed, bases=bases, people=waiting.people, vehicle=vehicle)
        return {
            "known": True,
            "vehicle": vehicle.value,
            "cut_off": {
                "households": int(found.cut_off.sum()),
                "people": float(waiting.people.count[found.cut_off].sum()),
            },
            "not_known": int(found.off_network.sum()) + waiting.without_place,
            "pockets": [
                {
                    "geometry": dict(mapping(one.outline)),
                    "households": [str(waiting.households[place].id) for place in one.places],
                    "people": one.people,
                }
                for one in pockets(network, seconds, found=found, people=waiting.people, vehicle=vehicle)
            ],
            "reopenings": [
                {
                    "closure_id": one.closures[0],
                    "closure_ids": list(one.closures),
                    "name": " and ".join(names[closure] for closure in one.closures),
                    "households": one.places,
                    "people": one.people,
                    "cumulative_people": one.cumulative_people,
                }
                for one in freed
            ],
            "households": _nearest(sites, waiting, found, (network, seconds, vehicle)),
        }

    @routes.get("/respond/isochrones")
    def isochrones(
        actor: Responder,
        lon: Annotated[float, Query(ge=-180, le=180, allow_inf_nan=False)],
        lat: Annotated[float, Query(ge=-90, le=90, allow_inf_nan=False)],
        vehicle: Vehicle = Vehicle.CAR,
        minutes: Annotated[str, Query(max_length=60, pattern=r"^\d{1,4}(,\d{1,4})*$")] = "15,30,60",
    ) -> Json:
        """Return the ground that is reached from a place within each number of minutes."""
        network = ways.network(actor, vehicle, np.array([lon]), np.array([lat]))
        seconds = seconds_of(network, ways.closures(actor), vehicle)
        wanted = sorted({int(one) for one in minutes.split(",")})[:_MOST_ISOCHRONES]
        base = LonLat(lon, lat)
        shapes = [
            (one, isochrone(network, seconds, base=base, minutes=one, vehicle=vehicle)) for one in wanted
        ]
        return {
            "type": "FeatureCollection",
            "features": [
                {"type": "Feature", "geometry": dict(mapping(shape)), "properties": {"minutes": one}}
                for one, shape in reversed(shapes)
                if not shape.is_empty
            ],
        }


def _network(
    ways: Ways, actor: Actor, vehicle: Vehicle, *, waiting: Waiting, beside: Sequence[LonLat]
) -> Network:
    """Return the network with a junction beside each household and each of these places."""
    lon = np.concatenate([waiting.people.lon, [one.lon for one in beside]])
    lat = np.concatenate([waiting.people.lat, [one.lat for one in beside]])
    return ways.network(actor, vehicle, lon, lat)


@dataclass(frozen=True, slots=True)
class _Target:
    """Somewhere to bring people; `space` is how many more it takes, None where nobody says."""

    seq: int
    name: str
    at: LonLat
    space: int | None = None


def _nearest(
    sites: Mapping[str, Sequence[_Target]],
    waiting: Waiting,
    found: Reach,
    roads: tuple[Network, Any, Vehicle],
) -> list[Json]:
    """Return for each household how long help takes, and its nearest shelter, hospital and landing zone.

    A shelter that is full, or too full for all of a household, is passed over.
    """
    rows: list[Json] = [
        {
            "id": str(one.id),
            "number": one.number,
            "seconds": round(float(took)) if np.isfinite(took) else None,
            "cut_off": None if unknown else bool(cut),
        }
        for one, took, cut, unknown in zip(
            waiting.households, found.seconds, found.cut_off, found.off_network, strict=True
        )
    ]
    sizes = waiting.people.count
    for name, targets in sites.items():
        for row in rows:
            row[name] = None
        for least, group in _groups(targets, sizes):
            open_to = [one for one in targets if one.space is None or one.space >= least]
            for at, found_ in _nearest_of(open_to, waiting.people.only(group), roads):
                rows[int(group[at])][name] = found_
    return rows


def _groups(targets: Sequence[_Target], sizes: Floats) -> Iterator[tuple[float, npt.NDArray[np.int64]]]:
    """Yield who may go to the same targets: the largest of a group decides, and groups part at each space."""
    spaces = sorted({float(one.space) for one in targets if one.space is not None})
    part = np.searchsorted(spaces, sizes, side="left")
    for number in np.unique(part):
        group = np.flatnonzero(part == number)
        yield float(sizes[group].max()), group


def _nearest_of(
    targets: Sequence[_Target], people: People, roads: tuple[Network, Any, Vehicle]
) -> Iterator[tuple[int, Json]]:
    network, seconds, vehicle = roads
    if not targets:
        return
    places = [one.at for one in targets]
    took, which = nearest_target(network, seconds, targets=places, people=people, vehicle=vehicle)
    for row, (each, at) in enumerate(zip(took.tolist(), which.tolist(), strict=True)):
        if at >= 0:
            yield row, {"name": targets[at].name, "seconds": round(each), "space": targets[at].space}


def _with_space(
    services: Services, actor: Actor, shelters: Sequence[_Target], waiting: Waiting
) -> list[_Target]:
    """Return the shelters near those who wait, with the space that each has."""
    if not len(waiting.people):
        return []
    lon, lat = waiting.people.lon, waiting.people.lat
    near = [
        one
        for one in shelters
        if lon.min() - _NEAR_DEG <= one.at.lon <= lon.max() + _NEAR_DEG
        and lat.min() - _NEAR_DEG <= one.at.lat <= lat.max() + _NEAR_DEG
    ]
    held = {one.seq: one for one in services.store.sites.by_seq(actor, [one.seq for one in near])}
    return [replace(one, space=space_of(held[one.seq].extra)) for one in near if one.seq in held]


def _sites(services: Services, actor: Actor, words: Sequence[str]) -> list[_Target]:
    snapshot = services.mirror.snapshot
    frame = snapshot.sites
    seen = snapshot.scope_table(snapshot.visible(actor))[frame.scope]
    kinds = np.array([any(word in str(kind).casefold() for word in words) for kind in frame.kind], dtype=bool)
    keep = np.flatnonzero(seen & kinds) if len(frame) else np.zeros(0, dtype=np.int64)
    lon, lat = frame.lonlat
    return [
        _Target(int(frame.seq[at]), str(frame.name[at]), LonLat(float(lon[at]), float(lat[at])))
        for at in keep
    ]
