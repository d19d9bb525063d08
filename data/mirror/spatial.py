"""Which places lie inside: whole quadtree cells where that can be decided, single places only at the edge.

Places are sorted by Morton code, so a quadtree cell is one run of them. Cells without places are never
looked at; a cell wholly inside or outside settles all its places at once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import shapely
from scipy.spatial import KDTree
from shapely.geometry.base import BaseGeometry

from data.geo import CELL_BITS, EARTH_RADIUS_M, FloatArray, IntArray, inverse_mercator, morton_xy

Mask = npt.NDArray[np.bool_]

_LEAF_ROWS = 24  # below so many places a cell is not worth another look
_FINEST = 27  # levels; 30 cm


@dataclass(frozen=True, slots=True)
class Boxes:
    """Quadtree cells as boxes in degrees."""

    west: FloatArray
    south: FloatArray
    east: FloatArray
    north: FloatArray


class Region(Protocol):
    """Something on the ground that a place can be inside of."""

    def classify(self, boxes: Boxes) -> tuple[Mask, Mask]:
        """Return which boxes touch the region, and which lie wholly inside."""

    def contains(self, lon: FloatArray, lat: FloatArray) -> Mask:
        """Return which places are inside."""


class PolygonRegion:
    """A polygon or several in degrees; its edge belongs to it."""

    def __init__(self, geometry: BaseGeometry) -> None:
        valid = geometry if geometry.is_valid else shapely.make_valid(geometry)
        self.geometry = valid
        shapely.prepare(valid)

    def classify(self, boxes: Boxes) -> tuple[Mask, Mask]:
        """Return which boxes touch the polygon, and which lie wholly inside."""
        shapes = shapely.box(boxes.west, boxes.south, boxes.east, boxes.north)
        touched = shapely.intersects(self.geometry, shapes)
        inside = np.zeros(len(shapes), dtype=np.bool_)
        inside[touched] = shapely.contains_properly(self.geometry, shapes[touched])
        return touched, inside

    def contains(self, lon: FloatArray, lat: FloatArray) -> Mask:
        """Return which places are inside or on the edge."""
        return np.asarray(shapely.intersects_xy(self.geometry, lon, lat), dtype=np.bool_)


class NearRegion:
    """Everything within `metres` of any of some places, on the mean sphere."""

    def __init__(self, lon: npt.ArrayLike, lat: npt.ArrayLike, *, metres: float) -> None:
        self._tree = KDTree(
            _unit(np.atleast_1d(np.asarray(lon, float)), np.atleast_1d(np.asarray(lat, float)))
        )
        self._angle = min(metres / EARTH_RADIUS_M, math.pi)
        self._chord = 2.0 * math.sin(self._angle / 2.0)

    def classify(self, boxes: Boxes) -> tuple[Mask, Mask]:
        """Return which boxes come near enough to touch, and which lie wholly inside."""
        center = _unit((boxes.west + boxes.east) / 2, (boxes.south + boxes.north) / 2)
        corners = [_unit(lon, lat) for lon in (boxes.west, boxes.east) for lat in (boxes.south, boxes.north)]
        reach = np.max([np.linalg.norm(corner - center, axis=1) for corner in corners], axis=0)
        reach_angle = 2.0 * np.arcsin(np.clip(reach / 2.0, 0.0, 1.0)) * 1.01
        furthest = self._angle + float(reach_angle.max(initial=0.0))
        bound = 2.0 * math.sin(min(furthest, math.pi) / 2.0) * 1.001 + 1e-12
        chord, _ = self._tree.query(center, distance_upper_bound=bound)
        distance = np.where(np.isinf(chord), math.inf, 2.0 * np.arcsin(np.clip(chord / 2.0, 0.0, 1.0)))
        # A box wider than a few degrees bulges beyond its corners: look closer before deciding.
        wide = boxes.east - boxes.west > 12.0
        return wide | (distance - reach_angle <= self._angle), ~wide & (distance + reach_angle <= self._angle)

    def contains(self, lon: FloatArray, lat: FloatArray) -> Mask:
        """Return which places are within the distance."""
        chord, _ = self._tree.query(_unit(lon, lat), distance_upper_bound=self._chord * (1 + 1e-9) + 1e-12)
        return np.asarray(chord <= self._chord, dtype=np.bool_)


def _unit(lon: FloatArray, lat: FloatArray) -> FloatArray:
    """Return places as vectors of the unit sphere, one a row."""
    lam, phi = np.radians(lon), np.radians(lat)
    flat = np.cos(phi)
    return np.column_stack([flat * np.cos(lam), flat * np.sin(lam), np.sin(phi)])


def inside(cells: IntArray, region: Region) -> Mask:
    """Return which of these places, sorted Morton codes, are inside the region."""
    mask = np.zeros(len(cells), dtype=np.bool_)
    if not len(cells):
        return mask
    codes = np.zeros(1, dtype=np.int64)
    first, last = np.zeros(1, dtype=np.int64), np.array([len(cells)], dtype=np.int64)
    edges: list[tuple[IntArray, IntArray]] = []
    for level in range(_FINEST + 1):
        touched, whole = region.classify(_boxes(codes, level))
        for start, stop in zip(first[whole].tolist(), last[whole].tolist(), strict=True):
            mask[start:stop] = True
        undecided = touched & ~whole
        small = undecided & ((last - first <= _LEAF_ROWS) | (level == _FINEST))
        edges.append((first[small], last[small]))
        split = undecided & ~small
        if not split.any():
            break
        codes, first, last = _children(cells, codes[split], first[split], last[split], level=level + 1)
    _decide_singly(cells, region, mask, edges)
    return mask


def _decide_singly(
    cells: IntArray, region: Region, mask: Mask, edges: list[tuple[IntArray, IntArray]]
) -> None:
    """Set the mask at the places of the cells that the edge runs through."""
    rows = runs(np.concatenate([e[0] for e in edges]), np.concatenate([e[1] for e in edges]))
    if len(rows):
        mask[rows] = region.contains(*inverse_mercator(*morton_xy(cells[rows])))


def _children(
    cells: IntArray, codes: IntArray, first: IntArray, last: IntArray, *, level: int
) -> tuple[IntArray, IntArray, IntArray]:
    """Return the quarters of cells that hold places, and where their places start and stop."""
    quarters = ((codes << 2)[:, None] + np.arange(4)).ravel()
    shift = 2 * (CELL_BITS - level)
    starts = np.searchsorted(cells, quarters << shift)
    bounds = starts.reshape(-1, 4)
    stops = np.column_stack([bounds[:, 1:], last]).ravel()
    bounds[:, 0] = first
    held = stops > starts
    return quarters[held], starts[held], stops[held]


def runs(first: IntArray, last: IntArray) -> IntArray:
    """Return all positions of the runs [first, last), one after the other."""
    lengths = last - first
    total = int(lengths.sum())
    if not total:
        return np.empty(0, dtype=np.int64)
    offsets = np.repeat(first - np.concatenate([[0], np.cumsum(lengths)[:-1]]), lengths)
    return np.asarray(np.arange(total) + offsets, dtype=np.int64)


def _boxes(codes: IntArray, level: int) -> Boxes:
    """Return the quadtree cells of a level as boxes in degrees."""
    size = 1 << (CELL_BITS - level)
    shift = 2 * (CELL_BITS - level)
    x, y = morton_xy(codes << shift)
    # inverse_mercator gives the middle of a step; the edges are half a step outside.
    west, north = inverse_mercator(x - 0.5, y - 0.5)
    east, south = inverse_mercator(x + (size - 0.5), y + (size - 0.5))
    return Boxes(west, south, east, north)
