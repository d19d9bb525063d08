"""A road network as it is kept: columns of junctions and of the edges between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class RoadColumns:
    """Junctions in degrees, and edges from one to another; `oneway` is 1 forward, -1 backward, 0 both.

    `road_class` numbers `ROAD_CLASSES`. `shapes` are the edges' lines, in the same order.
    """

    lon: npt.NDArray[np.float64]
    lat: npt.NDArray[np.float64]
    start: npt.NDArray[np.int32]
    end: npt.NDArray[np.int32]
    length_m: npt.NDArray[np.float64]
    road_class: npt.NDArray[np.uint8]
    oneway: npt.NDArray[np.int8]
    shapes: npt.NDArray[np.object_]

    def __len__(self) -> int:
        return len(self.start)

    @property
    def junctions(self) -> int:
        """How many junctions there are."""
        return len(self.lon)


# The fastest first; what a file does not say is residential.
ROAD_CLASSES = ("motorway", "trunk", "primary", "secondary", "tertiary", "residential", "track", "path")
