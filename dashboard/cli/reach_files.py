"""Points and closures out of the files that `watchfloor search reach` is given."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from data.errors import Invalid
from data.model import LonLat

if TYPE_CHECKING:
    from data.importers.base import Sheet
    from layers.roads.closures import Closure

_LON, _LAT = ("lon", "lng", "longitude", "x"), ("lat", "latitude", "y")
_NAMES: Final = ("id", "name", "key")
_CAUSES: Final = ("cause", "kind", "reason", "type")
_WET: Final = ("flood", "water", "surge")
_MOST_PEOPLE: Final = 10_000_000.0  # at one place
_MOST_REACH_M: Final = 50_000.0


@dataclass(frozen=True)
class Points:
    """Named places, and how many people each stands for."""

    names: list[str]
    lon: npt.NDArray[np.float64]
    lat: npt.NDArray[np.float64]
    count: npt.NDArray[np.float64]

    @cached_property
    def places(self) -> list[LonLat]:
        """The places one by one."""
        return [LonLat(lon, lat) for lon, lat in zip(self.lon.tolist(), self.lat.tolist(), strict=True)]


def points_in(path: Path) -> Points:
    """Return the points of a table (lon, lat) or of any vector file; raise Invalid for a bad one."""
    import shapely

    sheet = _sheet(path)
    if sheet.geometry is not None:
        if not (shapely.get_type_id(sheet.geometry) == 0).all() or shapely.is_empty(sheet.geometry).any():
            raise Invalid(f"{path.name} must hold points alone.", hint="One point for each place.")
        lon, lat = _degrees(shapely.get_coordinates(sheet.geometry), sheet, path)
    else:
        table = np.column_stack([_numbers(sheet, names, path) for names in (_LON, _LAT)])
        lon, lat = _degrees(table, sheet, path)
    count = _numbers(sheet, ("count", "people", "persons"), path, default=1.0)
    if not ((count >= 0) & (count <= _MOST_PEOPLE)).all():
        raise Invalid(f"A count in {path.name} is no number of people.", hint="Give 0 or more.")
    return Points(_names(sheet), lon, lat, count)


def closures_in(path: Path) -> list[Closure]:
    """Return the closures of a vector file; raise Invalid for a bad one."""
    import shapely

    from layers.roads.closures import Cause, Closure

    sheet = _sheet(path, none_is_fine=True)
    if not sheet.read:
        return []
    shapes = sheet.geometry
    if shapes is None or (shapely.is_missing(shapes) | shapely.is_empty(shapes)).any():
        raise Invalid(f"{path.name} must hold shapes.", hint="Give GeoJSON with points, lines or polygons.")
    lon, lat = _degrees(shapely.get_coordinates(shapes), sheet, path)
    shapes = shapely.set_coordinates(shapely.force_2d(shapes), np.column_stack([lon, lat]))
    names = _names(sheet)
    if len(set(names)) < len(names):
        raise Invalid(f"Two closures in {path.name} have one id.", hint="Give each its own id.")
    causes = _words(sheet, _CAUSES) or [""] * len(names)
    reach = _numbers(sheet, ("reach_m",), path, default=np.nan)
    if not (np.isnan(reach) | ((reach >= 0) & (reach <= _MOST_REACH_M))).all():
        raise Invalid(
            f"A reach_m in {path.name} cannot be.", hint=f"Give metres from 0 to {_MOST_REACH_M:,.0f}."
        )
    return [
        Closure(
            name,
            name,
            shape,
            Cause.FLOOD if any(wet in cause.casefold() for wet in _WET) else Cause.CLOSED,
            None if np.isnan(metres) else metres,
        )
        for name, shape, cause, metres in zip(names, shapes, causes, reach.tolist(), strict=True)
    ]


def _sheet(path: Path, *, none_is_fine: bool = False) -> Sheet:
    """Return the rows of a file; raise Invalid where it has none, or one that cannot be read."""
    from data.importers.registry import read

    sheet = read(path)
    if sheet.bad:
        first = sheet.bad[0]
        raise Invalid(
            f"Row {first.row} of {path.name} cannot be read: {first.detail or first.reason}.",
            hint="Nobody may be left out of the answer: mend it, or take it out of the file.",
        )
    if not sheet.frame.height and not none_is_fine:
        raise Invalid(f"{path.name} is empty.", hint="Give CSV with lon and lat, or GeoJSON.")
    return sheet


def _degrees(
    xy: npt.NDArray[np.float64], sheet: Sheet, path: Path
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    from data.importers.places import to_degrees

    lon, lat = to_degrees(xy[:, 0], xy[:, 1], sheet.crs)
    if not np.isfinite(lon).all() or not np.isfinite(lat).all():
        raise Invalid(f"{path.name} has places without coordinates.", hint="Give lon and lat in each row.")
    if (np.abs(lon) > 180).any() or (np.abs(lat) > 90).any():  # degrees
        raise Invalid(f"The coordinates of {path.name} are no degrees.", hint="Give WGS 84 degrees.")
    return lon, lat


def _column(sheet: Sheet, names: tuple[str, ...]) -> str | None:
    plain = {column.strip().lower(): column for column in sheet.frame.columns}
    return next((plain[name] for name in names if name in plain), None)


def _words(sheet: Sheet, names: tuple[str, ...]) -> list[str] | None:
    found = _column(sheet, names)
    return None if found is None else ["" if one is None else str(one) for one in sheet.frame[found]]


def _names(sheet: Sheet) -> list[str]:
    """Return what the rows are called: by the first column of names that is full, else by their numbers."""
    for column in _NAMES:
        said = _words(sheet, (column,))
        if said is not None and all(said):
            return ["".join(letter for letter in one if letter.isprintable())[:200] for one in said]
    return [str(number) for number in sheet.rows.tolist()]


def _numbers(
    sheet: Sheet, names: tuple[str, ...], path: Path, *, default: float | None = None
) -> npt.NDArray[np.float64]:
    import polars as pl

    found = _column(sheet, names)
    if found is None:
        if default is None:
            raise Invalid(
                f"{path.name} has no column {names[0]}.", hint="Give CSV with lon and lat, or GeoJSON."
            )
        return np.full(sheet.frame.height, default)
    words = sheet.frame[found].cast(pl.String, strict=False).str.strip_chars()
    return words.cast(pl.Float64, strict=False).fill_null(np.nan).to_numpy()
