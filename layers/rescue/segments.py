"""Search segments: ground that one team can search at a time, made from cells, roads or coast."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely
import shapely.ops
from shapely.geometry.base import BaseGeometry

from data.errors import Invalid, TooLarge
from layers.rescue.grid import Extent, Grid
from layers.rescue.raster import cover
from layers.rescue.surface import Surface

Shapes = npt.NDArray[np.object_]

MAX_SEGMENTS: Final = 2_000
_PLANE_CELL_M = 10_000.0  # of the grid that only lends its plane
_SLIVER = 0.02  # of the usual segment: what is smaller belongs to no segment of its own


@dataclass(frozen=True)
class Segment:
    """A piece of ground in degrees, made from `kind`: cells, roads, coast or drawn."""

    name: str
    geometry: BaseGeometry
    kind: str
    area_km2: float


def from_cells(
    ground: Extent | BaseGeometry,
    *,
    side_m: float,
    surface: Surface | None = None,
    keep: Callable[[Shapes], npt.NDArray[np.bool_]] | None = None,
) -> list[Segment]:
    """Return squares that cover the ground, row by row from the north-west.

    With a surface, only those in which anybody may be: squares that hold 99 % of what lies on the ground;
    and of all only those that are to be kept.
    """
    shape = _ground(ground)
    plane = Grid.around(shape.bounds, cell_m=_positive("side_m", side_m), max_cells=MAX_SEGMENTS * 20)
    index = np.arange(len(plane)).reshape(plane.shape)[::-1].ravel()
    pieces = shapely.intersection(plane.polygons(index), shape)
    if surface is not None:
        pieces = pieces[_holding(plane, index, surface)]
    if keep is not None:
        pieces = pieces[keep(pieces)]
    return _segments(plane, list(pieces), kind="cells", usual_m2=side_m**2)


def from_roads(lines: BaseGeometry, *, length_m: float, width_m: float) -> list[Segment]:
    """Return strips along roads: each stretch of about `length_m`, and `width_m` of ground to each side."""
    plane = _plane(lines)
    merged = shapely.line_merge(shapely.union_all(shapely.get_parts(plane.project(lines))))
    stretches = [piece for line in shapely.get_parts(merged) for piece in _stretches(line, length_m)]
    strips = [piece.buffer(_positive("width_m", width_m), cap_style="flat") for piece in stretches]
    return _segments(plane, [plane.unproject(s) for s in _apart(strips)], "roads", length_m * width_m)


def from_coast(
    coast: BaseGeometry, *, length_m: float, width_m: float, ground: str = "land"
) -> list[Segment]:
    """Return strips along a coast: of land (polygons given), of the water before it, or both (lines given).

    `ground` is "land" or "water" for polygons of land; along lines a strip lies on both sides.
    """
    plane = _plane(coast)
    placed = plane.project(coast)
    polygons = placed.geom_type in {"Polygon", "MultiPolygon"}
    shore = shapely.line_merge(
        shapely.boundary(placed) if polygons else shapely.union_all(shapely.get_parts(placed))
    )
    stretches = [piece for line in shapely.get_parts(shore) for piece in _stretches(line, length_m)]
    strips = _apart([piece.buffer(_positive("width_m", width_m), cap_style="flat") for piece in stretches])
    if polygons:
        cut = shapely.intersection if ground == "land" else shapely.difference
        strips = [cut(strip, placed) for strip in strips]
    return _segments(plane, [plane.unproject(strip) for strip in strips], "coast", length_m * width_m)


def area_km2(geometry: BaseGeometry) -> float:
    """Return the ground that a shape in degrees covers."""
    return float(_plane(geometry).project(geometry).area) / 1e6


def poa_of(surface: Surface, segments: Sequence[BaseGeometry]) -> list[float]:
    """Return the probability in each segment; a cell that two share counts by how much of it each covers."""
    p = surface.p
    found = []
    for segment in segments:
        placed = surface.grid.project(segment)
        if not (math.isfinite(placed.area) and placed.area > 0):
            found.append(0.0)
            continue
        patch = cover(surface.grid, placed)
        found.append(float((p[patch.where] * patch.values).sum()) if patch.values.size else 0.0)
    return found


def _ground(ground: Extent | BaseGeometry) -> BaseGeometry:
    shape = ground if isinstance(ground, BaseGeometry) else shapely.box(*ground)
    if shape.is_empty or not shape.area > 0:
        raise Invalid("There is no ground to divide.", hint="Draw a polygon, or give a box.")
    return shape if shape.is_valid else shapely.make_valid(shape)


def _plane(geometry: BaseGeometry) -> Grid:
    if geometry.is_empty:
        raise Invalid("There is no ground to divide.", hint="Draw a line or a polygon.")
    west, south, east, north = geometry.bounds
    return Grid.around((west, south, east, north), cell_m=_PLANE_CELL_M)


def _positive(name: str, value: float) -> float:
    if not (math.isfinite(value) and value > 0):
        raise Invalid(f"{name} must be above 0 metres.", hint="For example 200.")
    return value


def _stretches(line: shapely.LineString, length_m: float) -> list[BaseGeometry]:
    """Return a line cut into equal stretches of about a length."""
    count = max(1, round(line.length / _positive("length_m", length_m)))
    if count > MAX_SEGMENTS:
        raise _too_many()
    cuts = np.linspace(0.0, line.length, count + 1)
    return [shapely.ops.substring(line, start, stop) for start, stop in pairwise(cuts)]


def _apart(strips: Sequence[BaseGeometry]) -> list[BaseGeometry]:
    """Return strips without what an earlier one covers: ground is searched once and counted once."""
    if len(strips) > MAX_SEGMENTS:
        raise _too_many()
    tree = shapely.STRtree(strips)
    apart = []
    for number, strip in enumerate(strips):
        near = tree.query(strip, predicate="intersects")
        before = [strips[other] for other in near if other < number]
        apart.append(shapely.difference(strip, shapely.union_all(before)) if before else strip)
    return apart


def _holding(plane: Grid, index: np.ndarray, surface: Surface) -> np.ndarray:
    p = surface.p.ravel()
    cell = plane.cells_of(*surface.grid.centres_lonlat())
    held = np.bincount(cell[cell >= 0], weights=p[cell >= 0], minlength=len(plane))[index]
    order = np.argsort(-held, kind="stable")
    through = int(np.searchsorted(np.cumsum(held[order]), 0.99 * held.sum())) + 1
    keep = np.zeros(len(index), dtype=np.bool_)
    keep[order[:through]] = True
    return np.asarray(keep & (held > 0))


def _segments(plane: Grid, pieces: Sequence[BaseGeometry], kind: str, usual_m2: float) -> list[Segment]:
    found: list[Segment] = []
    for piece in pieces:
        solid = shapely.multipolygons(
            [part for part in shapely.get_parts(piece) if part.geom_type == "Polygon"]
        )
        shape = solid.geoms[0] if len(solid.geoms) == 1 else solid
        area = float(plane.project(shape).area) if not shape.is_empty else 0.0
        if area > _SLIVER * usual_m2:
            found.append(Segment(f"{kind.capitalize()} {len(found) + 1}", shape, kind, area / 1e6))
    if len(found) > MAX_SEGMENTS:
        raise _too_many()
    return found


def _too_many() -> TooLarge:
    return TooLarge(f"There would be more than {MAX_SEGMENTS:,} segments.", hint="Make them larger.")
