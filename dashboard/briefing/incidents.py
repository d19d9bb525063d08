"""Pages about incidents: the situation on a map, over time, by type, the severe ones, what changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from dashboard.briefing.desk import Desk, Draft, behind, counted, scopes_of
from data.brief_records import Behind, BriefFigure
from data.clock import from_ms, to_ms
from data.mirror import View
from data.model import Severity, Status
from data.records import Incident
from layers.briefs import words
from layers.briefs.deltas import Deltas, deltas
from layers.briefs.document import Chart, Series, Table
from layers.briefs.picture import mark_of, picture, spot

HIGH: Final = (int(Severity.HIGH), int(Severity.EXTREME))
_MOST_BARS: Final = 48
_MOST_SERIES: Final = 6
_MOST_ROWS: Final = 10
_MOST_COARSE_BARS: Final = 7
_ENOUGH: Final = 0.8


def situation(desk: Desk) -> Draft:
    """Return the map of the period with how many reports there are, and how that compares."""
    view = desk.view
    scopes = scopes_of(view)
    return Draft(
        kind="view",
        headline=_headline(desk),
        lines=_situation_lines(desk),
        what=_what(view),
        scopes=scopes | scopes_of(desk.earlier) | desk.past_scopes | _site_scopes(desk),
        map=picture(
            view,
            title="Reports of the period",
            at=desk.end,
            bbox=desk.bbox,
            smallest=desk.smallest,
            told=desk.told_of,
            sites=not desk.smallest,
        ),
        figures=(counted(desk, "reports", "reports in the period", view), *_severe_figure(desk)),
        view={"piece": "situation", "filter": desk.filter, "bbox": desk.bbox},
    )


def timeline(desk: Desk) -> Draft:
    """Return the chart of the period by root type, with what is usual behind it where it is known."""
    view = desk.view
    found = view.timeline(_MOST_BARS)
    taxonomy = view.snapshot.taxonomy
    chart = None
    if desk.smallest:
        chart = _coarse_chart(desk)
    elif found is not None:
        order = np.argsort(-found.counts.sum(axis=1), kind="stable")
        labels = tuple(
            words.when(from_ms(found.start_ms + n * found.step_ms), desk.zone).split(" (")[0]
            for n in range(found.counts.shape[1])
        )
        series = [_series(taxonomy.by_code[found.keys[at]].label, found.counts[at]) for at in order]
        rest = order[_MOST_SERIES:]
        if len(rest) > 1:
            series = [*series[:_MOST_SERIES], _series("Others", found.counts[rest].sum(axis=0))]
        if found.usual is not None:
            level = tuple(round(float(value), 2) for value in found.usual)
            series.append(Series(name="Usual", values=level, usual=True))
        chart = Chart(kind="stacked", title="Reports over time", labels=labels, series=tuple(series))
    return Draft(
        kind="chart",
        headline=_rise(desk),
        lines=_likelihood_lines(desk),
        what=_what(view),
        scopes=scopes_of(desk.look(replace(desk.query, from_ms=None))),  # what is usual is of all times
        chart=chart,
        figures=(counted(desk, "reports", "reports in the period", view),),
        view={"piece": "timeline", "filter": desk.filter, "bbox": desk.bbox},
    )


def severe(desk: Desk) -> Draft | None:
    """Return the table of high and extreme incidents that are not over; None for the public."""
    if desk.smallest:
        return None
    found = _severe(desk)
    most = newest(desk, found, _MOST_ROWS)
    rows = tuple(
        (
            words.when(one.occurred, desk.zone).split(" (")[0],
            one.severity.name.capitalize(),
            one.title,
            one.address,
            one.status.name.replace("_", " ").capitalize(),
        )
        for one in most
    )
    more = found.total - len(most)
    return Draft(
        kind="table",
        headline=f"{words.many(found.total, 'severe incident')} {_are(found.total)} not closed.",
        lines=(f"The newest {len(most)} are listed; {more:,} more are open.",) if more > 0 else (),
        what=_what(found),
        scopes=scopes_of(found),
        table=Table(
            title="Severe incidents", columns=("When", "Severity", "What", "Where", "Status"), rows=rows
        ),
        figures=(counted(desk, "severe_open", "severe incidents not closed", found),),
        view={"piece": "severe", "filter": desk.filter, "bbox": desk.bbox},
    )


def changes(desk: Desk) -> Draft | None:
    """Return what is new, over, changed or gone since the brief before; None without one."""
    kept = None if desk.before is None else kept_incidents(desk)
    if desk.before is None or kept is None or desk.smallest:
        return None
    found = deltas(kept, desk.view)
    since = words.when(desk.before.period_to, desk.zone)
    rows = tuple(
        (label, f"{len(seqs):,}", "; ".join(one.title for one in newest_of(desk, seqs, 3)))
        for label, seqs in _named(found)
    )
    return Draft(
        kind="changes",
        headline=f"Since the brief of {since}: {_changed_words(found)}.",
        what=_what(desk.view),
        scopes=scopes_of(desk.view) | desk.before.scopes,
        table=Table(
            title="What changed", columns=("Change", "Incidents", "The newest"), rows=rows, numeric=(1,)
        ),
        figures=(counted(desk, "reports", "reports in the period", desk.view),),
        view={"piece": "changes", "filter": desk.filter, "bbox": desk.bbox},
    )


def incident_page(desk: Desk, one: Incident) -> Draft:
    """Return a page about one incident."""
    facts = (
        ("What", one.type.label),
        ("When", words.when(one.occurred, desk.zone)),
        ("Where", one.address or ("no place" if one.place is None else f"{one.place.lat}, {one.place.lon}")),
        ("How sure", "not known" if one.accuracy_m is None else f"within {one.accuracy_m:,.0f} m"),
        ("Severity", one.severity.name.capitalize()),
        ("Status", one.status.name.replace("_", " ").capitalize()),
        ("People affected", "not known" if one.persons_affected is None else f"{one.persons_affected:,}"),
        ("Source", one.source.name),
    )
    return Draft(
        kind="incident",
        headline=one.title,
        lines=tuple(line for line in one.narrative.splitlines()[:1] if line.strip()),
        what=f"{one.source.name}, report {one.source_key or one.id}",
        scopes=frozenset({one.scope.id}),
        map=spot(mark_of(one), title="Where it is", at=desk.end),
        table=Table(title="What is known", columns=("", ""), rows=facts),
        figures=(
            BriefFigure(
                key="incident",
                label=one.title,
                value=1,
                unit="report",
                query="",
                at=desk.end,
                behind=behind("incident", [one]),
            ),
        ),
        view={"piece": "incident", "id": str(one.id)},
    )


def kept_incidents(desk: Desk) -> Behind | None:
    """Return the incidents behind the first number of the brief before."""
    pages = desk.before.pages if desk.before is not None else ()
    return next(
        (one.behind for page in pages for one in page.figures if one.key == "reports"),
        None,
    )


def newest(desk: Desk, view: View, most: int) -> list[Incident]:
    """Return the newest incidents of a view."""
    occurred = view.take(view.frame.occurred_ms)
    seqs = view.take(view.frame.seq)[np.argsort(-occurred, kind="stable")][:most]
    return newest_of(desk, seqs, most)


def newest_of(desk: Desk, seqs: np.ndarray, most: int) -> list[Incident]:
    """Return the newest of these incidents that the maker may see."""
    chosen = seqs[-400:].tolist() if len(seqs) > most else seqs.tolist()
    found = desk.services.store.incidents.by_seq(desk.actor, chosen)
    return sorted(found, key=lambda one: one.occurred, reverse=True)[:most]


def _headline(desk: Desk) -> str:
    total, earlier = desk.view.total, desk.earlier.total
    length = words.span(desk.start, desk.end)
    if desk.smallest:
        given = _told_total(desk)
        few = f"Fewer than {desk.smallest}" if total else "No"
        return f"{few if given is None else f'{given:,}'} reports in {length}."
    than = words.change(total, earlier, than=f"the {length} before")
    return f"{words.many(total, 'report')} in the {length} to {words.when(desk.end, desk.zone)}: {than}."


def _rise(desk: Desk) -> str:
    usual = words.usual(desk.usual)
    said = words.many(desk.view.total, "report")
    if desk.smallest:
        return _headline(desk)
    return (
        f"{said} in the period; {usual}." if usual else f"{said} in the period; what is usual is not known."
    )


def _situation_lines(desk: Desk) -> tuple[str, ...]:
    if desk.smallest:
        return ()
    view, taxonomy = desk.view, desk.view.snapshot.taxonomy
    types = view.facets()["type"]
    roots = sorted(((types.get(code, 0), code) for code in taxonomy.roots), reverse=True)[:3]
    most = words.listed([f"{taxonomy.by_code[code].label} {count:,}" for count, code in roots if count])
    severe_now = _severe(desk).total
    lines = [f"Most: {most}." if most else "", words.many(severe_now, "severe incident") + " not closed."]
    usual = words.usual(desk.usual)
    return tuple(filter(None, [*lines, usual[:1].upper() + usual[1:] + "." if usual else ""]))[:3]


def _likelihood_lines(desk: Desk) -> tuple[str, ...]:
    if desk.smallest:
        return ()
    view = desk.view
    sources = len(np.unique(view.frame.combos.source[view.present]))
    trust = words.confidence(
        reports=view.total, unlocated=view.unlocated, sources=sources, default_points=view.default_points
    )
    return tuple(filter(None, [words.likelihood(view.total, desk.earlier.total), trust]))


def _severe(desk: Desk) -> View:
    asked = desk.query
    wanted = set(HIGH) & set(asked.severities) if asked.severities else set(HIGH)
    open_ones = (Status.NEW, Status.ACKNOWLEDGED, Status.IN_PROGRESS)
    statuses = tuple(one for one in open_ones if not asked.statuses or one in asked.statuses)
    if not wanted or not statuses or asked.inverted:
        return desk.look(replace(asked, severities=HIGH, inverted=frozenset()))
    return desk.look(replace(asked, severities=tuple(sorted(wanted)), statuses=statuses))


def _severe_figure(desk: Desk) -> tuple[BriefFigure, ...]:
    return () if desk.smallest else (counted(desk, "severe_open", "severe, not closed", _severe(desk)),)


def _site_scopes(desk: Desk) -> frozenset[int]:
    frame, visible = desk.view.snapshot.sites, desk.view.visible
    return frozenset() if desk.smallest else frozenset(np.unique(frame.scope).tolist()) & visible


def _what(view: View) -> str:
    names = {one.id: one.name for one in view.snapshot.sources}
    inside = np.unique(view.frame.combos.source[view.present]).tolist()
    said = [names.get(number, "") for number in inside[:3]]
    more = f" and {len(inside) - 3} more" if len(inside) > 3 else ""  # a line is short
    return ", ".join(filter(None, said)) + more if said else "no source"


def _series(name: str, counts: np.ndarray) -> Series:
    return Series(name=name, values=tuple(float(value) for value in counts))


def _told_total(desk: Desk) -> int | None:
    """Return how many reports a recipient may be told of who is given no count of few."""
    return desk.told_of({"all": desk.view.take(desk.view.frame.seq)}).get("all")


def _coarse_chart(desk: Desk) -> Chart | None:
    """Return few wide bars that may be given; None where they would tell too little of the total."""
    view, total = desk.view, _told_total(desk)
    occurred, seqs = view.take(view.frame.occurred_ms), view.take(view.frame.seq)
    bars = min(max((desk.end - desk.start).days, 2), _MOST_COARSE_BARS)
    edges = np.linspace(to_ms(desk.start), to_ms(desk.end), bars + 1)
    inside = np.clip(np.searchsorted(edges, occurred, side="right") - 1, 0, bars - 1)
    given = desk.told_of({str(bar): seqs[inside == bar] for bar in range(bars)})
    counts = np.array([given.get(str(bar), 0) for bar in range(bars)])
    # What may be given is judged by itself, never by what is kept back: that would tell of it.
    if total is None or counts.sum() < _ENOUGH * total:
        return None
    labels = tuple(words.when(from_ms(int(edge)), desk.zone).split(" (")[0] for edge in edges[:-1])
    return Chart(
        kind="stacked", title="Reports over time", labels=labels, series=(_series("All types", counts),)
    )


def _named(found: Deltas) -> list[tuple[str, np.ndarray]]:
    return [
        ("New", found.new),
        ("Closed", found.over),
        ("Changed", found.changed),
        ("No longer in the period or filter", found.gone),
    ]


def _changed_words(found: Deltas) -> str:
    said = [f"{len(seqs):,} {label.lower()}" for label, seqs in _named(found) if len(seqs)]
    return words.listed(said) or "nothing"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"
