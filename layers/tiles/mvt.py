"""Mapbox Vector Tiles 2.1, written by hand: no library reaches a tenth of the speed that is needed.

Protocol Buffers allow a varint to be padded with empty groups. With every number padded to a fixed width
all point features of a layer have the same layout, and numpy writes them as one table of bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data.geo import IntArray
from layers.tiles.address import EXTENT

Bytes = npt.NDArray[np.uint8]
TagValue = str | int | float

_ID_BYTES = 8  # 56 bits: a fid has 52
_MAX_PADDED = 1 << 14  # two bytes of seven bits


@dataclass(frozen=True)
class Tags:
    """One property of all features of a layer: `index` points into `values`, -1 where a feature has none."""

    key: str
    values: Sequence[TagValue]
    index: IntArray

    @classmethod
    def of(cls, key: str, values: npt.NDArray[np.integer]) -> Tags:
        """Return whole numbers as tags."""
        found, index = np.unique(values, return_inverse=True)
        return cls(key, found.tolist(), index.astype(np.int64))

    @classmethod
    def words(cls, key: str, words: Sequence[str], codes: npt.NDArray[np.integer]) -> Tags:
        """Return words as tags, given each feature's place in `words`."""
        found, inverse = np.unique(codes, return_inverse=True)
        distinct: dict[str, int] = {}
        place = [distinct.setdefault(words[code], len(distinct)) for code in found.tolist()]
        return cls(key, list(distinct), np.array(place, dtype=np.int64)[inverse])


def varint(value: int) -> bytes:
    """Return a number in as few bytes as it needs."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def field(number: int, payload: bytes) -> bytes:
    """Return a length-delimited field."""
    return varint(number << 3 | 2) + varint(len(payload)) + payload


def zigzag(value: IntArray) -> IntArray:
    """Return signed numbers as unsigned ones that are small when they are."""
    return np.asarray((value << 1) ^ (value >> 63), dtype=np.int64)


def _padded(value: IntArray, width: int) -> Bytes:
    """Return numbers as varints of exactly `width` bytes, one row each."""
    table = np.empty((len(value), width), dtype=np.uint8)
    for place in range(width):
        table[:, place] = (value >> (7 * place)) & 0x7F
    table[:, :-1] |= 0x80
    return table


def point_layer(
    name: str, x: IntArray, y: IntArray, *, tags: Sequence[Tags], ids: IntArray | None = None
) -> bytes:
    """Return a layer of points as the tile holds it; nothing for no points."""
    count = len(x)
    if not count:
        return b""
    values = sum(len(tag.values) for tag in tags)
    if values >= _MAX_PADDED:
        raise ValueError(f"a tile layer may hold {_MAX_PADDED} property values, not {values}")
    parts = [] if ids is None else [_constant(count, 0x08), _padded(ids, _ID_BYTES)]
    tag_table, tag_present, tag_lengths = _tag_table(tags, count)
    id_width = 0 if ids is None else 1 + _ID_BYTES
    length = id_width + 2 + tag_lengths + 9
    head = [_constant(count, 0x12), length[:, None].astype(np.uint8)]
    tail = [_constant(count, 0x18, 0x01, 0x22, 5, 0x09), _padded(zigzag(x), 2), _padded(zigzag(y), 2)]
    tags_head = [_constant(count, 0x12), tag_lengths[:, None].astype(np.uint8)]
    table = np.hstack([*head, *parts, *tags_head, tag_table, *tail])
    if tag_present.all():
        return _layer(name, table.tobytes(), tags)
    keep = np.ones(table.shape, dtype=np.bool_)
    before = 2 + id_width + 2
    keep[:, before : before + 3 * len(tags)] = tag_present
    return _layer(name, table[keep].tobytes(), tags)


def _constant(count: int, *values: int) -> Bytes:
    return np.broadcast_to(np.array(values, dtype=np.uint8), (count, len(values)))


def _tag_table(tags: Sequence[Tags], count: int) -> tuple[Bytes, npt.NDArray[np.bool_], IntArray]:
    """Return the tags of all features, which bytes of them are there, and how many for each feature."""
    table = np.empty((count, 3 * len(tags)), dtype=np.uint8)
    present = np.empty((count, 3 * len(tags)), dtype=np.bool_)
    offset = 0
    for number, tag in enumerate(tags):
        columns = slice(3 * number, 3 * number + 3)
        table[:, 3 * number] = number
        table[:, 3 * number + 1 : 3 * number + 3] = _padded(tag.index + offset, 2)
        present[:, columns] = (tag.index >= 0)[:, None]
        offset += len(tag.values)
    return table, present, present.sum(axis=1, dtype=np.int64)


def _layer(name: str, features: bytes, tags: Sequence[Tags]) -> bytes:
    """Return a layer of encoded features as a field of the tile."""
    keys = b"".join(field(3, tag.key.encode()) for tag in tags)
    values = b"".join(field(4, _value(value)) for tag in tags for value in tag.values)
    tail = b"\x28" + varint(EXTENT)
    return field(3, b"\x78\x02" + field(1, name.encode()) + features + keys + values + tail)


def _value(value: TagValue) -> bytes:
    if isinstance(value, str):
        # A lone surrogate is text that no encoder takes; a reader sees the usual replacement.
        return field(1, value.encode("utf-8", "replace"))
    if isinstance(value, float):
        return b"\x19" + np.float64(value).tobytes()
    if value < 0:
        return b"\x30" + varint((-value << 1) - 1)
    return b"\x28" + varint(value)


@dataclass(frozen=True)
class Drawn:
    """A line or polygon as the tile draws it: geometry type and encoded commands."""

    kind: int  # 2 line, 3 polygon
    commands: Sequence[int]


def shape_layer(name: str, shapes: Sequence[Drawn], *, tags: Sequence[Tags], ids: IntArray) -> bytes:
    """Return a layer of lines and polygons as the tile holds it; nothing for none."""
    if not shapes:
        return b""
    offsets = np.cumsum([0, *(len(tag.values) for tag in tags)]).tolist()
    features = []
    for row, (shape, fid) in enumerate(zip(shapes, ids.tolist(), strict=True)):
        pairs = [
            varint(number) + varint(int(tag.index[row]) + offsets[number])
            for number, tag in enumerate(tags)
            if tag.index[row] >= 0
        ]
        commands = b"".join(map(varint, shape.commands))
        kind = bytes((0x18, shape.kind))
        features.append(
            field(2, b"\x08" + varint(fid) + field(2, b"".join(pairs)) + kind + field(4, commands))
        )
    return _layer(name, b"".join(features), tags)
