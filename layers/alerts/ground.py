"""The ground of a watch area: which reports lie in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from uuid import UUID

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

from data.alert_rules import AlongRoute, Drawn, Geography, InArea, RoundSites
from data.geo import inverse_mercator
from data.mirror import IncidentFrame
from data.mirror.geography import circle_outline, rectangle
from data.mirror.shapes import ShapeSet
from data.mirror.spatial import Mask, NearRegion, PolygonRegion, Region, inside
from data.model import LonLat
from data.query import Circle, Rectangle, Shape
from data.query.shapes import parse_shapes

# Up to here each place is tested by itself: quicker than walking down the quadtree.
_FEW = 500
_STEP_DEG = 0.05  # a route's long stretches are bent along with the ground

Part = tuple[Region, BaseGeometry]  # for places, and for lines and polygons


class Ground:
    """One or several regions; a report is in it when its place, or any bit of its line or polygon, is."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self._parts = tuple(parts)

    @property
    def outline(self) -> BaseGeometry:
        """The whole ground in degrees."""
        return shapely.union_all([outline for _, outline in self._parts])

    def mask(self, frame: IncidentFrame) -> Mask:
        """Return which of the frame's rows are in it; what has no place is in nothing."""
        mask = np.zeros(len(frame), dtype=np.bool_)
        for region, outline in self._parts:
            mask |= self._in(frame, region, outline)
        return mask

    @staticmethod
    def _in(frame: IncidentFrame, region: Region, outline: BaseGeometry) -> Mask:
        mask = np.zeros(len(frame), dtype=np.bool_)
        located = frame.located
        if located <= _FEW:
            if located:
                mask[:located] = region.contains(*inverse_mercator(frame.x[:located], frame.y[:located]))
        else:
            mask[:located] = inside(frame.cell[:located], region)
        if len(frame.shapes):
            mask[frame.shape_rows] = shapely.intersects(outline, frame.shapes.geometry)
        return mask


def ground_of(
    geography: Geography,
    *,
    outline: Callable[[UUID], BaseGeometry],
    site: Callable[[UUID], LonLat],
) -> Ground:
    """Return the ground of a geography; `outline` and `site` look areas and sites up, and may refuse."""
    if isinstance(geography, Drawn):
        return Ground([_drawn(shape) for shape in parse_shapes(geography.shape)])
    if isinstance(geography, InArea):
        return Ground([_polygon(outline(geography.area_id))])
    if isinstance(geography, RoundSites):
        return Ground([_circle(Circle(site(one), geography.metres)) for one in geography.sites])
    return Ground([_polygon(corridor(geography))])


def corridor(route: AlongRoute) -> BaseGeometry:
    """Return everything within the route's distance of its line, as a polygon in degrees."""
    line = shapely.segmentize(shapely.LineString(route.line), _STEP_DEG)
    middle = line.interpolate(0.5, normalized=True)
    # True in distance from the middle of the route: exact enough across a city or a state.
    plane = f"+proj=aeqd +lat_0={middle.y} +lon_0={middle.x} +ellps=WGS84"
    there = Transformer.from_crs("OGC:CRS84", plane, always_xy=True)
    flat = shapely.transform(line, lambda xy: np.column_stack(there.transform(xy[:, 0], xy[:, 1])))
    wide = shapely.buffer(flat, route.metres)
    back = shapely.transform(
        wide, lambda xy: np.column_stack(there.transform(xy[:, 0], xy[:, 1], direction="INVERSE"))
    )
    return shapely.make_valid(back)


def few(frame: IncidentFrame, positions: npt.NDArray[np.integer]) -> IncidentFrame:
    """Return the frame of some rows, in the order of the whole: a filter costs what these few cost."""
    rows = np.sort(positions)
    names = ("seq", "fid", "cell", "combo", "occurred_ms", "entered_ms", "updated_ms", "accuracy_m")
    more = ("persons", "revision", "time_precision", "x", "y")
    columns = {name: getattr(frame, name)[rows] for name in names + more}
    kept = np.isin(frame.shapes.seq, columns["seq"]) if len(frame.shapes) else np.empty(0, dtype=np.bool_)
    shapes = ShapeSet(frame.shapes.seq[kept], frame.shapes.geometry[kept])
    return replace(frame, **columns, shapes=shapes)


def _drawn(shape: Shape) -> Part:
    if isinstance(shape, Circle):
        return _circle(shape)
    if isinstance(shape, Rectangle):
        return _polygon(rectangle(shape))
    return _polygon(shapely.Polygon([(at.lon, at.lat) for at in shape.ring]))


def _circle(circle: Circle) -> Part:
    region = NearRegion(circle.center.lon, circle.center.lat, metres=circle.metres)
    return region, circle_outline(circle)


def _polygon(geometry: BaseGeometry) -> Part:
    region = PolygonRegion(geometry)
    return region, region.geometry
