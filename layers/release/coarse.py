"""Places for the public: the middle of a cell of about a kilometre, the same for every record in it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely

from data.geo import EARTH_RADIUS_M
from data.release import SNAP_M

_STEP_DEG: Final = math.degrees(SNAP_M / EARTH_RADIUS_M)

Cells = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]


def snapped(
    rows: Sequence[Mapping[str, Any]],
) -> tuple[list[dict[str, Any]], list[shapely.Geometry | None]]:
    """Return the rows with lon, lat and accuracy_m of their cell, and its middle as their geometry."""
    made: list[dict[str, Any]] = []
    shapes: list[shapely.Geometry | None] = []
    for row in rows:
        if row["lon"] is None or row["lat"] is None:
            made.append({**row, "lon": None, "lat": None})
            shapes.append(None)
            continue
        lon, lat = middle_of_cell(row["lon"], row["lat"])
        made.append({**row, "lon": lon, "lat": lat, "accuracy_m": max(SNAP_M, row["accuracy_m"] or 0.0)})
        shapes.append(shapely.Point(lon, lat))
    return made, shapes


def middle_of_cell(lon: float, lat: float) -> tuple[float, float]:
    """Return the middle of the cell of about a kilometre in which a place lies."""
    row, column = cells_of(np.array([lon]), np.array([lat]))
    west, south, east, north = corners(int(row[0]), int(column[0]))
    return round((west + east) / 2, 5), round((south + north) / 2, 5)


def cells_of(lon: npt.NDArray[Any], lat: npt.NDArray[Any]) -> Cells:
    """Return row and column of the cells in which places lie, counted from the equator and Greenwich."""
    row = np.floor(lat / _STEP_DEG).astype(np.int64)
    return row, np.floor(lon / _width(row)).astype(np.int64)


def corners(row: int, column: int) -> tuple[float, float, float, float]:
    """Return west, south, east and north of a cell."""
    width = float(_width(np.array([row]))[0])
    return column * width, row * _STEP_DEG, (column + 1) * width, (row + 1) * _STEP_DEG


def _width(row: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    # A row of cells has one width, that of its middle: two places of a cell never tell themselves apart.
    middle = np.radians(np.minimum(np.abs((row + 0.5) * _STEP_DEG), 89.0))
    width: npt.NDArray[np.float64] = _STEP_DEG / np.maximum(np.cos(middle), 1e-3)
    return width
