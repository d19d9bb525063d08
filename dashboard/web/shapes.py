"""Shapes from outside: GeoJSON of a request to shapely, within limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import shapely
from shapely.errors import ShapelyError
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from data.errors import BadCoordinates, Invalid, TooLarge
from data.geo import checked

MOST_VERTICES = 20_000
_POLYGONS = frozenset({"Polygon", "MultiPolygon"})
_LINES = frozenset({"LineString", "MultiLineString"})


def polygon(value: Mapping[str, Any]) -> BaseGeometry:
    """Return the polygon of a GeoJSON geometry, mended where its ring crosses itself."""
    return _checked(value, _POLYGONS)


def line_or_polygon(value: Mapping[str, Any]) -> BaseGeometry:
    """Return the line or polygon of a GeoJSON geometry, mended where its ring crosses itself."""
    return _checked(value, _POLYGONS | _LINES)


def _checked(value: Mapping[str, Any], allowed: frozenset[str]) -> BaseGeometry:
    kind = value.get("type")
    if not isinstance(kind, str) or kind not in allowed:
        raise Invalid(f"The geometry is not one of {', '.join(sorted(allowed))}.", hint="Send GeoJSON.")
    if _numbers(value.get("coordinates")) > 3 * MOST_VERTICES:
        raise TooLarge(f"The geometry has more than {MOST_VERTICES:,} vertices.", hint="Simplify it.")
    try:
        made = shape({"type": kind, "coordinates": value.get("coordinates")})
        found = made if made.is_valid else shapely.make_valid(made)
    except (ShapelyError, ValueError, TypeError, LookupError, AttributeError) as error:
        raise Invalid("The geometry cannot be read.", hint="Check it against RFC 7946.") from error
    if found.is_empty or found.geom_type not in allowed:
        raise Invalid("The geometry is empty or has no extent.", hint="Draw it again.")
    west, south, east, north = found.bounds
    try:
        checked(west, south)
        checked(east, north)
    except BadCoordinates as error:
        raise Invalid(error.message, hint=error.hint) from error
    return shapely.force_2d(found)


def _numbers(value: object) -> int:
    """Return how many numbers a nested list holds."""
    waiting, total = [value], 0
    while waiting:
        here = waiting.pop()
        if isinstance(here, list):
            waiting.extend(here)
        else:
            total += 1
        if total > 3 * MOST_VERTICES:
            break
    return total
