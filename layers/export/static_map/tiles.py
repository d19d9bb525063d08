"""The tiles of the ground, decoded; pages of a document share them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import mapbox_vector_tile
import numpy as np
import shapely
from shapely.geometry import shape as shape_of

from layers.basemap.archives import Archive, DamagedBasemap, open_archive
from layers.basemap.choices import BUILTIN_FILE
from layers.basemap.ground import PYRAMIDS
from layers.export.static_map.view import TILE_PX, View

_SPANS: Final = {name: (first, last) for name, first, last in PYRAMIDS}
_EXTENT: Final = 4096
_MOST_TILES: Final = 400
Layers = dict[str, Any]
Placed = tuple[dict[str, Any], shapely.Geometry]


class Tiles:
    """The ground's file, open; without it (`missing`) maps are drawn on bare land and say so."""

    def __init__(self, path: Path = BUILTIN_FILE) -> None:
        """Open the file; one that is missing or damaged is no reason to have no map."""
        self._kept: dict[tuple[int, int, int], Layers] = {}
        try:
            self._archive: Archive | None = open_archive(path)
        except DamagedBasemap:
            self._archive = None

    @property
    def missing(self) -> bool:
        """Tell whether there is no ground to draw."""
        return self._archive is None

    def __enter__(self) -> Tiles:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        """Let go of the file."""
        if self._archive is not None:
            self._archive.close()

    def features(self, view: View, source: str, layer: str) -> Iterator[Placed]:
        """Yield the features of a layer that a view touches, in the sheet's pixels, not yet cut.

        A point is yielded by the one tile that it lies in, though its neighbours carry it too.
        """
        first, last = _SPANS[source]
        z = min(math.floor(view.zoom + 1e-9), last)
        if z < first:
            return
        side = TILE_PX * 2 ** (view.zoom - z)
        for x in range(math.floor(view.left / side), math.floor((view.left + view.width) / side) + 1):
            for y in range(math.floor(view.top / side), math.floor((view.top + view.height) / side) + 1):
                yield from self._placed(
                    self._tile(z, x % 2**z, y), layer, view=view, at=(x * side, y * side), side=side
                )

    def _placed(
        self, tile: Layers, layer: str, *, view: View, at: tuple[float, float], side: float
    ) -> Iterator[Placed]:
        found = tile.get(layer)
        if found is None:
            return
        scale = side / found.get("extent", _EXTENT)
        corner = np.array([at[0] - view.left, at[1] - view.top])
        for feature in found["features"]:
            shape = feature["shape"]
            if shape.geom_type == "Point" and not (0 <= shape.x < _EXTENT and 0 <= shape.y < _EXTENT):
                continue
            yield feature["properties"], shapely.transform(shape, lambda xy: xy * scale + corner)

    def _tile(self, z: int, x: int, y: int) -> Layers:
        key = (z, x, y)
        if key not in self._kept:
            if len(self._kept) >= _MOST_TILES:
                self._kept.clear()
            self._kept[key] = self._read(z, x, y)
        return self._kept[key]

    def _read(self, z: int, x: int, y: int) -> Layers:
        try:
            tile = self._archive.tile(z, x, y) if self._archive is not None else None
            if tile is None:
                return {}
            layers: Layers = mapbox_vector_tile.decode(
                tile.unpacked(), default_options={"y_coord_down": True}
            )
        except DamagedBasemap:
            return {}
        for layer in layers.values():
            for feature in layer["features"]:
                feature["shape"] = shape_of(feature.pop("geometry"))
        return layers
