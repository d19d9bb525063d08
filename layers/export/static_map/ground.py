"""The ground on paper: the same style that the browser is given, drawn as SVG."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import shapely

from layers.basemap import ground as style
from layers.basemap.palette import greys
from layers.export.static_map import svg
from layers.export.static_map.expressions import value
from layers.export.static_map.room import Room
from layers.export.static_map.tiles import Tiles
from layers.export.static_map.view import View
from layers.export.text import plain

_WEIGHTS: Final = {"Inter Regular": 400, "Inter Medium": 500, "Inter SemiBold": 600}
_LINE_HEIGHT: Final = 1.2
_SIMPLER_PX: Final = 0.25


@dataclass(frozen=True, slots=True)
class Name:
    """A name that wants a place on the sheet."""

    lines: tuple[str, ...]
    x: float
    y: float
    size: float
    weight: int
    spacing_em: float
    padding: float
    colour: str
    halo: str
    halo_width: float

    @property
    def box(self) -> svg.Box:
        """Return the room that it takes."""
        widths = [
            svg.width_of(line, size=self.size, weight=self.weight, spacing_em=self.spacing_em)
            for line in self.lines
        ]
        half = max(widths) / 2 + self.padding
        tall = len(self.lines) * self.size * _LINE_HEIGHT / 2 + self.padding
        return (self.x - half, self.y - tall, self.x + half, self.y + tall)

    def drawn(self) -> str:
        """Return the name, its lines round its place."""
        step = self.size * _LINE_HEIGHT
        first = self.y - step * (len(self.lines) - 1) / 2 + self.size * 0.36
        look: dict[str, Any] = {
            "size": self.size,
            "fill": self.colour,
            "weight": self.weight,
            "anchor": "middle",
        }
        look |= {"halo": self.halo, "halo_width": self.halo_width, "spacing_em": self.spacing_em}
        return "".join(
            svg.text(line, self.x, first + index * step, **look) for index, line in enumerate(self.lines)
        )


def shapes(view: View, tiles: Tiles, *, theme: str) -> str:
    """Return water, land and borders."""
    colours = greys(theme)
    whole = {"x": 0, "y": 0, "width": view.width, "height": view.height}
    if tiles.missing:
        return svg.tag("rect", **whole, fill=colours.land)
    parts = []
    for layer in shown(style.shapes(colours), view):
        if layer["type"] == "background":
            parts.append(svg.tag("rect", **whole, fill=layer["paint"]["background-color"]))
            continue
        outlines = [svg.path_of(shape) for _, shape in features(layer, view, tiles)]
        if layer["type"] == "fill":
            # One path for each tile's part: neighbours overlap, and together they would cut holes.
            fills = (svg.tag("path", d=outline) for outline in outlines)
            parts.append(svg.group(fills, fill=layer["paint"]["fill-color"], fill_rule="evenodd"))
        elif outlines:
            width = float(value(layer["paint"]["line-width"], view.zoom, {}))
            look = {"stroke": layer["paint"]["line-color"], "stroke_width": width, "stroke_linejoin": "round"}
            parts.append(svg.tag("path", d="".join(outlines), fill="none", **look))
    return "".join(parts)


def names(view: View, tiles: Tiles, room: Room, *, theme: str) -> str:
    """Return the names for which there is room; as in the browser the last layer chooses first."""
    parts = []
    for layer in reversed(shown(style.labels(greys(theme)), view)):
        said: set[str] = set()
        for name in wanted(layer, view, tiles):
            left, top, right, bottom = name.box
            inside = left > 0 and top > 0 and right < view.width and bottom < view.height
            # A tile may hold a name that its neighbour holds too.
            if inside and " ".join(name.lines) not in said and room.take_if_free(name.box):
                said.add(" ".join(name.lines))
                parts.append(name.drawn())
    return "".join(parts)


def shown(layers: list[style.Layer], view: View) -> list[style.Layer]:
    """Return the layers of the style that a view's zoom shows."""
    return [layer for layer in layers if layer.get("minzoom", 0) <= view.zoom < layer.get("maxzoom", 24)]


def features(
    layer: style.Layer, view: View, tiles: Tiles
) -> Iterator[tuple[dict[str, Any], shapely.Geometry]]:
    """Yield a layer's features in the pixels of the sheet, cut and simplified."""
    which = layer.get("filter")
    for props, shape in tiles.features(view, layer["source"], layer["source-layer"]):
        if which is not None and not value(which, view.zoom, props):
            continue
        cut = view.cut(shape)
        if not shapely.is_empty(cut):
            yield props, cut if isinstance(cut, shapely.Point) else shapely.simplify(cut, _SIMPLER_PX)


def wanted(layer: style.Layer, view: View, tiles: Tiles) -> list[Name]:
    """Return the names of a layer, the weightiest first."""
    found = []
    for props, shape in features(layer, view, tiles):
        if isinstance(shape, shapely.Point):
            found.append(
                (
                    float(value(layer["layout"]["symbol-sort-key"], view.zoom, props)),
                    _name(layer, props, shape, view),
                )
            )
    return [name for _, name in sorted(found, key=lambda pair: pair[0]) if name.lines]


def _name(layer: style.Layer, props: dict[str, Any], shape: shapely.Point, view: View) -> Name:
    layout, paint = layer["layout"], layer["paint"]
    words = plain(str(value(layout["text-field"], view.zoom, props) or ""), most=80)
    if layout.get("text-transform") == "uppercase":
        words = words.upper()
    size = float(value(layout["text-size"], view.zoom, props))
    weight = _WEIGHTS[layout["text-font"][0]]
    return Name(
        lines=tuple(svg.wrapped(words, size=size, most=layout["text-max-width"] * size, weight=weight)),
        x=shape.x,
        y=shape.y,
        size=size,
        weight=weight,
        spacing_em=layout.get("text-letter-spacing", 0.0),
        padding=layout["text-padding"],
        colour=paint["text-color"],
        halo=paint["text-halo-color"],
        halo_width=paint["text-halo-width"],
    )
