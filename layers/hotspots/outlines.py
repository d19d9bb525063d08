"""Places of claims as outlines, and as the filter's own shape text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from data.model import LonLat
from data.query import Polygon, Rectangle, shapes_text
from data.query.shapes import MAX_SHAPES, MAX_VERTICES
from layers.analytics.cells import Grid
from layers.hotspots.mask import Mask
from layers.hotspots.peaks import places_of
from layers.hotspots.tested import Tested

Ring = npt.NDArray[np.float64]

_DECIMALS = 6  # of a degree, as the cells are drawn


@dataclass(frozen=True, slots=True)
class Drawn:
    """What is drawn in a filter, in degrees, and whether it is what is left out."""

    ground: BaseGeometry
    left_out: bool

    def part_of(self, rings: list[Ring]) -> list[Ring]:
        """Return that part of the rings, as rings without holes, which the drawing lets through."""
        cut = shapely.difference if self.left_out else shapely.intersection
        ground = shapely.make_valid(self.ground)
        return [ring for each in rings for ring in _rings(cut(shapely.Polygon(each), ground))]


@dataclass(frozen=True)
class Outline:
    """One hotspot: its cells on the grid (ny × nx), and the strongest of its claims."""

    grid: Grid
    cells: Mask
    peak: int  # row-major

    @property
    def geometry(self) -> BaseGeometry:
        """Its ground in degrees, without lines between cells."""
        rows, columns = np.nonzero(self.cells)
        lon, lat = np.round(self.grid.west_east, _DECIMALS), np.round(self.grid.south_north, _DECIMALS)
        boxes = shapely.box(lon[columns], lat[rows], lon[columns + 1], lat[rows + 1])
        return shapely.remove_repeated_points(shapely.simplify(shapely.union_all(boxes), 0.0))

    def shape(self, drawn: Drawn | None = None) -> str:
        """Return its ground as the filter's text: what it selects are the reports counted here.

        It takes the place of what is drawn in the filter, so it is that part of it which is drawn.
        """
        parts = _without_holes(self.grid, self.cells)
        if drawn is not None:
            parts = drawn.part_of(parts) or parts  # none: a cell at the rim, whose report lies on it
        if len(parts) > MAX_SHAPES or any(len(part) > MAX_VERTICES for part in parts):
            west, south, east, north = self.geometry.bounds  # more than the grammar takes: its box
            return shapes_text((Rectangle(west, south, east, north),))
        rings = [Polygon(tuple(LonLat(float(x), float(y)) for x, y in part)) for part in parts]
        return shapes_text(tuple(sorted(rings, key=str)))


def outlines(made: Tested) -> Iterator[Outline]:
    """Yield the hotspots of a tested map: places of claims, with the reports of the strongest of them.

    A claim is about a cell and its neighbours; so the cells whose reports make up the strongest claim
    belong to the hotspot, unless they are another's.
    """
    numbers, peaks = places_of(made.claim, made.gi.z)
    ny, nx = made.claim.shape
    for number, peak in enumerate(peaks, start=1):
        mine = numbers == number
        row, column = divmod(peak, nx)
        around = np.s_[max(row - 1, 0) : min(row + 2, ny), max(column - 1, 0) : min(column + 2, nx)]
        mine[around] |= (made.counts[around] > 0) & (numbers[around] == 0)
        yield Outline(made.cells.grid, mine, peak)


def _without_holes(grid: Grid, cells: Mask) -> list[npt.NDArray[np.float64]]:
    """Return rings of corners that cover the cells and nothing else: what has a hole is cut through it."""
    rows, columns = np.nonzero(cells)
    top, left = int(rows.min()), int(columns.min())
    block = cells[top : int(rows.max()) + 1, left : int(columns.max()) + 1]
    lon, lat = np.round(grid.west_east, _DECIMALS), np.round(grid.south_north, _DECIMALS)
    rings: list[npt.NDArray[np.float64]] = []
    pending = [(top, left, block)]
    while pending:
        row, column, part = pending.pop()
        ys, xs = np.nonzero(part)
        boxes = shapely.box(xs, ys, xs + 1, ys + 1)
        for polygon in shapely.get_parts(shapely.simplify(shapely.union_all(boxes), 0.0)):
            holes = shapely.get_num_interior_rings(polygon)
            if not holes:
                corners = shapely.get_coordinates(polygon)[:-1].astype(np.int64)
                rings.append(np.column_stack([lon[column + corners[:, 0]], lat[row + corners[:, 1]]]))
                continue
            hole = shapely.get_interior_ring(polygon, 0).bounds
            cut = int(hole[0])  # a column's edge, so no cell is cut
            inside = _cells_of(polygon, part.shape)
            pending.append((row, column, inside[:, :cut]) if cut else (row, column, inside))
            pending.append((row, column + cut, inside[:, cut:]))
    return rings


def _rings(geometry: BaseGeometry) -> Iterator[Ring]:
    """Yield rings that cover the ground of a geometry: what has a hole is cut through it."""
    for part in shapely.get_parts(geometry):
        if part.geom_type == "GeometryCollection":
            yield from _rings(part)
        elif part.geom_type == "Polygon" and not part.interiors:
            ring = np.round(shapely.get_coordinates(part)[:-1], _DECIMALS + 1)
            if len(np.unique(ring, axis=0)) > 2:
                yield ring
        elif part.geom_type == "Polygon":
            west, south, east, north = part.bounds
            cut = float(shapely.centroid(part.interiors[0]).x)
            for half in (shapely.box(west, south, cut, north), shapely.box(cut, south, east, north)):
                yield from _rings(shapely.intersection(part, half))


def _cells_of(polygon: BaseGeometry, shape: tuple[int, int]) -> Mask:
    """Return the cells of a block whose middle is in the polygon."""
    y, x = np.mgrid[: shape[0], : shape[1]] + 0.5
    return np.asarray(shapely.contains_xy(polygon, x, y), dtype=np.bool_)
