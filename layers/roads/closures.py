"""What closes a road: a landslide, a cordon, water. Closures cut edges, or only slow them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely
from scipy import sparse
from shapely.geometry.base import BaseGeometry

from data.geo import EARTH_RADIUS_M
from layers.roads.network import FloatArray, Network, Vehicle

POINT_REACH_M: Final = 30.0  # a landslide that somebody marked with one click
LINE_REACH_M: Final = 5.0
_FLOODED_MPS: Final = 10 / 3.6  # high clearance through shallow water


class Cause(StrEnum):
    """What kind of closure it is."""

    CLOSED = "closed"
    FLOOD = "flood"


# Whom a closure stops. Who walks gets round a cordon or a tree, and not through water.
_STOPS: Final = {
    Cause.CLOSED: frozenset({Vehicle.CAR, Vehicle.HIGH_CLEARANCE}),
    Cause.FLOOD: frozenset({Vehicle.CAR, Vehicle.FOOT}),
}


@dataclass(frozen=True, slots=True)
class Closure:
    """One closure; `id` names it in answers. A point reaches `reach_m` metres."""

    id: str
    name: str
    geometry: BaseGeometry
    cause: Cause = Cause.CLOSED
    reach_m: float | None = None


def touched(network: Network, closures: Sequence[Closure]) -> sparse.csr_array:
    """Return which closure (row) lies on which edge (column), as a matrix of ones."""
    rows: list[npt.NDArray[np.int64]] = [np.zeros(0, dtype=np.int64)]
    columns: list[npt.NDArray[np.int64]] = [np.zeros(0, dtype=np.int64)]
    for number, closure in enumerate(closures):
        found = network.tree.query(_reach(closure), predicate="intersects")
        rows.append(np.full(len(found), number, dtype=np.int64))
        columns.append(found.astype(np.int64))
    row, column = np.concatenate(rows), np.concatenate(columns)
    ones = np.ones(len(row), dtype=np.int32)
    return sparse.csr_array((ones, (row, column)), shape=(len(closures), len(network)))


def stops(closure: Closure, vehicle: Vehicle) -> bool:
    """Return whether nobody gets through with this vehicle."""
    return vehicle in _STOPS[closure.cause]


def slowed(
    network: Network,
    seconds: FloatArray,
    vehicle: Vehicle,
    *,
    closures: Sequence[Closure],
    on: sparse.csr_array,
) -> FloatArray:
    """Return the travel times with the closures that slow and do not stop taken in."""
    if vehicle is not Vehicle.HIGH_CLEARANCE:
        return seconds
    floods = [number for number, one in enumerate(closures) if one.cause is Cause.FLOOD]
    if not floods:
        return seconds
    wet = np.asarray(on[floods].sum(axis=0)).ravel() > 0
    return np.where(wet, np.maximum(seconds, network.length_m / _FLOODED_MPS), seconds)


def cut(network: Network, closures: Sequence[Closure], vehicle: Vehicle) -> FloatArray:
    """Return the travel time of each edge with all closures in force, infinity where one cannot pass."""
    on = touched(network, closures)
    seconds = slowed(network, network.seconds(vehicle), vehicle, closures=closures, on=on)
    stopping = [number for number, one in enumerate(closures) if stops(one, vehicle)]
    closed = np.asarray(on[stopping].sum(axis=0)).ravel() > 0
    return np.where(closed, np.inf, seconds)


def _reach(closure: Closure) -> BaseGeometry:
    """Return the area of a closure in degrees: its shapes, widened by what they reach."""
    shape = closure.geometry if closure.geometry.is_valid else shapely.make_valid(closure.geometry)
    return shapely.union_all([_widened(part, closure.reach_m) for part in shapely.get_parts(shape)])


def _widened(shape: BaseGeometry, reach_m: float | None) -> BaseGeometry:
    usual = {"Point": POINT_REACH_M, "LineString": LINE_REACH_M}
    metres = usual.get(shape.geom_type, 0.0) if reach_m is None else reach_m
    if not metres or shape.is_empty:
        return shape
    # Round on the ground: stretched by what a degree of longitude is short of one of latitude.
    lat = shape.centroid.y
    squeeze = max(math.cos(math.radians(lat)), 0.01)
    flat = shapely.transform(shape, lambda xy: xy * [squeeze, 1.0])
    wide = shapely.buffer(flat, math.degrees(metres / EARTH_RADIUS_M))
    return shapely.transform(wide, lambda xy: xy / [squeeze, 1.0])
