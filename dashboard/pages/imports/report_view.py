"""How an import goes and how it went, as components: progress and report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlencode

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.components.attrs import attrs
from dashboard.components.panels import icon, problem
from dashboard.components.places import distance_text
from dashboard.pages.imports.jobs import Job
from dashboard.pages.imports.words import KIND_LABELS, PARTS, STAGES, plural, reason_words
from data.store.quarantined import SiteChange

_LISTED: Final = 12


# ── progress ─────────────────────────────────────────────────────────────────────────────────────────


def progress(job: Job, *, now_ms: int) -> Component:
    """Return how far a job is: stage, rows, rate and the time left, and a bar."""
    words = STAGES.get(job.stage, job.stage)
    if job.state == "waiting":
        words = "Waiting for another import to end"
    if job.cancelling:
        words = "Cancelling: the rows being written are finished first"
    part = job.done / job.total if job.total else None
    bar: dict[str, Any] = (
        {"value": f"{job.done}", "max": f"{job.total}"} if part is not None and job.done else {}
    )
    return html.Div(
        [
            html.Div(
                [html.Strong(words), html.Span(_pace(job, now_ms), className="muted")], className="file-line"
            ),
            html.Progress(**bar, **attrs({"aria-label": "Progress of the import"})),
        ]
    )


def _pace(job: Job, now_ms: int) -> str:
    so_far = f"{max(0, now_ms - job.started_ms) // 1000} s so far"
    if not job.total:
        return so_far
    if not job.done:
        return f"{plural(job.total, 'row')} · {so_far}"
    counted = f"{job.done:,} of {plural(job.total, 'row')}"
    seconds = (now_ms - job.stage_started_ms) / 1000
    if seconds < 0.5:
        return counted
    rate = job.done / seconds
    return f"{counted} · {rate:,.0f} rows/s · {time_left((job.total - job.done) / rate)} left"


def time_left(seconds: float) -> str:
    """Return a duration as coarse as one wants to wait it."""
    if seconds < 60:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


# ── report ───────────────────────────────────────────────────────────────────────────────────────────


def ended(job: Job) -> Component:
    """Return what became of a job."""
    if job.report is None:
        return problem(f"Not finished. {job.message}", job.hint)
    if job.about.get("kind") == "quarantine":
        return resent(job.report)
    return closable(report(job.report))


def closable(child: Component) -> Component:
    """Return what was said of an import with a way to put it aside."""
    button = html.Button(
        icon("close"),
        type="button",
        className="fold close",
        title="Close the report; it is kept under “Past imports”",
        **attrs({"data-wf-close": "report", "aria-label": "Close the report"}),
    )
    return html.Div([child, button], className="closable")


def resent(counts: Mapping[str, Any]) -> Component:
    """Return what became of rows that were sent again together."""
    still = int(counts["still"])
    words = f"{plural(int(counts['taken']), 'row')} taken in."
    if still:
        words += f" {plural(still, 'row')} still in quarantine: open one to see why."
    if counts["sent"] < counts["total"]:
        words += f" {plural(counts['total'] - counts['sent'], 'row')} not sent: it was cancelled."
    return html.P(words, className="done", role="status")


def report(said: Mapping[str, Any], *, changes: Sequence[SiteChange] = ()) -> Component:
    """Return the report of an import: every row counted once, with the reasons and what to look at."""
    notes = [str(note) for note in said.get("notes") or []]
    details = [
        _reasons(said),
        _places(said),
        _types(said),
        _sites(said, changes),
        _listing("Notes", notes) if notes else None,
    ]
    return html.Div(
        [
            _headline(said),
            html.Div(
                [part for part in (_bar(said), _table(said), _ways_on(said)) if part],
                className="report-counts",
            ),
            html.Div([part for part in details if part is not None], className="report-details"),
        ],
        className="report",
    )


def _headline(said: Mapping[str, Any]) -> Component:
    kind = KIND_LABELS.get(str(said.get("kind")), "Records").lower()
    if said.get("dry_run"):
        words = "Counted; nothing was written."
    elif said.get("state") == "cancelled":
        words = "Cancelled. What was written before stays; import the file again for the rest."
    elif said.get("state") == "failed":
        words = "Broken off. What was written before stays; import the file again for the rest."
    else:
        words = f"{plural(int(said['read']), 'row')} of {kind} read, every one accounted for."
    seconds = said.get("seconds")
    about = [said.get("file"), said.get("source"), said.get("marking"), f"{seconds:.1f} s" if seconds else ""]
    return html.Div(
        [
            html.H3(words, className="headline"),
            html.P(" · ".join(str(x) for x in about if x), className="muted"),
        ]
    )


def _bar(said: Mapping[str, Any]) -> Component | None:
    read = int(said.get("read") or 0)
    if not read:
        return None
    pieces = [
        html.Span(className=f"piece piece-{name}", style={"flexGrow": int(said[name])})
        for name, _ in PARTS
        if int(said.get(name) or 0)
    ]
    return html.Div(pieces, className="stack", **attrs({"aria-hidden": "true"}))


def _table(said: Mapping[str, Any]) -> Component:
    read = int(said.get("read") or 0)
    rows = [
        html.Tr(
            [
                html.Th([html.Span(className=f"swatch piece-{name}"), label], scope="row"),
                html.Td(f"{int(said.get(name) or 0):,}", className="number"),
                html.Td(_share(int(said.get(name) or 0), read), className="number muted"),
            ]
        )
        for name, label in PARTS
        if name != "left" or said.get("left")
    ]
    total = html.Tr(
        [html.Th("Read", scope="row"), html.Td(f"{read:,}", className="number"), html.Td("")],
        className="total",
    )
    return html.Table(html.Tbody([*rows, total]), className="counts")


def _share(number: int, of: int) -> str:
    return f"{number / of:.1%}" if of and number else ""


def _listing(title: str, lines: Sequence[Any], *, more: int = 0) -> Component:
    items = [html.Li(line) for line in lines]
    if more > 0:
        items.append(html.Li(f"and {more:,} more", className="muted"))
    return html.Div([html.H3(title), html.Ul(items, className="reasons")], className="report-part")


def _reasons(said: Mapping[str, Any]) -> Component | None:
    reasons = dict(said.get("reasons") or {})
    if not reasons:
        return None
    ordered = sorted(reasons.items(), key=lambda pair: -pair[1])
    return _listing("Why rows are in quarantine", [f"{n:,} × {reason_words(name)}" for name, n in ordered])


def _places(said: Mapping[str, Any]) -> Component | None:
    shared = dict(said.get("default_points") or {})
    lines = []
    if said.get("unlocated"):
        lines.append(f"{plural(int(said['unlocated']), 'row')} without coordinates, kept without a place")
    spots = list(shared.get("points") or [])
    if shared.get("rows"):
        lines.append(
            f"{plural(int(shared['rows']), 'row')} on {plural(len(spots), 'default point')}: many unrelated "
            "records on the very same spot. They are kept, and no hotspot counts them."
        )
        lines += [
            f"{spot['lat']:.5f}, {spot['lon']:.5f}: {plural(int(spot['rows']), 'row')}" for spot in spots[:5]
        ]
    return _listing("Places", lines, more=len(spots) - 5) if lines else None


def _types(said: Mapping[str, Any]) -> Component | None:
    unmapped = sorted(dict(said.get("unmapped_types") or {}).items(), key=lambda pair: -pair[1])
    if not unmapped:
        return None
    lines = [f"{name}: {plural(rows, 'row')}" for name, rows in unmapped[:_LISTED]]
    return _listing("Categories without a type here, under Other", lines, more=len(unmapped) - _LISTED)


def _sites(said: Mapping[str, Any], changes: Sequence[SiteChange]) -> Component | None:
    if said.get("kind") != "sites" or not any(said.get(name) for name in ("gone", "moved", "changed")):
        return None
    gone = [change.name for change in changes if change.gone]
    moves = sorted(said.get("moves") or [], key=lambda move: -move["metres"])
    moved = {move["name"] for move in moves}
    other = [
        f"{change.name}: {', '.join(sorted(name for name in change.changes if name != 'place'))}"
        for change in changes
        if not change.gone and (change.name not in moved or set(change.changes) - {"place"})
    ]
    parts = [
        _listing(
            f"Gone from the list, kept as history: {int(said['gone']):,}",
            gone[:_LISTED],
            more=int(said["gone"]) - len(gone[:_LISTED]) if gone else 0,
        )
        if said.get("gone")
        else None,
        _listing(
            f"Moved: {int(said['moved']):,}",
            [f"{move['name']}: {distance_text(move['metres'])}" for move in moves[:_LISTED]],
            more=int(said["moved"]) - len(moves[:_LISTED]),
        )
        if said.get("moved")
        else None,
        _listing(
            f"Changed: {int(said['changed']):,}",
            other[:_LISTED],
            more=int(said["changed"]) - len(other[:_LISTED]) if other else 0,
        )
        if said.get("changed")
        else None,
    ]
    return html.Div([part for part in parts if part is not None])


def _ways_on(said: Mapping[str, Any]) -> Component | None:
    if said.get("dry_run"):
        return None
    written = int(said.get("added") or 0) + int(said.get("updated") or 0) + int(said.get("unchanged") or 0)
    links: list[Any] = []
    if written and said.get("kind") == "incidents":
        address = f"/?{urlencode({'source': said['source']})}"
        links.append(dcc.Link("Show on the map", href=address, className="button primary"))
    elif written and said.get("kind") == "sites":
        links.append(dcc.Link("Show the sites", href="/sites", className="button primary"))
    if said.get("quarantined"):
        links.append(
            html.Button(
                "Open the quarantine",
                type="button",
                className="button",
                **attrs({"data-wf-tab": "quarantine"}),
            )
        )
    return html.Div(links, className="actions") if links else None
