"""The few incidents that are lines or polygons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from data.geo import IntArray, mercator


@dataclass(frozen=True, eq=False)
class ShapeSet:
    """Geometries in degrees, by the seq of their incident; kept from snapshot to snapshot while unchanged."""

    seq: IntArray
    geometry: npt.NDArray[np.object_]

    @classmethod
    def of(cls, shapes: Mapping[int, BaseGeometry]) -> ShapeSet:
        """Return the set of these geometries."""
        seqs = sorted(shapes)
        geometry = np.empty(len(seqs), dtype=object)
        geometry[:] = [shapes[seq] for seq in seqs]
        return cls(np.array(seqs, dtype=np.int64), geometry)

    def __len__(self) -> int:
        return len(self.seq)

    def without(self, changed: IntArray, *, plus: Mapping[int, BaseGeometry]) -> ShapeSet:
        """Return the set after these seqs changed and `plus` holds those of them that have a geometry."""
        stale = np.isin(self.seq, changed)
        if not plus and not stale.any():
            return self
        kept = dict(zip(self.seq[~stale].tolist(), self.geometry[~stale], strict=True))
        return ShapeSet.of(kept | dict(plus))

    @cached_property
    def on_map(self) -> npt.NDArray[np.object_]:
        """The geometries in integer Web Mercator, as tiles cut them."""
        return np.asarray(shapely.make_valid(shapely.transform(self.geometry, _to_mercator)), dtype=object)

    @cached_property
    def tree(self) -> shapely.STRtree:
        """The index of `on_map`."""
        return shapely.STRtree(self.on_map)

    def near(self, box: tuple[float, float, float, float]) -> IntArray:
        """Return which shapes may reach into a box of Mercator coordinates, as positions in this set."""
        return np.asarray(self.tree.query(shapely.box(*box)), dtype=np.int64)


def _to_mercator(degrees: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    x, y = mercator(degrees[:, 0], degrees[:, 1])
    return np.column_stack([x, y]).astype(np.float64)
