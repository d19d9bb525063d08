"""Points and closures out of the files that `watchfloor search reach` is given."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from data.errors import Invalid, UnreadableFile
from data.model import LonLat

if TYPE_CHECKING:
    import pandas as pd

    from layers.roads.closures import Closure

_LON, _LAT = ("lon", "lng", "longitude", "x"), ("lat", "latitude", "y")


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
    """Return the points of a CSV file (lon, lat) or of any vector file; raise Invalid for a bad one."""
    frame = _frame(path)
    if "geometry" in frame.columns:
        shapes = frame.geometry
        if not len(frame) or not (shapes.geom_type == "Point").all() or shapes.is_empty.any():
            raise Invalid(f"{path.name} must hold points alone.", hint="One point for each place.")
        lon, lat = shapes.x.to_numpy(float), shapes.y.to_numpy(float)
    else:
        lon, lat = _numbers(frame, _LON, path), _numbers(frame, _LAT, path)
    if not len(lon) or not np.isfinite(lon).all() or not np.isfinite(lat).all():
        raise Invalid(f"{path.name} has places without coordinates.", hint="Give lon and lat in each row.")
    if (np.abs(lon) > 180).any() or (np.abs(lat) > 90).any():  # degrees
        raise Invalid(f"The coordinates of {path.name} are no degrees.", hint="Give WGS 84 degrees.")
    count = _numbers(frame, ("count", "people", "persons"), path, default=1.0)
    if not np.isfinite(count).all() or (count < 0).any():
        raise Invalid(f"A count in {path.name} is no number of people.", hint="Give 0 or more.")
    return Points(_names(frame), lon, lat, count)


def closures_in(path: Path) -> list[Closure]:
    """Return the closures of a vector file; raise Invalid for a bad one."""
    from layers.roads.closures import Cause, Closure

    frame = _frame(path)
    if "geometry" not in frame.columns or frame.geometry.is_empty.any() or frame.geometry.isna().any():
        raise Invalid(f"{path.name} must hold shapes.", hint="Give GeoJSON with points, lines or polygons.")
    names = _names(frame)
    if len(set(names)) < len(names):
        raise Invalid(f"Two closures in {path.name} have one id.", hint="Give each its own id.")
    causes = [str(one).lower() for one in frame["cause"]] if "cause" in frame else ["closed"] * len(frame)
    reach = _numbers(frame, ("reach_m",), path, default=np.nan)
    return [
        Closure(
            name, name, shape, Cause.FLOOD if "flood" in cause else Cause.CLOSED, None if np.isnan(m) else m
        )
        for name, shape, cause, m in zip(names, frame.geometry, causes, reach.tolist(), strict=True)
    ]


def _frame(path: Path) -> Any:
    import pandas as pd
    import pyogrio

    hint = "Give CSV with lon and lat, or GeoJSON."
    try:
        if path.suffix.lower() in {".csv", ".tsv", ".txt"}:
            return pd.read_csv(path, sep=None, engine="python")
        frame = pyogrio.read_dataframe(path)
    except (
        ValueError,
        UnicodeDecodeError,
        pyogrio.errors.DataSourceError,
        pyogrio.errors.DataLayerError,
    ) as error:
        raise UnreadableFile(f"{path.name} cannot be read.", hint=hint) from error
    return frame.to_crs("EPSG:4326") if getattr(frame, "crs", None) is not None else frame


def _names(frame: pd.DataFrame) -> list[str]:
    for column in ("id", "name"):
        if column in frame.columns and frame[column].notna().all():
            return [str(one) for one in frame[column]]
    return [str(number + 1) for number in range(len(frame))]


def _numbers(
    frame: pd.DataFrame, names: tuple[str, ...], path: Path, *, default: float | None = None
) -> npt.NDArray[np.float64]:
    import pandas as pd

    plain = {str(column).strip().lower(): column for column in frame.columns}
    found = next((plain[name] for name in names if name in plain), None)
    if found is None:
        if default is None:
            raise Invalid(
                f"{path.name} has no column {names[0]}.", hint="Give CSV with lon and lat, or GeoJSON."
            )
        return np.full(len(frame), default)
    return np.asarray(pd.to_numeric(frame[found], errors="coerce"), dtype=np.float64)
