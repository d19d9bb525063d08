"""The United States National Grid over the map: lines of a round step, read at the edges."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
import pyproj

from data.gazetteer.grids import usng
from data.model import LonLat
from layers.export.static_map import svg
from layers.export.static_map.room import Room
from layers.export.static_map.view import Array, View
from layers.style import Palette

_STEPS_M: Final = (100, 1_000, 10_000, 100_000)
_MOST_LINES: Final = 9  # across the frame: more is a fence, not a grid
_WIDEST_DEGREES: Final = 18.0
_SOUTHMOST, _NORTHMOST = -80.0, 84.0
_PIECES: Final = 32
_ZONE_DEGREES: Final = 6
_SQUARE_M: Final = 100_000


@dataclass(frozen=True, slots=True)
class Grid:
    """The lines, their labels, and one line of words about them; all empty where none is drawn."""

    lines: str = ""
    labels: str = ""
    words: str = ""


def draw(view: View, room: Room, look: Palette) -> Grid:
    """Return the grid of a view; a world or a continent has none."""
    west, east = view.lon(0), view.lon(view.width)
    north, south = view.lat(0), view.lat(view.height)
    if east - west > _WIDEST_DEGREES or south < _SOUTHMOST or north > _NORTHMOST:
        return Grid()
    step = _step(view)
    if step is None:
        return Grid()
    paths, labels = [], []
    for zone in range(_zone(west), _zone(east) + 1):
        # A little beyond the frame, so that a line that ends between two of its points still crosses it.
        more = (east - west) / 10
        border = zone * _ZONE_DEGREES - 180
        edges = (max(west - more, border), min(east + more, border + _ZONE_DEGREES))
        for value, upright, line in _lines(zone, edges, (south, north), step):
            on_sheet = view.xy(line)
            paths.append(svg.polyline(on_sheet, closed=False))
            labels.append(_label(value, step, on_sheet, upright=upright, view=view, room=room, look=look))
    if step == _SQUARE_M:
        labels = _squares(view, room, look)
    lines = (
        svg.tag(
            "path", d="".join(paths), fill="none", stroke=look.text, stroke_opacity=0.2, stroke_width=0.75
        )
        if paths
        else ""
    )
    return Grid(lines, "".join(labels), _words(view, step))


def _step(view: View) -> int | None:
    """Return the finest step that is no fence."""
    wide = max(view.width, view.height) * view.metres_per_px()
    return next((step for step in _STEPS_M if wide / step <= _MOST_LINES), None)


def _lines(
    zone: int, lons: tuple[float, float], lats: tuple[float, float], step: int
) -> Iterator[tuple[int, bool, Array]]:
    """Yield each line of a zone in degrees, its easting or northing, and whether it runs upwards."""
    there, back = _utm(zone % 60, north=sum(lats) >= 0)
    border = np.array([(lon, lat) for lon in np.linspace(*lons, 5) for lat in np.linspace(*lats, 5)])
    eastings, northings = there.transform(border[:, 0], border[:, 1])
    ends = (min(northings), max(northings)), (min(eastings), max(eastings))
    for upright, values, span in ((True, eastings, ends[0]), (False, northings, ends[1])):
        for value in range(math.ceil(min(values) / step) * step, math.floor(max(values)) + 1, step):
            along = np.linspace(*span, _PIECES)
            fixed = np.full(_PIECES, float(value))
            lon, lat = back.transform(fixed, along) if upright else back.transform(along, fixed)
            # Beyond the border of a zone the next zone's lines begin.
            inside = (lon >= lons[0] - 1e-9) & (lon <= lons[1] + 1e-9)
            if inside.sum() > 1:
                yield value, upright, np.column_stack([lon, lat])[inside]


def _label(
    value: int, step: int, line: Array, *, upright: bool, view: View, room: Room, look: Palette
) -> str:
    """Return a line's number at the top or left edge: kilometres within its square, as the grid is read."""
    axis, other = (1, 0) if upright else (0, 1)
    order = np.argsort(line[:, axis])
    edge = 9.0 if upright else 12.0
    at = float(np.interp(edge, line[order, axis], line[order, other]))
    limit = view.width if upright else view.height
    words = f"{value % _SQUARE_M // 1000:02d}" if step >= 1000 else f"{value % _SQUARE_M / 1000:04.1f}"
    x, y = (at, edge) if upright else (edge, at)
    half = svg.width_of(words, size=9, weight=500) / 2 + 2
    if not 24 < at < limit - 24 or not room.take_if_free((x - half, y - 6, x + half, y + 6)):
        return ""
    return svg.text(
        words,
        x,
        y + 3.2,
        size=9,
        weight=500,
        fill=look.muted,
        anchor="middle",
        halo=look.ground,
        halo_width=1.6,
    )


def _squares(view: View, room: Room, look: Palette) -> list[str]:
    """Return the two letters of each 100-km square about its middle, where it is on the sheet."""
    parts, said = [], set()
    across = math.ceil(view.width * view.metres_per_px() / _SQUARE_M) * 4
    for x in np.linspace(0.04, 0.96, across) * view.width:
        for y in np.linspace(0.06, 0.94, across) * view.height:
            lon, lat = (view.lon(x) + 180) % 360 - 180, view.lat(y)
            _, square, east, north = usng(LonLat(lon=lon, lat=lat), pairs=1).split()
            middle = east in "456" and north in "456"
            if middle and square not in said and room.take_if_free((x - 14, y - 8, x + 14, y + 8)):
                said.add(square)
                style: dict[str, Any] = {"size": 11.0, "fill": look.muted, "halo": look.ground}
                parts.append(
                    svg.text(
                        square, float(x), float(y) + 4, anchor="middle", weight=500, spacing_em=0.1, **style
                    )
                )
    return parts


def _words(view: View, step: int) -> str:
    """Return what the grid is, and the square in which the middle lies."""
    size = f"{step // 1000} km" if step >= 1000 else f"{step} m"
    lon = (view.middle_lon + 180) % 360 - 180
    square = usng(LonLat(lon=lon, lat=view.lat(view.height / 2)), pairs=0)
    return f"USNG {square} in the middle · grid {size}"


def _zone(lon: float) -> int:
    return math.floor((lon + 180) / _ZONE_DEGREES)


@cache
def _utm(zone: int, *, north: bool) -> tuple[pyproj.Transformer, pyproj.Transformer]:
    code = f"EPSG:{32_601 + zone if north else 32_701 + zone}"
    return (
        pyproj.Transformer.from_crs("EPSG:4326", code, always_xy=True),
        pyproj.Transformer.from_crs(code, "EPSG:4326", always_xy=True),
    )
