"""The surface of one household: on a grid that its evidence chooses, fine where they are likely to be."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

import numpy as np
import shapely

from data.geo import distance_m, metres_per_degree
from data.model import LonLat
from layers.rescue.credible import cells_within
from layers.rescue.evidence import Evidence
from layers.rescue.grid import FloatArray, Grid
from layers.rescue.params import (
    Area,
    Bearing,
    Candidates,
    CellSector,
    Footprint,
    LastKnown,
    NearLine,
    Params,
    Point,
    Sighting,
    VisibleFrom,
    read_params,
)
from layers.rescue.surface import Surface, combine

PAGE_CELLS: Final = 40_000
_WIDE_M: Final = 200_000.0  # namesakes further off than this are "elsewhere"
_REACH: Final = 4.0  # of an accuracy, on either side
_CLOSER: Final = 9.0  # so many times smaller ground is looked at again, closely
_HELD: Final = 0.99

Spot = tuple[float, float, float, float]  # lon, lat, reach in metres, weight


def surface_of(
    evidence: Sequence[Evidence], now: datetime, *, max_cells: int = PAGE_CELLS, contributions: bool = True
) -> Surface | None:
    """Return the surface of what the evidence says, None where none of it says where they are.

    The grid lies around what is switched on, so evidence that is taken back leaves no trace in it. Where
    nearly all lies on a small part of the grid, that part is made again with smaller cells; its mass, and
    "elsewhere", stay those of the whole.
    """
    used = sorted((one for one in evidence if one.on and one.weight > 0), key=lambda one: one.id)
    spots = np.array([spot for one in used for spot in _spots(one, now)]).reshape(-1, 4)
    if not len(spots):
        return None
    kept = spots[_together(spots)]
    grid = Grid.around(_corners(kept), max_cells=max_cells)
    whole = combine(grid, None, used, now, contributions=contributions)
    return _closer(whole, used, now, max_cells=max_cells)


def _closer(whole: Surface, used: Sequence[Evidence], now: datetime, *, max_cells: int) -> Surface:
    grid = whole.grid
    cells = cells_within(whole, _HELD)
    row, column = cells // grid.columns, cells % grid.columns
    high, wide = int(np.ptp(row)) + 5, int(np.ptp(column)) + 5
    if high * wide * _CLOSER > len(grid):
        return whole
    x = grid.x[column]
    y = grid.y[row]
    edge = 2.5 * grid.cell_m
    west, east, south, north = x.min() - edge, x.max() + edge, y.min() - edge, y.max() + edge
    lon, lat = grid.to_lonlat([west, west, east, east], [south, north, south, north])
    fine = Grid.around(np.column_stack([lon, lat]), max_cells=max_cells)
    inside_rows = (grid.y > south) & (grid.y < north)
    inside_columns = (grid.x > west) & (grid.x < east)
    held = float(whole.p[np.ix_(inside_rows, inside_columns)].sum())
    near = combine(fine, None, used, now, contributions=False)
    on_grid = math.log(float(near.p.sum()))
    held = min(held, 1.0)
    return Surface(fine, near.log_p - on_grid + math.log(held), 1.0 - held, whole.contributions)


def _together(spots: FloatArray) -> np.ndarray:
    """Return which spots lie about the one that most of the weight lies around."""
    best, most = np.ones(len(spots), dtype=np.bool_), -1.0
    for lon, lat, _reach, _weight in spots:
        near = distance_m(LonLat(lon, lat), spots[:, 0], spots[:, 1]) <= _WIDE_M
        held = float(spots[near, 3].sum())
        if held > most * (1 + 1e-9):
            best, most = near, held
    return np.asarray(best)


def _corners(spots: FloatArray) -> FloatArray:
    found = []
    for lon, lat, reach, _weight in spots:
        east_m, north_m = metres_per_degree(float(np.clip(lat, -89.0, 89.0)))
        across, up = min(reach / east_m, 60.0), reach / north_m
        found += [
            (lon + way * across, float(np.clip(lat + rise * up, -90, 90)))
            for way in (-1, 1)
            for rise in (-1, 1)
        ]
    return np.array(found)


def _spots(one: Evidence, now: datetime) -> Iterator[Spot]:
    """Yield places and how far around each the evidence speaks of; nothing for what only says "not here"."""
    told = read_params(one.kind, one.params)
    trust = max(one.reliability, 0.01) * one.weight
    for lon, lat, reach, share in _reaches(told, one, now):
        yield lon, lat, max(reach, 30.0), trust * share


def _reaches(  # noqa: C901, PLR0911  # one line for each kind there is
    told: Params, one: Evidence, now: datetime
) -> list[Spot]:
    match told:
        case Candidates():
            total = sum(each.weight for each in told.places)
            return [
                (each.lon, each.lat, _REACH * each.accuracy_m, each.weight / total) for each in told.places
            ]
        case Sighting():
            seen = told.at or one.at or now
            gone = min(told.speed_mps * max(0.0, (now - seen).total_seconds()), _WIDE_M)
            return [(told.lon, told.lat, _REACH * told.accuracy_m + 2 * gone, 1.0)]
        case Point():
            return [(told.lon, told.lat, _REACH * told.accuracy_m, 1.0)]
        case Bearing():
            return [(told.lon, told.lat, (told.distance_m or 0.0) + 3 * told.spread_m, 1.0)]
        case VisibleFrom():
            return [(told.lon, told.lat, 1.2 * told.max_m, 1.0)]
        case CellSector():
            far = told.ring_m[1] if told.ring_m else told.range_m
            return [(told.lon, told.lat, 1.2 * far, 1.0)]
        case Footprint():
            return [(told.lon, told.lat, 1.1 * told.range_m, 1.0)]
        case LastKnown():
            return [(told.lon, told.lat, 1.5 * told.quantiles[-1][1], 1.0)]
        case NearLine():
            return _of_shape(told.line, _REACH * told.metres)
        case Area():
            return _of_shape(told.shape, 2 * told.softness_m + 100.0)
        case _:
            return []


def _of_shape(shape: shapely.geometry.base.BaseGeometry, reach_m: float) -> list[Spot]:
    west, south, east, north = shape.bounds
    return [(lon, lat, reach_m, 0.25) for lon in (west, east) for lat in (south, north)]
