"""Step 2 as components: what was found in a file, the form that changes it, and what it would become."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from dashboard import ids
from dashboard.components.attrs import attrs
from dashboard.components.panels import empty, facts
from dashboard.pages.imports.words import FIELD_LABELS, ORDER_LABELS, plural, reason_words, size_text
from dashboard.pages.watch.lookups import words
from dashboard.web.upload_shelf import Upload
from data.importers import profiles
from data.importers.base import Question
from data.importers.mapping import DATE_ORDERS, FIELDS, columns_of, folded
from data.importers.mapping import Mapping as FileMapping
from data.importers.opening import stem_of
from data.importers.preview import Preview

_SHOWN_COLUMNS: Final = 60
_CELL_CHARS: Final = 80
_NEEDED: Final[Mapping[str, frozenset[str]]] = {
    "incidents": frozenset({"occurred"}),
    "sites": frozenset(),
    "areas": frozenset({"name"}),
}


def resolved(mapping: FileMapping, columns: Sequence[str]) -> dict[str, list[str]]:
    """Return, for every field, the columns of this very file that feed it."""
    available = {folded(name): name for name in columns}
    return {name: columns_of(mapping, name, available) for name in FIELDS[mapping.kind]}


def found(upload: Upload, preview: Preview) -> Component:
    """Return what the file is, in one line, and the profile that fits it."""
    layer = f" · layer {preview.layer}" if preview.layer else ""
    what = (
        f"{preview.format}{layer} · {plural(preview.rows, 'row')} · {plural(len(preview.columns), 'column')}"
    )
    return html.Div(
        [
            html.Div(
                [
                    html.Strong(upload.name, className="file-name"),
                    html.Span(size_text(upload.size), className="muted"),
                ],
                className="file-line",
            ),
            html.Div(what, className="muted"),
            html.Div(_profile_words(upload, preview), className="profile-found"),
        ],
        className="found",
    )


def _profile_words(upload: Upload, preview: Preview) -> str:
    name = preview.mapping.profile
    if not name:
        return "No profile: columns were recognised one by one. Check them below."
    if name not in profiles.names():
        return f"Saved profile {name}"
    variant = profiles.recognise(preview.mapping.kind, preview.columns, stem_of(upload.name), name=name)
    if variant is None:
        return f"Profile {name}"
    known = {folded(column) for column in preview.columns}
    share = max((len(wanted & known) / len(wanted) for wanted in variant.recognise if wanted), default=1.0)
    return f"Profile found: {variant.label}, {share:.0%} of the columns it is known by"


def field_rows(kind: str, preview: Preview) -> Component:
    """Return the table of our fields: which columns feed each, how sure that is, and why."""
    chosen = resolved(preview.mapping, preview.columns)
    columns = [{"value": name, "label": name} for name in preview.columns]
    why = {finding.field: finding for finding in preview.findings}
    by_profile = bool(preview.mapping.profile)
    fed = [name for name in FIELDS[preview.mapping.kind] if chosen[name] or name in _NEEDED[kind]]
    rest = [name for name in FIELDS[preview.mapping.kind] if name not in fed]

    def rows(names: Sequence[str]) -> list[Component]:
        return [
            _field_row(kind, name, columns, chosen[name], finding=why.get(name), by_profile=by_profile)
            for name in names
        ]

    head = html.Thead(html.Tr([html.Th(word, scope="col") for word in ("Field", "Column", "Sure", "Why")]))
    more = html.Details(
        [
            html.Summary(plural(len(rest), "field without a column", "fields without a column")),
            html.Table(html.Tbody(rows(rest)), className="mapping"),
        ],
        className="more-fields",
    )
    return html.Div([html.Table([head, html.Tbody(rows(fed))], className="mapping"), more if rest else None])


def _field_row(
    kind: str,
    name: str,
    columns: list[dict[str, str]],
    chosen: list[str],
    *,
    finding: Any,
    by_profile: bool,
) -> Component:
    label = FIELD_LABELS.get(name, name)
    needed = name in _NEEDED[kind]
    choice = dmc.MultiSelect(
        id=ids.import_field(name),
        data=columns,
        value=chosen,
        searchable=True,
        clearable=True,
        limit=200,
        size="xs",
        placeholder="" if chosen else "No column",
        nothingFoundMessage="No column of that name",
        **attrs({"aria-label": f"Column for {label}"}),
    )
    sure = f"{finding.confidence:.0%}" if finding and chosen else ""
    reason = finding.reason if finding and chosen else ""
    if by_profile and chosen:
        reason = "by the profile"
    elif needed and not chosen:
        reason = "needed"
    return html.Tr(
        [
            html.Th(label, scope="row", className="needed" if needed else None),
            html.Td(choice),
            html.Td(sure, className="number"),
            html.Td(reason, className="why"),
        ],
        className="" if chosen else "unused",
    )


def result(upload: Upload, preview: Preview) -> Component:
    """Return what the file would become with this mapping: open questions first, then counts and faults."""
    asked = [question_box(question) for question in preview.questions]
    return html.Div(
        [*asked, *([] if asked else [_outlook(preview)])],
        **attrs({"data-wf-points": f"/api/v1/uploads/{upload.token}/points"}),
    )


def _outlook(preview: Preview) -> Component:
    bad = sum(preview.reasons.values())
    shared = sum(int(spot["rows"]) for spot in preview.default_points)
    lines = facts(
        [
            ("Readable", plural(preview.looked_at - bad, "row")),
            ("Quarantine", plural(bad, "row") if bad else "none"),
            ("No place", plural(preview.unlocated, "row") if preview.unlocated else "none"),
            (
                "Default points",
                _default_words(shared, len(preview.default_points)) if shared else "none",
            ),
        ]
    )
    why = [
        html.Li([html.B(f"{rows:,}"), f" × {reason_words(reason)}"])
        for reason, rows in _most(preview.reasons)
    ]
    notes = [html.Li(note) for note in preview.notes]
    parts: list[Any] = [lines]
    if preview.looked_at < preview.rows:
        parts.insert(0, html.P(_sample_words(preview), className="muted"))
    if why:
        parts.append(html.Ul(why, className="reasons"))
    if notes:
        parts.append(html.Ul(notes, className="reasons muted"))
    return html.Div(parts, className="outlook")


def _sample_words(preview: Preview) -> str:
    return (
        f"{preview.looked_at:,} of {plural(preview.rows, 'row')} were looked at: the first ones, and others "
        "from all over the file. “Count first” counts every row."
    )


def _default_words(rows: int, spots: int) -> str:
    return f"{plural(rows, 'row')} on {plural(spots, 'spot')}; no hotspot counts them"


def _most(reasons: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(reasons.items(), key=lambda pair: -pair[1])


def question_box(question: Question) -> Component:
    """Return a question that only a person can answer, with its answers to choose from."""
    choices = [choice for choice in question.choices if "<" not in choice]
    free = len(choices) < len(question.choices) or not choices
    parts: list[Any] = [html.P(question.text, className="problem-what")]
    if choices:
        parts.append(
            dmc.Select(
                id=ids.import_answer(question.field),
                data=[{"value": choice, "label": choice_words(question.field, choice)} for choice in choices],
                placeholder="Choose",
                searchable=len(choices) > 8,
                size="xs",
                **attrs({"aria-label": question.text}),
            )
        )
    if free:
        parts.append(html.P(f"Write it under “{_control(question.field)}”: {'; '.join(question.choices)}."))
    return html.Div(parts, className="problem question", role="group")


def choice_words(field: str, choice: str) -> str:
    """Return an answer as people read it."""
    order = date_order(choice)
    if order:
        return ORDER_LABELS[order]
    return words(choice) if field == "kind" else choice


def date_order(choice: str) -> str:
    """Return the order of dates that an answer names ("column:dmy", "epoch_s"), "" for any other answer."""
    order = choice.rpartition(":")[2]
    return order if order in DATE_ORDERS else ""


def _control(field: str) -> str:
    return {"crs": "Coordinate system", "kind": "Kind of site"}.get(field, FIELD_LABELS.get(field, field))


def first_rows(preview: Preview) -> Component:
    """Return the first rows of the file; each column says what it feeds, if anything."""
    if not preview.first_rows:
        return empty("The file has no rows.", "Choose another file, or another layer of it.")
    feeds = {
        column: FIELD_LABELS.get(name, name)
        for name, columns in resolved(preview.mapping, preview.columns).items()
        for column in columns
    }
    shown = list(preview.columns)[:_SHOWN_COLUMNS]
    head = [
        html.Th(
            [
                html.Div(name, className="column-name"),
                html.Div(feeds.get(name, "kept as it is"), className="feeds"),
            ],
            scope="col",
            className="fed" if name in feeds else None,
        )
        for name in shown
    ]
    body = [
        html.Tr([html.Td(_cell(row.get(name)), title=_title(row.get(name))) for name in shown])
        for row in preview.first_rows
    ]
    more = len(preview.columns) - len(shown)
    return html.Div(
        [
            html.H2("First rows"),
            html.Div(
                html.Table([html.Thead(html.Tr(head)), html.Tbody(body)], className="sample"),
                className="scroll-x",
                tabIndex=0,
                role="region",
                **attrs({"aria-label": "First rows of the file"}),
            ),
            html.P(f"{plural(more, 'more column')} not shown.", className="muted") if more > 0 else None,
        ]
    )


def _cell(value: Any) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= _CELL_CHARS else text[: _CELL_CHARS - 1] + "…"


def _title(value: Any) -> str | None:
    text = "" if value is None else str(value)
    return text[:1000] if len(text) > _CELL_CHARS else None
