"""Lines and polygons cut to a tile and turned into drawing commands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from data.geo import IntArray
from layers.tiles.address import BUFFER, EXTENT, TileAddress
from layers.tiles.mvt import Drawn, zigzag

_MOVE, _LINE, _CLOSE = 1, 2, 7
_LINE_TYPE, _POLYGON_TYPE = 2, 3


def draw(geometry: BaseGeometry, tile: TileAddress) -> Drawn | None:
    """Return what the tile shows of a geometry in Mercator steps; None when that is nothing."""
    left, top = tile.origin
    margin = tile.span * BUFFER / EXTENT
    cut = shapely.clip_by_rect(
        geometry, left - margin, top - margin, left + tile.span + margin, top + tile.span + margin
    )
    if cut.is_empty:
        return None
    scale = EXTENT / tile.span
    local = shapely.simplify(shapely.transform(cut, lambda at: (at - (left, top)) * scale), 0.5)
    polygons = [part for part in _parts(local) if isinstance(part, shapely.Polygon)]
    if polygons:
        return _drawn(_POLYGON_TYPE, _polygon_commands(polygons))
    return _drawn(
        _LINE_TYPE, _line_commands(part for part in _parts(local) if part.geom_type == "LineString")
    )


def _drawn(kind: int, commands: list[int]) -> Drawn | None:
    return Drawn(kind, commands) if commands else None


def _parts(geometry: BaseGeometry) -> Iterator[BaseGeometry]:
    for part in getattr(geometry, "geoms", [geometry]):
        if hasattr(part, "geoms"):
            yield from _parts(part)
        else:
            yield part


def _whole(coordinates: npt.ArrayLike) -> IntArray:
    """Return coordinates as whole tile units, each only once in a row."""
    points = np.rint(np.asarray(coordinates)).astype(np.int64)
    moved = np.ones(len(points), dtype=np.bool_)
    moved[1:] = (points[1:] != points[:-1]).any(axis=1)
    kept: IntArray = points[moved]
    return kept


def _line_commands(lines: Iterable[BaseGeometry]) -> list[int]:
    commands: list[int] = []
    pen = np.zeros(2, dtype=np.int64)
    for line in lines:
        points = _whole(line.coords)
        if len(points) > 1:
            commands += _stroke(points, pen)
            pen = points[-1]
    return commands


def _polygon_commands(polygons: Iterable[shapely.Polygon]) -> list[int]:
    commands: list[int] = []
    pen = np.zeros(2, dtype=np.int64)
    for polygon in polygons:
        for number, ring in enumerate((polygon.exterior, *polygon.interiors)):
            points = _whole(ring.coords)[:-1]
            area = _doubled_area(points)
            if len(points) < 3 or area == 0:
                if number == 0:
                    break  # without its outside a polygon has no holes either
                continue
            # By the surveyor's formula an outside has to have a positive area, a hole a negative one.
            if (area > 0) != (number == 0):
                points = points[::-1]
            commands += [*_stroke(points, pen), _CLOSE | 1 << 3]
            pen = points[-1]
    return commands


def _doubled_area(points: IntArray) -> int:
    if len(points) < 3:
        return 0
    following = np.roll(points, -1, axis=0)
    return int((points[:, 0] * following[:, 1] - following[:, 0] * points[:, 1]).sum())


def _stroke(points: IntArray, pen: IntArray) -> list[int]:
    steps = zigzag(np.diff(points, axis=0, prepend=pen[None, :]))
    rest: list[int] = steps[1:].ravel().tolist()
    start: list[int] = steps[0].tolist()
    return [_MOVE | 1 << 3, *start, _LINE | (len(points) - 1) << 3, *rest]
