"""Simplifying areas that share borders, so that they still share them afterwards."""

from __future__ import annotations

import numpy as np
import shapely

PIXELS = 512  # MapLibre draws a tile 512 pixels wide


def tolerance(zoom: int, pixels: float) -> float:
    """Return so many screen pixels at a zoom, in Web Mercator turns."""
    return pixels / (PIXELS * 2**zoom)


def simplified(areas: np.ndarray, zoom: int, *, pixels: float = 0.6) -> np.ndarray:
    """Return the areas of a clean coverage, simplified for a zoom with their shared borders kept.

    Visvalingam-Whyatt: vertices go in the order of the area they span, which keeps bays and capes.
    """
    return np.asarray(shapely.coverage_simplify(areas, tolerance(zoom, pixels)))


def borders(areas: np.ndarray, groups: np.ndarray) -> tuple[shapely.Geometry, shapely.Geometry]:
    """Return the lines between areas of different groups, and those within a group.

    A stretch that only one area has is a shore or the edge of the coverage, and is in neither.
    """
    parts, part_area = shapely.get_parts(areas, return_index=True)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    ring_area = part_area[ring_part]
    coords, owner = shapely.get_coordinates(rings, return_index=True)
    same_ring = owner[1:] == owner[:-1]
    start, end = coords[:-1][same_ring], coords[1:][same_ring]
    group = groups[ring_area[owner[:-1][same_ring]]]
    flip = (start[:, 0] > end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] > end[:, 1]))
    low, high = np.where(flip[:, None], end, start), np.where(flip[:, None], start, end)
    segments, inverse, count = np.unique(
        np.hstack([low, high]), axis=0, return_inverse=True, return_counts=True
    )
    inverse = inverse.ravel()
    lowest = np.full(len(segments), np.iinfo(np.int64).max)
    highest = np.full(len(segments), -1)
    np.minimum.at(lowest, inverse, group)
    np.maximum.at(highest, inverse, group)
    outer, inner = (count == 2) & (lowest != highest), (count == 2) & (lowest == highest)
    return _merged(segments[outer]), _merged(segments[inner])


def _merged(segments: np.ndarray) -> shapely.Geometry:
    """Return segments joined into lines as long as they go."""
    if not len(segments):
        return shapely.LineString()
    return shapely.line_merge(shapely.multilinestrings(shapely.linestrings(segments.reshape(-1, 2, 2))))


def polygons_only(geometry: shapely.Geometry, *, min_area: float = 0.0) -> shapely.Geometry:
    """Return the polygons of a geometry that are at least so large."""
    parts = shapely.get_parts(geometry)
    parts = parts[(shapely.get_dimensions(parts) == 2) & (shapely.area(parts) >= min_area)]
    return shapely.multipolygons(parts)
