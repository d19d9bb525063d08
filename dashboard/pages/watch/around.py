"""What lies round a place: sites by distance, incidents by distance and time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from data.access import Actor
from data.clock import to_ms
from data.errors import NotFound
from data.geo import bearing_deg, distance_m, inverse_mercator
from data.mirror import View
from data.model import LonLat
from data.query import Circle, Query
from data.records import Incident, Site

if TYPE_CHECKING:
    from dashboard.services import Services

NEAR_M: Final = 5_000.0
NEAR_TIME: Final = timedelta(hours=24)
RINGS_M: Final = (500.0, 2_000.0, 10_000.0)
SPANS: Final = (
    ("1 h", timedelta(hours=1)),
    ("24 h", timedelta(hours=24)),
    ("7 d", timedelta(days=7)),
    ("all", None),
)


@dataclass(frozen=True, slots=True)
class Around:
    """A record with how far away it is, and in which direction where that is worth saying."""

    record: Any
    distance_m: float
    bearing_deg: float


def incident_of(actor: Actor, services: Services, fid: int) -> Incident:
    """Return the incident that a tile names so; raise NotFound where there is none for this actor."""
    frame = services.mirror.incidents
    found = services.store.incidents.by_seq(actor, frame.seq[np.flatnonzero(frame.fid == fid)].tolist())
    if not found:
        raise NotFound(
            "There is no such report, or you may not see it.", hint="It may have been marked anew."
        )
    return found[0]


def site_of(actor: Actor, services: Services, fid: int) -> Site:
    """Return the site that a tile names so; raise NotFound where there is none for this actor."""
    frame = services.mirror.sites.listed
    found = services.store.sites.by_seq(actor, frame.seq[np.flatnonzero(frame.fid == fid)].tolist())
    if not found:
        raise NotFound(
            "There is no such site, or you may not see it.", hint="A newer list may have dropped it."
        )
    return found[0]


def nearest_sites(actor: Actor, services: Services, place: LonLat, *, limit: int) -> list[Around]:
    """Return the sites nearest to a place, nearest first."""
    snapshot = services.mirror.snapshot
    frame = snapshot.sites
    keep = np.flatnonzero(snapshot.scope_table(snapshot.visible(actor))[frame.scope])
    lon, lat = (values[keep] for values in frame.lonlat)
    metres = distance_m(place, lon, lat)
    nearest = np.argsort(metres, kind="stable")[:limit]
    records = services.store.sites.by_seq(actor, frame.seq[keep[nearest]].tolist())
    return [_around(place, site) for site in records if site.place is not None]


def near_incidents(actor: Actor, services: Services, of: Incident, *, limit: int) -> list[Around]:
    """Return other incidents within 5 km and a day of this one, nearest first."""
    if of.place is None:
        return []
    query = Query(
        shapes=(Circle(of.place, NEAR_M),),
        from_ms=to_ms(of.occurred - NEAR_TIME),
        to_ms=to_ms(of.occurred + NEAR_TIME) + 1,
    )
    view = services.mirror.view(actor, query)
    rows = view.located[view.frame.seq[view.located] != of.seq]
    nearest = rows[np.argsort(_metres(view, rows, of.place), kind="stable")[:limit]]
    records = services.store.incidents.by_seq(actor, view.frame.seq[nearest].tolist())
    return [_around(of.place, record) for record in records if record.place is not None]


def rings(actor: Actor, services: Services, place: LonLat, *, now: datetime) -> list[list[int]]:
    """Return how many incidents lie within each ring (rows) and since each span (columns)."""
    view = services.mirror.view(actor, Query(shapes=(Circle(place, max(RINGS_M)),)))
    rows = view.located
    metres, occurred = _metres(view, rows, place), view.frame.occurred_ms[rows]
    starts = [-(1 << 62) if span is None else to_ms(now - span) for _, span in SPANS]
    return [[int(((metres <= ring) & (occurred >= start)).sum()) for start in starts] for ring in RINGS_M]


def newest_round(actor: Actor, services: Services, place: LonLat, *, limit: int) -> list[Around]:
    """Return the newest incidents within the middle ring of a site."""
    view = services.mirror.view(actor, Query(shapes=(Circle(place, RINGS_M[1]),)))
    rows = view.located
    newest = rows[np.argsort(-view.frame.occurred_ms[rows], kind="stable")[:limit]]
    records = services.store.incidents.by_seq(actor, view.frame.seq[newest].tolist())
    return [_around(place, record) for record in records if record.place is not None]


def _metres(view: View, rows: npt.NDArray[np.int32], place: LonLat) -> npt.NDArray[np.float64]:
    lon, lat = inverse_mercator(view.frame.x[rows], view.frame.y[rows])
    return distance_m(place, lon, lat)


def _around(place: LonLat, record: Any) -> Around:
    metres = float(distance_m(place, [record.place.lon], [record.place.lat])[0])
    return Around(record, metres, bearing_deg(place, record.place))


def highest_marking(actor: Actor, services: Services) -> str:
    """Return the highest marking that a page without a filter of its own may show this actor."""
    view = services.mirror.view(actor, Query())
    snapshot = view.snapshot
    visible = snapshot.visible(actor)
    of_sites = [
        snapshot.scopes[int(scope)]
        for scope in np.unique(snapshot.sites.listed.scope)
        if int(scope) in visible
    ]
    sensitive = view.law_enforcement or any(one.law_enforcement for one in of_sites)
    return max([view.marking, *(one.tlp for one in of_sites)]).label + (" LES" if sensitive else "")
