"""Sections, fact lists, buttons that act, and what to show when there is nothing to show."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboard.components.attrs import attrs

Child = Component | str | Sequence[Any] | None


def section(title: str, children: Child, *, count: int | None = None) -> Component:
    """Return a titled part of a panel, with its count beside the title."""
    heading: list[Any] = [title]
    if count is not None:
        heading.append(html.Span(f"{count:,}", className="count"))
    return html.Section([html.H3(heading), html.Div(children)], className="part")


def facts(pairs: Sequence[tuple[str, Child]]) -> Component:
    """Return name and value pairs, leaving out those without a value."""
    rows = [
        html.Div([html.Dt(name), html.Dd(value)], className="fact")
        for name, value in pairs
        if value not in (None, "")
    ]
    return html.Dl(rows, className="facts")


def act_button(
    text: str, action: Mapping[str, Any], *, primary: bool = False, title: str | None = None
) -> Component:
    """Return a button whose action JavaScript hands to the server, where it is checked again."""
    extra = {"title": title} if title else {}
    return html.Button(
        text,
        type="button",
        className="button primary" if primary else "button",
        **attrs({"data-wf-act": json.dumps(dict(action)), **extra}),
    )


def select_button(
    children: Child,
    *,
    kind: str,
    fid: int,
    lon: float | None,
    lat: float | None,
    class_name: str = "row-button",
) -> Component:
    """Return a row that selects a record on the map and in the panel when pressed."""
    target = json.dumps({"kind": kind, "fid": fid, "lon": lon, "lat": lat})
    return html.Button(children, type="button", className=class_name, **attrs({"data-wf-select": target}))


def empty(what: str, how: str) -> Component:
    """Return an empty state: what would be here, and how to get it."""
    return html.Div([html.P(what, className="empty-what"), html.P(how)], className="empty")


def problem(message: str, hint: str = "") -> Component:
    """Return an error for people: what happened, and what to do."""
    children: list[Any] = [html.P(message, className="problem-what")]
    if hint:
        children.append(html.P(hint))
    return html.Div(children, className="problem", role="alert")


def icon(name: str) -> Component:
    """Return one of our own icons; the words beside or around it carry the meaning."""
    return html.Span(className=f"icon icon-{name}", **attrs({"aria-hidden": "true"}))
