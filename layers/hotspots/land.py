"""Where land is, out of the very basemap that the map draws: what looks like water here is water there."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any, Final

import mapbox_vector_tile
import numpy as np
import numpy.typing as npt
import shapely
from shapely.affinity import affine_transform
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from layers.basemap.archives import Archive, open_archive
from layers.basemap.choices import BUILTIN_FILE

Mask = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]

_WORLD_LAST, _US_LAST = 6, 10  # the last zooms of the basemap's two pyramids that have no gaps
_DRAWN_PX = 512  # pixels across a tile; shores are simplified by about 0.6 of them
_SLACK_PX = 1.0
_MOST_TILES = 16
_NOTHING: Final = shapely.MultiPolygon()


def land_in(x_edges: FloatArray, y_edges: FloatArray) -> Mask:
    """Return which boxes of a grid touch land, none of it wholly in a lake; rows from the first of y.

    Edges are in turns of Web Mercator, 0 to 1, y growing southward; ascending or descending. The shore is
    taken from a zoom fine enough for the boxes, and its own error counts as land.
    """
    across, down = np.sort(x_edges), np.sort(y_edges)
    zoom = _zoom(across, down)
    slack = _SLACK_PX / _DRAWN_PX / 2**zoom
    land = np.zeros((len(down) - 1, len(across) - 1), dtype=np.bool_)
    for x in range(*_tiles(across, zoom)):
        for y in range(*_tiles(down, zoom)):
            size = 0.5**zoom
            columns = _between(across, x * size, (x + 1) * size, slack)
            rows = _between(down, y * size, (y + 1) * size, slack)
            ground = _ground(zoom, x, y)
            land[rows, columns] |= touched(
                ground,
                across[columns.start : columns.stop + 1],
                down[rows.start : rows.stop + 1],
                slack=slack,
            )
    land = land[:, ::-1] if x_edges[0] > x_edges[-1] else land
    return land[::-1] if y_edges[0] > y_edges[-1] else land


def shore_in(ground: BaseGeometry) -> BaseGeometry:
    """Return the shore on some ground, both in degrees, as lines: as sharp as the map draws it."""
    turned = shapely.transform(ground, _to_turns)
    west, north, east, south = turned.bounds
    across, down = np.array([west, east]), np.array([north, south])
    zoom = next(
        (
            zoom
            for zoom in range(_US_LAST, 0, -1)
            if math.prod(last - first for first, last in (_tiles(across, zoom), _tiles(down, zoom)))
            <= _MOST_TILES
        ),
        0,
    )
    land = shapely.union_all(
        [_ground(zoom, x, y) for x in range(*_tiles(across, zoom)) for y in range(*_tiles(down, zoom))]
    )
    lines = shapely.intersection(shapely.boundary(land), turned)
    return shapely.transform(lines, _from_turns)


def _to_turns(at: FloatArray) -> FloatArray:
    lat = np.radians(np.clip(at[:, 1], -85.0, 85.0))
    return np.column_stack([at[:, 0] / 360 + 0.5, 0.5 - np.arcsinh(np.tan(lat)) / (2 * math.pi)])


def _from_turns(at: FloatArray) -> FloatArray:
    lat = np.degrees(np.arctan(np.sinh(math.pi * (1 - 2 * at[:, 1]))))
    return np.column_stack([(at[:, 0] - 0.5) * 360, lat])


def touched(geometry: BaseGeometry, x_edges: FloatArray, y_edges: FloatArray, *, slack: float = 0.0) -> Mask:
    """Return which boxes between ascending edges a geometry comes within `slack` of.

    Blocks of boxes are asked first: only where the outline runs through are boxes asked one by one.
    """
    shapely.prepare(geometry)
    ny, nx = len(y_edges) - 1, len(x_edges) - 1
    found = np.zeros((ny, nx), dtype=np.bool_)
    if geometry.is_empty or not ny or not nx:
        return found
    undecided = np.ones((1, 1), dtype=np.bool_)
    block = 1 << max(nx - 1, ny - 1, 1).bit_length()
    while block:
        rows, columns = np.nonzero(undecided)
        first_y, first_x = rows * block, columns * block
        last_y, last_x = np.minimum(first_y + block, ny), np.minimum(first_x + block, nx)
        inside = (first_y < ny) & (first_x < nx)
        rows, columns, first_x, last_x = rows[inside], columns[inside], first_x[inside], last_x[inside]
        first_y, last_y = first_y[inside], last_y[inside]
        west, south = x_edges[first_x] - slack, y_edges[first_y] - slack
        boxes = shapely.box(west, south, x_edges[last_x] + slack, y_edges[last_y] + slack)
        hit = np.asarray(shapely.intersects(geometry, boxes), dtype=np.bool_)
        if block == 1:
            found[rows[hit], columns[hit]] = True
            break
        whole = np.zeros(len(boxes), dtype=np.bool_)
        whole[hit] = shapely.contains_properly(geometry, boxes[hit])
        for at in np.flatnonzero(whole):
            found[first_y[at] : last_y[at], first_x[at] : last_x[at]] = True
        block //= 2
        undecided = np.zeros((-(-ny // block), -(-nx // block)), dtype=np.bool_)
        for dy in (0, 1):
            for dx in (0, 1):
                y, x = 2 * rows[hit & ~whole] + dy, 2 * columns[hit & ~whole] + dx
                kept = (y < undecided.shape[0]) & (x < undecided.shape[1])
                undecided[y[kept], x[kept]] = True
    return found


def _zoom(across: FloatArray, down: FloatArray) -> int:
    """Return the zoom whose pixels are at most half a box, as long as that is few tiles."""
    box = max(float(np.diff(across).mean()), 1e-12)
    wanted = math.ceil(math.log2(2 / (_DRAWN_PX * box)))
    for zoom in range(min(max(wanted, 0), _US_LAST), 0, -1):
        (x0, x1), (y0, y1) = _tiles(across, zoom), _tiles(down, zoom)
        if (x1 - x0) * (y1 - y0) <= _MOST_TILES:
            return zoom
    return 0


def _tiles(edges: FloatArray, zoom: int) -> tuple[int, int]:
    """Return the first tile of the edges, and the first beyond."""
    count = 1 << zoom
    first = min(max(math.floor(edges[0] * count), 0), count - 1)
    return first, min(max(math.ceil(edges[-1] * count), first + 1), count)


def _between(edges: FloatArray, low: float, high: float, slack: float) -> slice:
    """Return the boxes that a tile's span reaches."""
    first = int(np.searchsorted(edges, low - slack, side="right")) - 1
    last = int(np.searchsorted(edges, high + slack, side="left"))
    return slice(max(first, 0), min(max(last, 0), len(edges) - 1))


@lru_cache(maxsize=512)
def _ground(zoom: int, x: int, y: int) -> BaseGeometry:
    """Return the land of a tile without its lakes, in turns of Web Mercator.

    Above the world's last zoom the file holds the United States, and the rest is what zoom 6 says of it.
    """
    parts = _layers(zoom, x, y)
    land = parts.get("land", _NOTHING)
    if zoom > _WORLD_LAST:
        up = zoom - _WORLD_LAST
        land = shapely.union(land, _clipped_abroad(x >> up, y >> up, zoom=zoom, x=x, y=y))
    return shapely.difference(land, parts.get("water", _NOTHING))


def _clipped_abroad(world_x: int, world_y: int, *, zoom: int, x: int, y: int) -> BaseGeometry:
    size = 0.5**zoom
    abroad = _layers(_WORLD_LAST, world_x, world_y).get("abroad", _NOTHING)
    # Clipping is quick and leaves shapes now and then that touch themselves.
    return _mended(shapely.clip_by_rect(abroad, x * size, y * size, (x + 1) * size, (y + 1) * size))


@lru_cache(maxsize=128)
def _layers(zoom: int, x: int, y: int) -> dict[str, BaseGeometry]:
    tile = _archive().tile(zoom, x, y)
    if tile is None:
        return {}
    read: dict[str, Any] = mapbox_vector_tile.decode(tile.unpacked(), default_options={"y_coord_down": True})
    size = 0.5**zoom
    made: dict[str, BaseGeometry] = {}
    for name in ("land", "water", "abroad"):
        if name in read:
            shapes = [_mended(shape(feature["geometry"])) for feature in read[name]["features"]]
            merged = shapes[0] if len(shapes) == 1 else shapely.union_all(shapes)
            scale = size / read[name]["extent"]
            made[name] = affine_transform(merged, [scale, 0.0, 0.0, scale, x * size, y * size])
    return made


def _mended(drawn: BaseGeometry) -> BaseGeometry:
    """Return a polygon of a tile as a valid one; most are, and asking is quicker than mending."""
    return drawn if drawn.is_valid else shapely.make_valid(drawn)


@lru_cache(maxsize=1)
def _archive() -> Archive:
    return open_archive(BUILTIN_FILE)
