"""Cutting what is drawn into the tiles of one zoom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import shapely

from .mvt import BUFFER, EXTENT, Layer, Value, encode_tile

MARGIN = BUFFER / EXTENT


@dataclass(frozen=True)
class Drawn:
    """Geometry of one layer in Web Mercator turns (x and y from 0 to 1), with what the style asks of it."""

    layer: str
    geometry: shapely.Geometry
    properties: dict[str, Value] = field(default_factory=dict)


def tiles(drawn: list[Drawn], zoom: int) -> Iterator[tuple[int, int, bytes]]:
    """Yield x, y and the bytes of every tile of a zoom that has something on it."""
    layers = list(dict.fromkeys(item.layer for item in drawn))
    found: dict[tuple[int, int], list[tuple[int, shapely.Geometry]]] = defaultdict(list)
    for number, item in enumerate(drawn):
        for x, y, piece in _pieces(item.geometry, zoom):
            found[x, y].append((number, piece))
    for x, y in sorted(found):
        by_layer = {name: Layer(name) for name in layers}
        for number, piece in found[x, y]:
            item = drawn[number]
            by_layer[item.layer].add(_to_tile(piece, zoom, x, y), item.properties)
        data = encode_tile(by_layer.values())
        if data:
            yield x, y, data


def _to_tile(geometry: shapely.Geometry, zoom: int, x: int, y: int) -> shapely.Geometry:
    return shapely.transform(geometry, lambda c: (c * 2**zoom - (x, y)) * EXTENT)


def _pieces(geometry: shapely.Geometry, zoom: int) -> Iterator[tuple[int, int, shapely.Geometry]]:
    """Yield the parts of a geometry by tile, each cut a little beyond the tile's edge.

    Quartering from the whole world down keeps the work near the number of vertices times the zoom.
    """
    stack = [(0, 0, 0, geometry)]
    while stack:
        z, x, y, piece = stack.pop()
        if z == zoom:
            yield x, y, piece
            continue
        west, north, east, south = shapely.bounds(piece)
        for child_x in (2 * x, 2 * x + 1):
            for child_y in (2 * y, 2 * y + 1):
                size = 0.5 ** (z + 1)
                # The margin is that of the final zoom: a larger one would carry vertices down for nothing.
                edge = MARGIN * 0.5**zoom
                box = (child_x * size - edge, child_y * size - edge)
                box += ((child_x + 1) * size + edge, (child_y + 1) * size + edge)
                if west > box[2] or east < box[0] or north > box[3] or south < box[1]:
                    continue
                part = _clipped(piece, box)
                if not part.is_empty:
                    stack.append((z + 1, child_x, child_y, part))


def _clipped(geometry: shapely.Geometry, box: tuple[float, float, float, float]) -> shapely.Geometry:
    """Return the part inside the box, of the same dimension as the whole."""
    if geometry.geom_type in ("Point", "MultiPoint"):
        return shapely.intersection(geometry, shapely.box(*box))
    part = shapely.clip_by_rect(geometry, *box)
    if part.geom_type == "GeometryCollection":
        want = shapely.get_dimensions(geometry)
        parts = shapely.get_parts(part)
        part = shapely.multipolygons if want == 2 else shapely.multilinestrings
        kept = np.array([p for p in parts if shapely.get_dimensions(p) == want], dtype=object)
        return part(kept) if len(kept) else shapely.Point()
    return part
