"""Whether a hotspot of one brief is the same as one of another that lies elsewhere now."""

from __future__ import annotations

from collections.abc import Mapping

import shapely
from shapely.geometry.base import BaseGeometry

from data.query import Query
from data.query.shapes import Polygon


def moved(before: Mapping[str, str], now: Mapping[str, str]) -> dict[str, str]:
    """Return the names of hotspots that moved, each with the name that it had.

    Both map a hotspot's name to the query of its outline. One that kept its name moved when its middle lies
    outside of where it was; one with another name, when it lies over one that is over.
    """
    was = {name: outline for name, text in before.items() if (outline := _outline(text)) is not None}
    found = {}
    for name, text in now.items():
        here = _outline(text)
        if here is None:
            continue
        if name in was:
            if not was[name].convex_hull.covers(here.centroid):
                found[name] = name
        elif name not in before:
            over = [(here.intersection(old).area, each) for each, old in was.items() if each not in now]
            area, nearest = max(over, default=(0.0, ""))
            if area > 0 and nearest not in found.values():
                found[name] = nearest
    return found


def _outline(query: str) -> BaseGeometry | None:
    rings = [shape.ring for shape in Query.parse(query).shapes if isinstance(shape, Polygon)]
    drawn = [shapely.make_valid(shapely.Polygon([(at.lon, at.lat) for at in ring])) for ring in rings]
    return shapely.union_all(drawn) if drawn else None
