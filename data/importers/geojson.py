"""GeoJSON and TopoJSON: parsed by us, because a general reader guesses and drops."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
import orjson
import shapely
from shapely.errors import GEOSException
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from data.errors import TooLarge, UnreadableFile
from data.importers.base import BadRow, Sheet
from data.importers.gather import Gathered, as_text
from data.importers.json_numbers import is_marked, not_finite, place, restored, stood_in
from data.importers.topojson import layers_of

_MAX_BYTES: Final = 512 * 1024**2
# Above this size the second, careful parse (duplicate keys, NaN) would cost more than it tells, and features
# are taken out of the text one by one: parsed all at once they need nine times the memory of the file.
_CAREFUL_BYTES: Final = 64 * 1024**2
_WHOLE_BYTES: Final = 160 * 1024**2
_DEPTH: Final = {
    "Point": 0,
    "MultiPoint": 1,
    "LineString": 1,
    "MultiLineString": 2,
    "Polygon": 2,
    "MultiPolygon": 3,
}
_LEAST: Final = {"LineString": 2, "MultiLineString": 2, "Polygon": 4, "MultiPolygon": 4}
_MAX_NESTING: Final = 8


class _Twice(ValueError):
    """A key stands twice in one object."""


class BadGeometry(ValueError):
    """A geometry that is none; the message says where."""


def read(path: Path, *, layer: str = "", stem: str = "") -> Sheet:
    """Return the features of a GeoJSON or TopoJSON file; a feature that is none goes to the bad rows."""
    if path.stat().st_size > _MAX_BYTES:
        raise TooLarge(
            f"The file is over {_MAX_BYTES // 1024**2} MB.", hint="Send it as GeoParquet or GeoPackage."
        )
    content = path.read_bytes()
    if len(content) > _CAREFUL_BYTES:
        document = _document(content)
        if document.kind == "FeatureCollection" and document.features is not None:
            return _sheet("geojson", map(_feature, document.features), crs=_crs({"crs": document.crs}))
        if len(content) > _WHOLE_BYTES:
            raise TooLarge(
                f"The file is over {_WHOLE_BYTES // 1024**2} MB and holds no plain list of features.",
                hint="Send it as GeoParquet or GeoPackage, or as a GeoJSON FeatureCollection.",
            )
    parsed = parse(content)
    if not isinstance(parsed, dict):
        raise UnreadableFile("This is JSON, but no GeoJSON: the outermost value is no object.")
    if parsed.get("type") == "Topology":
        name, features, notes = layers_of(parsed, layer=layer, stem=stem)
        return _sheet("topojson", features, crs="EPSG:4326", layer=name, notes=notes)
    return _sheet("geojson", _features(parsed), crs=_crs(parsed))


class _Document(msgspec.Struct):
    """The outermost object of a large file; each feature is still text."""

    kind: Any = msgspec.field(name="type", default=None)
    crs: Any = None
    features: list[msgspec.Raw] | None = None


def _document(content: bytes) -> _Document:
    content = content.removeprefix(b"\xef\xbb\xbf")
    try:
        try:
            return _decoded(content)
        except msgspec.ValidationError:
            raise
        except msgspec.DecodeError:
            return _decoded(stood_in(content))
    except RecursionError as error:
        raise UnreadableFile("The JSON is nested without end: refused.") from error
    except msgspec.MsgspecError as error:
        where = place(content, str(error))
        raise UnreadableFile(
            f"This is no GeoJSON: {error}{where and f', {where}'}.", hint="Was it cut off?"
        ) from error


def _decoded(content: bytes | bytearray) -> _Document:
    return msgspec.json.decode(content, type=_Document)


def _feature(text: msgspec.Raw) -> Any:
    written = bytes(memoryview(text))
    try:
        return _unusual(written) if is_marked(written) else orjson.loads(written)
    except orjson.JSONDecodeError:
        return _unusual(written)


def _unusual(written: bytes) -> Any:
    """Return a feature with numbers that are none, so that its row can say which."""
    try:
        return json.loads(restored(written))
    except (ValueError, RecursionError) as error:
        return {"type": f"{error}"}  # no feature: it goes to the bad rows


def parse(content: bytes) -> Any:
    """Return parsed JSON; refuse what is no JSON, nested without end, or says a key twice."""
    content = content.removeprefix(b"\xef\xbb\xbf")
    try:
        parsed = orjson.loads(content)
        careful = len(content) <= _CAREFUL_BYTES
    except orjson.JSONDecodeError as error:
        if "depth" in str(error) or "recursion" in str(error).lower():
            raise UnreadableFile("The JSON is nested without end: refused.") from error
        careful, parsed = True, None
    if not careful:
        return parsed
    try:
        return json.loads(content.decode("utf-8-sig"), object_pairs_hook=_pairs)
    except _Twice as error:
        raise UnreadableFile(
            f"The JSON says {error} twice in one object.", hint="Which one is meant?"
        ) from error
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise UnreadableFile(f"This is no JSON: {error.msg} at {place}.", hint="Was it cut off?") from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise UnreadableFile("This is no JSON that can be read: not UTF-8, or nested without end.") from error


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out = dict(pairs)
    if len(out) != len(pairs):
        names = [name for name, _ in pairs]
        raise _Twice(repr(next(name for name in names if names.count(name) > 1))[:80])
    return out


def _features(parsed: Mapping[str, Any]) -> Sequence[Any]:
    kind = _kind(parsed)
    if kind == "FeatureCollection":
        features = parsed.get("features")
        if not isinstance(features, list):
            raise UnreadableFile("The FeatureCollection has no list of features.")
        return features
    if kind == "Feature":
        return [parsed]
    if kind in _DEPTH or kind == "GeometryCollection":
        return [{"type": "Feature", "properties": {}, "geometry": parsed}]
    raise UnreadableFile(f"This is JSON, but no GeoJSON: its type is {str(parsed.get('type'))[:60]!r}.")


def _kind(thing: Mapping[str, Any]) -> str:
    kind = thing.get("type")
    return kind if isinstance(kind, str) else ""


def _crs(parsed: Mapping[str, Any]) -> str:
    crs = parsed.get("crs")
    if not isinstance(crs, dict):
        return "EPSG:4326"
    properties = crs.get("properties")
    name = str(properties.get("name", "")) if isinstance(properties, dict) else ""
    if "CRS84" in name:
        return "EPSG:4326"
    code = re.search(r"EPSG:+(?:[\d.]*:)?(\d{4,6})$", name)
    if not code:
        raise UnreadableFile(f"The coordinate system {name[:80]!r} is not known.", hint="Send it in WGS 84.")
    return f"EPSG:{code.group(1)}"


def _sheet(
    kind: str, features: Iterable[Any], *, crs: str, layer: str = "", notes: Sequence[str] = ()
) -> Sheet:
    good = Gathered()
    bad: list[BadRow] = []
    for number, feature in enumerate(features, start=1):
        try:
            properties = _properties(feature)
            good.take(number, properties, build(feature.get("geometry")))
        except BadGeometry as error:
            bad.append(BadRow(number, _original(feature), "bad_geometry", str(error)))
    return Sheet(
        kind,
        good.frame(),
        good.rows(),
        bad=bad,
        geometry=good.geometry(),
        crs=crs,
        layer=layer,
        notes=notes,
    )


def _properties(feature: Any) -> dict[str, Any]:
    if not isinstance(feature, dict):
        raise BadGeometry("the feature is no object")
    if feature.get("type") != "Feature":
        raise BadGeometry(f"the type is {str(feature.get('type'))[:60]!r} instead of 'Feature'")
    properties = feature.get("properties")
    if properties is None:
        properties = {}
    if not isinstance(properties, dict):
        raise BadGeometry("the properties are no object")
    identity = feature.get("id")
    if identity is not None and not isinstance(identity, str | int | float):
        raise BadGeometry("the id is neither text nor a number")
    for name, value in properties.items():
        if isinstance(value, str) and "\0" in value:
            raise BadGeometry(f"{name[:60]} holds a NUL character")
        if not isinstance(value, str) and not_finite(value):
            raise BadGeometry(f"{name[:60]} holds {str(value)[:40]!r} instead of a finite number")
    return properties if identity is None else {"feature id": identity, **properties}


def _original(feature: Any) -> dict[str, Any]:
    text = json.dumps(feature, default=str)[:8_000].replace("\\u0000", "\\\\0")
    properties = feature.get("properties") if isinstance(feature, dict) else None
    flat = as_text(properties) if isinstance(properties, dict) else {}
    return {**{k: v.replace("\0", "\\0") if v else v for k, v in flat.items()}, "feature": text}


def build(geometry: Any) -> BaseGeometry | None:
    """Return the shape of a GeoJSON geometry, or None; raise BadGeometry that says where it breaks."""
    if geometry is None:
        return None
    if not isinstance(geometry, dict):
        raise BadGeometry("the geometry is no object")
    kind = _kind(geometry)
    if kind == "GeometryCollection":
        return _collection(geometry, 1)
    if kind not in _DEPTH:
        raise BadGeometry(f"{str(geometry.get('type'))[:60]!r} is no type of geometry")
    coordinates = geometry.get("coordinates")
    if kind == "Point":
        return _point(coordinates)
    _check(coordinates, _DEPTH[kind], kind, "coordinates")
    try:
        return shape(geometry)
    except (ValueError, TypeError, GEOSException) as error:
        raise BadGeometry(f"the {kind} cannot be built: {str(error)[:120]}") from error


def _collection(geometry: Mapping[str, Any], depth: int) -> BaseGeometry:
    parts = geometry.get("geometries")
    if not isinstance(parts, list):
        raise BadGeometry("the GeometryCollection has no list of geometries")
    if depth > _MAX_NESTING:
        raise BadGeometry("GeometryCollections within each other without end")
    built = [
        _collection(part, depth + 1)
        if isinstance(part, dict) and part.get("type") == "GeometryCollection"
        else build(part)
        for part in parts
    ]
    if any(part is None for part in built):
        raise BadGeometry("a part of the GeometryCollection is no geometry")
    return shapely.geometrycollections([part for part in built if part is not None])


def _point(position: Any) -> BaseGeometry | None:
    if position == []:
        return None
    _position(position, "coordinates")
    return shapely.Point(position[0], position[1])


def _position(position: Any, where: str) -> None:
    if not isinstance(position, list) or not 2 <= len(position) <= 4:
        raise BadGeometry(f"{where} is no position of two or three numbers")
    for number in position:
        if isinstance(number, bool) or not isinstance(number, int | float) or not math.isfinite(number):
            raise BadGeometry(f"{where} holds {str(number)[:40]!r} instead of a finite number")


def _check(coordinates: Any, depth: int, kind: str, where: str) -> None:
    if not isinstance(coordinates, list):
        raise BadGeometry(f"{where} is no list")
    if depth > 1:
        for index, part in enumerate(coordinates):
            _check(part, depth - 1, kind, f"{where}[{index}]")
        return
    if len(coordinates) < _LEAST.get(kind, 0):
        raise BadGeometry(f"{where} has {len(coordinates)} positions; a {kind} needs {_LEAST[kind]}")
    for index, position in enumerate(coordinates):
        _position(position, f"{where}[{index}]")
    if kind.endswith("Polygon") and coordinates[0][:2] != coordinates[-1][:2]:
        raise BadGeometry(f"the ring {where} is not closed: it ends elsewhere than it begins")
