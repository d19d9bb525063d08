"""Areas, drawn shapes and nearness to sites, as masks over the incidents."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import shapely
import shapely.affinity
from shapely.geometry.base import BaseGeometry

from data.geo import EARTH_RADIUS_M, inverse_mercator
from data.mirror.frame import IncidentFrame
from data.mirror.lru import Lru
from data.mirror.sites import SiteFrame
from data.mirror.spatial import Mask, NearRegion, PolygonRegion, inside
from data.query import Circle, Near, Polygon, Rectangle, Shape

_CORNERS = 64  # of the polygon that stands for a circle where lines and polygons are tested


def _all_rows(frame: IncidentFrame, located: Mask) -> Mask:
    """Return the mask with the rows that have no place added: they are inside of nothing."""
    mask = np.zeros(len(frame), dtype=np.bool_)
    mask[: frame.located] = located
    return mask


def in_polygon(frame: IncidentFrame, geometry: BaseGeometry) -> Mask:
    """Return the incidents in a polygon in degrees; lines and polygons count when they touch it."""
    region = PolygonRegion(geometry)
    mask = _all_rows(frame, inside(frame.cell[: frame.located], region))
    _add_shapes(frame, mask, region.geometry)
    return mask


def in_shape(frame: IncidentFrame, shape: Shape) -> Mask:
    """Return the incidents in a shape drawn on the map."""
    if isinstance(shape, Polygon):
        return in_polygon(frame, shapely.Polygon([(at.lon, at.lat) for at in shape.ring]))
    if isinstance(shape, Rectangle):
        return in_polygon(frame, rectangle(shape))
    region = NearRegion(shape.center.lon, shape.center.lat, metres=shape.metres)
    mask = _all_rows(frame, inside(frame.cell[: frame.located], region))
    _add_shapes(frame, mask, circle_outline(shape))
    return mask


def near_sites(frame: IncidentFrame, sites: SiteFrame, near: Near, *, visible: npt.NDArray[np.bool_]) -> Mask:
    """Return the incidents within the distance of a visible site; lines and polygons by their one point."""
    chosen = sites.chosen(
        visible,
        sectors=frozenset() if near.sector == "*" else frozenset({near.sector}),
        kinds=frozenset({near.kind} if near.kind else ()),
    )
    if not len(chosen):
        return np.zeros(len(frame), dtype=np.bool_)
    lon, lat = sites.lonlat
    region = NearRegion(lon[chosen], lat[chosen], metres=near.metres)
    return _all_rows(frame, inside(frame.cell[: frame.located], region))


def _add_shapes(frame: IncidentFrame, mask: Mask, geometry: BaseGeometry) -> None:
    if len(frame.shapes):
        mask[frame.shape_rows] = shapely.intersects(geometry, frame.shapes.geometry)


def rectangle(shape: Rectangle) -> BaseGeometry:
    """Return the rectangle as a polygon, or as two where it crosses the antimeridian."""
    if shape.west <= shape.east:
        return shapely.box(shape.west, shape.south, shape.east, shape.north)
    parts = [(shape.west, 180.0), (-180.0, shape.east)]
    return shapely.MultiPolygon([shapely.box(w, shape.south, e, shape.north) for w, e in parts])


def circle_outline(circle: Circle) -> BaseGeometry:
    """Return the circle as a polygon in degrees (the direct problem on the mean sphere)."""
    angle = min(circle.metres / EARTH_RADIUS_M, math.pi)
    bearing = np.linspace(0.0, 2 * math.pi, _CORNERS, endpoint=False)
    lat1 = math.radians(circle.center.lat)
    lat = np.arcsin(math.sin(lat1) * math.cos(angle) + math.cos(lat1) * math.sin(angle) * np.cos(bearing))
    lon = np.arctan2(
        np.sin(bearing) * math.sin(angle) * math.cos(lat1), math.cos(angle) - math.sin(lat1) * np.sin(lat)
    )
    ring = np.column_stack([circle.center.lon + np.degrees(lon), np.degrees(lat)])
    outline = shapely.make_valid(shapely.Polygon(ring))
    # A ring that runs over the antimeridian is there twice, once from each side.
    if ring[:, 0].max() > 180 or ring[:, 0].min() < -180:
        both = [outline, shapely.affinity.translate(outline, 360), shapely.affinity.translate(outline, -360)]
        return shapely.intersection(shapely.union_all(both), shapely.box(-180, -90, 180, 90))
    return outline


class Geography:
    """The costly masks of one snapshot, kept while it lasts: moving another filter costs nothing here."""

    def __init__(self, frame: IncidentFrame, sites: SiteFrame, *, limit_bytes: int) -> None:
        self._frame, self._sites = frame, sites
        self._kept: Lru[Mask] = Lru(limit_bytes=limit_bytes, size=lambda mask: mask.nbytes)

    def is_of(self, frame: IncidentFrame) -> bool:
        """Return whether these masks are over this frame."""
        return frame is self._frame

    def areas(self, outlines: Sequence[BaseGeometry]) -> Mask:
        """Return the incidents in any of the areas."""
        return _union([self._area(outline) for outline in outlines])

    def shapes(self, shapes: Sequence[Shape]) -> Mask:
        """Return the incidents in any of the shapes."""
        return _union([self._shape(shape) for shape in shapes])

    def near(self, near: Near, visible: npt.NDArray[np.bool_]) -> Mask:
        """Return the incidents near the sites that are visible."""
        key = (near, visible.tobytes())
        return self._kept.get(key, lambda: near_sites(self._frame, self._sites, near, visible=visible))

    def text(self, words: str, matching: Callable[[str], npt.NDArray[np.int64]]) -> Mask:
        """Return the incidents that contain the words, as `matching` finds their seqs."""

        def make() -> Mask:
            mask = np.zeros(len(self._frame), dtype=np.bool_)
            mask[self._frame.positions(matching(words))] = True
            return mask

        return self._kept.get(("text", words), make)

    def _area(self, outline: BaseGeometry) -> Mask:
        return self._kept.get(shapely.to_wkb(outline), lambda: in_polygon(self._frame, outline))

    def _shape(self, shape: Shape) -> Mask:
        return self._kept.get(shape, lambda: in_shape(self._frame, shape))


def _union(masks: list[Mask]) -> Mask:
    return masks[0] if len(masks) == 1 else np.logical_or.reduce(masks)


def lonlat(frame: IncidentFrame, rows: npt.NDArray[np.integer]) -> tuple[npt.NDArray[np.float64], ...]:
    """Return longitude and latitude of rows that have a place."""
    return inverse_mercator(frame.x[rows], frame.y[rows])
