"""The equal-area grid that a surface lies on: squares on a plane of its own, centred on the ground."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import Proj
from shapely.geometry.base import BaseGeometry

from data.errors import Invalid, TooLarge

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

MAX_CELLS: Final = 1_000_000
FINEST_M: Final = 5.0  # chosen by itself; a person may ask for less
_MAX_SIDE_M = 5_000_000.0  # beyond, a plane is no picture of the ground
_NICE = (1.0, 2.0, 2.5, 5.0, 10.0)

Extent = tuple[float, float, float, float]  # west, south, east, north


@dataclass(frozen=True)
class Grid:
    """rows × columns squares of `cell_m` metres, centred on a place; row 0 is the southernmost.

    The plane is Lambert's azimuthal equal-area projection of the WGS 84 ellipsoid about that place. A cell's
    index counts along the rows from the south-west, as numpy's ravel of (rows, columns) does.
    """

    lon: float
    lat: float
    cell_m: float
    rows: int
    columns: int

    def __post_init__(self) -> None:
        _check(self)

    @classmethod
    def around(
        cls,
        ground: Extent | Sequence[Sequence[float]] | FloatArray,
        *,
        cell_m: float | None = None,
        max_cells: int = MAX_CELLS,
        margin_m: float = 0.0,
    ) -> Self:
        """Return the grid over a box (west, south, east, north) or over places given as lon, lat pairs.

        Without `cell_m` the cells are the smallest of a round size that `max_cells` allows.
        """
        lon, lat = _corners(ground)
        centre_lon, centre_lat = _middle(lon), float((lat.min() + lat.max()) / 2)
        x, y = _plane(centre_lon, centre_lat)(lon, lat)
        if not (np.isfinite(x).all() and np.isfinite(y).all()):
            raise Invalid("The area is too large for one grid.", hint="Choose a smaller one.")
        wide = 2 * (float(np.abs(x).max()) + margin_m)
        high = 2 * (float(np.abs(y).max()) + margin_m)
        if max(wide, high) > _MAX_SIDE_M:
            raise TooLarge("The area is wider than 5,000 km.", hint="Choose a smaller one.")
        size = cell_m if cell_m is not None else _round_size(wide, high, max_cells)
        if not (math.isfinite(size) and size > 0):
            raise Invalid("The cell size must be above 0 metres.", hint="Give cell_m, for example 50.")
        rows, columns = max(1, math.ceil(high / size)), max(1, math.ceil(wide / size))
        if rows * columns > max_cells:
            raise TooLarge(
                f"Cells of {size:g} m would be {rows * columns:,}; {max_cells:,} is the limit.",
                hint="Choose larger cells or a smaller area.",
            )
        return cls(centre_lon, centre_lat, float(size), rows, columns)

    def __len__(self) -> int:
        return self.rows * self.columns

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.rows, self.columns

    @property
    def cell_km2(self) -> float:
        """The ground that each cell covers."""
        return (self.cell_m / 1000) ** 2

    @property
    def x0(self) -> float:
        """The west edge on the plane, in metres from the centre."""
        return -self.columns * self.cell_m / 2

    @property
    def y0(self) -> float:
        """The south edge on the plane, in metres from the centre."""
        return -self.rows * self.cell_m / 2

    @property
    def crs(self) -> str:
        """The plane in PROJ's words."""
        return f"+proj=laea +lon_0={self.lon!r} +lat_0={self.lat!r} +ellps=WGS84 +units=m +no_defs"

    @cached_property
    def x(self) -> FloatArray:
        """The x of the columns' centres."""
        return np.asarray(self.x0 + (np.arange(self.columns) + 0.5) * self.cell_m)

    @cached_property
    def y(self) -> FloatArray:
        """The y of the rows' centres, from the south."""
        return np.asarray(self.y0 + (np.arange(self.rows) + 0.5) * self.cell_m)

    @cached_property
    def box(self) -> BaseGeometry:
        """The whole grid on the plane."""
        return shapely.box(self.x0, self.y0, -self.x0, -self.y0)

    def to_plane(self, lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Return x and y in metres from the centre; infinite where the plane has no such place."""
        x, y = self._plane(np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64))
        return np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)

    def to_lonlat(self, x: npt.ArrayLike, y: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Return longitude and latitude of places on the plane."""
        lon, lat = self._plane(np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64), inverse=True)
        return np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)

    def project(self, geometry: BaseGeometry) -> BaseGeometry:
        """Return a geometry in degrees as one on the plane."""
        return shapely.transform(geometry, lambda at: np.column_stack(self.to_plane(at[:, 0], at[:, 1])))

    def unproject(self, geometry: BaseGeometry) -> BaseGeometry:
        """Return a geometry on the plane as one in degrees."""
        return shapely.transform(geometry, lambda at: np.column_stack(self.to_lonlat(at[:, 0], at[:, 1])))

    def centres_lonlat(self, indices: npt.ArrayLike | None = None) -> tuple[FloatArray, FloatArray]:
        """Return longitude and latitude of the cells' centres, of all cells in order or of those named."""
        cells = np.arange(len(self)) if indices is None else np.asarray(indices, dtype=np.int64)
        return self.to_lonlat(self.x[cells % self.columns], self.y[cells // self.columns])

    def cells_of(self, lon: npt.ArrayLike, lat: npt.ArrayLike) -> IntArray:
        """Return the index of the cell that each place lies in, -1 outside."""
        return self.cells_at(*self.to_plane(lon, lat))

    def cells_at(self, x: npt.ArrayLike, y: npt.ArrayLike) -> IntArray:
        """Return the index of the cell of each place on the plane, -1 outside."""
        column = np.floor((np.asarray(x, dtype=np.float64) - self.x0) / self.cell_m)
        row = np.floor((np.asarray(y, dtype=np.float64) - self.y0) / self.cell_m)
        with np.errstate(invalid="ignore"):
            inside = (column >= 0) & (column < self.columns) & (row >= 0) & (row < self.rows)
        return np.where(inside, np.where(inside, row, 0) * self.columns + column, -1).astype(np.int64)

    def polygons(self, indices: npt.ArrayLike) -> npt.NDArray[np.object_]:
        """Return the cells' outlines in degrees."""
        cells = np.asarray(indices, dtype=np.int64)
        west, south = (
            self.x0 + (cells % self.columns) * self.cell_m,
            self.y0 + (cells // self.columns) * self.cell_m,
        )
        boxes = shapely.box(west, south, west + self.cell_m, south + self.cell_m)
        turned = shapely.transform(boxes, lambda at: np.column_stack(self.to_lonlat(at[:, 0], at[:, 1])))
        return np.asarray(turned, dtype=np.object_)

    @cached_property
    def _plane(self) -> Any:
        return _plane(self.lon, self.lat)


def _plane(lon: float, lat: float) -> Any:
    return Proj(proj="laea", lon_0=lon, lat_0=lat, ellps="WGS84")


def _check(grid: Grid) -> None:
    numbers = (grid.lon, grid.lat, grid.cell_m)
    if not all(math.isfinite(number) for number in numbers) or abs(grid.lat) > 90 or abs(grid.lon) > 180:
        raise Invalid("The grid's centre is no place on Earth.", hint="Give lon, lat and cell_m as numbers.")
    if grid.cell_m <= 0 or grid.rows < 1 or grid.columns < 1:
        raise Invalid("A grid needs cells.", hint="Give cell_m above 0, and at least one row and column.")
    if grid.rows * grid.columns > MAX_CELLS:
        raise TooLarge(
            f"A grid of {grid.rows:,} × {grid.columns:,} cells has more than {MAX_CELLS:,}.",
            hint="Choose larger cells or a smaller area.",
        )
    if max(grid.rows, grid.columns) * grid.cell_m > _MAX_SIDE_M:
        raise TooLarge("The grid is wider than 5,000 km.", hint="Choose a smaller area.")


def _corners(ground: Extent | Sequence[Sequence[float]] | FloatArray) -> tuple[FloatArray, FloatArray]:
    given = np.asarray(ground, dtype=np.float64)
    if given.shape == (4,):
        west, south, east, north = given.tolist()
        if south > north:
            raise Invalid("The box's south is north of its north.", hint="Give west, south, east, north.")
        wide = (east - west) % 360.0 if east < west else east - west
        # The sides' middles too: seen from the pole a parallel bulges.
        lon = west + wide * np.array([0.0, 0.5, 1.0, 0.0, 1.0, 0.0, 0.5, 1.0])
        lat = np.array([south, south, south, (south + north) / 2, (south + north) / 2, north, north, north])
    elif given.ndim == 2 and given.shape[1] == 2 and len(given):
        lon, lat = given[:, 0], given[:, 1]
    else:
        raise Invalid("There is no ground to lay a grid over.", hint="Give a box or at least one place.")
    if not (np.isfinite(lon).all() and np.isfinite(lat).all()) or np.abs(lat).max() > 90:
        raise Invalid("The ground is no place on Earth.", hint="Longitude is within ±180, latitude ±90.")
    return lon, lat


def _middle(lon: FloatArray) -> float:
    # Measured from the first place, so that ground across the antimeridian is not the whole world.
    turn = (lon - lon[0] + 180.0) % 360.0 - 180.0
    middle = float(lon[0] + (turn.min() + turn.max()) / 2)
    return (middle + 180.0) % 360.0 - 180.0


def _round_size(wide: float, high: float, max_cells: int) -> float:
    least = max(FINEST_M, math.sqrt(max(wide, 1.0) * max(high, 1.0) / max_cells))
    power = 10.0 ** math.floor(math.log10(least))
    sizes = [nice * power for nice in (*_NICE, 20.0, 50.0)]
    fits = (s for s in sizes if s >= least and math.ceil(wide / s) * math.ceil(high / s) <= max_cells)
    return next(fits, 100.0 * power)
