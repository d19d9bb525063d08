"""Evidence, proposals and surfaces as the API answers them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import orjson
import shapely

from dashboard.proposals import Proposal
from dashboard.web.records_json import Json, moment
from data.gazetteer.grids import usng
from data.gazetteer.places import Gazetteer
from data.geo import bearing_deg
from data.model import LonLat
from data.search_records import Piece
from layers.rescue.credible import best, cells_within, credible
from layers.rescue.surface import Surface

MAX_CELLS: Final = 2_000
_COMPASS: Final = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")


def evidence(one: Piece) -> Json:
    """Return a piece of evidence with every state it had."""
    return {
        "id": str(one.id),
        "household_id": str(one.household_id),
        "kind": one.kind,
        "params": dict(one.params),
        "source": one.source,
        "words": one.words,
        "at": moment(one.at),
        "entered": moment(one.entered),
        "by": one.who,
        "from_call": one.from_call,
        "on": one.now.on,
        "reliability": one.now.reliability,
        "weight": one.now.weight,
        "withdrawn": one.now.withdrawn,
        "revision": one.now.revision,
        "history": [
            {
                "revision": state.revision,
                "at": moment(state.at),
                "by": state.who,
                "on": state.on,
                "reliability": state.reliability,
                "weight": state.weight,
                "withdrawn": state.withdrawn,
                "note": state.note,
            }
            for state in one.history
        ],
    }


def proposal(one: Proposal) -> Json:
    """Return a clue that waits for somebody to decide."""
    clue = one.clue
    return {
        "key": one.key,
        "call_id": str(one.call.id),
        "field": one.field,
        "kind": clue.kind,
        "params": clue.params,
        "words": clue.words,
        "start": clue.start,
        "end": clue.end,
        "weight": clue.weight,
        "why": clue.why,
    }


def surface(found: Surface | None, pieces: Sequence[Piece], gazetteer: Gazetteer) -> Json:
    """Return where a household may be: areas, candidates, what each piece contributed, cells."""
    if found is None:
        return {
            "areas": [],
            "candidates": [],
            "elsewhere": 1.0,
            "contributions": [],
            "cells": {"type": "FeatureCollection", "features": []},
            "cell_m": None,
            "bbox": None,
        }
    words = {str(one.id): one.words or one.source for one in pieces}
    west, south, east, north = found.grid.unproject(found.grid.box).bounds
    return {
        "areas": [
            {"level": one.level, "km2": one.km2, "mass": one.mass, "geometry": one.geometry}
            for one in credible(found)
        ],
        "candidates": [
            {
                "lon": round(one.lon, 6),
                "lat": round(one.lat, 6),
                "p": one.p,
                "accuracy_m": round(one.accuracy_m, 1),
                "address": address(gazetteer, LonLat(one.lon, one.lat)),
                "usng": usng_of(LonLat(one.lon, one.lat)),
            }
            for one in best(found, 5)
        ],
        "elsewhere": found.elsewhere,
        "contributions": [
            {
                "evidence_id": one.evidence_id,
                "bits": one.bits,
                "moved": one.moved,
                "words": words.get(one.evidence_id, ""),
            }
            for one in found.contributions
        ],
        "cells": cells(found),
        "cell_m": found.grid.cell_m,
        "bbox": [west, south, east, north],
    }


def cells(found: Surface) -> Json:
    """Return the likeliest cells as GeoJSON, no more than MAX_CELLS; their `p` is of all there is."""
    chosen = cells_within(found, 0.99)[:MAX_CELLS]
    p = found.log_p.ravel()[chosen]
    return grid_features(found.grid.polygons(chosen), {"p": np.exp(p)})


def grid_features(shapes: Any, columns: dict[str, Any]) -> Json:
    """Return cells as GeoJSON features with a number or more each."""
    rounded = shapely.transform(shapes, lambda at: np.round(at, 6))
    texts = shapely.to_geojson(rounded)
    rows = [
        dict(zip(columns, row, strict=True))
        for row in zip(*(c.tolist() for c in columns.values()), strict=True)
    ]
    return {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "geometry": orjson.loads(text), "properties": row}
            for text, row in zip(texts, rows, strict=True)
        ],
    }


def address(gazetteer: Gazetteer, at: LonLat) -> str:
    """Return where a place is in words: how far, and in which direction, from the nearest name."""
    away = gazetteer.away_m(at)
    nearest = int(np.argmin(away))
    place, metres = gazetteer.places[nearest], float(away[nearest])
    named = ", ".join(part for part in (place.name, place.region) if part)
    if metres < 300:
        return named
    way = _COMPASS[round(bearing_deg(place.at, at) / 45) % 8]
    far = f"{metres / 1000:.1f} km" if metres < 20_000 else f"{metres / 1000:.0f} km"
    return f"{far} {way} of {named}"


def usng_of(at: LonLat) -> str:
    """Return the grid reference to ten metres; near the poles, where it has none, nothing."""
    return usng(at, pairs=4) if -80 <= at.lat <= 84 else ""
