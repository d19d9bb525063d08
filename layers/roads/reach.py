"""Who can be reached from the bases, how quickly, and in which pockets the others are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from scipy import sparse
from scipy.sparse import csgraph
from shapely.geometry.base import BaseGeometry

from data.geo import distance_m
from data.model import LonLat
from layers.roads.network import STRAIGHT_MPS, WALK_MPS, FloatArray, IntArray, Mask, Network, Vehicle, graph

_POCKET_M = 150.0  # round the junctions of a pocket, so that a single house has an area too
_METRES_PER_DEGREE = 111_195.0


@dataclass(frozen=True)
class People:
    """Where people are, and how many at each place."""

    lon: FloatArray
    lat: FloatArray
    count: FloatArray

    def __len__(self) -> int:
        return len(self.lon)

    def only(self, rows: IntArray) -> People:
        """Return those at some of the places."""
        return People(self.lon[rows], self.lat[rows], self.count[rows])


@dataclass(frozen=True)
class Reach:
    """Seconds to each place from the nearest base, infinity where no way leads, and that base's position.

    `off_network` are places far from every road: nothing is known of the way to them.
    """

    seconds: FloatArray
    base: IntArray
    junction: IntArray
    off_network: Mask

    @property
    def reached(self) -> Mask:
        """Which places can be reached."""
        return np.isfinite(self.seconds)

    @property
    def cut_off(self) -> Mask:
        """Which places lie on the network and cannot be reached."""
        return ~self.reached & ~self.off_network


@dataclass(frozen=True)
class Pocket:
    """A part of the network that no base reaches: the places in it and its outline."""

    places: IntArray
    people: float
    outline: BaseGeometry


def reach(
    network: Network, seconds: FloatArray, *, bases: Sequence[LonLat], people: People, vehicle: Vehicle
) -> Reach:
    """Return how quickly each place is reached from the bases; `seconds` is what each edge takes."""
    if not vehicle.on_roads:
        return _straight(bases, people, vehicle)
    junction, metres = network.nearest(people.lon, people.lat)
    starts, _ = network.nearest([b.lon for b in bases], [b.lat for b in bases])
    time, origin = _from(graph(network, seconds, vehicle), starts)
    on = junction >= 0
    at = np.where(on, junction, 0)
    if not network.junctions:
        return Reach(np.full(len(people), np.inf), np.full(len(people), -1), junction, ~on)
    total = np.where(on, time[at] + metres / WALK_MPS, np.inf)
    by_junction = {int(node): number for number, node in reversed(list(enumerate(starts.tolist())))}
    base = np.array([by_junction.get(int(node), -1) for node in origin[at]], dtype=np.int64)
    return Reach(total, np.where(np.isfinite(total), base, -1), junction, ~on)


def nearest_target(
    network: Network, seconds: FloatArray, *, targets: Sequence[LonLat], people: People, vehicle: Vehicle
) -> tuple[FloatArray, IntArray]:
    """Return the seconds from each place to its nearest target, and which that is (-1 for none)."""
    if not vehicle.on_roads:
        straight = _straight(targets, people, vehicle)
        return straight.seconds, straight.base
    junction, metres = network.nearest(people.lon, people.lat)
    ends, _ = network.nearest([t.lon for t in targets], [t.lat for t in targets])
    time, origin = _from(graph(network, seconds, vehicle, backward=True), ends)
    on = junction >= 0
    if not network.junctions:
        return np.full(len(people), np.inf), np.full(len(people), -1)
    at = np.where(on, junction, 0)
    total = np.where(on, time[at] + metres / WALK_MPS, np.inf)
    by_junction = {int(node): number for number, node in reversed(list(enumerate(ends.tolist())))}
    found = np.array([by_junction.get(int(node), -1) for node in origin[at]], dtype=np.int64)
    return total, np.where(np.isfinite(total), found, -1)


def pockets(
    network: Network, seconds: FloatArray, *, found: Reach, people: People, vehicle: Vehicle
) -> list[Pocket]:
    """Return the parts of the network with people whom no base reaches, the largest first."""
    inside = np.flatnonzero(found.cut_off)
    if not len(inside):
        return []
    _, part = csgraph.connected_components(graph(network, seconds, vehicle), directed=False)
    parts = part[found.junction[inside]]
    made = [
        Pocket(
            places=inside[parts == number],
            people=float(people.count[inside[parts == number]].sum()),
            outline=_outline(network, part == number),
        )
        for number in np.unique(parts)
    ]
    return sorted(made, key=lambda one: (-one.people, int(one.places[0])))


def isochrone(
    network: Network, seconds: FloatArray, *, base: LonLat, minutes: float, vehicle: Vehicle
) -> BaseGeometry:
    """Return the area round the junctions that are reached within `minutes` from a base."""
    if not vehicle.on_roads:
        reach_m = minutes * 60 * STRAIGHT_MPS[vehicle]
        return _widened(shapely.Point(base.lon, base.lat), reach_m, base.lat)
    start, metres = network.nearest([base.lon], [base.lat])
    if start[0] < 0:
        return shapely.Polygon()
    time, _ = _from(graph(network, seconds, vehicle), start)
    within = time + metres[0] / WALK_MPS <= minutes * 60
    return _outline(network, within)


def _from(ways: sparse.csr_array, starts: IntArray) -> tuple[FloatArray, IntArray]:
    """Return the seconds to each junction from the nearest start, and that start's junction."""
    known = np.unique(starts[starts >= 0])
    size = ways.shape[0]
    if not len(known):
        return np.full(size, np.inf), np.full(size, -1, dtype=np.int64)
    time, _, origin = csgraph.dijkstra(
        ways, directed=True, indices=known, min_only=True, return_predecessors=True
    )
    return np.asarray(time), np.asarray(origin, dtype=np.int64)


def _straight(places: Sequence[LonLat], people: People, vehicle: Vehicle) -> Reach:
    """Return the times in a straight line; whether there is water or a place to land is not known here."""
    none = np.zeros(len(people), dtype=np.bool_)
    if not places:
        nowhere = np.full(len(people), -1, dtype=np.int64)
        return Reach(np.full(len(people), np.inf), nowhere, nowhere, none)
    metres = np.array([distance_m(place, people.lon, people.lat) for place in places])
    nearest = metres.argmin(axis=0)
    seconds = metres.min(axis=0) / STRAIGHT_MPS[vehicle]
    return Reach(seconds, nearest, np.full(len(people), -1, dtype=np.int64), none)


def _outline(network: Network, inside: Mask) -> BaseGeometry:
    """Return the area round junctions: their concave hull, a little wider."""
    if not inside.any():
        return shapely.Polygon()
    lon, lat = network.lon[inside], network.lat[inside]
    hull = shapely.concave_hull(shapely.MultiPoint(np.column_stack([lon, lat])), ratio=0.3)
    return _widened(hull, _POCKET_M, float(lat.mean()))


def _widened(shape: BaseGeometry, metres: float, lat: float) -> BaseGeometry:
    squeeze = max(float(np.cos(np.radians(lat))), 0.01)
    flat = shapely.transform(shape, lambda xy: xy * [squeeze, 1.0])
    return shapely.transform(
        shapely.buffer(flat, metres / _METRES_PER_DEGREE), lambda xy: xy / [squeeze, 1.0]
    )
