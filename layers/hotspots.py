"""Hotspot layers: density and Gi* of whatever is filtered, as a few thousand equal-area cells."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from data.mirror import View
from data.model import LocatedBy
from layers.analytics.cells import Grid, cell_size, grid_over
from layers.analytics.density import density
from layers.analytics.getis_ord import gi_star
from layers.base import Legend, MapLayer

MAX_SHOWN = 5_000
_WORK_CELLS = 20_000
_FAINT = 0.01  # of the peak: below it a smoothed cell is not drawn
_NOT_TESTED = "Not tested for significance yet: a high z on few reports may be chance."
_WHERE_REPORTS_ARE = "Where reports are. Not adjusted for population, and no reports is not all clear."

Extent = tuple[float, float, float, float]


class Kind(StrEnum):
    """What a hotspot layer shows."""

    DENSITY = "density"
    GI_STAR = "gi_star"


DENSITY = MapLayer(
    name="density",
    title="Report density",
    kind="geojson",
    url="/api/v1/hotspots",
    filtered=True,
    legend=(
        Legend("low", "Few reports per km²", "ramp-low"),
        Legend("high", "Many reports per km²", "ramp-high"),
    ),
    note=_WHERE_REPORTS_ARE,
    more=(("kind", Kind.DENSITY.value),),
)
GI_STAR = MapLayer(
    name="hotspots",
    title="Hotspots (Gi*)",
    kind="geojson",
    url="/api/v1/hotspots",
    filtered=True,
    legend=(Legend("cold", "Fewer than around", "ramp-low"), Legend("hot", "More than around", "ramp-high")),
    note=_NOT_TESTED,
    more=(("kind", Kind.GI_STAR.value),),
)


@dataclass(frozen=True)
class Hotspots:
    """Cells to draw, in row-major order from the south-west, and what they were made of."""

    kind: Kind
    grid: Grid | None
    cell: npt.NDArray[np.int64]
    columns: dict[str, npt.NDArray[Any]]
    reports: int
    left_out: int  # default points, unless they were asked for

    @property
    def note(self) -> str:
        """What the layer does not know."""
        return _WHERE_REPORTS_ARE if self.kind is Kind.DENSITY else _NOT_TESTED


def hotspots(view: View, kind: Kind, *, bbox: Extent | None = None, cell_m: float | None = None) -> Hotspots:
    """Return the hotspots of a view over its own extent or a given one, in cells chosen by the data.

    Default points are left out unless the filter asks for them; how many is said.
    """
    x, y, left_out = _places(view)
    extent = bbox or _extent_of(x, y)
    if extent is None:
        return Hotspots(kind, None, np.empty(0, dtype=np.int64), {}, 0, left_out)
    size = cell_m or cell_size(extent, len(x), most=_WORK_CELLS)
    grid = grid_over(extent, cell_m=size)
    counts = grid.counts(x, y)
    values = _density(counts, grid) if kind is Kind.DENSITY else _gi_star(counts)
    shown, strength = values.pop("shown").ravel(), values.pop("strength").ravel()
    cell = np.flatnonzero(shown)
    if len(cell) > MAX_SHOWN:
        # The strongest, and of equally strong ones the first: the same ones each time.
        cell = np.sort(cell[np.argsort(-strength[cell], kind="stable")[:MAX_SHOWN]])
    columns = {name: table.ravel()[cell] for name, table in values.items()}
    return Hotspots(kind, grid, cell, columns, int(counts.sum()), left_out)


def _places(view: View) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], int]:
    """Return the Mercator coordinates that count, and how many were left out."""
    frame, rows = view.frame, view.located
    left_out = 0
    if not view.query.default_points:
        stand_in = frame.combos.located_by == LocatedBy.DEFAULT_POINT
        if stand_in.any():
            kept = rows[~stand_in[frame.combo[rows]]]
            left_out = len(rows) - len(kept)
            rows = kept
    return frame.x[rows], frame.y[rows], left_out


def _extent_of(x: npt.NDArray[np.int32], y: npt.NDArray[np.int32]) -> Extent | None:
    from data.geo import inverse_mercator

    if not len(x):
        return None
    lon, lat = inverse_mercator([x.min(), x.max()], [y.max(), y.min()])
    return float(lon[0]), float(lat[0]), float(lon[1]), float(lat[1])


def _density(counts: npt.NDArray[np.int64], grid: Grid) -> dict[str, npt.NDArray[Any]]:
    found = density(counts, area_km2=grid.area_km2)
    peak = float(found.smoothed.max(initial=0.0))
    return {
        "count": counts,
        "per_km2": found.per_km2,
        "smoothed": found.smoothed,
        "shown": (counts > 0) | (found.smoothed > _FAINT * peak),
        "strength": found.smoothed,
    }


def _gi_star(counts: npt.NDArray[np.int64]) -> dict[str, npt.NDArray[Any]]:
    found = gi_star(counts)
    z = np.nan_to_num(found.z)
    return {
        "count": counts,
        "z": found.z,
        "around": found.local_sum.astype(np.int64),
        "shown": (counts > 0) | (np.abs(z) >= 1.0),
        "strength": np.abs(z),
    }


def as_geojson(found: Hotspots) -> dict[str, Any]:
    """Return the cells as a GeoJSON FeatureCollection with what is known of them beside."""
    grid = found.grid
    features = [] if grid is None else _features(found, grid)
    return {
        "type": "FeatureCollection",
        "kind": found.kind.value,
        "cell_m": None if grid is None else grid.cell_m,
        "cell_km2": None if grid is None else grid.area_km2,
        "reports": found.reports,
        "default_points_left_out": found.left_out,
        "tested": False,
        "note": found.note,
        "features": features,
    }


def _features(found: Hotspots, grid: Grid) -> list[dict[str, Any]]:
    lon, lat = np.round(grid.west_east, 6).tolist(), np.round(grid.south_north, 6).tolist()
    names = list(found.columns)
    columns = [_plain(values) for values in found.columns.values()]
    features = []
    for cell, *values in zip(found.cell.tolist(), *columns, strict=True):
        row, column = divmod(cell, grid.nx)
        west, east, south, north = lon[column], lon[column + 1], lat[row], lat[row + 1]
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        features.append(
            {
                "type": "Feature",
                # Named by its place on Earth, so that it stays the same cell when the map moves.
                "id": f"{grid.cell_m:g}-{grid.column + column}-{grid.row + row}",
                "geometry": {"type": "Polygon", "coordinates": [ring]},
                "properties": dict(zip(names, values, strict=True)),
            }
        )
    return features


def _plain(values: npt.NDArray[Any]) -> list[Any]:
    if values.dtype.kind != "f":
        return list(values.tolist())
    return [None if math.isnan(value) else round(value, 4) for value in values.tolist()]
