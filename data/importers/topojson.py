"""TopoJSON: arcs that neighbours share, put together into the rings of each feature (format 1.0)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from data.errors import UnreadableFile
from data.importers.base import NeedsAnswer, Question

Position = list[float]


def layers_of(
    topology: Mapping[str, Any], *, layer: str, stem: str
) -> tuple[str, list[dict[str, Any]], list[str]]:
    """Return name, features and notes of one layer: the named one, the only one, or the file's namesake."""
    objects = topology.get("objects")
    if not isinstance(objects, dict) or not objects:
        raise UnreadableFile("The topology has no objects.")
    name = layer or _namesake(list(objects), stem)
    if not name:
        raise NeedsAnswer([Question("layer", "The file has several layers.", tuple(map(str, objects)))])
    if name not in objects:
        raise UnreadableFile(
            f"There is no layer {name!r}.", hint=f"There are: {', '.join(map(str, objects))}."
        )
    try:
        arcs = _arcs(topology)
        found = objects[name]
        parts = found["geometries"] if found.get("type") == "GeometryCollection" else [found]
        features = [_feature(part, arcs, _transform(topology)) for part in parts]
    except (KeyError, IndexError, TypeError, ValueError, RecursionError, OverflowError) as error:
        raise UnreadableFile(f"The topology is damaged: {type(error).__name__} {str(error)[:80]}.") from error
    dropped = sum(_drop_collapsed(feature["geometry"]) for feature in features)
    others = [f"layer {other} was not read" for other in objects if other != name]
    return (
        name,
        features,
        others + ([f"{dropped} rings that simplification had collapsed were left out"] * (dropped > 0)),
    )


def _drop_collapsed(geometry: dict[str, Any] | None) -> int:
    """Leave out rings that quantising collapsed to a line, and return how many; never the last one."""
    if geometry is None or geometry["type"] not in ("Polygon", "MultiPolygon"):
        return 0
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    kept = [
        [ring for ring in polygon if len(ring) >= 4]
        for polygon in polygons
        if polygon and len(polygon[0]) >= 4
    ]
    if not kept:
        return 0
    geometry["coordinates"] = kept if geometry["type"] == "MultiPolygon" else kept[0]
    return sum(map(len, polygons)) - sum(map(len, kept))


def _namesake(names: Sequence[str], stem: str) -> str:
    if len(names) == 1:
        return names[0]
    matches = [name for name in names if name.lower() in stem.lower()]
    return matches[0] if len(matches) == 1 else ""


class _Transform:
    """Quantised steps to degrees."""

    def __init__(self, scale: Sequence[float], translate: Sequence[float]) -> None:
        self._kx, self._ky = map(float, scale)
        self._dx, self._dy = map(float, translate)

    def __call__(self, x: float, y: float) -> Position:
        place = [x * self._kx + self._dx, y * self._ky + self._dy]
        if not all(map(math.isfinite, place)):
            raise ValueError("a coordinate is not finite")
        return place


def _transform(topology: Mapping[str, Any]) -> _Transform | None:
    stated = topology.get("transform")
    return _Transform(stated["scale"], stated["translate"]) if stated else None


def _arcs(topology: Mapping[str, Any]) -> list[list[Position]]:
    transform = _transform(topology)
    out = []
    for arc in topology["arcs"]:
        if transform is None:
            out.append([[float(p[0]), float(p[1])] for p in arc])
            continue
        x = y = 0
        line = []
        for step in arc:
            x, y = x + step[0], y + step[1]
            line.append(transform(x, y))
        out.append(line)
    return out


def _feature(
    part: Mapping[str, Any], arcs: list[list[Position]], transform: _Transform | None
) -> dict[str, Any]:
    feature: dict[str, Any] = {
        "type": "Feature",
        "properties": dict(part.get("properties") or {}),
        "geometry": _geometry(part, arcs, transform),
    }
    if "id" in part:
        feature["id"] = part["id"]
    return feature


def _geometry(
    part: Mapping[str, Any], arcs: list[list[Position]], transform: _Transform | None
) -> dict[str, Any] | None:
    kind = part.get("type")
    if kind is None:
        return None
    if kind in ("Point", "MultiPoint"):
        raw = part["coordinates"]
        place = transform or (lambda x, y: [float(x), float(y)])
        coordinates: Any = place(*raw[:2]) if kind == "Point" else [place(*p[:2]) for p in raw]
    elif kind == "LineString":
        coordinates = _line(part["arcs"], arcs)
    elif kind in ("MultiLineString", "Polygon"):
        coordinates = [_line(line, arcs) for line in part["arcs"]]
    elif kind == "MultiPolygon":
        coordinates = [[_line(ring, arcs) for ring in polygon] for polygon in part["arcs"]]
    else:
        raise ValueError(f"{kind!r} is no type of geometry")
    return {"type": kind, "coordinates": coordinates}


def _line(indexes: Sequence[int], arcs: list[list[Position]]) -> list[Position]:
    out: list[Position] = []
    for index in indexes:
        # ~i stands for arc i walked backwards.
        arc = arcs[index] if index >= 0 else arcs[~index][::-1]
        out.extend(arc if not out else arc[1:])
    return out
