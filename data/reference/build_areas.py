"""Build `areas_us.geojson.gz` from the Census Bureau's outlines (public domain), as plotly-geo packs them.

Run from the repository with the development dependencies: `python -m data.reference.build_areas`.
Massachusetts and the US Virgin Islands stay sharp to about 50 m; the rest is simplified to about 800 m,
neighbours together, so that no gap or overlap opens between them.
"""

from __future__ import annotations

import gzip
import importlib.util
import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely
from shapely.geometry.base import BaseGeometry

SHARP = {"25": "MA", "78": "VI"}
SHARP_DEG = 0.0005
COARSE_DEG = 0.008
OUTPUT = Path(__file__).parent / "areas_us.geojson.gz"


def main() -> None:
    """Write the file and say how large it is."""
    folder = _package_data()
    states = gpd.read_file(folder / "cb_2016_us_state_500k.shp")
    counties = gpd.read_file(folder / "cb_2016_us_county_500k.shp")
    names = dict(zip(states.STATEFP, states.NAME, strict=True))
    features = [_feature(row, outline, kind="state", parent="") for row, outline in _simplified(states)]
    for row, outline in _simplified(counties):
        features.append(_feature(row, outline, kind="county", parent=names[row.STATEFP]))
    features.sort(
        key=lambda feature: (feature["properties"]["kind"] != "state", feature["properties"]["geoid"])
    )
    body = json.dumps({"type": "FeatureCollection", "features": features}, separators=(",", ":"))
    # mtime=0: the same outlines give the same bytes
    OUTPUT.write_bytes(gzip.compress(body.encode(), compresslevel=9, mtime=0))
    print(f"{OUTPUT.name}: {len(features)} areas, {OUTPUT.stat().st_size / 1e6:.2f} MB")


def _package_data() -> Path:
    spec = importlib.util.find_spec("_plotly_geo")
    if spec is None or spec.origin is None:
        raise SystemExit("plotly-geo is not installed: pip install plotly-geo")
    return Path(spec.origin).parent / "package_data"


def _simplified(frame: gpd.GeoDataFrame) -> list[tuple[Any, BaseGeometry]]:
    sharp = frame[frame.STATEFP.isin(SHARP)]
    coarse = frame[~frame.STATEFP.isin(SHARP)]
    out: list[tuple[Any, BaseGeometry]] = []
    for part, tolerance, digits in ((sharp, SHARP_DEG, 4), (coarse, COARSE_DEG, 3)):
        outlines = shapely.coverage_simplify(part.geometry.to_numpy(), tolerance)
        for row, outline, original in zip(part.itertuples(), outlines, part.geometry, strict=True):
            out.append((row, _rounded(outline, digits) or original))
    return out


def _rounded(outline: BaseGeometry, digits: int) -> BaseGeometry | None:
    """Return a valid outline on a decimal grid, None where nothing of it is left."""
    snapped = shapely.set_precision(outline, 10.0**-digits)
    return None if snapped.is_empty or not snapped.geom_type.endswith("Polygon") else snapped


def _feature(row: Any, outline: BaseGeometry, *, kind: str, parent: str) -> dict[str, Any]:
    name = row.NAME
    if kind == "county" and row.STATEFP not in ("78", "72", "02"):
        name = f"{name} County" if row.LSAD == "06" else name
    geometry = json.loads(shapely.to_geojson(outline))
    digits = 4 if row.STATEFP in SHARP else 3
    return {
        "type": "Feature",
        "properties": {"geoid": row.GEOID, "name": name, "kind": kind, "parent": parent},
        "geometry": {"type": geometry["type"], "coordinates": _trim(geometry["coordinates"], digits)},
    }


def _trim(coordinates: Any, digits: int) -> Any:
    if isinstance(coordinates[0], float | int):
        return [round(value, digits) for value in coordinates]
    return [_trim(inner, digits) for inner in coordinates]


if __name__ == "__main__":
    main()
