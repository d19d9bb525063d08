"""What a question about hotspots is answered with, and its form as GeoJSON."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import orjson

from data.geo import IntArray
from layers.analytics.cells import Grid
from layers.hotspots.asked import Asked
from layers.hotspots.cells import Cells
from layers.hotspots.counted import Counted
from layers.hotspots.layer import NOTES, UNADJUSTED, Kind
from layers.hotspots.mask import Validity
from layers.hotspots.method import Facts, Method, method
from layers.hotspots.tested import AgainstPast
from layers.hotspots.window import Window

MAX_SHOWN: Final = 5_000


@dataclass(frozen=True)
class Hotspots:
    """Cells to draw, in row-major order from the south-west, and what they were made of."""

    asked: Asked
    counted: Counted
    window: Window | None
    cells: Cells | None = None
    validity: Validity | None = None
    cell: IntArray = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    columns: dict[str, npt.NDArray[Any]] = field(default_factory=dict)
    reports: int = 0
    tests: int = 0
    exact: bool = True
    more: tuple[tuple[str, str], ...] = ()  # lines of the method that only this kind has
    past: AgainstPast | None = None  # what the list ranks, where it is not Gi*

    @property
    def kind(self) -> Kind:
        """What the cells show."""
        return self.asked.kind

    @property
    def grid(self) -> Grid | None:
        """The grid that the cells are of."""
        return None if self.cells is None else self.cells.grid

    @property
    def left_out(self) -> int:
        """How many reports on default points do not count."""
        return self.counted.default_points

    @property
    def exposure(self) -> str:
        """What the map is adjusted for, in words."""
        used = self.asked.exposure if self.kind is Kind.GI_STAR else None
        return UNADJUSTED if used is None else f"Adjusted for {used.name}."

    @property
    def note(self) -> str:
        """What the layer does not know."""
        return NOTES[self.kind].replace(UNADJUSTED, self.exposure)

    @property
    def masked(self) -> dict[str, int]:
        """How many cells there are, count, and are masked for which reason."""
        if self.validity is None:
            return {"all": 0, "valid": 0, "masked_water": 0, "masked_outside": 0}
        return {
            "all": int(self.validity.valid.size),
            "valid": int(self.validity.valid.sum()),
            "masked_water": int(self.validity.water.sum()),
            "masked_outside": int(self.validity.outside.sum()),
        }

    @property
    def method(self) -> Method:
        """How the answer was come by, in words."""
        return method(
            Facts(
                kind=self.kind,
                zone=self.asked.zone,
                window=self.window,
                counted=self.counted,
                reports=self.reports,
                cells=self.cells,
                masked=self.masked,
                water_known=self.validity is None or self.validity.water_known,
                tests=self.tests,
                exact=self.exact,
                exposure=self.asked.exposure if self.kind is Kind.GI_STAR else None,
                more=self.more,
            )
        )


def shown(
    values: dict[str, npt.NDArray[Any]], *, which: npt.NDArray[np.bool_], strength: npt.NDArray[np.float64]
) -> tuple[IntArray, dict[str, npt.NDArray[Any]]]:
    """Return the cells to draw and their columns: the strongest, where there are more than can be shown."""
    cell = np.flatnonzero(which.ravel())
    if len(cell) > MAX_SHOWN:
        # Of equally strong ones the first: the same ones each time.
        order = np.argsort(-strength.ravel()[cell], kind="stable")
        cell = np.sort(cell[order[:MAX_SHOWN]])
    return cell, {name: np.asarray(table).ravel()[cell] for name, table in values.items()}


def as_geojson(found: Hotspots) -> dict[str, Any]:
    """Return the cells as a GeoJSON FeatureCollection with what is known of them beside."""
    made: dict[str, Any] = orjson.loads(geojson(found))
    return made


def geojson(found: Hotspots) -> bytes:
    """Return the same as text.

    Written cell by cell from columns: thousands of small dictionaries would be made only to be thrown away,
    and every so often the collector would go through all that the server holds because of them.
    """
    grid = found.grid
    head = orjson.dumps(
        {
            "type": "FeatureCollection",
            "kind": found.kind.value,
            "cell_m": None if grid is None else grid.cell_m,
            "cell_km2": None if grid is None else grid.area_km2,
            "reports": found.reports,
            "default_points_left_out": found.counted.default_points,
            "duplicates_left_out": found.counted.duplicates,
            "unlocated_left_out": found.counted.unlocated,
            "tested": found.kind is not Kind.DENSITY,
            "note": found.note,
            "exposure": found.exposure,
            "method": found.method.as_dict(),
            "cells": found.masked,
            "tests": found.tests,
        }
    )
    features = "" if grid is None else ",".join(_features(found, grid))
    return head[:-1] + b',"features":[' + features.encode() + b"]}"


def cell_id(grid: Grid, cell: int) -> str:
    """Return the name of a cell: by its place on Earth, so that it stays the same when the map moves."""
    row, column = divmod(cell, grid.nx)
    return f"{grid.cell_m:g}-{grid.column + column}-{grid.row + row}"


def _features(found: Hotspots, grid: Grid) -> Iterator[str]:
    lon = [repr(edge) for edge in np.round(grid.west_east, 6).tolist()]
    lat = [repr(edge) for edge in np.round(grid.south_north, 6).tolist()]
    names = ",".join(f'"{name}":%s' for name in found.columns)
    texts = zip(*(_texts(values) for values in found.columns.values()), strict=True)
    for cell, values in zip(found.cell.tolist(), texts, strict=True):
        row, column = divmod(cell, grid.nx)
        w, e, s, n = lon[column], lon[column + 1], lat[row], lat[row + 1]
        yield (
            f'{{"type":"Feature","id":"{cell_id(grid, cell)}","geometry":{{"type":"Polygon","coordinates":'
            f'[[[{w},{s}],[{e},{s}],[{e},{n}],[{w},{n}],[{w},{s}]]]}},"properties":{{{names % values}}}}}'
        )


def _texts(values: npt.NDArray[Any]) -> list[str]:
    """Return a column's values as JSON."""
    if values.dtype.kind == "b":
        return ["true" if value else "false" for value in values.tolist()]
    if values.dtype.kind == "O":
        return [orjson.dumps(value).decode() for value in values.tolist()]
    return [_number(value) for value in values.tolist()]


def _number(value: float) -> str:
    """Return four decimals, or four digits where that would be nothing: a p of 0.0000 is not one."""
    if isinstance(value, int):
        return str(value)
    if not math.isfinite(value):
        return "null"
    return repr(round(value, 4)) if abs(value) >= 0.001 or value == 0 else f"{value:.3e}"
