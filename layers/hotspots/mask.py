"""Which cells can hold a report at all: not those at sea, nor those that the filter leaves out."""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import shapely
from scipy.spatial import KDTree
from shapely.geometry.base import BaseGeometry

from data.geo import EARTH_RADIUS_M, WORLD, FloatArray, mercator
from data.mirror import View
from data.mirror.geography import circle_outline, rectangle
from data.query import Dimension, Polygon, Query, Rectangle
from data.query.shapes import Shape
from layers.analytics.cells import Grid
from layers.basemap.archives import DamagedBasemap
from layers.hotspots.land import land_in, touched

logger = logging.getLogger(__name__)

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Validity:
    """Which cells count; of the others, which are masked as water and which as outside of the filter."""

    valid: Mask
    water: Mask
    outside: Mask
    water_known: bool  # the basemap could be read


def validity(view: View, grid: Grid, held: Mask, *, within: BaseGeometry | None) -> Validity:
    """Return the validity of a grid's cells; one that holds reports counts whatever the map says."""
    land = _land(grid)
    reachable = np.ones(held.shape, dtype=np.bool_)
    if within is not None:
        reachable &= touched(within, grid.west_east, grid.south_north)
    if view.query.near is not None and Dimension.NEAR not in view.query.inverted:
        reachable &= _near_sites(view, grid)
    dry = np.ones(held.shape, dtype=np.bool_) if land is None else land
    return Validity(
        valid=held | (dry & reachable),
        water=~held & reachable & ~dry,
        outside=~held & ~reachable,
        water_known=land is not None,
    )


def ground_of(query: Query, areas: Sequence[BaseGeometry]) -> BaseGeometry | None:
    """Return the ground in degrees to which areas and shapes restrict the filter; None where they do not.

    `areas` are the outlines of `query.areas`. What is left out with `not=` restricts to no ground.
    """
    parts = []
    if areas and Dimension.AREA not in query.inverted:
        parts.append(shapely.union_all([shapely.make_valid(area) for area in areas]))
    drawn = drawn_in(query)
    if drawn is not None and Dimension.SHAPE not in query.inverted:
        parts.append(drawn)
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else shapely.intersection(parts[0], parts[1])


def drawn_in(query: Query) -> BaseGeometry | None:
    """Return the ground in degrees of what is drawn in a filter; None where nothing is."""
    return shapely.union_all([_outline(shape) for shape in query.shapes]) if query.shapes else None


def _outline(shape: Shape) -> BaseGeometry:
    if isinstance(shape, Rectangle):
        return rectangle(shape)
    if isinstance(shape, Polygon):
        return shapely.make_valid(shapely.Polygon([(at.lon, at.lat) for at in shape.ring]))
    return circle_outline(shape)


def land_share(grid: Grid) -> float:
    """Return how much of a grid is land, above 0; all of it where that is not known."""
    land = _land(grid)
    return 1.0 if land is None or not land.any() else float(land.mean())


def _land(grid: Grid) -> Mask | None:
    try:
        return _land_of(grid)
    except DamagedBasemap:
        logger.warning("the basemap cannot be read: hotspots take water for land")
        return None


@lru_cache(maxsize=32)
def _land_of(grid: Grid) -> Mask:
    """Return the land of a grid; the map does not change, and a screen asks for the same grid again."""
    x, _ = mercator(grid.west_east, np.zeros(grid.nx + 1))
    _, y = mercator(np.zeros(grid.ny + 1), grid.south_north)
    land = land_in(x / WORLD, y / WORLD)
    land.setflags(write=False)
    return land


def _near_sites(view: View, grid: Grid) -> Mask:
    """Return which cells may hold a place within the filter's distance of its sites."""
    near, sites = view.query.near, view.snapshot.sites
    assert near is not None  # noqa: S101  # the caller asked
    chosen = sites.chosen(
        view.snapshot.scope_table(view.visible),
        sectors=frozenset() if near.sector == "*" else frozenset({near.sector}),
        kinds=frozenset({near.kind} if near.kind else ()),
    )
    if not len(chosen):
        return np.zeros((grid.ny, grid.nx), dtype=np.bool_)
    lon, lat = sites.lonlat
    tree = KDTree(_unit(lon[chosen], lat[chosen]))
    middle_lon = (grid.west_east[1:] + grid.west_east[:-1]) / 2
    middle_lat = (grid.south_north[1:] + grid.south_north[:-1]) / 2
    lons, lats = np.meshgrid(middle_lon, middle_lat)
    reach = (near.metres + _half_diagonal_m(grid)) / EARTH_RADIUS_M
    bound = 2.0 * math.sin(min(reach, math.pi) / 2.0) * (1 + 1e-6)
    chord, _ = tree.query(_unit(lons.ravel(), lats.ravel()), distance_upper_bound=bound)
    return np.asarray(np.isfinite(chord)).reshape(lons.shape)


def _half_diagonal_m(grid: Grid) -> float:
    """Return how far the corner of any cell is from its middle, at most."""
    high = np.radians(np.diff(grid.south_north).max()) * EARTH_RADIUS_M
    flattest = float(np.cos(np.radians(np.abs(grid.south_north).min())))
    wide = math.radians(float(np.diff(grid.west_east).max())) * EARTH_RADIUS_M * flattest
    return 0.51 * math.hypot(high, wide)


def _unit(lon: FloatArray, lat: FloatArray) -> FloatArray:
    lam, phi = np.radians(lon), np.radians(lat)
    return np.column_stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])
