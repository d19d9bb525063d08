"""The ground of a view as simplified GeoJSON, for a map that lives in a file of its own."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
import shapely
from shapely.geometry import mapping

from layers.basemap import ground as style
from layers.basemap.palette import greys
from layers.export.static_map.expressions import value
from layers.export.static_map.ground import Name, features, shown, wanted
from layers.export.static_map.room import Room
from layers.export.static_map.tiles import Tiles
from layers.export.static_map.view import Array, View

_AROUND: Final = 1.0  # so many times the view lies around it on each side: there is something to move to
_SIMPLER_PX: Final = 0.6
_DEGREE_DIGITS: Final = 5


def around(view: View) -> View:
    """Return the view with what lies around it."""
    return View(
        width=view.width * (1 + 2 * _AROUND),
        height=view.height * (1 + 2 * _AROUND),
        zoom=view.zoom,
        left=view.left - view.width * _AROUND,
        top=view.top - view.height * _AROUND,
    )


def shapes(view: View, tiles: Tiles, *, theme: str) -> dict[str, Any]:
    """Return land, lakes and borders as GeoJSON, each with its look (`style`, as Leaflet takes it)."""
    found, wide = [], around(view)
    for layer in shown(style.shapes(greys(theme)), wide):
        if layer["type"] == "background":
            continue
        parts = [shape for _, shape in features(layer, wide, tiles)]
        if not parts:
            continue
        filled = layer["type"] == "fill"
        # Parts of neighbouring tiles overlap; each is a feature of its own, or together they would cut holes.
        merged = parts if filled else [shapely.line_merge(shapely.multilinestrings(_lines(parts)))]
        if filled:
            look: dict[str, Any] = {
                "stroke": False,
                "fill": True,
                "fillColor": layer["paint"]["fill-color"],
                "fillOpacity": 1,
            }
        else:
            width = round(float(value(layer["paint"]["line-width"], wide.zoom, {})), 1)
            look = {"color": layer["paint"]["line-color"], "weight": width, "fill": False}
        for part in merged:
            degrees: Any = shapely.transform(
                shapely.simplify(part, _SIMPLER_PX), lambda xy: _degrees(xy, wide)
            )
            found.append({"type": "Feature", "properties": {"style": look}, "geometry": mapping(degrees)})
    return {"type": "FeatureCollection", "features": found}


def names(view: View, tiles: Tiles, *, theme: str) -> list[tuple[Name, float, float]]:
    """Return the names of the view and around it, with longitude and latitude, the weightiest first."""
    wide, room, found = around(view), Room(), []
    for layer in reversed(shown(style.labels(greys(theme)), wide)):
        for name in wanted(layer, wide, tiles):
            if room.take_if_free(name.box):
                lon, lat = _degrees(np.array([[name.x, name.y]]), wide)[0]
                found.append((name, float(lon), float(lat)))
    return found


def _lines(parts: list[shapely.Geometry]) -> list[shapely.Geometry]:
    return [part for part in shapely.get_parts(parts).tolist() if part.geom_type == "LineString"]


def _degrees(xy: Array, view: View) -> Array:
    lon = (view.left + xy[:, 0]) / view.world * 360 - 180
    lat = np.degrees(np.arctan(np.sinh(math.pi * (1 - 2 * (view.top + xy[:, 1]) / view.world))))
    return np.round(np.column_stack([lon, lat]), _DEGREE_DIGITS)
