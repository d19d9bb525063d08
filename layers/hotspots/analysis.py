"""Three questions beside the map: near sites, near repeat, and the most likely clusters, each as a table."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import numpy as np

from data.geo import EARTH_RADIUS_M, FloatArray, inverse_mercator
from data.mirror import View
from data.mirror.geography import near_sites as rows_near
from data.model import LonLat
from data.query import Near
from layers.analytics.near_repeat import knox
from layers.analytics.near_sites import near_sites
from layers.analytics.progress import Told, untold
from layers.analytics.scan import scan_permutation
from layers.hotspots.counted import Rows, rows_that_count
from layers.hotspots.names import Names
from layers.hotspots.window import moment
from layers.hotspots.words import length, plural

MOST_POINTS: Final = 3_000  # of a test that draws: an even sample
MOST_PLACES: Final = 100
_REPLICATES: Final = 99
_STEPS, _MOST_STEPS = 14, 4
_SHOWN: Final = 60


class What(StrEnum):
    """What is asked."""

    NEAR_SITES = "near-sites"
    NEAR_REPEAT = "near-repeat"
    SCAN = "scan"


@dataclass(frozen=True, slots=True)
class Analysis:
    """A table: headings, rows of values, and how they were come by."""

    title: str
    columns: tuple[str, ...]
    rows: list[list[Any]]
    method: tuple[tuple[str, str], ...]

    def as_dict(self) -> dict[str, Any]:
        """Return it as the interface gives it."""
        lines = [{"label": label, "text": text} for label, text in self.method]
        text = "\n".join([self.title, *(f"{label}: {words}" for label, words in self.method)])
        return {
            "title": self.title,
            "columns": self.columns,
            "rows": self.rows,
            "method": {"title": self.title, "lines": lines, "text": text},
        }


def analysed(
    view: View,
    what: What,
    *,
    metres: float,
    hours: float,
    names: Names,
    zone: str,
    at: Told = untold,
) -> Analysis:
    """Return the answer for what a view lets through; equal questions have equal answers.

    `at` is told between two steps how much is done; what it raises ends the work.
    """
    rows, standing, twice = rows_that_count(view)
    left_out = (
        "Left out",
        f"{plural(standing, 'report')} on default points, {plural(twice, 'duplicate')}, "
        f"{plural(view.unlocated, 'report')} without a place.",
    )
    if what is What.NEAR_SITES:
        made = _near_sites(view, rows, metres=metres, at=at)
    elif what is What.NEAR_REPEAT:
        made = _near_repeat(view, rows, metres=metres, hours=hours, at=at)
    else:
        made = _scan(view, rows, names=names, zone=zone, at=at)
    return Analysis(made.title, made.columns, made.rows, (*made.method, left_out, _REPORTING))


_REPORTING: Final = (
    "Reporting",
    "Reports come from where people are, look and call. Near is not because of.",
)


def _near_sites(view: View, rows: Rows, *, metres: float, at: Told) -> Analysis:
    sites, frame = view.snapshot.sites, view.frame
    visible = view.snapshot.scope_table(view.visible)
    sectors = sorted({str(sites.sector[row]) for row in sites.chosen(visible, sectors=frozenset())})
    near = {}
    for done, sector in enumerate(sectors):
        at(done / len(sectors))
        near[sector] = rows_near(frame, sites, Near(sector, "", metres), visible=visible)[rows]
    labels = view.snapshot.taxonomy.words("label")
    types = frame.combos.type[frame.combo[rows]]
    table = near_sites(near, types, names={int(code): labels[int(code)] for code in np.unique(types)})
    return Analysis(
        f"Near sites: which reports lie within {length(metres)} of which sector",
        ("Sector", "Type", "Near", "Of", "By chance", "Ratio", "q"),
        [
            [
                each.sector.replace("-", " "),
                each.type,
                each.near,
                each.total,
                *_rounded(each.expected, each.ratio),
                _q(each.q),
            ]
            for each in table[:_SHOWN]
        ],
        (
            (
                "Method",
                f"Of the {len(rows):,} reports in the filter, how many of a type lie within {length(metres)} "
                "of a site of a sector, against as many drawn from all: where people are, reports and "
                "sites both are. p is exact (hypergeometric); types with fewer than 5 reports are left out.",
            ),
            ("Tests", f"{len(table):,}, corrected by Benjamini-Hochberg; a q of at most 0.05 is a claim."),
        ),
    )


def _near_repeat(view: View, rows: Rows, *, metres: float, hours: float, at: Told) -> Analysis:
    rows, times = _sample(view, rows)
    xy = _metres(view, rows)
    draws = 999
    found = knox(xy, times / 3_600_000, distance=metres, duration=hours, permutations=draws, at=at)
    return Analysis(
        f"Near repeat: does one report follow another within {length(metres)} and {hours:g} h",
        ("Pairs", "By chance", "Ratio", "p"),
        [[found.observed, *_rounded(found.expected, found.ratio), _q(found.p)]] if len(rows) > 1 else [],
        (
            (
                "Method",
                f"Knox: pairs of reports near in space and in time, against the same places with their times "
                f"dealt out anew {draws} times. {len(rows):,} reports"
                + (", an even sample in time." if len(rows) == MOST_POINTS else "."),
            ),
        ),
    )


def _scan(view: View, rows: Rows, *, names: Names, zone: str, at: Told) -> Analysis:
    rows, times = _sample(view, rows)
    columns = ("Place", "From", "To", "Reports", "By chance", "Times", "p")
    title = "Clusters: where and when more came together than chance would put there"
    if len(rows) < _STEPS or times.min() == times.max():
        return Analysis(title, columns, [], (("Method", "Too few reports, or all of one moment."),))
    xy = _metres(view, rows)
    size = max(float(np.ptp(xy, axis=0).max()) / 40, 1.0)
    while True:
        cells, place = np.unique(np.floor(xy / size).astype(np.int64), axis=0, return_inverse=True)
        if len(cells) <= MOST_PLACES:
            break
        size *= 1.25
    start, span = int(times.min()), int(np.ptp(times)) + 1
    step = ((times - start) * _STEPS // span).astype(np.int64)
    middle = np.asarray((cells + 0.5) * size, dtype=np.float64)
    found = scan_permutation(
        middle, place.ravel(), step, max_share=0.3, max_steps=_MOST_STEPS, replicates=_REPLICATES, at=at
    )
    lon, lat = inverse_mercator(view.frame.x[rows], view.frame.y[rows])

    def row(each: Any) -> list[Any]:
        inside = np.isin(place.ravel(), each.members)
        named = names.of(LonLat(float(lon[inside].mean()), float(lat[inside].mean())), reach_m=size)
        begin, end = (start + span * step // _STEPS for step in (each.start, each.end + 1))
        return [
            named.name,
            moment(begin, zone),
            moment(end, zone),
            each.cases,
            *_rounded(each.expected, each.relative_risk),
            _q(each.p),
        ]

    return Analysis(
        title,
        columns,
        [row(each) for each in found[:8] if each.p <= 0.05],
        (
            (
                "Method",
                f"Kulldorff's space-time permutation scan: circles over {len(cells):,} places of "
                f"{size / 1000:.1f} km and up to {_MOST_STEPS} of {_STEPS} equal steps of time, most likely "
                "first, none overlapping. "
                f"{len(rows):,} reports{', an even sample in time' if len(rows) == MOST_POINTS else ''}.",
            ),
            (
                "Tests",
                f"p is that of the most likely cluster of {_REPLICATES} times in which they were dealt "
                "out anew: one test for all circles and times. Only p of at most 0.05 is listed.",
            ),
        ),
    )


def _sample(view: View, rows: Rows) -> tuple[Rows, FloatArray]:
    times = view.frame.occurred_ms[rows]
    if len(rows) > MOST_POINTS:
        order = np.argsort(times, kind="stable")
        rows = np.sort(rows[order[np.linspace(0, len(rows) - 1, MOST_POINTS).astype(np.int64)]])
    return rows, view.frame.occurred_ms[rows].astype(np.float64)


def _metres(view: View, rows: Rows) -> FloatArray:
    """Return places in metres on a plane that is true to scale at their middle."""
    lon, lat = inverse_mercator(view.frame.x[rows], view.frame.y[rows])
    if not len(lon):
        return np.empty((0, 2))
    squeeze = float(np.cos(np.radians(lat.mean())))
    return np.column_stack([np.radians(lon) * squeeze, np.radians(lat)]) * EARTH_RADIUS_M


def _rounded(expected: float, ratio: float) -> tuple[float, float | None]:
    return round(expected, 1), round(ratio, 2) if np.isfinite(ratio) else None


def _q(value: float) -> float:
    return float(f"{value:.2g}")
