"""Reports that are lines or polygons: closed roads, flooded ground, alerts for whole counties."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from shapely.geometry import LineString, MultiPoint, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from data.clock import to_ms
from data.demo.compose import Report, make_id
from data.demo.draw import Ground
from data.demo.files import read_json
from data.demo.sources import Interned
from data.geo import metres_per_degree
from data.model import LocatedBy, LonLat, Severity, TimePrecision
from data.records import NewArea, NewIncident

_ENTERED_AFTER = timedelta(seconds=20)
_SHORE_DEG = 0.02
_SHORES = {
    "metro": "Boston Harbor",
    "north": "North Shore",
    "south": "South Shore",
    "cape": "Cape, Islands and South Coast",
}


@dataclass(frozen=True, slots=True)
class Shape:
    """A report with an outline: what, where, when and how sure."""

    code: str
    title: str
    narrative: str
    geometry: BaseGeometry
    accuracy_m: float
    severity: Severity
    at: datetime
    town: str = ""
    until: datetime | None = None
    credibility: str = "1"


def as_reports(
    shapes: Sequence[Shape], source: Interned, *, rng: np.random.Generator, prefix: str
) -> list[Report]:
    """Return the shapes as reports of one source."""
    return [
        Report(
            NewIncident(
                id=make_id(to_ms(shape.at + _ENTERED_AFTER), rng),
                title=shape.title,
                narrative=shape.narrative,
                type_code=shape.code,
                source_id=source.source_id,
                scope_id=source.scope_id,
                occurred=shape.at,
                occurred_end=shape.until,
                reported=shape.at,
                time_precision=TimePrecision.MINUTE,
                severity=shape.severity,
                geometry=shape.geometry,
                accuracy_m=shape.accuracy_m,
                located_by=LocatedBy.DRAWN,
                address=shape.town,
                evaluation_scale=source.plan.scale,
                reliability=source.plan.reliability,
                credibility=shape.credibility,
                source_key=f"{prefix}-{number:03d}",
                extra={"exercise": True, "town": shape.town},
            ),
            to_ms(shape.at + _ENTERED_AFTER),
            12.0,
        )
        for number, shape in enumerate(shapes)
    ]


def stretches(file: str) -> list[tuple[str, str, LineString]]:
    """Return the road stretches of a demo file: street, town and line."""
    return [(row["street"], row["town"], LineString(row["line"])) for row in read_json(file)["roads"]]


def watch_areas(ground: Ground, *, source_id: int, scope_id: int) -> list[NewArea]:
    """Return the low shore of each region as an area to filter by; none where the scenario has no shore."""
    shore = ground.shore
    if shore is None:
        return []
    out = []
    for region, name in _SHORES.items():
        here = [i for i, own in enumerate(shore.regions) if own == region]
        near = MultiPoint([(shore.lon[i], shore.lat[i]) for i in here]).buffer(_SHORE_DEG)
        out.append(
            NewArea(
                name=f"EXERCISE Coastal watch area, {name}",
                kind="drawn",
                parent="Massachusetts",
                geometry=near.intersection(ground.land),
                accuracy_m=500.0,
                located_by=LocatedBy.DRAWN,
                source_id=source_id,
                scope_id=scope_id,
                source_key=f"watch-{region}",
                extra={"exercise": True},
            )
        )
    return out


def puddle(
    rng: np.random.Generator, middle: LonLat, *, radius_m: float, land: BaseGeometry
) -> Polygon | None:
    """Return an uneven patch of flooded ground around a place, without the sea; None where only sea is."""
    per_lon, per_lat = metres_per_degree(middle.lat)
    turns = np.linspace(0, 2 * np.pi, 18, endpoint=False)
    reach = radius_m * (0.65 + 0.5 * rng.random(len(turns)))
    ring = [
        (middle.lon + r * np.cos(a) / per_lon, middle.lat + r * np.sin(a) / per_lat)
        for r, a in zip(reach, turns, strict=True)
    ]
    dry = Polygon(ring).buffer(0).intersection(land)
    parts = list(dry.geoms) if isinstance(dry, MultiPolygon) else [dry]
    grounds = [part for part in parts if isinstance(part, Polygon) and not part.is_empty]
    return max(grounds, key=lambda part: part.area, default=None)
