"""Shapefile, GeoPackage and GPX through GDAL: the driver is named, never sniffed, in a limited process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np
import polars as pl
import pyarrow as pa
import shapely

from data.errors import UnreadableFile
from data.importers.archive import extract, members
from data.importers.base import NeedsAnswer, Question, Sheet, checked_columns
from data.importers.gather import frame_of

_TIMEOUT_S: Final = 90
_SHAPE_PARTS: Final = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_GPX_LAYERS: Final = ("waypoints", "tracks", "routes")


def read_shapefile(path: Path, *, layer: str = "", called: str = "") -> Sheet:
    """Return the rows of a shapefile, or of one of those in a zip archive."""
    if path.suffix.lower() != ".zip":
        _magic(path, b"\x00\x00\x27\x0a", "shapefile")
        return _read(path, "ESRI Shapefile", layer=path.stem, kind="shapefile", called=called)
    names = [entry.filename for entry in members(path)]
    shapes = {Path(name).stem: name for name in names if name.lower().endswith(".shp")}
    if not shapes:
        raise UnreadableFile(
            "The archive holds no shapefile.", hint="Pack .shp, .shx, .dbf and .prj together."
        )
    chosen = layer or (next(iter(shapes)) if len(shapes) == 1 else "")
    if not chosen:
        raise NeedsAnswer([Question("layer", "The archive holds several shapefiles.", tuple(shapes))])
    if chosen not in shapes:
        raise UnreadableFile(f"There is no shapefile {chosen!r}.", hint=f"There are: {', '.join(shapes)}.")
    base = shapes[chosen][: -len(".shp")]
    parts = [name for name in names if name[: -len(".shp")] == base and name.lower().endswith(_SHAPE_PARTS)]
    with TemporaryDirectory(prefix="watchfloor-") as folder:
        files = extract(path, parts, to=Path(folder))
        main = next(file for file in files if file.suffix.lower() == ".shp")
        _magic(main, b"\x00\x00\x27\x0a", "shapefile")
        return _read(main, "ESRI Shapefile", layer=main.stem, kind="shapefile")


def read_geopackage(path: Path, *, layer: str = "", called: str = "") -> Sheet:
    """Return the rows of one layer of a GeoPackage; with several, `layer` must name one."""
    _magic(path, b"SQLite format 3\x00", "GeoPackage")
    if not layer:
        said = _worker(path, "GPKG", "", Path(os.devnull), called=called)
        names = [name for name, _kind in said["layers"]]
        if not names:
            raise UnreadableFile("The GeoPackage has no layers.")
        if len(names) > 1:
            raise NeedsAnswer([Question("layer", "The file has several layers.", tuple(names))])
        layer = names[0]
    return _read(path, "GPKG", layer=layer, kind="geopackage", called=called)


def read_gpx(path: Path, *, layer: str = "", called: str = "") -> Sheet:
    """Return waypoints, else tracks, else routes of a GPX file, or the layer that is named."""
    head = path.read_bytes()[: 64 * 1024]
    if b"<gpx" not in head:
        raise UnreadableFile("This is no GPX file.")
    if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
        raise UnreadableFile("The XML declares entities or a document type: refused.")
    return _read(path, "GPX", layer=layer or "|".join(_GPX_LAYERS), kind="gpx", called=called)


def _magic(path: Path, magic: bytes, kind: str) -> None:
    with path.open("rb") as stream:
        if not stream.read(len(magic)) == magic:
            raise UnreadableFile(f"This is no {kind}: its first bytes say something else.")


@cache
def _other_drivers(driver: str) -> str:
    import pyogrio

    return ",".join(name for name in pyogrio.list_drivers() if name != driver)


def _worker(path: Path, driver: str, layer: str, output: Path, *, called: str) -> dict[str, Any]:
    """Return what the reader says of a file; its messages name the file as it was `called` when sent."""
    others = _other_drivers(driver)
    environment = {
        "PATH": os.defpath,
        "PYTHONPATH": os.pathsep.join(sys.path),
        "OGR_SKIP": others,
        "GDAL_SKIP": others,
        "GDAL_HTTP_TIMEOUT": "1",
        "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
        "OGR_SQLITE_LOAD_EXTENSIONS": "",
        "OPENBLAS_NUM_THREADS": "1",
    }
    command = [sys.executable, "-m", "data.importers.ogr_worker"]
    command += [str(path.resolve()), layer, str(output), called or path.stem]
    try:
        done = subprocess.run(  # noqa: S603  # our own module, arguments as a list
            command, env=environment, capture_output=True, timeout=_TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise UnreadableFile("The file took too long to read: refused.") from error
    try:
        said: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        said = {"error": "the reader was stopped by its limits"}
    if done.returncode or "error" in said:
        name = f"{called or path.stem}{path.suffix}"
        raise UnreadableFile(f"{name} cannot be read: {said.get('error')}.", hint="Is a part of it missing?")
    return said


def _read(path: Path, driver: str, *, layer: str, kind: str, called: str = "") -> Sheet:
    with TemporaryDirectory(prefix="watchfloor-") as folder:
        output = Path(folder) / "rows.arrow"
        said = _worker(path, driver, layer, output, called=called)
        with pa.OSFile(str(output), "rb") as source:
            table = pa.ipc.open_file(source).read_all()
    geometry = None
    column = said["geometry"]
    if column in table.column_names:
        wkb = table.column(column).to_numpy(zero_copy_only=False)
        geometry = shapely.force_2d(shapely.from_wkb(wkb, on_invalid="ignore"))
        table = table.drop_columns([column])
    names = checked_columns(table.column_names)
    frame = pl.DataFrame(
        pl.from_arrow(table.rename_columns(names)) if names else frame_of([{}] * table.num_rows)
    )
    notes = [] if said["crs"] else ["the file states no coordinate system; WGS 84 degrees are assumed"]
    left = {name: rows for name, rows in said["counts"].items() if rows and name != said["layer"]}
    notes += [f"layer {name} with {rows} rows was not read" for name, rows in left.items()]
    crs = said["crs"] or "EPSG:4326"
    rows = np.arange(1, frame.height + 1, dtype=np.int64)
    return Sheet(kind, frame, rows, geometry=geometry, crs=crs, layer=said["layer"], notes=notes)
