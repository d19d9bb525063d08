"""How many people live in each cell, or otherwise are exposed: from areas that they were counted in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from data.geo import FloatArray
from layers.analytics.cells import Grid

_KM2_PER_DEGREE2 = (6371.0088 * np.pi / 180) ** 2


@dataclass(frozen=True)
class Exposure:
    """A number for each of several areas that do not overlap, and what it is called."""

    name: str
    people: FloatArray
    outlines: npt.NDArray[Any]  # of polygons in degrees

    @property
    def total(self) -> float:
        """The number of all areas together."""
        return float(self.people.sum())


def people_in(exposure: Exposure, grid: Grid) -> FloatArray:
    """Return the number of each cell (ny × nx): an area's is spread evenly over its ground.

    An area too small to hold the middle of a cell gives all it has to the cell that it lies in.
    """
    lon = (grid.west_east[1:] + grid.west_east[:-1]) / 2
    lat = (grid.south_north[1:] + grid.south_north[:-1]) / 2
    x, y = np.meshgrid(lon, lat)
    tree = shapely.STRtree(exposure.outlines)
    cell, area = tree.query(shapely.points(x.ravel(), y.ravel()), predicate="within")
    first = np.unique(cell, return_index=True)[1]  # of areas that do overlap, the first
    cell, area = cell[first], area[first]
    middles = np.bincount(area, minlength=len(exposure.people))
    # What lies partly outside of the map gives only its part.
    share = np.minimum(1.0, grid.area_km2 / np.maximum(_km2(exposure.outlines), 1e-9))
    inside = shapely.within(exposure.outlines, shapely.box(lon[0], lat[0], lon[-1], lat[-1]))
    share = np.where(inside & (middles > 0), 1 / np.maximum(middles, 1), share)
    table = np.zeros(grid.ny * grid.nx)
    np.add.at(table, cell, exposure.people[area] * share[area])
    small = np.flatnonzero(middles == 0)
    spots = shapely.get_coordinates(shapely.point_on_surface(exposure.outlines[small]))
    column = np.searchsorted(grid.west_east, spots[:, 0], side="right") - 1
    row = np.searchsorted(grid.south_north, spots[:, 1], side="right") - 1
    here = (column >= 0) & (column < grid.nx) & (row >= 0) & (row < grid.ny)
    np.add.at(table, row[here] * grid.nx + column[here], exposure.people[small[here]])
    return table.reshape(grid.ny, grid.nx)


def _km2(outlines: npt.NDArray[Any]) -> FloatArray:
    bounds = shapely.bounds(outlines)
    middle = np.radians((bounds[:, 1] + bounds[:, 3]) / 2)
    return np.asarray(shapely.area(outlines) * _KM2_PER_DEGREE2 * np.cos(middle))
