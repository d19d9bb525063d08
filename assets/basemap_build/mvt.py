"""Mapbox Vector Tile 2.1 encoding of shapely geometry.

Written by hand because the one encoder on PyPI takes loose dicts one feature at a time and rounds them in
Python: the 40,000 tiles of the basemap would take the better part of an hour.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely

EXTENT = 4096
BUFFER = 80  # beyond the tile's edge on every side, so that no edge of a cut is ever drawn
MOVE_TO, LINE_TO, CLOSE_PATH = 1, 2, 7
POINT, LINE, POLYGON = 1, 2, 3

Value = str | int


@dataclass
class Layer:
    """One layer of one tile while it is put together."""

    name: str
    keys: dict[str, int] = field(default_factory=dict)
    values: dict[Value, int] = field(default_factory=dict)
    features: list[bytes] = field(default_factory=list)

    def add(self, geometry: shapely.Geometry, properties: dict[str, Value]) -> None:
        """Add a geometry in tile units; what rounds to nothing is left out."""
        kind, commands = _commands(geometry)
        if not commands:
            return
        tags: list[int] = []
        for key, value in properties.items():
            tags += [
                self.keys.setdefault(key, len(self.keys)),
                self.values.setdefault(value, len(self.values)),
            ]
        body = (_packed(2, tags) if tags else b"") + b"\x18" + _varint(kind) + _packed(4, commands)
        self.features.append(body)

    def encode(self) -> bytes:
        """Return the layer's message."""
        parts = [_bytes(1, self.name.encode())]
        parts += [_bytes(2, feature) for feature in self.features]
        parts += [_bytes(3, key.encode()) for key in self.keys]
        parts += [_bytes(4, _value(value)) for value in self.values]
        parts += [b"\x28" + _varint(EXTENT), b"\x78\x02"]
        return b"".join(parts)


def encode_tile(layers: Iterable[Layer]) -> bytes:
    """Return the tile's message; empty when no layer has a feature."""
    return b"".join(_bytes(3, layer.encode()) for layer in layers if layer.features)


def _commands(geometry: shapely.Geometry) -> tuple[int, list[int]]:
    """Return the geometry type and the command stream of one geometry."""
    cursor = np.zeros(2, dtype=np.int64)
    out: list[int] = []
    kind = POLYGON
    for part in shapely.get_parts(geometry):
        match part.geom_type:
            case "Point":
                kind = POINT
                xy = np.rint(shapely.get_coordinates(part)).astype(np.int64)
                out += [_command(MOVE_TO, 1), *_deltas(xy, cursor)]
            case "LineString" | "LinearRing":
                kind = LINE
                _line(part, cursor, out)
            case "Polygon":
                _polygon(part, cursor, out)
    return kind, out


def _line(line: shapely.Geometry, cursor: np.ndarray, out: list[int]) -> None:
    """Write a line, unless it rounds to a point."""
    xy = _distinct(np.rint(shapely.get_coordinates(line)).astype(np.int64))
    if len(xy) > 1:
        deltas = _deltas(xy, cursor)
        out += [_command(MOVE_TO, 1), *deltas[:2], _command(LINE_TO, len(xy) - 1), *deltas[2:]]


def _polygon(polygon: shapely.Geometry, cursor: np.ndarray, out: list[int]) -> None:
    """Write the rings of a polygon: the outer one clockwise on the screen, holes the other way."""
    for number, ring in enumerate([polygon.exterior, *polygon.interiors]):
        xy = _distinct(np.rint(shapely.get_coordinates(ring)).astype(np.int64))[:-1]
        area2 = _area2(xy) if len(xy) > 2 else 0
        if area2 == 0:
            if number == 0:
                return
            continue
        if (area2 > 0) != (number == 0):
            xy = xy[::-1]
        deltas = _deltas(xy, cursor)
        out += [_command(MOVE_TO, 1), *deltas[:2], _command(LINE_TO, len(xy) - 1), *deltas[2:]]
        out.append(_command(CLOSE_PATH, 1))


def _distinct(xy: np.ndarray) -> np.ndarray:
    """Return the vertices without immediate repetitions."""
    keep = np.ones(len(xy), dtype=bool)
    keep[1:] = (xy[1:] != xy[:-1]).any(axis=1)
    return xy[keep]


def _area2(xy: np.ndarray) -> int:
    """Return twice the signed area; positive is clockwise on a screen whose y grows downward."""
    x, y = xy[:, 0], xy[:, 1]
    return int((x * np.roll(y, -1) - np.roll(x, -1) * y).sum())


def _deltas(xy: np.ndarray, cursor: np.ndarray) -> list[int]:
    """Return zigzag-encoded steps from the cursor through the vertices, and move the cursor."""
    steps = np.diff(np.vstack([cursor, xy]), axis=0).ravel()
    cursor[:] = xy[-1]
    return ((steps << 1) ^ (steps >> 63)).tolist()


def _command(command: int, count: int) -> int:
    return (command & 7) | (count << 3)


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def _bytes(number: int, payload: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(payload)) + payload


def _packed(number: int, values: Sequence[int]) -> bytes:
    return _bytes(number, b"".join(map(_varint, values)))


def _value(value: Value) -> bytes:
    """Return a value message: text as string_value, a whole number as sint_value."""
    if isinstance(value, str):
        return _bytes(1, value.encode())
    return b"\x30" + _varint(value << 1 if value >= 0 else (-value << 1) - 1)
