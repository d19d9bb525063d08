"""Reports that may tell of the same thing: near in space, time and words."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from rapidfuzz import fuzz, utils

from data.clock import to_ms
from data.geo import IntArray, distance_m, inverse_mercator
from data.mirror import View
from data.model import LonLat
from data.records import Incident

WITHIN = timedelta(hours=12)
REACH_M = 3_000.0
_CANDIDATES = 60
_SCALE_M, _SCALE_S = 600.0, 3 * 3600.0
_ENOUGH = 0.5


@dataclass(frozen=True, slots=True)
class Draft:
    """What is known of a report before it is sent."""

    title: str
    occurred: datetime
    place: LonLat | None = None
    narrative: str = ""
    accuracy_m: float = 0.0


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike a report and a draft are, from 0 to 1, and what that is made of."""

    incident: Incident
    score: float
    words: float
    distance_m: float | None
    apart_s: float


def candidates(view: View, draft: Draft) -> IntArray:
    """Return the seqs of the reports near enough to be compared, the nearest in time first."""
    frame, rows = view.frame, view.rows
    apart_ms = np.abs(frame.occurred_ms[rows] - to_ms(draft.occurred))
    soon = apart_ms <= WITHIN // timedelta(milliseconds=1)
    rows, apart_ms = rows[soon], apart_ms[soon]
    if draft.place is not None and len(rows):
        located = rows < frame.located
        lon, lat = inverse_mercator(frame.x[rows], frame.y[rows])
        near = distance_m(draft.place, lon, lat) <= REACH_M + draft.accuracy_m
        # What has no place may be anywhere, so only its words can tell.
        keep = near | ~located
        rows, apart_ms = rows[keep], apart_ms[keep]
    nearest = np.argsort(apart_ms, kind="stable")[:_CANDIDATES]
    return frame.seq[rows[nearest]]


def likely(draft: Draft, among: list[Incident], *, limit: int = 5) -> list[Likeness]:
    """Return the reports that are likely to tell of the same thing, the likeliest first."""
    compared = (_likeness(draft, incident) for incident in among)
    alike = sorted((one for one in compared if one.score >= _ENOUGH), key=lambda one: -one.score)
    return alike[:limit]


def _likeness(draft: Draft, incident: Incident) -> Likeness:
    words = _words_alike(
        f"{draft.title} {draft.narrative[:500]}", f"{incident.title} {incident.narrative[:500]}"
    )
    apart_s = abs((incident.occurred - draft.occurred).total_seconds())
    in_time = math.exp(-apart_s / _SCALE_S)
    if draft.place is None or incident.place is None:
        return Likeness(incident, 0.7 * words + 0.3 * in_time, words, None, apart_s)
    metres = float(distance_m(draft.place, [incident.place.lon], [incident.place.lat])[0])
    # Within the uncertainty of the two places, distance says nothing against them.
    beyond = max(0.0, metres - draft.accuracy_m - (incident.accuracy_m or 0.0))
    in_space = math.exp(-beyond / _SCALE_M)
    score = 0.45 * words + 0.35 * in_space + 0.2 * in_time
    return Likeness(incident, score, words, round(metres, 1), apart_s)


def _words_alike(one: str, other: str) -> float:
    return float(fuzz.token_set_ratio(one, other, processor=utils.default_process)) / 100.0
