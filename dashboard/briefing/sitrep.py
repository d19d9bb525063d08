"""Pages of a situation report: shelters, outages, weather. What nobody said stands there as not known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from dashboard.briefing.desk import Desk, Draft, behind, counted, scopes_of
from dashboard.briefing.incidents import newest
from dashboard.briefing.places import site_scopes, status_words
from data.brief_records import BriefFigure
from data.mirror import View
from data.model import Status
from data.query.model import Dimension
from data.records import Incident, Site
from layers.briefs import words
from layers.briefs.document import Table
from layers.rescue.shelters import capacity_of, occupancy_of

_UNKNOWN: Final = "not known"
_OPEN: Final = (Status.NEW, Status.ACKNOWLEDGED, Status.IN_PROGRESS)
_MOST: Final = 10
_MOST_READ: Final = 2_000  # reports of outages whose customers are added up
OUTAGES: Final = ("utility.power-outage", "utility.gas-outage", "utility.no-water", "utility.telecom-outage")
WARNINGS: Final = ("weather.alert.warning", "weather.alert.watch", "weather.alert.advisory", "weather.alert")


def shelters(desk: Desk) -> Draft | None:
    """Return the shelters with their room, as far as somebody said; None for the public."""
    if desk.smallest:
        return None
    every = _shelters(desk)
    rooms = [(one, capacity_of(one.extra), occupancy_of(one.extra)) for one in every]
    beds = sum(room for _, room, _ in rooms if room is not None)
    counts = [people for *_, people in rooms if people is not None]
    inside = f"{sum(counts):,} inside as last said" if counts else "how many are inside is not known"
    silent = sum(room is None for _, room, _ in rooms)
    rows = tuple(
        (one.name, status_words(one), _or_unknown(room), _or_unknown(people), one.address or _UNKNOWN)
        for one, room, people in rooms[:_MOST]
    )
    known = f"room for {beds:,}" if silent < len(every) else "room not known"
    headline = (
        f"{words.many(len(every), 'shelter')}: {known}, {inside}."
        if every
        else "No shelter is known here: whether none is open is not known."
    )
    more = len(every) - len(rows)
    return Draft(
        kind="shelters",
        headline=headline,
        lines=tuple(
            line
            for line, said in (
                (f"Of {words.many(silent, 'shelter')} nobody has said how many fit in.", silent),
                (f"{more:,} more are not listed.", more > 0),
                ("Pets, access and functional needs: not known.", every),
            )
            if said
        ),
        what="Shelters as listed, with what was said of their room",
        scopes=site_scopes(desk),
        table=Table(
            title="Shelters",
            columns=("Shelter", "Status", "Capacity", "People", "Address"),
            rows=rows,
            numeric=(2, 3),
        ),
        figures=(
            BriefFigure(
                key="shelters",
                label="shelters",
                value=len(every),
                unit="sites",
                query="",
                at=desk.end,
                behind=behind("site", every),
            ),
        ),
        view={"piece": "shelters", "filter": desk.filter, "bbox": desk.bbox},
    )


def outages(desk: Desk) -> Draft | None:
    """Return the reported outages that are not over; None for the public or where the filter has none."""
    found = None if desk.smallest else _open_reports(desk, OUTAGES)
    if found is None:
        return None
    # What a partner is given holds no more of a report than its own columns.
    read = [] if desk.actor.passes_on else newest(desk, found, _MOST_READ)
    customers = [(one, said) for one in read if (said := _customers(one)) is not None]
    largest = sorted(customers, key=lambda pair: -pair[1])[:_MOST]
    shown = [one for one, _ in largest] or newest(desk, found, _MOST)
    rows = tuple(
        (words.when(one.occurred, desk.zone).split(" (")[0], one.type.label, one.title, _said(one, customers))
        for one in shown
    )
    total = sum(said for _, said in customers)
    told = (
        f"{len(customers):,} of them speak of {total:,} customers; two may speak of the same."
        if customers
        else "Customers out: not known."
    )
    return Draft(
        kind="outages",
        headline=f"{words.many(found.total, 'report')} of outages not closed{_kinds(found)}.",
        lines=(told, "Customers served, and when service is back: not known; ask the utilities."),
        what="Reports of outages, as they came in",
        scopes=scopes_of(found),
        table=Table(
            title="Largest outages reported" if largest else "Newest outages reported",
            columns=("When", "Kind", "What", "Customers"),
            rows=rows,
            numeric=(3,),
        ),
        figures=(counted(desk, "outages", "reports of outages not closed", found),),
        view={"piece": "outages", "filter": desk.filter, "bbox": desk.bbox},
    )


def weather(desk: Desk) -> Draft | None:
    """Return the weather alerts that a feed or somebody reported; None for the public."""
    found = None if desk.smallest else _open_reports(desk, WARNINGS)
    if found is None:
        return None
    reports = _reports(desk, ("weather",), statuses=desk.query.statuses)
    shown = found if found.total or reports is None else reports
    rows = tuple(
        (
            words.when(one.occurred, desk.zone).split(" (")[0],
            one.type.label,
            one.title,
            one.severity.name.capitalize(),
            one.source.name,
        )
        for one in newest(desk, shown, _MOST)
    )
    figures = [counted(desk, "weather_alerts", "weather alerts in force", found)]
    lines = ["Outlook for 24 to 72 hours: not known; ask the weather service."]
    if reports is not None and reports.total > found.total:
        lines.insert(0, f"{words.many(reports.total, 'report')} of weather and its damage in the period.")
        figures.append(counted(desk, "weather", "reports of weather and its damage", reports))
    return Draft(
        kind="weather",
        headline=f"{words.many(found.total, 'weather alert')} not closed{_kinds(found)}."
        if found.total
        else "No weather alert was received: whether there is one is not known.",
        lines=tuple(lines),
        what="Weather alerts and reports, as they came in",
        scopes=scopes_of(found) | (frozenset() if reports is None else scopes_of(reports)),
        table=Table(
            title="Weather alerts" if found.total else "Newest reports of weather and its damage",
            columns=("From", "Kind", "What", "Severity", "Source"),
            rows=rows,
        ),
        figures=tuple(figures),
        view={"piece": "weather", "filter": desk.filter, "bbox": desk.bbox},
    )


def _open_reports(desk: Desk, codes: Sequence[str]) -> View | None:
    asked = desk.query.statuses
    still = tuple(one for one in _OPEN if not asked or one in asked)
    return _reports(desk, codes, statuses=still) if still else None


def _reports(desk: Desk, codes: Sequence[str], *, statuses: tuple[Status, ...]) -> View | None:
    """Return the reports of these types within the filter; None where the filter has none of them."""
    asked = desk.query
    if asked.inverted & {Dimension.TYPE, Dimension.STATUS}:
        return None
    known = [code for code in codes if code in desk.view.snapshot.taxonomy.by_code]
    if asked.types:
        narrower = {one for one in asked.types for code in known if one.startswith(f"{code}.")}
        known = [one for one in known if any(one == w or one.startswith(f"{w}.") for w in asked.types)]
        known += sorted(narrower)
    return desk.look(replace(asked, types=tuple(known), statuses=statuses)) if known else None


def _kinds(found: View) -> str:
    """Return how many there are of each type: " (3 power outages, …)" without guessing at plurals."""
    numbers, many = np.unique(found.frame.combos.type[found.take(found.frame.combo)], return_counts=True)
    types = found.snapshot.taxonomy.by_id
    order = np.argsort(-many)[:3]
    parts = [f"{types[int(numbers[at])].label.lower()} {many[at]:,}" for at in order]
    return f": {', '.join(parts)}" if parts else ""


def _shelters(desk: Desk) -> list[Site]:
    frame = desk.view.snapshot.sites.listed
    seen = desk.view.snapshot.scope_table(desk.view.visible)[frame.scope]
    kinds = np.array(["shelter" in str(kind).casefold() for kind in frame.kind], dtype=bool)
    found = desk.services.store.sites.by_seq(desk.actor, frame.seq[seen & kinds].tolist())
    return sorted(found, key=lambda one: (-(capacity_of(one.extra) or 0), one.name))


def _customers(one: Incident) -> int | None:
    value = (one.extra or {}).get("customers")
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _said(one: Incident, customers: list[tuple[Incident, int]]) -> str:
    return next((f"{number:,}" for each, number in customers if each.id == one.id), _UNKNOWN)


def _or_unknown(value: int | None) -> str:
    return _UNKNOWN if value is None else f"{value:,}"
