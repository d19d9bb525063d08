"""A record as it leaves where its original may not: tear-line text, a coarse place, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Final

import numpy as np

from data.gazetteer.places import Gazetteer, load
from data.model import LocatedBy, LonLat
from data.records import Incident
from data.release import SNAP_M
from data.release_records import Sanitised
from layers.release.coarse import middle_of_cell

_TOWN_M: Final = 5_000.0
_HOUR: Final = timedelta(hours=1)


def sanitised_record(original: Incident, version: Sanitised) -> Incident:
    """Return the version as an incident; of the original its type, severity, status and hour are left."""
    place, accuracy_m, address = _place(original, version.place)
    occurred = original.occurred.replace(minute=0, second=0, microsecond=0)
    return replace(
        original,
        # Under its own id: that of the original would tell that there is one.
        id=version.id,
        fid=version.id.int & ((1 << 52) - 1),
        seq=version.seq,
        scope=replace(original.scope, tlp=version.tlp, law_enforcement=False),
        source=replace(original.source, key="sanitised", name="Sanitised version"),
        source_key="",
        title=version.text,
        narrative="",
        address=address,
        place=place,
        geometry=None,
        accuracy_m=accuracy_m,
        located_by=LocatedBy.UNKNOWN if place is None else LocatedBy.CENTROID,
        occurred=occurred,
        occurred_end=None,
        reported=occurred + _HOUR,
        entered=version.at,
        updated=version.at,
        persons_affected=None,
        assignee_id=None,
        evaluation_scale=None,
        reliability=None,
        credibility=None,
        revision=1,
        batch_id=None,
        extra=None,
    )


def _place(original: Incident, how: str) -> tuple[LonLat | None, float | None, str]:
    if original.place is None or how == "left_out":
        return None, None, ""
    if how == "exact":
        return original.place, original.accuracy_m, original.address
    if how == "snapped":
        lon, lat = middle_of_cell(original.place.lon, original.place.lat)
        return LonLat(lon, lat), max(SNAP_M, original.accuracy_m or 0.0), ""
    places = _gazetteer()
    away = places.away_m(original.place)
    # A landmark next door would be hardly coarser than the place itself: only towns are asked.
    towns = np.array([one.kind == "town" for one in places.places])
    nearest = int(np.where(towns, away, np.inf).argmin())
    town = places.places[nearest]
    return town.at, max(_TOWN_M, float(away[nearest])), f"{town.name}, {town.region}".strip(", ")


@cache
def _gazetteer() -> Gazetteer:
    return load()
