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


# Metres per second over open water and through the air, in a straight line: 20 kn and 100 kn.
STRAIGHT_MPS: Final = {Vehicle.BOAT: 10.3, Vehicle.AIR: 51.4}
# Classes of road, the fastest first; what a file does not say is RESIDENTIAL.
CLASSES: Final = ("motorway", "trunk", "primary", "secondary", "tertiary", "residential", "track", "path")
RESIDENTIAL: Final = CLASSES.index("residential")
# Kilometres per hour in a disaster, not on an empty road; 0 where the vehicle cannot go.
SPEEDS_KMH: Final = {
    Vehicle.CAR: (80, 60, 50, 45, 40, 30, 15, 0),
    Vehicle.HIGH_CLEARANCE: (70, 55, 50, 45, 40, 30, 20, 0),
    Vehicle.FOOT: (0, 4, 4, 4, 4, 4, 4, 3),
}


@dataclass(frozen=True)
class Network:
    """Junctions in degrees, and edges from one to another; `oneway` is 1 forward, -1 backward, 0 both.

    `shapes` are the edges' lines, in the same order.
    """

    lon: FloatArray
    lat: FloatArray
    start: npt.NDArray[np.int32]
    end: npt.NDArray[np.int32]
    length_m: FloatArray
    road_class: npt.NDArray[np.uint8]
    oneway: npt.NDArray[np.int8]
    shapes: npt.NDArray[np.object_]

    def __len__(self) -> int:
        return len(self.start)

    @property
    def junctions(self) -> int:
        """How many junctions there are."""
        return len(self.lon)

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
        speed = np.array(SPEEDS_KMH[vehicle], dtype=np.float64)[self.road_class] / 3.6
        with np.errstate(divide="ignore"):
            return np.asarray(self.length_m / speed)

    def directions(self, vehicle: Vehicle) -> npt.NDArray[np.int8]:
        """Return the way that each edge goes for a vehicle: who walks goes both ways."""
        return np.zeros_like(self.oneway) if vehicle is Vehicle.FOOT else self.oneway


def graph(
    network: Network, seconds: FloatArray, vehicle: Vehicle, *, backward: bool = False
) -> sparse.csr_array:
    """Return the directed graph of travel times; of parallel edges the quickest; infinite ones are left out.

    `backward` turns every edge round, so that distances from targets are distances to them.
    """
    way = network.directions(vehicle)
    usable = np.isfinite(seconds)
    there, back = usable & (way >= 0), usable & (way <= 0)
    tail = np.concatenate([network.start[there], network.end[back]])
    head = np.concatenate([network.end[there], network.start[back]])
    # An edge of no length would not be there at all in a sparse matrix.
    cost = np.maximum(np.concatenate([seconds[there], seconds[back]]), 1e-6)
    if backward:
        tail, head = head, tail
    order = np.lexsort((cost, head, tail))
    tail, head, cost = tail[order], head[order], cost[order]
    first = np.ones(len(tail), dtype=np.bool_)
    first[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
    size = (network.junctions, network.junctions)
    return sparse.csr_array((cost[first], (tail[first], head[first])), shape=size)


def _on_sphere(lon: npt.ArrayLike, lat: npt.ArrayLike) -> FloatArray:
    """Return places as points of the unit sphere, one row each: straight distances grow with true ones."""
    east, north = np.radians(np.asarray(lon, float)), np.radians(np.asarray(lat, float))
    return np.column_stack([np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)])
