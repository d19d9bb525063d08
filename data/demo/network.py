"""The roads of an exercise: a small network of main roads that are really called so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import shapely

from data.demo.files import read_json
from data.gazetteer.addresses import street_key
from data.geo import distance_m
from data.model import LonLat, StoreKind, Tlp
from data.road_records import ROAD_CLASSES, RoadColumns
from data.store import Store

Line = list[tuple[float, float]]


def seed_roads(store: Store, file: str) -> int:
    """Put the exercise's roads into the store, to travel on and to be found by name; return how many."""
    actor, scope = store.system_actor(), store.scopes.intern(StoreKind.OPEN, Tlp.GREEN)
    source = store.sources.intern(
        "exercise-roads", name="EXERCISE Road network", kind="streets", scope_id=scope,
        licence="Names: public knowledge; lines: drawn from memory for the exercise",
    )  # fmt: skip
    told = read_json(file)
    pieces = list(_pieces(told))
    store.networks.replace(actor, source, scope, _columns(pieces))
    rows = [
        {
            "name": name,
            "key": " ".join(street_key(name)),
            "place": "",
            "geometry": shapely.to_wkb(shapely.LineString(line)),
            "length_m": _length_m(line),
            "scope_id": scope,
            "source_id": source,
        }
        for name, _, line in pieces
    ]
    store.streets.replace(actor, source, rows)
    return len(pieces)


def _pieces(told: dict[str, Any]) -> Iterator[tuple[str, str, Line]]:
    """Yield name, class and line of each stretch from junction to junction or to its end."""
    for road in told["roads"]:
        line: Line = []
        for at in road["via"]:
            named = isinstance(at, str)
            lon, lat = told["junctions"][at] if named else at
            line.append((lon, lat))
            if named and len(line) > 1:
                yield road["name"], road["class"], line
                line = [(lon, lat)]
        if len(line) > 1:
            yield road["name"], road["class"], line


def _columns(pieces: list[tuple[str, str, Line]]) -> RoadColumns:
    ends = [line[at] for at in (0, -1) for _, _, line in pieces]
    places = list(dict.fromkeys(ends))
    number = {place: row for row, place in enumerate(places)}
    return RoadColumns(
        lon=np.array([lon for lon, _ in places]),
        lat=np.array([lat for _, lat in places]),
        start=np.array([number[line[0]] for _, _, line in pieces], dtype=np.int32),
        end=np.array([number[line[-1]] for _, _, line in pieces], dtype=np.int32),
        length_m=np.array([_length_m(line) for _, _, line in pieces]),
        road_class=np.array([ROAD_CLASSES.index(kind) for _, kind, _ in pieces], dtype=np.uint8),
        oneway=np.zeros(len(pieces), dtype=np.int8),
        shapes=np.array([shapely.LineString(line) for _, _, line in pieces], dtype=object),
    )


def _length_m(line: Line) -> float:
    lon, lat = np.array(line).T
    return sum(float(distance_m(LonLat(*line[at]), lon[at + 1], lat[at + 1])) for at in range(len(line) - 1))
