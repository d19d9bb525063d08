"""The hotspots of a view as a list: the strongest first, each with a name, a sentence and its outline."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import shapely

from data.mirror import View
from data.model import LonLat
from data.query import Dimension
from layers.analytics.difference import Difference, difference
from layers.analytics.excess import Excess, excess
from layers.hotspots.answer import Hotspots, cell_id
from layers.hotspots.asked import Asked
from layers.hotspots.cells import cells_for
from layers.hotspots.counted import Counted, counted
from layers.hotspots.course import course
from layers.hotspots.earlier import Look
from layers.hotspots.layer import Kind
from layers.hotspots.maps import hotspots
from layers.hotspots.mask import drawn_in
from layers.hotspots.names import Names, SitesNear
from layers.hotspots.outlines import Drawn, Outline, outlines
from layers.hotspots.tested import AgainstPast, Tested, tested
from layers.hotspots.window import Window, window_of
from layers.hotspots.words import length, sentence

MOST: Final = 200


@dataclass(frozen=True)
class Ranked:
    """The list, how many hotspots there are in all, and the map that it was made of."""

    items: list[dict[str, Any]]
    total: int
    behind: Hotspots

    def as_dict(self) -> dict[str, Any]:
        """Return it as the interface gives it."""
        return {"items": self.items, "total": self.total, "method": self.behind.method.as_dict()}


def ranked(view: View, asked: Asked, *, names: Names, most: int = MOST, look: Look | None = None) -> Ranked:
    """Return the hotspots of a view, at most `most` of them; equal questions have equal answers.

    A difference or an excess is ranked by its own test of where more came, and needs `look`; any other kind
    by Gi*.
    """
    if asked.kind in (Kind.DIFFERENCE, Kind.EXCESS):
        behind = hotspots(view, asked, look=look)
        if behind.past is None:
            return Ranked([], 0, behind)
        return _listed(view, behind.past.made, behind, names=names, most=most)
    found = counted(view, duplicates=asked.duplicates)
    cells = cells_for(found, bbox=asked.bbox, cell_m=asked.cell_m)
    if cells is None:
        return Ranked([], 0, Hotspots(replace(asked, kind=Kind.GI_STAR), found, window_of(view, found)))
    made = tested(view, cells, found, within=asked.within, exposure=asked.exposure)
    return _listed(view, made, _behind(asked, found, window_of(view, found), made), names=names, most=most)


def _listed(view: View, made: Tested, behind: Hotspots, *, names: Names, most: int) -> Ranked:
    ran = course(made, behind.counted, behind.window, only=made.claim)
    each = sorted(outlines(made), key=lambda outline: (-_z(made, outline), outline.peak))
    ground = drawn_in(view.query)
    drawn = None if ground is None else Drawn(ground, Dimension.SHAPE in view.query.inverted)
    sites = SitesNear(view)
    items = [
        {
            "rank": rank,
            **_item(made, outline, names=names, sites=sites, drawn=drawn, past=behind.past),
            "trend": None if ran is None else str(ran.words().flat[outline.peak]),
        }
        for rank, outline in enumerate(each[:most], start=1)
    ]
    return Ranked(items, len(each), behind)


def _behind(asked: Asked, found: Counted, window: Window | None, made: Tested) -> Hotspots:
    return Hotspots(
        replace(asked, kind=Kind.GI_STAR),
        found,
        window,
        made.cells,
        made.validity,
        reports=int(made.counts.sum()),
        tests=made.tests,
        exact=made.exact,
    )


def _z(made: Tested, outline: Outline) -> float:
    return float(made.gi.z.flat[outline.peak])


def _item(
    made: Tested,
    outline: Outline,
    *,
    names: Names,
    sites: SitesNear,
    drawn: Drawn | None,
    past: AgainstPast | None,
) -> dict[str, Any]:
    geometry = outline.geometry
    count = int(made.counts[outline.cells].sum())
    expected = float(made.expected[outline.cells & made.validity.valid].sum())
    usual = _ratio(count, expected, past)
    q, robust = float(made.q.flat[outline.peak]), int(made.robust[outline.cells & made.claim].max())
    at = _middle(made, outline)
    reach_m = math.sqrt(int(outline.cells.sum()) / math.pi) * made.cells.grid.cell_m
    named = names.of(at, reach_m=reach_m)
    return {
        "id": cell_id(made.cells.grid, outline.peak),
        "name": named.name,
        "place": named.place,
        "sites": sites.of(at, reach_m=reach_m),
        "count": count,
        "expected": round(expected, 2),
        "ratio": round(float(usual.ratio[0]), 2),
        "low": round(float(usual.lower[0]), 2),
        "high": round(float(usual.upper[0]), 2),
        "z": round(_z(made, outline), 2),
        "q": float(f"{q:.3e}"),
        "robust": robust,
        "scales": _scales(made, outline),
        "sentence": sentence(
            count=count,
            expected=expected,
            chance=q,
            robust=robust,
            than=past.than if past else "would be usual",
        ),
        "outline": shapely.geometry.mapping(geometry),
        "shape": outline.shape(drawn),
        "bbox": [round(edge, 6) for edge in geometry.bounds],
        "lon": round(at.lon, 6),
        "lat": round(at.lat, 6),
    }


def _ratio(count: int, expected: float, past: AgainstPast | None) -> Excess | Difference:
    """Return the ratio with its interval; of a difference the earlier count is as unsure as the later."""
    if past is None or past.periods is None:
        return excess([count], [expected])
    before = np.array([round(expected * past.periods)])
    return difference(np.array([count]), before, now_time=1.0, before_time=float(past.periods))


def _middle(made: Tested, outline: Outline) -> LonLat:
    """Return the middle of the reports of a hotspot, to the cell; of a bent one it may lie beside it."""
    rows, columns = np.nonzero(outline.cells)
    weight = made.counts[outline.cells].astype(np.float64)
    grid = outline.grid
    lon = (grid.west_east[columns] + grid.west_east[columns + 1]) / 2
    lat = (grid.south_north[rows] + grid.south_north[rows + 1]) / 2
    return LonLat(float(np.average(lon, weights=weight)), float(np.average(lat, weights=weight)))


def _scales(made: Tested, outline: Outline) -> list[dict[str, Any]]:
    size = made.cells.grid.cell_m
    return [
        {
            "cell_m": size * factor,
            "label": length(size * factor),
            "claim": bool((claim & outline.cells).any()),
        }
        for factor, claim in zip((0.5, 1.0, 2.0), made.scales, strict=True)
    ]
