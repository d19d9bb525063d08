"""What a surface says in short: areas that hold so much of it, and the best candidates."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import orjson
import shapely
from scipy import ndimage
from scipy.spatial import cKDTree

from data.errors import Invalid
from layers.rescue.grid import FloatArray, Grid, IntArray
from layers.rescue.raster import blurred
from layers.rescue.surface import Surface

LEVELS: Final = (0.5, 0.8, 0.95)
_TIE = 1e-9  # of a logarithm: cells this alike are in or out together
_DECIMALS = 6
_PEAKS_WITHIN = 0.8  # candidates are looked for in the area of this level
_SMOOTH = 0.35  # of the radius of a circle as large as the 50 % area
_HOLDS = 0.68  # what accuracy_m holds, as everywhere
_MAX_PEAKS = 500


@dataclass(frozen=True)
class Area:
    """The smallest ground that holds `level` of what lies on the grid; `mass` counts "elsewhere" too."""

    level: float
    geometry: dict[str, Any]  # GeoJSON, degrees
    km2: float
    mass: float


@dataclass(frozen=True)
class Candidate:
    """A place where they may well be: `p` in its surroundings, of which 68 % within `accuracy_m`."""

    lon: float
    lat: float
    p: float
    accuracy_m: float


def credible(surface: Surface, levels: Sequence[float] = LEVELS) -> list[Area]:
    """Return the areas of highest probability that hold each level of the mass on the grid, smallest first.

    Cells that are equally likely are in or out together, so an area may hold more than its level.
    """
    areas = []
    for level, chosen in zip(sorted(levels), _cells_within(surface, sorted(levels)), strict=True):
        geometry = orjson.loads(shapely.to_geojson(outline(surface.grid, chosen)))
        mass = float(np.exp(surface.log_p.ravel()[chosen]).sum())
        areas.append(Area(level, geometry, len(chosen) * surface.grid.cell_km2, mass))
    return areas


def cells_within(surface: Surface, level: float) -> IntArray:
    """Return the cells of the smallest area that holds a level of the mass on the grid, likeliest first."""
    return _cells_within(surface, [level])[0]


def outline(grid: Grid, cells: IntArray) -> shapely.geometry.base.BaseGeometry:
    """Return the ground of some cells in degrees, without lines between them."""
    mask = np.zeros((grid.rows + 2, grid.columns + 2), dtype=np.int8)
    mask[1 + cells // grid.columns, 1 + cells % grid.columns] = 1
    # One box for each run of cells in a row: far fewer than cells.
    step = np.diff(mask, axis=1)
    row, start = np.nonzero(step == 1)
    _, stop = np.nonzero(step == -1)
    west, east = grid.x0 + start * grid.cell_m, grid.x0 + stop * grid.cell_m
    south = grid.y0 + (row - 1) * grid.cell_m
    joined = shapely.union_all(shapely.box(west, south, east, south + grid.cell_m))
    placed = grid.unproject(shapely.simplify(joined, grid.cell_m * 1e-6))
    return shapely.transform(placed, lambda at: np.round(at, _DECIMALS))


def best(surface: Surface, n: int = 5) -> list[Candidate]:
    """Return at most n candidates, the likeliest first: peaks of the surface, each with what lies nearest it.

    The surface is smoothed first, by a third of the size of its 50 % area, so that one blob is one candidate.
    """
    if n < 1:
        raise Invalid("Ask for at least one candidate.", hint="n is from 1 upward.")
    grid = surface.grid
    half, within = _cells_within(surface, [0.5, _PEAKS_WITHIN])
    radius = _SMOOTH * math.sqrt(len(half) / math.pi)  # in cells
    p = surface.p
    smooth = _smoothed(p, radius, within, grid)
    row, column = within // grid.columns, within % grid.columns
    peaks = _peaks(smooth, row, column, apart=max(1.5, 3 * radius))
    nearest = np.zeros(len(within), dtype=np.int64)
    if len(peaks) > 1:
        tree = cKDTree(np.column_stack([row[peaks], column[peaks]]))
        _, nearest = tree.query(np.column_stack([row, column]))
    mass = p.ravel()[within]
    found = [
        _candidate(grid, within[nearest == number], mass[nearest == number]) for number in range(len(peaks))
    ]
    return sorted(found, key=lambda each: -each.p)[:n]


def _cells_within(surface: Surface, levels: Sequence[float]) -> list[IntArray]:
    if not levels or any(not 0 < level < 1 for level in levels):
        raise Invalid("A level must lie between 0 and 1.", hint="0.5, 0.8 and 0.95 are usual.")
    log_p = surface.log_p.ravel()
    order = np.argsort(-log_p, kind="stable")
    held = np.cumsum(np.exp(log_p[order]))
    sorted_p = log_p[order]
    found = []
    for level in levels:
        last = min(int(np.searchsorted(held, level * held[-1])), len(order) - 1)
        through = int(np.searchsorted(-sorted_p, -(sorted_p[last] - _TIE), side="right"))
        found.append(order[:through])
    return found


def _smoothed(p: FloatArray, radius: float, within: IntArray, grid: Grid) -> FloatArray:
    """Return the surface smoothed, over the box of some cells and its surroundings only."""
    row, column = within // grid.columns, within % grid.columns
    pad = math.ceil(4 * radius) + 2
    where = (
        slice(max(0, int(row.min()) - pad), int(row.max()) + pad + 1),
        slice(max(0, int(column.min()) - pad), int(column.max()) + pad + 1),
    )
    smooth = np.zeros(grid.shape)
    smooth[where] = blurred(p[where], radius)
    return smooth


def _peaks(smooth: FloatArray, row: IntArray, column: IntArray, *, apart: float) -> list[int]:
    """Return which of the cells are the highest of their surroundings, at least so many cells apart."""
    around = ndimage.maximum_filter(smooth, size=3, mode="constant")
    height = smooth[row, column]
    candidates = np.flatnonzero(height >= around[row, column])
    candidates = candidates[np.argsort(-height[candidates], kind="stable")]
    chosen: list[int] = []
    free = np.ones(len(candidates), dtype=np.bool_)
    while free.any() and len(chosen) < _MAX_PEAKS:
        index = int(candidates[int(np.argmax(free))])
        chosen.append(index)
        far = np.hypot(row[candidates] - row[index], column[candidates] - column[index])
        free &= far >= apart
    return chosen


def _candidate(grid: Grid, cells: IntArray, mass: FloatArray) -> Candidate:
    x, y = grid.x[cells % grid.columns], grid.y[cells // grid.columns]
    total = float(mass.sum())
    middle_x, middle_y = float(mass @ x) / total, float(mass @ y) / total
    # The middle may lie off the likely ground (a ring, two shores): the nearest cell that is likely.
    likely = np.flatnonzero(mass >= np.median(mass))
    at = likely[int(np.argmin(np.hypot(x[likely] - middle_x, y[likely] - middle_y)))]
    away = np.hypot(x - x[at], y - y[at])
    order = np.argsort(away, kind="stable")
    reach = int(np.searchsorted(np.cumsum(mass[order]), _HOLDS * total))
    accuracy_m = max(float(away[order[min(reach, len(order) - 1)]]), grid.cell_m / 2)
    lon, lat = grid.to_lonlat([x[at]], [y[at]])
    return Candidate(float(lon[0]), float(lat[0]), total, accuracy_m)
