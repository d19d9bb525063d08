"""Where evidence says they are, as probability per cell: the kinds that speak of distance and direction."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import chain
from typing import Final

import numpy as np
import shapely
from scipy.special import expit, ndtr
from shapely.geometry.base import BaseGeometry

from layers.rescue.grid import FloatArray, Grid
from layers.rescue.params import Bearing, CellSector, LastKnown
from layers.rescue.raster import Patch, cover, window

# A circular normal holds 68 % within 1.51 of its standard deviation: √(-2 ln 0.32).
PER_ACCURACY: Final = 1.0 / math.sqrt(-2.0 * math.log(0.32))
_NOWHERE: Final = Patch(0, 0, np.zeros((0, 0)))
_REACH = 7.0  # standard deviations beyond which a normal's mass (1e-11) is nothing beside the uniform part
_SOFT_RANGE, _SOFT_BEAM, _LEAST_SOFT_DEG = 0.05, 0.05, 2.0
_OUTERMOST = 2.0  # who is beyond the last quantile is spread to so many times its distance
_STEPS = 4_001


def normal(grid: Grid, x: float, y: float, *, sigma_m: float) -> Patch:
    """Return the exact mass in each cell of a circular normal about a place on the plane."""
    if not (math.isfinite(x) and math.isfinite(y)):
        return _NOWHERE
    far = _REACH * sigma_m + grid.cell_m
    patch = window(grid, (x - far, y - far, x + far, y + far))
    rows, columns = patch.values.shape
    along = grid.x0 + (patch.column + np.arange(columns + 1)) * grid.cell_m
    up = grid.y0 + (patch.row + np.arange(rows + 1)) * grid.cell_m
    across = np.diff(ndtr((along - x) / sigma_m))
    upward = np.diff(ndtr((up - y) / sigma_m))
    return Patch(patch.row, patch.column, np.outer(upward, across))


def added(grid: Grid, patches: Iterable[Patch]) -> Patch:
    """Return the sum of patches, made one at a time: each may be as large as the grid."""
    total = np.zeros(grid.shape)
    rows, columns = [grid.rows, 0], [grid.columns, 0]
    for patch in patches:
        if not patch.values.size:
            continue
        high, wide = patch.where
        total[high, wide] += patch.values
        rows = [min(rows[0], high.start), max(rows[1], high.stop)]
        columns = [min(columns[0], wide.start), max(columns[1], wide.stop)]
    if rows[1] <= rows[0]:
        return _NOWHERE
    return Patch(rows[0], columns[0], total[rows[0] : rows[1], columns[0] : columns[1]])


def scaled(patch: Patch, factor: float) -> Patch:
    """Return a patch with all values multiplied."""
    return Patch(patch.row, patch.column, patch.values * factor)


def bearing(grid: Grid, told: Bearing) -> Patch:
    """Return the mass of "so far from a place, in that direction": normal in distance and in angle."""
    distance = told.distance_m
    spread_m = math.hypot(told.spread_m, grid.cell_m / 2)
    far = (distance or 0.0) + _REACH * spread_m
    found = _polar(grid, told.lon, told.lat, reach_m=far)
    if found is None:
        return _NOWHERE
    patch, r, dx, dy = found
    if distance is None:
        density = np.exp(-0.5 * (r / spread_m) ** 2) / spread_m**2
    else:
        shape = np.exp(-0.5 * ((r - distance) / spread_m) ** 2)
        density = shape / (spread_m * math.sqrt(2 * math.pi) * float(ndtr(distance / spread_m)) * r)
    if told.bearing_deg is None:
        density /= 2 * math.pi
    else:
        spread = math.radians(told.spread_deg)
        if distance:
            spread = math.hypot(spread, grid.cell_m / 2 / distance)
        off = _off(dx, dy, azimuth=_on_plane(grid, told.lon, told.lat, told.bearing_deg))
        inside = 2 * float(ndtr(math.pi / spread)) - 1
        density *= np.exp(-0.5 * (off / spread) ** 2) / (spread * math.sqrt(2 * math.pi) * inside)
    return _at_most_all(patch, density * grid.cell_m**2)


def sector(grid: Grid, tower: CellSector) -> Patch:
    """Return the mass of a cell sector or its ring: even over its ground, with soft edges."""
    near, far = tower.ring_m or (0.0, tower.range_m)
    soft_m = max(_SOFT_RANGE * (far - near), grid.cell_m / 2)
    half = math.radians(tower.beam_deg) / 2
    soft = max(_SOFT_BEAM * half, math.radians(_LEAST_SOFT_DEG))
    found = _polar(grid, tower.lon, tower.lat, reach_m=far + 12 * soft_m)
    if found is None:
        return _NOWHERE
    patch, r, dx, dy = found

    def outward(at: FloatArray) -> FloatArray:
        inner = expit((at - near) / soft_m) if near else 1.0
        return np.asarray(expit((far - at) / soft_m) * inner)

    along = np.linspace(0.0, far + 20 * soft_m, _STEPS)
    total = float(np.trapezoid(outward(along) * along, along))
    density = outward(r)
    if tower.beam_deg < 360:
        off = _off(dx, dy, azimuth=_on_plane(grid, tower.lon, tower.lat, tower.azimuth_deg))
        density *= expit((half - np.abs(off)) / soft)
        round_it = np.linspace(0.0, math.pi, _STEPS)
        total *= 2 * float(np.trapezoid(expit((half - round_it) / soft), round_it))
    else:
        total *= 2 * math.pi
    return _at_most_all(patch, density * (grid.cell_m**2 / total))


def last_known(grid: Grid, told: LastKnown) -> Patch:
    """Return the mass of distance statistics about a place: even within each ring, and some at the place."""
    x, y = _place(grid, told.lon, told.lat)
    if not (math.isfinite(x) and math.isfinite(y)):
        return _NOWHERE
    shares = [0.0, *(share for share, _ in told.quantiles), 1.0]
    radii = [0.0, *(metres for _, metres in told.quantiles)]
    radii.append(_OUTERMOST * radii[-1])
    density = [
        (1 - told.at_point) * (shares[k + 1] - shares[k]) / (math.pi * (radii[k + 1] ** 2 - radii[k] ** 2))
        for k in range(len(radii) - 1)
    ]
    # Rings as discs upon discs: each adds what its ring has more than the next one out.
    steps = [here - beyond for here, beyond in zip(density, [*density[1:], 0.0], strict=True)]
    rings = (
        scaled(cover(grid, disc(x, y, radius)), step * grid.cell_m**2)
        for radius, step in zip(radii[1:], steps, strict=True)
    )
    there = scaled(normal(grid, x, y, sigma_m=grid.cell_m / 4), told.at_point)
    total = added(grid, chain(rings, [there]))
    return Patch(total.row, total.column, np.maximum(total.values, 0.0))


def disc(x: float, y: float, radius_m: float) -> BaseGeometry:
    """Return a polygon of many sides about a place, with exactly the area of the circle."""
    sides = 128
    turn = np.arange(sides) * (2 * math.pi / sides)
    grown = radius_m * math.sqrt(2 * math.pi / (sides * math.sin(2 * math.pi / sides)))
    return shapely.Polygon(np.column_stack([x + grown * np.cos(turn), y + grown * np.sin(turn)]))


def _place(grid: Grid, lon: float, lat: float) -> tuple[float, float]:
    x, y = grid.to_plane([lon], [lat])
    return float(x[0]), float(y[0])


def _polar(
    grid: Grid, lon: float, lat: float, *, reach_m: float
) -> tuple[Patch, FloatArray, FloatArray, FloatArray] | None:
    x, y = _place(grid, lon, lat)
    if not (math.isfinite(x) and math.isfinite(y)):
        return None
    patch = window(grid, (x - reach_m, y - reach_m, x + reach_m, y + reach_m))
    rows, columns = patch.where
    dx, dy = grid.x[columns][None, :] - x, grid.y[rows][:, None] - y
    return patch, np.maximum(np.sqrt(dx**2 + dy**2), grid.cell_m / 2), dx, dy


def _on_plane(grid: Grid, lon: float, lat: float, bearing_deg: float) -> float:
    return math.radians(bearing_deg) + north_on_plane(grid, lon, lat)


def north_on_plane(grid: Grid, lon: float, lat: float) -> float:
    """Return true north at a place as radians clockwise from the plane's y: away from the centre it leans."""
    step = 1e-4 if lat < 89 else -1e-4
    x, y = grid.to_plane([lon, lon], [lat, lat + step])
    return math.atan2((x[1] - x[0]) * step, (y[1] - y[0]) * step)


def _off(dx: FloatArray, dy: FloatArray, *, azimuth: float) -> FloatArray:
    # Turned so that the azimuth lies along the first argument: the angle comes out within ±π.
    ahead = dx * math.sin(azimuth) + dy * math.cos(azimuth)
    aside = dx * math.cos(azimuth) - dy * math.sin(azimuth)
    return np.asarray(np.arctan2(aside, ahead))


def _at_most_all(patch: Patch, mass: FloatArray) -> Patch:
    # Something narrower than a cell is met by few centres or many: never count more than there is.
    return Patch(patch.row, patch.column, mass / max(1.0, float(mass.sum())))
