"""Parts of a report that are marked above it: which are sealed, and how somebody marks one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from dash import html
from dash.development.base_component import Component

from dashboard.components.attrs import attrs
from dashboard.components.marks import tlp_chip
from dashboard.components.panels import act_button, section
from data.access import Actor, Permission, may_see_field
from data.model import Tlp
from data.records import Incident

PARTS: Final[Mapping[str, str]] = {
    "narrative": "Story",
    "place": "Place",
    "persons": "People affected",
    "reporter": "Who reported it",
    "photo": "Photos",
    "comments": "Comments",
}
_BY_LABEL: Final = {tlp.label: tlp for tlp in Tlp}


def highest_of(incident: Incident) -> Tlp:
    """Return the marking of what is shown of an incident: its own, or that of a part that is open."""
    open_parts = set(incident.field_markings) - incident.hidden
    return max([incident.scope.tlp, *(_BY_LABEL[incident.field_markings[name]] for name in open_parts)])


def marked_parts(actor: Actor, incident: Incident) -> Component | None:
    """Return which parts are marked above the report, and the menu that marks one; None of neither."""
    choices = _choices(actor, incident)
    if not incident.field_markings and not choices:
        return None
    lines: list[Any] = [_line(incident, name) for name in PARTS if name in incident.field_markings]
    if not lines:
        lines = [html.P("All of it is marked as the report is.", className="muted")]
    return section("Marked parts", [*lines, _menu(incident, choices) if choices else None])


def _line(incident: Incident, name: str) -> Component:
    sealed = name in incident.hidden
    word = "sealed for you" if sealed else "sealed for who is below it"
    return html.Div(
        [
            html.Span(PARTS[name]),
            tlp_chip(_BY_LABEL[incident.field_markings[name]]),
            html.Span(word, className="muted"),
        ],
        className="part-mark",
        **attrs({"data-wf-part": name}),
    )


def _choices(actor: Actor, incident: Incident) -> list[Tlp]:
    """Return the markings above the report's own that the actor may give a part of it."""
    if not actor.may(Permission.TRIAGE):
        return []
    return [tlp for tlp in Tlp if tlp > incident.scope.tlp and may_see_field(actor, incident.scope, tlp)]


def _menu(incident: Incident, choices: list[Tlp]) -> Component:
    rows = [_row(incident, name, choices) for name in PARTS if name not in incident.hidden]
    return html.Details(
        [
            html.Summary("Mark a part higher", className="button quiet"),
            html.Div(rows, className="parts"),
        ],
        className="menu",
    )


def _row(incident: Incident, name: str, choices: list[Tlp]) -> Component:
    base = {"id": str(incident.id), "revision": incident.revision, "do": "mark_part", "part": name}
    now = incident.field_markings.get(name)
    buttons = [
        act_button(
            tlp.label.removeprefix("TLP:"), {**base, "value": tlp.label}, title=f"{PARTS[name]}: {tlp.label}"
        )
        for tlp in choices
        if tlp.label != now
    ]
    if now is not None:
        buttons.append(act_button("As the report", {**base, "value": ""}, title=f"{PARTS[name]}: unsealed"))
    return html.Div([html.Span(PARTS[name]), html.Div(buttons, className="actions")], className="part-row")
