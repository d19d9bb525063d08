"""Broad sounds and lagoons that the Census shoreline counts as land: Lake Pontchartrain, Great South Bay."""

from __future__ import annotations

import numpy as np
import shapely

HALF_WIDTH = (
    4.3e-5  # about 1.4 km in the middle of the country: what is narrower may be the sources' disagreement
)
RIM = (
    1.5e-5  # land kept along the Census shore: a barrier island that the coarser source lacks is not drowned
)
LEAST = 2.5e-8  # about 25 km2 there
ISLET = 1e-9


def lagoons(us: shapely.Geometry, ocean: shapely.Geometry, *, spare: shapely.Geometry) -> np.ndarray:
    """Return water inside the Census land where Natural Earth's ocean is broad; none where `spare` is."""
    found: list[shapely.Geometry] = []
    for land in shapely.get_parts(us):
        if shapely.area(land) < ISLET:
            continue
        wet = shapely.intersection(land, ocean)
        core = shapely.get_parts(shapely.buffer(wet, -HALF_WIDTH, quad_segs=2))
        if len(core):
            found += [_filled(part, wet, land) for part in core]
    joined = shapely.get_parts(shapely.difference(shapely.union_all(found), spare))
    return joined[(shapely.get_dimensions(joined) == 2) & (shapely.area(joined) >= LEAST)]


def _filled(core: shapely.Geometry, wet: shapely.Geometry, land: shapely.Geometry) -> shapely.Geometry:
    """Return the core grown back to the shores it was shrunk from, short of the rim."""
    grown = shapely.buffer(core, HALF_WIDTH * 1.05, quad_segs=3)
    if shapely.is_empty(grown):
        return grown
    west, north, east, south = shapely.bounds(grown)
    near = shapely.clip_by_rect(shapely.boundary(land), west - RIM, north - RIM, east + RIM, south + RIM)
    shore = shapely.buffer(near, RIM, quad_segs=2)
    return shapely.difference(shapely.intersection(grown, wet), shore)
