"""What the administration page shows: tables of users, agencies, types and audit entries."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboard.components.marks import severity_mark, tlp_chip
from dashboard.components.panels import empty
from dashboard.pages.watch.lookups import STORE_LABELS
from data.clock import from_ms
from data.model import StoreKind, label
from data.records import Agency, IncidentType, User

Cell = Component | str


def table(heads: Sequence[str], rows: Sequence[Sequence[Cell]], *, caption: str) -> Component:
    """Return a plain table with a caption for those who hear the page."""
    return html.Table(
        [
            html.Caption(caption, className="visually-hidden"),
            html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])),
            html.Tbody([html.Tr([html.Td(cell) for cell in row]) for row in rows]),
        ],
        className="plain-table",
    )


def users_table(users: Sequence[User], agencies: Sequence[Agency]) -> Component:
    """Return everybody who may sign in, and what each of them may see."""
    names = {agency.id: agency.short_name for agency in agencies}
    rows: list[list[Cell]] = [
        [
            user.name,
            user.display_name,
            label(user.role),
            names.get(user.agency_id, "?"),
            tlp_chip(user.clearance),
            ", ".join(STORE_LABELS[store] for store in StoreKind if store in user.stores),
            "disabled" if user.disabled else "active",
        ]
        for user in users
    ]
    heads = ("Name", "Shown as", "Role", "Agency", "Sees up to", "Stores", "State")
    return table(heads, rows, caption="Users")


def agencies_table(agencies: Sequence[Agency]) -> Component:
    """Return the agencies; law-enforcement-sensitive records go only to those marked so."""
    rows: list[list[Cell]] = [
        [agency.name, agency.short_name, "law enforcement" if agency.law_enforcement else "other"]
        for agency in agencies
    ]
    return table(("Agency", "Short name", "Kind"), rows, caption="Agencies")


def types_table(types: Sequence[IncidentType]) -> Component:
    """Return the taxonomy as an indented list, retired types struck through."""
    rows: list[list[Cell]] = []
    for entry in types:
        depth = entry.code.count(".")
        style = {"paddingLeft": f"{depth * 16}px"}
        name: Cell = html.Span(html.S(entry.label) if entry.retired else entry.label, style=style)
        rows.append([name, html.Code(entry.code), entry.glyph, severity_mark(entry.severity)])
    return table(("Type", "Code", "Glyph", "Severity proposed"), rows, caption="Incident types")


def audit_table(entries: Sequence[Mapping[str, Any]], *, zone: ZoneInfo) -> Component:
    """Return audit entries, newest first, times in local and UTC."""
    if not entries:
        return empty("No older entries.", "The log begins where the list above ends.")
    rows: list[list[Cell]] = []
    for entry in entries:
        at = from_ms(entry["at_ms"])
        detail = {key: value for key, value in entry["detail"].items() if value not in (None, "")}
        rows.append(
            [
                str(entry["seq"]),
                f"{at.astimezone(zone):%d %b %H:%M:%S %Z} ({at:%H:%MZ})",
                entry["user_name"],
                entry["action"].replace("_", " "),
                " ".join(str(part) for part in (entry["kind"], entry["record"]) if part),
                entry["outcome"],
                _in_words(detail),
            ]
        )
    heads = ("No.", "When", "Who", "Did", "To", "Outcome", "Detail")
    return table(heads, rows, caption="Audit entries")


def _in_words(detail: Mapping[str, Any]) -> str:
    """Return the detail of an entry as `name: value` pairs; what has an inside stays JSON."""
    return ", ".join(
        f"{name.replace('_', ' ')}: {value if isinstance(value, str) else _json(value)}"
        for name, value in detail.items()
    )


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
