"""The fields of the new-report form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from dashboard import ids
from dashboard.components.attrs import attrs
from dashboard.components.panels import empty
from dashboard.pages.reports import new_report_view as view
from dashboard.pages.watch.lookups import STORE_LABELS
from data.access import Actor
from data.model import Severity, StoreKind, Tlp, label

if TYPE_CHECKING:
    from dashboard.services import Services

_TITLE_LENGTH = 300
_STORES = (StoreKind.INCIDENT, StoreKind.SAR)


def _fieldset(legend: str, children: list[Any]) -> Component:
    # <fieldset> is not among Dash's elements: a group with a name says the same to a screen reader.
    return html.Div(
        [html.H2(legend), *children], className="fieldset", role="group", **attrs({"aria-label": legend})
    )


def what(services: Services) -> Component:
    """Return what happened: a line, a type, a story."""
    types = [entry for entry in services.store.types.all() if not entry.retired]
    labels = {entry.code: entry.label for entry in types}
    groups = [
        {
            "group": root.label,
            "items": [
                {"value": entry.code, "label": entry.label if entry is root else _path(entry.code, labels)}
                for entry in types
                if entry.root == root.code
            ],
        }
        for root in types
        if root.parent is None
    ]
    return _fieldset(
        "What happened",
        [
            dmc.TextInput(
                id=ids.REPORT_TITLE,
                label="In one line",
                placeholder="Gas smell in the basement of the school on Elm Street",
                inputProps={"maxLength": _TITLE_LENGTH},
                debounce=400,
                required=True,
            ),
            html.Div(
                [
                    dmc.Select(
                        id=ids.REPORT_TYPE,
                        label="Type",
                        data=groups,
                        searchable=True,
                        required=True,
                        placeholder="Type to search",
                        nothingFoundMessage="No type of that name: choose Other, and say it in the story",
                        maxDropdownHeight=320,
                    ),
                    dmc.Select(
                        id=ids.REPORT_SEVERITY,
                        label="Severity",
                        placeholder="The type’s own",
                        clearable=True,
                        data=[
                            {"value": str(int(level)), "label": label(level)} for level in reversed(Severity)
                        ],
                    ),
                ],
                className="pair",
            ),
            dmc.Textarea(
                id=ids.REPORT_NARRATIVE,
                label="Story",
                placeholder="Who, what, when, where, why, how; what was done already",
                autosize=True,
                minRows=3,
                maxRows=12,
                debounce=600,
            ),
            dmc.NumberInput(
                id=ids.REPORT_PERSONS,
                label="People affected",
                placeholder="Leave empty where it is not known",
                min=0,
                max=10_000_000,
                allowDecimal=False,
                thousandSeparator=",",
                w=260,
            ),
        ],
    )


def _path(code: str, labels: dict[str, str]) -> str:
    """Return a type with the branch it hangs on, so that "Other" says other than what."""
    parts = code.split(".")
    return " › ".join(labels.get(".".join(parts[: n + 1]), part) for n, part in enumerate(parts) if n)


def where() -> Component:
    """Return where: the search that JavaScript puts in, and how sure the place is."""
    return _fieldset(
        "Where",
        [
            html.Div(id=ids.REPORT_WHERE),
            html.Div("Search, or click on the map.", id=ids.REPORT_PLACE_TEXT, className="muted"),
            html.Div(
                [
                    dmc.TextInput(id=ids.REPORT_ADDRESS, label="Address or place in words", debounce=400),
                    dmc.NumberInput(
                        id=ids.REPORT_ACCURACY,
                        label="Accurate to",
                        suffix=" m",
                        min=0,
                        max=100_000,
                        value=None,
                    ),
                ],
                className="pair",
            ),
        ],
    )


def when(services: Services) -> Component:
    """Return when, in local time, now at first."""
    zone = ZoneInfo(services.settings.timezone)
    now = services.clock.now().astimezone(zone)
    return _fieldset(
        "When",
        [
            dmc.DateTimePicker(
                id=ids.REPORT_WHEN,
                label=f"It happened at ({now:%Z}, local time)",
                value=f"{now:%Y-%m-%d %H:%M:%S}",
                valueFormat="D MMM YYYY, HH:mm",
                timePickerProps={"format": "24h"},
                w=260,
                required=True,
            )
        ],
    )


def who(actor: Actor) -> Component:
    """Return who says so, how far that can be trusted, and who may know."""
    stores = [kind for kind in _STORES if kind in actor.stores]
    return _fieldset(
        "Who says so, and who may know",
        [
            dmc.TextInput(
                id=ids.REPORT_SOURCE,
                label="Told by",
                placeholder="Caller, unit, agency; no more than is needed",
            ),
            html.Div(
                [
                    dmc.Select(
                        id=ids.REPORT_RELIABILITY,
                        label="Source reliability",
                        clearable=True,
                        placeholder="Not evaluated",
                        data=view.choices(view.RELIABILITY),
                    ),
                    dmc.Select(
                        id=ids.REPORT_CREDIBILITY,
                        label="Information credibility",
                        clearable=True,
                        placeholder="Not evaluated",
                        data=view.choices(view.CREDIBILITY),
                    ),
                ],
                className="pair",
            ),
            html.Div(
                [
                    dmc.Select(
                        id=ids.REPORT_TLP,
                        label="Marking",
                        value=min(Tlp.AMBER, actor.clearance).name.lower(),
                        allowDeselect=False,
                        data=[
                            {"value": tlp.name.lower(), "label": tlp.label}
                            for tlp in Tlp
                            if tlp <= actor.clearance
                        ],
                    ),
                    dmc.Select(
                        id=ids.REPORT_STORE,
                        label="Store",
                        value=stores[0].value if stores else None,
                        allowDeselect=False,
                        data=[{"value": kind.value, "label": STORE_LABELS[kind]} for kind in stores],
                    ),
                ],
                className="pair",
            ),
            html.Div(
                [
                    html.Div("Photo", className="label"),
                    html.Div(**attrs({"data-wf-file": "image/jpeg,image/png"})),
                ],
                id=ids.REPORT_PHOTO,
            ),
        ],
    )


def beside() -> list[Component]:
    """Return what stands beside the form: the map, likely duplicates, and the button."""
    return [
        html.Div(
            id=ids.REPORT_MAP,
            className="report-map",
            **attrs({"aria-label": "Map: click where it happened"}),
            role="group",
        ),
        html.Div(
            empty(
                "Likely duplicates appear here.", "Reports near in space, time and words, before you send."
            ),
            id=ids.REPORT_DUPLICATES,
            className="duplicates",
            **attrs({"aria-live": "polite"}),
        ),
        html.Div(id=ids.REPORT_ERRORS, **attrs({"aria-live": "assertive"})),
        html.Div(id=ids.REPORT_RESULT, **attrs({"aria-live": "polite"})),
        html.Div(
            html.Button(
                "Send the report", id=ids.REPORT_SEND, type="button", className="button primary large"
            ),
            className="actions",
        ),
    ]
