"""Suspicious-activity reports of an exercise: they live in their own store, behind its permission."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from shapely.geometry.base import BaseGeometry

from data.clock import to_ms
from data.demo.compose import Report, make_id
from data.demo.draw import Ground
from data.demo.files import read_json
from data.demo.places import Places, scatter
from data.demo.sources import Interned
from data.demo.words import pick
from data.model import LocatedBy, LonLat, Severity, TimePrecision
from data.records import NewIncident, NewSite
from data.reference import TypeRow, types

_DAYS_BEFORE = 10.0
_PREFIX = "suspicious.behavior."


def suspicious_reports(
    rng: np.random.Generator,
    sites: Sequence[NewSite],
    source: Interned,
    *,
    count: int,
    now: datetime,
    ground: Ground,
) -> list[Report]:
    """Return `count` reports of behavior near the sites, most by day, some sites again and again."""
    words = read_json("sar_words.json")["behaviors"]
    rows = {row.code: row for row in types()}
    codes = list(words)
    shares = np.array([words[code]["share"] for code in codes], dtype=np.float64)
    favoured = 1.0 / np.arange(1, len(sites) + 1)
    at_site = rng.choice(len(sites), size=count, p=favoured / favoured.sum())
    behaviors = rng.choice(len(codes), size=count, p=shares / shares.sum())
    lon, lat = _around(rng, sites, at_site, land=ground.land)
    reports = []
    for number in range(count):
        site, code = sites[at_site[number]], _PREFIX + codes[behaviors[number]]
        draws = rng.random(6)
        days = _DAYS_BEFORE * draws[0]
        seen = (now - timedelta(days=days)).replace(minute=int(draws[1] * 60), second=0, microsecond=0)
        told = seen + timedelta(minutes=10 + 170 * float(draws[2]))
        place = LonLat(float(lon[number]), float(lat[number]))
        new = _report(rows[code], words[codes[behaviors[number]]], site, source, draws=draws, place=place)
        reports.append((told, seen, new))
    reports.sort(key=lambda entry: entry[0])
    return [
        Report(
            NewIncident(
                **new,
                id=make_id(to_ms(told), rng),
                occurred=seen,
                reported=told,
                source_key=f"SAR-{number:04d}",
            ),
            to_ms(told),
            60.0,
        )
        for number, (told, seen, new) in enumerate(reports)
    ]


def _report(
    row: TypeRow,
    words: Mapping[str, Any],
    site: NewSite,
    source: Interned,
    *,
    draws: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    place: LonLat,
) -> dict[str, Any]:
    story = pick(words["stories"], float(draws[3])).format(site=site.name, min=5 + int(draws[4] * 50))
    return {
        "title": f"{row.label} near {site.name}",
        "narrative": f"UNEVALUATED. {story}",
        "type_code": row.code,
        "source_id": source.source_id,
        "scope_id": source.scope_id,
        "time_precision": TimePrecision.MINUTE,
        "severity": Severity(row.severity),
        "place": place,
        "accuracy_m": float(round(20 + 180 * draws[5])),
        "located_by": LocatedBy.PLACE_NAME,
        "address": site.address,
        "evaluation_scale": source.plan.scale,
        "reliability": pick(("unknown", "unknown", "reliable"), float(draws[5])),
        "credibility": pick(("cannot-be-judged", "cannot-be-judged", "confirmed"), float(draws[4])),
        "extra": {
            "exercise": True,
            "site": site.name,
            "activity": row.niem_sar[0],
            "vetting": pick(("received", "received", "triaged", "under_investigation"), float(draws[2])),
        },
    }


def _around(
    rng: np.random.Generator,
    sites: Sequence[NewSite],
    at_site: np.ndarray[tuple[int, ...], np.dtype[np.int64]],
    *,
    land: BaseGeometry,
) -> tuple[np.ndarray[tuple[int, ...], np.dtype[np.float64]], ...]:
    spots = [site.place for site in sites if site.place is not None]
    count = len(spots)
    around = Places(
        names=tuple(site.name for site in sites),
        regions=("",) * count,
        streets=("",) * count,
        lon=np.array([spot.lon for spot in spots]),
        lat=np.array([spot.lat for spot in spots]),
        weight=np.full(count, 1.0 / count),
        radius_m=np.full(count, 220.0),
        shore_km=np.zeros(count),
    )
    return scatter(rng, around, at_site, land=land)
