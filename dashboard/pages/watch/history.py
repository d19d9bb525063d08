"""The history of a record in words: who changed what from what to what, and what was written beneath it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboard.components.times import when
from dashboard.pages.watch.parts import PARTS
from data.records import Comment, Revision

_FIELD_WORDS = {
    "type_code": "type",
    "assignee_id": "assignee",
    "persons_affected": "people affected",
    "accuracy_m": "accuracy",
    "located_by": "how it was located",
    "scope_id": "marking",
    "field_markings": "marked parts",
    "occurred_end": "end",
    "status_at": "time of the status",
    "status_source": "source of the status",
}
_ENUMS = frozenset({"status", "severity", "located_by", "time_precision"})
_LONG = 160


def history_list(
    history: list[Revision], comments: list[Comment], *, zone: ZoneInfo, now: datetime
) -> Component:
    """Return changes and comments as one list, newest first."""
    entries: list[tuple[datetime, str, list[Any]]] = [
        (change.at, change.user_name, [html.Div(line) for line in change_lines(change)]) for change in history
    ]
    entries += [
        (comment.at, comment.user_name, [html.Div(comment.text, className="story")]) for comment in comments
    ]
    if not entries:
        return html.P("Nothing was changed or written since it came in.", className="muted")
    entries.sort(key=lambda entry: entry[0], reverse=True)
    return html.Ul(
        [
            html.Li([*lines, html.Div([who, " · ", when(at, zone, now=now)], className="who")])
            for at, who, lines in entries
        ],
        className="history",
    )


def change_lines(change: Revision) -> list[str]:
    """Return one line for each field that a revision changed, and its reason."""
    lines = [
        f"{field_word(name)}: {value_text(name, before)} → {value_text(name, after)}"
        for name, (before, after) in change.changes.items()
    ]
    if change.reason:
        lines.append(f"“{change.reason}”")
    return lines or ["Changed"]


def field_word(name: str) -> str:
    """Return the name of a field as people say it."""
    return _FIELD_WORDS.get(name, name.replace("_", " ")).capitalize()


def value_text(name: str, value: Any) -> str:
    """Return a stored value as people read it; a long text is cut."""
    if value is None or value == "":
        return "none"
    if name == "field_markings":
        return ", ".join(f"{PARTS.get(part, part)} {mark}" for part, mark in value.items()) or "none"
    if name in {"place", "geometry"}:
        return _place_text(value)
    if name in _ENUMS:  # the history keeps an enum by its name
        return str(value).replace("_", " ").capitalize()
    text = f"{value:g} m" if name == "accuracy_m" and isinstance(value, int | float) else str(value)
    return text if len(text) <= _LONG else text[: _LONG - 1] + "…"


def _place_text(value: Any) -> str:
    # A place is kept as [lon, lat], a shape as text.
    if isinstance(value, list | tuple) and len(value) == 2:
        return f"{value[1]:.5f}, {value[0]:.5f}"
    return "a shape"
