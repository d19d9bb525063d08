"""The new-report form: what, where, when, who says so, and what may already be known of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import dash_mantine_components as dmc
from dash import Input, Output, State, dcc, html
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashboard import ids
from dashboard.components.attrs import attrs
from dashboard.components.panels import empty, problem
from dashboard.guard import current_actor, guarded
from dashboard.pages.reports import new_report_view as view
from dashboard.pages.watch.around import highest_marking
from dashboard.pages.watch.lookups import STORE_LABELS
from data.access import Actor, Permission
from data.errors import WatchfloorError
from data.model import Severity, StoreKind, Tlp, label, new_id

if TYPE_CHECKING:
    from dashboard.services import Services

_TITLE_LENGTH = 300
_STORES = (StoreKind.INCIDENT, StoreKind.SAR)


def layout(actor: Actor, services: Services) -> Component:
    """Return the form for this actor."""
    return html.Main(
        [
            html.H1("New report"),
            html.Div(
                [
                    html.Div([_what(services), _where(), _when(services), _who(actor)]),
                    html.Div(_beside(), className="sticky"),
                ],
                className="two",
            ),
            dcc.Store(id=ids.REPORT_PLACE),
            # Sent along with the report, so that a second press of the button adds nothing.
            dcc.Store(id=ids.REPORT_KEY, data=str(new_id())),
        ],
        id=ids.REPORT_FORM,
        className="sheet",
        **attrs({"aria-label": "New report", "data-wf-marking": highest_marking(actor, services)}),
    )


def _fieldset(legend: str, children: list[Any]) -> Component:
    # <fieldset> is not among Dash's elements: a group with a name says the same to a screen reader.
    return html.Div(
        [html.H2(legend), *children], className="fieldset", role="group", **attrs({"aria-label": legend})
    )


def _what(services: Services) -> Component:
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


def _where() -> Component:
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


def _when(services: Services) -> Component:
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


def _who(actor: Actor) -> Component:
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


def _beside() -> list[Component]:
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


_FORM = (
    State(ids.REPORT_TITLE, "value"),
    State(ids.REPORT_TYPE, "value"),
    State(ids.REPORT_SEVERITY, "value"),
    State(ids.REPORT_NARRATIVE, "value"),
    State(ids.REPORT_PERSONS, "value"),
    State(ids.REPORT_PLACE, "data"),
    State(ids.REPORT_ACCURACY, "value"),
    State(ids.REPORT_ADDRESS, "value"),
    State(ids.REPORT_WHEN, "value"),
    State(ids.REPORT_SOURCE, "value"),
    State(ids.REPORT_RELIABILITY, "value"),
    State(ids.REPORT_CREDIBILITY, "value"),
    State(ids.REPORT_TLP, "value"),
    State(ids.REPORT_STORE, "value"),
)


def register(app: Any, services: Services) -> None:
    """Register the callbacks of the form."""
    guard = guarded(app)

    @guard.callback(
        Permission.REPORT,
        Output(ids.REPORT_PLACE_TEXT, "children"),
        Output(ids.REPORT_ACCURACY, "value"),
        Input(ids.REPORT_PLACE, "data"),
        prevent_initial_call=True,
    )
    def placed(place: Any) -> tuple[Any, Any]:
        return view.place_words(place)

    @guard.callback(
        Permission.REPORT,
        Output(ids.REPORT_DUPLICATES, "children"),
        Input(ids.REPORT_TITLE, "value"),
        Input(ids.REPORT_NARRATIVE, "value"),
        Input(ids.REPORT_PLACE, "data"),
        Input(ids.REPORT_WHEN, "value"),
        prevent_initial_call=True,
    )
    def duplicates(title: Any, narrative: Any, place: Any, when: Any) -> Component:
        try:
            return view.duplicates(
                current_actor(), services, title=title, narrative=narrative, place=place, when=when
            )
        except WatchfloorError as error:
            return problem(error.message, error.hint)

    @guard.callback(
        Permission.REPORT,
        Output(ids.REPORT_RESULT, "children"),
        Output(ids.REPORT_ERRORS, "children"),
        Output(ids.REPORT_SEND, "disabled"),
        Input(ids.REPORT_SEND, "n_clicks"),
        State(ids.REPORT_KEY, "data"),
        *_FORM,
        prevent_initial_call=True,
    )
    def send(clicks: Any, key: Any, *values: Any) -> tuple[Any, Any, bool]:
        if not clicks:
            raise PreventUpdate
        form = view.Form(*values)
        wrong = view.faults(form)
        if wrong:
            return None, view.fault_list(wrong), False
        try:
            record = view.send(current_actor(), services, form, key=str(key or ""))
        except WatchfloorError as error:
            return None, problem(f"Not sent. {error.message}", error.hint), False
        return view.sent(record), None, True
