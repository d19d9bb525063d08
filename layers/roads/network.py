"""A road network as columns: junctions, and edges between them with length, class and direction."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely
from scipy import sparse
from scipy.spatial import cKDTree

from data.geo import EARTH_RADIUS_M
from data.road_records import ROAD_CLASSES, RoadColumns

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

FAR_M: Final = 1_000.0  # what lies further from every junction is not on the network
WALK_MPS: Final = 1.2  # from the door to the road


class Vehicle(StrEnum):
    """What one travels in; boat and air do not use roads."""

    CAR = "car"
    HIGH_CLEARANCE = "high_clearance"
    FOOT = "foot"
    BOAT = "boat"
    AIR = "air"

    @property
    def on_roads(self) -> bool:
        """Whether it goes over roads, not in a straight line."""
        return self not in STRAIGHT_MPS


# Metres per second over open water and through the air, in a straight line: 20 kn and 100 kn.
STRAIGHT_MPS: Final = {Vehicle.BOAT: 10.3, Vehicle.AIR: 51.4}
RESIDENTIAL: Final = ROAD_CLASSES.index("residential")
# Kilometres per hour in a disaster, not on an empty road; 0 where the vehicle cannot go.
SPEEDS_KMH: Final = {
    Vehicle.CAR: (80, 60, 50, 45, 40, 30, 15, 0),
    Vehicle.HIGH_CLEARANCE: (70, 55, 50, 45, 40, 30, 20, 0),
    Vehicle.FOOT: (0, 4, 4, 4, 4, 4, 4, 3),
}


@dataclass(frozen=True)
class Arcs:
    """Every direction that one may go, sorted by where it begins: those of junction n are from `first[n]`."""

    first: IntArray
    head: npt.NDArray[np.int32]
    edge: IntArray

    def weighed(self, seconds: FloatArray) -> sparse.csr_array:
        """Return the graph of what each edge takes; an edge that takes for ever is none."""
        cost = seconds[self.edge]
        usable = np.isfinite(cost)
        first = np.concatenate([[0], np.cumsum(usable)])[self.first]
        # An edge of no length would not be there at all in a sparse matrix.
        data = np.maximum(cost[usable], 1e-6)
        size = (len(self.first) - 1, len(self.first) - 1)
        return sparse.csr_array((data, self.head[usable], first.astype(np.int32)), shape=size)


class Network(RoadColumns):
    """A road network, and what is worked out of it once."""

    @cached_property
    def arcs(self) -> dict[tuple[bool, bool], Arcs]:
        """Arcs by whether one-way holds and whether they are turned round; made when first asked for."""
        return {}

    @cached_property
    def tree(self) -> shapely.STRtree:
        """The edges by place, in degrees."""
        return shapely.STRtree(self.shapes)

    @cached_property
    def _near(self) -> cKDTree:
        return cKDTree(_on_sphere(self.lon, self.lat))

    def nearest(self, lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[IntArray, FloatArray]:
        """Return the nearest junction of each place, -1 beyond FAR_M, and the metres to it."""
        places = _on_sphere(np.atleast_1d(lon), np.atleast_1d(lat))
        if not self.junctions:
            return np.full(len(places), -1, dtype=np.int64), np.full(len(places), np.inf)
        chord, found = self._near.query(places)
        metres = 2.0 * EARTH_RADIUS_M * np.arcsin(np.minimum(chord / 2.0, 1.0))
        return np.where(metres <= FAR_M, found, -1).astype(np.int64), metres

    def seconds(self, vehicle: Vehicle) -> FloatArray:
        """Return how long each edge takes, infinity where the vehicle cannot go."""
        if not vehicle.on_roads:
            return np.full(len(self), np.inf)
        speed = np.array(SPEEDS_KMH[vehicle], dtype=np.float64)[self.road_class] / 3.6
        with np.errstate(divide="ignore"):
            return np.asarray(self.length_m / speed)

    def directions(self, vehicle: Vehicle) -> npt.NDArray[np.int8]:
        """Return the way that each edge goes for a vehicle: who walks goes both ways."""
        return np.zeros_like(self.oneway) if vehicle is Vehicle.FOOT else self.oneway


def graph(
    network: Network, seconds: FloatArray, vehicle: Vehicle, *, backward: bool = False
) -> sparse.csr_array:
    """Return the directed graph of travel times; edges of infinite time are left out, parallel ones stay.

    `backward` turns every edge round, so that distances from targets are distances to them.
    """
    kind = (vehicle is Vehicle.FOOT, backward)
    if kind not in network.arcs:
        network.arcs[kind] = _arcs(network, vehicle, backward=backward)
    return network.arcs[kind].weighed(seconds)


def _arcs(network: Network, vehicle: Vehicle, *, backward: bool) -> Arcs:
    way = network.directions(vehicle)
    there, back = np.flatnonzero(way >= 0), np.flatnonzero(way <= 0)
    tail = np.concatenate([network.start[there], network.end[back]])
    head = np.concatenate([network.end[there], network.start[back]])
    if backward:
        tail, head = head, tail
    order = np.argsort(tail, kind="stable")
    many = np.bincount(tail, minlength=network.junctions)
    first = np.concatenate([[0], np.cumsum(many)])
    return Arcs(first, head[order], np.concatenate([there, back])[order])


def _on_sphere(lon: npt.ArrayLike, lat: npt.ArrayLike) -> FloatArray:
    """Return places as points of the unit sphere, one row each: straight distances grow with true ones."""
    east, north = np.radians(np.asarray(lon, float)), np.radians(np.asarray(lat, float))
    return np.column_stack([np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)])
