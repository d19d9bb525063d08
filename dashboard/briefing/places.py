"""Pages about places: hotspots by name, sites that reports touch, the eight lifelines."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import Any, Final

import numpy as np
from scipy.spatial import KDTree

from dashboard.briefing.desk import Desk, Draft, behind, behind_view, scopes_of
from dashboard.briefing.incidents import HIGH
from data.brief_records import BriefFigure
from data.geo import distance_m, inverse_mercator
from data.model import LonLat, SiteStatus
from data.query import Query
from data.records import Site
from data.reference import lifelines
from layers.briefs import words
from layers.briefs.document import LegendLine, MapSite, Table
from layers.briefs.picture import Box, hotspot_shapes, picture, spot
from layers.hotspots import Asked, Kind, ground_of
from layers.hotspots.names import names
from layers.hotspots.ranked import ranked
from layers.nearest import chord, unit_vectors

NEAR_M: Final = 500.0
_MOST: Final = 8
_LETTER: Final = {SiteStatus.UNKNOWN: "Not known", SiteStatus.GREEN: "Green"} | {
    SiteStatus.YELLOW: "Yellow",
    SiteStatus.RED: "Red",
}
_MOST_TOUCHING: Final = 400
_ROOM_DEG: Final = 0.03
_NOT_KNOWN: Final = "not known"
# The names, without separators, of columns in which lists of sites say more than a status.
_COLUMNS: Final = {
    "impact": ("impact", "impacts"),
    "action": ("action", "actions"),
    "gap": ("gap", "gaps", "unmetneed", "unmetneeds"),
    "eta": ("eta", "etr", "restoration", "estimatedrestoration"),
}


def hotspots(desk: Desk) -> Draft | None:
    """Return the tested hotspots of the period with their names; None for the public."""
    if desk.smallest:
        return None
    view = desk.view
    areas = [desk.services.store.areas.geometry(desk.actor, area) for area in desk.query.areas]
    asked = Asked(kind=Kind.GI_STAR, bbox=None, within=ground_of(desk.query, areas), zone=desk.zone)
    found = ranked(view, asked, names=names(), most=_MOST)
    items = found.items
    headline = (
        f"{words.many(found.total, 'place')} with more reports than chance would put there: "
        f"{_of(found.total, [one['name'] for one in items])}."
        if items
        else "No place has more reports than chance would put there."
    )
    return Draft(
        kind="hotspots",
        headline=headline,
        lines=tuple(f"{one['name']}: {one['sentence']}" for one in items[:2])
        + (() if not items else (found.behind.exposure,)),
        notes=found.behind.method.text,
        what="Getis-Ord Gi*, permutation p, Benjamini-Hochberg",
        scopes=scopes_of(view) | site_scopes(desk),
        map=picture(
            view,
            title="Hotspots",
            at=desk.end,
            bbox=desk.bbox or _frame([one["bbox"] for one in items]),
            shapes=hotspot_shapes(items),
            legend=(LegendLine(key="role:hotspot", label="Hotspot: passed its test"),) if items else (),
            note=found.behind.note,
            sites=False,
        ),
        figures=tuple(_hotspot_figure(desk, one) for one in items),
        view={"piece": "hotspots", "filter": desk.filter, "bbox": desk.bbox},
    )


def _frame(boxes: list[Box]) -> Box | None:
    """Return a box around all boxes with some room about them, or None of none."""
    if not boxes:
        return None
    west, south = min(one[0] for one in boxes), min(one[1] for one in boxes)
    east, north = max(one[2] for one in boxes), max(one[3] for one in boxes)
    wide, high = max((east - west) / 6, _ROOM_DEG), max((north - south) / 6, _ROOM_DEG)
    return (
        max(west - wide, -180.0),
        max(south - high, -85.0),
        min(east + wide, 180.0),
        min(north + high, 85.0),
    )


def _hotspot_figure(desk: Desk, one: dict[str, Any]) -> BriefFigure:
    canonical = desk.query.canonical()
    query = f"{canonical}&shape={one['shape']}" if not desk.query.shapes else canonical
    inside = desk.look(Query.parse(query))
    return BriefFigure(
        key=f"hotspot:{one['name']}"[:60],
        label=f"reports in the hotspot {one['name']}",
        value=float(one["count"]),
        unit="reports",
        query=query,
        at=desk.end,
        behind=behind_view(inside, nowhere=False),
    )


def touched(desk: Desk) -> Draft | None:
    """Return the sites that severe reports lie near, nearest first; None for the public."""
    if desk.smallest:
        return None
    near = _near(desk)
    rows = tuple(
        (site.name, site.sector, _LETTER[site.status], f"{count:,}", f"{metres:,.0f} m")
        for site, count, metres in near[:10]
    )
    headline = (
        f"{words.many(len(near), 'site')} with severe reports within {NEAR_M:,.0f} m: "
        f"{_among([site.name for site, _, _ in near], 2)}."
        if near
        else f"No site has a severe report within {NEAR_M:,.0f} m."
    )
    severe = desk.look(_severe_query(desk))
    return Draft(
        kind="sites",
        headline=headline,
        what="Sites and severe reports of the period",
        scopes=scopes_of(severe) | site_scopes(desk),
        table=Table(
            title="Sites touched",
            columns=("Site", "Sector", "Status", "Reports", "Nearest"),
            rows=rows,
            numeric=(3, 4),
        ),
        figures=(_sites_figure(desk, "sites_touched", "sites touched", [one for one, _, _ in near]),),
        view={"piece": "touched", "filter": desk.filter, "bbox": desk.bbox},
    )


def lifeline_table(desk: Desk) -> Draft | None:
    """Return the eight lifelines with what is known of their sites; None for the public."""
    if desk.smallest:
        return None
    sites = _all_sites(desk)
    rows = tuple(
        _lifeline_row(desk, one.name, [s for s in sites if s.lifeline == one.id]) for one in _lines()
    )
    down = [site for site in sites if site.status is SiteStatus.RED]
    unsaid = sum(site.status is SiteStatus.UNKNOWN for site in sites)
    headline = (
        f"{words.many(len(down), 'site')} red: {_among([one.name for one in down], 3)}."
        if down
        else "No site is reported red."
    )
    return Draft(
        kind="lifelines",
        headline=headline,
        lines=(f"{words.many(unsaid, 'site')} of {len(sites):,} nobody has said anything of.",),
        what="Lifeline status as reported for each site",
        scopes=site_scopes(desk),
        table=Table(
            title="Community lifelines",
            columns=("Lifeline", "Status", "Sites", "Impact", "Action", "Gap", "ETA"),
            rows=rows,
        ),
        figures=(_sites_figure(desk, "sites_red", "sites reported red", down),),
        view={"piece": "lifelines", "filter": desk.filter, "bbox": desk.bbox},
    )


def site_page(desk: Desk, one: Site) -> Draft:
    """Return a page about one site. Whom to call stays in the house: it is not on it."""
    said = "" if one.status_at is None else f", {words.when(one.status_at, desk.zone)}"
    facts = (
        ("Sector", one.sector),
        ("Lifeline", one.lifeline or "none"),
        ("Address", one.address or "not known"),
        ("Status", f"{_LETTER[one.status]}{said}"),
        ("Said by", one.status_source or "nobody"),
        ("Owner", one.owner or "not known"),
    )
    return Draft(
        kind="site",
        headline=f"{one.name}: {_LETTER[one.status].lower()}.",
        what=f"{one.source.name}, {one.vintage or 'vintage not known'}",
        scopes=frozenset({one.scope.id}),
        map=spot(_mark(one), title="Where it is", at=desk.end),
        table=Table(title="What is known", columns=("", ""), rows=facts),
        figures=(_sites_figure(desk, "site", one.name, [one]),),
        view={"piece": "site", "id": str(one.id)},
    )


def _mark(one: Site) -> list[MapSite]:
    if one.place is None:
        return []
    status = "grey" if one.status is SiteStatus.UNKNOWN else one.status.name.lower()
    lon, lat = one.place.lon, one.place.lat
    glyph = one.kind or one.sector
    return [MapSite(lon=lon, lat=lat, glyph=glyph, status=status, name=one.name, sector=one.sector)]


def _severe_query(desk: Desk) -> Query:
    return replace(desk.query, severities=desk.query.severities or HIGH)


def _near(desk: Desk) -> list[tuple[Site, int, float]]:
    """Return the sites with severe reports beside them, how many, and how far the nearest is."""
    severe = desk.look(_severe_query(desk))
    rows = severe.located
    if not len(rows):
        return []
    lon, lat = inverse_mercator(severe.frame.x[rows], severe.frame.y[rows])
    frame = severe.snapshot.sites
    seen = frame.chosen(severe.snapshot.scope_table(severe.visible), sectors=frozenset())
    places = frame.lonlat[0][seen], frame.lonlat[1][seen]
    reports, sites = KDTree(unit_vectors(lon, lat)), unit_vectors(*places)
    inside = reports.query_ball_point(sites, chord(NEAR_M), return_length=True)
    found: list[tuple[int, int, float]] = []
    for place in np.flatnonzero(inside).tolist():
        _, nearest = reports.query(sites[place])
        here = LonLat(float(places[0][place]), float(places[1][place]))
        away = float(distance_m(here, lon[nearest : nearest + 1], lat[nearest : nearest + 1])[0])
        found.append((int(frame.seq[seen[place]]), int(inside[place]), away))
    found.sort(key=lambda one: (-one[1], one[2]))
    best = found[:_MOST_TOUCHING]
    known = {one.seq: one for one in desk.services.store.sites.by_seq(desk.actor, [seq for seq, *_ in best])}
    return [(known[seq], count, metres) for seq, count, metres in best if seq in known]


def _all_sites(desk: Desk) -> list[Site]:
    frame = desk.view.snapshot.sites.listed
    seen = desk.view.snapshot.scope_table(desk.view.visible)[frame.scope]
    return desk.services.store.sites.by_seq(desk.actor, frame.seq[seen].tolist())


def _lines() -> list[Any]:
    return list(lifelines().values())


def status_words(one: Site) -> str:
    """Return what was said of a site in a word."""
    return _LETTER[one.status]


def _lifeline_row(desk: Desk, name: str, sites: list[Site]) -> tuple[str, ...]:
    by = Counter(site.status for site in sites)
    order = (SiteStatus.RED, SiteStatus.YELLOW, SiteStatus.GREEN)
    said = [f"{by[status]:,} {_LETTER[status].lower()}" for status in order if by[status]]
    worst = max((site.status for site in sites), default=SiteStatus.UNKNOWN)
    hit = sorted(
        (one for one in sites if one.status > SiteStatus.GREEN), key=lambda one: (-one.status, one.name)
    )
    told = [] if desk.actor.passes_on else hit  # what else a list said of a site stays in the house
    impact = _among([f"{one.name} {_LETTER[one.status].lower()}" for one in hit], 2)
    return (
        name,
        _LETTER[worst] if sites else "no site known",
        ", ".join([*said, f"{by[SiteStatus.UNKNOWN]:,} not known"]),
        "; ".join(filter(None, [impact, _told(told, "impact")]))
        or (_NOT_KNOWN if not said else "none reported"),
        *(_told(told, column) or _NOT_KNOWN for column in ("action", "gap", "eta")),
    )


def _told(sites: list[Site], column: str) -> str:
    """Return what lists of these sites say in a column that goes by one of several names."""
    found = []
    for one in sites:
        extra = {
            re.sub(r"[^a-z]", "", str(key).casefold()): value for key, value in (one.extra or {}).items()
        }
        said = next((str(extra[name]).strip() for name in _COLUMNS[column] if extra.get(name)), "")
        if said:
            found.append(f"{one.name}: {said[:80]}")
    return "; ".join(found[:2])


def _of(total: int, names: list[str]) -> str:
    return words.listed(names) if total <= 3 else f"{words.listed(names[:3])} stand out most"


def _among(items: list[str], most: int) -> str:
    """Return the first items as a phrase that says that there are more."""
    if len(items) <= most:
        return words.listed(items)
    return words.listed([*items[:most], words.many(len(items) - most, "other")])


def _sites_figure(desk: Desk, key: str, label: str, sites: list[Site]) -> BriefFigure:
    return BriefFigure(
        key=key,
        label=label,
        value=len(sites),
        unit="sites",
        query="",
        at=desk.end,
        behind=behind("site", sites),
    )


def site_scopes(desk: Desk) -> frozenset[int]:
    """Return the scopes of the sites that the maker sees."""
    return frozenset(np.unique(desk.view.snapshot.sites.listed.scope).tolist()) & desk.view.visible
