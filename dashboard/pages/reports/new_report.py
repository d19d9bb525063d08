"""The new-report form: what, where, when, who says so, and what may already be known of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import Input, Output, State, dcc, html
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashboard import ids
from dashboard.components.attrs import attrs
from dashboard.components.panels import problem
from dashboard.guard import current_actor, guarded
from dashboard.pages.reports import new_report_fields as fields
from dashboard.pages.reports import new_report_view as view
from dashboard.pages.watch.around import highest_marking
from data.access import Actor, Permission
from data.errors import WatchfloorError
from data.model import new_id

if TYPE_CHECKING:
    from dashboard.services import Services


def layout(actor: Actor, services: Services) -> Component:
    """Return the form for this actor."""
    return html.Main(
        [
            html.H1("New report"),
            html.Div(
                [
                    html.Div(
                        [fields.what(services), fields.where(), fields.when(services), fields.who(actor)]
                    ),
                    html.Div(fields.beside(), className="sticky"),
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
