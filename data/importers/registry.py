"""Which reader reads which file: by its name, then checked by its first bytes in the reader."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from data.errors import UnreadableFile
from data.importers import delimited, excel, geojson, kml, ogr, parquet
from data.importers.archive import COMPRESSIONS, extract, members, unpack
from data.importers.base import NeedsAnswer, Question, Sheet

Reader = Callable[[Path, str, str], Sheet]  # path, layer, stem of the name as sent

# Adding a format is a reader module and a line here.
READERS: Final[dict[str, Reader]] = {
    ".csv": lambda path, _layer, _stem: delimited.read(path),
    ".tsv": lambda path, _layer, _stem: delimited.read(path),
    ".txt": lambda path, _layer, _stem: delimited.read(path),
    ".xlsx": lambda path, layer, _stem: excel.read(path, layer=layer),
    ".xlsm": lambda path, layer, _stem: excel.read(path, layer=layer),
    ".xlsb": lambda path, layer, _stem: excel.read(path, layer=layer),
    ".xls": lambda path, layer, _stem: excel.read(path, layer=layer),
    ".ods": lambda path, layer, _stem: excel.read(path, layer=layer),
    ".parquet": lambda path, _layer, _stem: parquet.read(path),
    ".geoparquet": lambda path, _layer, _stem: parquet.read(path),
    ".geojson": lambda path, layer, stem: geojson.read(path, layer=layer, stem=stem),
    ".topojson": lambda path, layer, stem: geojson.read(path, layer=layer, stem=stem),
    ".json": lambda path, layer, stem: geojson.read(path, layer=layer, stem=stem),
    ".kml": lambda path, _layer, _stem: kml.read(path),
    ".kmz": lambda path, _layer, _stem: kml.read_kmz(path),
    ".shp": lambda path, layer, stem: ogr.read_shapefile(path, layer=layer, called=stem),
    ".gpx": lambda path, layer, stem: ogr.read_gpx(path, layer=layer, called=stem),
    ".gpkg": lambda path, layer, stem: ogr.read_geopackage(path, layer=layer, called=stem),
}


def read(path: Path, *, layer: str = "", name: str = "") -> Sheet:
    """Return the rows of a file of any known format; `name` is what the file was called when it was sent."""
    if str(path).startswith(("/vsi", "\\\\")) or "://" in str(path) or not path.is_file():
        raise UnreadableFile(
            f"There is no file {str(path)[:200]!r}.", hint="Give the path of a file on this machine."
        )
    named = Path(name or path.name)
    with TemporaryDirectory(prefix="watchfloor-") as folder:
        return _read(path, named, layer, Path(folder), depth=0)


def _read(path: Path, named: Path, layer: str, folder: Path, *, depth: int) -> Sheet:
    suffix = named.suffix.lower()
    if depth > 1:
        raise UnreadableFile("An archive within an archive within an archive is not opened.")
    if suffix in COMPRESSIONS:
        source = path
        if path.suffix.lower() != suffix:
            source = folder / named.name
            source.symlink_to(path.resolve())
        return _read(unpack(source, to=folder), named.with_suffix(""), layer, folder, depth=depth + 1)
    if suffix == ".zip":
        return _read_zip(path, layer, folder, depth)
    reader = READERS.get(suffix)
    if reader is None:
        known = ", ".join(sorted({*READERS, *COMPRESSIONS, ".zip"}))
        raise UnreadableFile(
            f"Files that end in {suffix or 'nothing'!r} are not read.", hint=f"These are: {known}."
        )
    return reader(path, layer, named.stem)


def _read_zip(path: Path, layer: str, folder: Path, depth: int) -> Sheet:
    names = [entry.filename for entry in members(path)]
    if any(name.lower().endswith(".shp") for name in names):
        if path.suffix.lower() != ".zip":
            linked = folder / "sent.zip"
            linked.symlink_to(path.resolve())
            path = linked
        return ogr.read_shapefile(path, layer=layer)
    known = [name for name in names if Path(name).suffix.lower() in READERS]
    if not known:
        raise UnreadableFile(
            "The archive holds no file that can be read.", hint=f"It holds {len(names)} others."
        )
    chosen = [name for name in known if name == layer] or known
    if len(chosen) > 1:
        raise NeedsAnswer([Question("layer", "The archive holds several files.", tuple(known))])
    (inner,) = extract(path, chosen, to=folder)
    return _read(inner, inner, "" if chosen[0] == layer else layer, folder, depth=depth + 1)
