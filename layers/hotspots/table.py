"""Cells as a table that leaves the house: the method first, then a row for each cell."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

import numpy as np

from layers.hotspots.answer import Hotspots, cell_id


def csv_lines(found: Hotspots, *, marking: str) -> Iterator[str]:
    """Yield a CSV file: marking and method as comment lines, a heading, and the cells with their middles.

    The cells are those that the map draws. Numbers are as they were computed; what is not known is empty.
    """
    for line in (marking, *found.method.text.splitlines()):
        yield f"# {line}\r\n"
    yield _row(["id", "lon", "lat", *found.columns])
    grid = found.grid
    if grid is None:
        return
    lon = (grid.west_east[1:] + grid.west_east[:-1]) / 2
    lat = (grid.south_north[1:] + grid.south_north[:-1]) / 2
    columns = [values.tolist() for values in found.columns.values()]
    for cell, *values in zip(found.cell.tolist(), *columns, strict=True):
        row, column = divmod(cell, grid.nx)
        place = [f"{lon[column]:.6f}", f"{lat[row]:.6f}"]
        yield _row([cell_id(grid, cell), *place, *(_plain(value) for value in values)])


def _plain(value: Any) -> Any:
    if isinstance(value, bool):
        return int(value)
    return "" if isinstance(value, float) and not np.isfinite(value) else value


def _row(values: list[Any]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(values)
    return text.getvalue()
