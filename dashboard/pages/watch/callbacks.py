"""The Watch page's callbacks: details, actions, rows, saved views. Map data goes by other ways."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from dash import Input, Output, State, html, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashboard import ids
from dashboard.components.attrs import attrs
from dashboard.guard import Guarded, current_actor, guarded
from dashboard.pages.watch import actions, view
from dashboard.pages.watch.layout import after_map
from data.access import Permission
from data.errors import Conflict, WatchfloorError

if TYPE_CHECKING:
    from dashboard.services import Services


def register(app: Any, services: Services) -> None:
    """Register the callbacks of the Watch page."""
    guard = guarded(app)
    _register_after_map(guard)
    _register_record(guard, services)
    _register_table(guard, services)
    _register_views(guard, services)


def _register_after_map(guard: Guarded) -> None:
    @guard.callback(
        Permission.VIEW,
        Output(ids.TIMELINE_SLOT, "children"),
        Output(ids.TABLE_SLOT, "children"),
        Input(ids.AFTER_MAP, "data"),
        prevent_initial_call=True,
    )
    def fill(_drawn: Any) -> tuple[Component, Component]:
        return after_map()


def _register_record(guard: Guarded, services: Services) -> None:
    @guard.callback(
        Permission.VIEW,
        Output(ids.DETAILS, "children"),
        Input(ids.SELECTION, "data"),
        prevent_initial_call=True,
    )
    def details(selection: Any) -> Component:
        return view.details(current_actor(), services, selection)

    @guard.callback(
        Permission.VIEW,
        Output(ids.NOTICE, "children"),
        Output(ids.CONFLICT, "opened"),
        Output(ids.CONFLICT, "children"),
        Output(ids.SELECTION, "data"),
        Input(ids.ACTION, "data"),
        State(ids.SELECTION, "data"),
        prevent_initial_call=True,
    )
    def act(action: Any, selection: Any) -> tuple[Any, ...]:
        if not action:
            raise PreventUpdate
        again = {**(selection or {}), "moved": None, "after": action.get("nonce")}
        try:
            done = actions.act(current_actor(), services, action)
            # The panel reads the mirror's index, which must know of the change before it is asked.
            services.mirror.refresh()
        except Conflict as conflict:
            return no_update, True, actions.conflict_versions(conflict, action), no_update
        except WatchfloorError as error:
            return _notice(f"{error.message} {error.hint}", bad=True), False, no_update, no_update
        return _notice(done), False, no_update, again


def _register_table(guard: Guarded, services: Services) -> None:
    @guard.callback(
        Permission.VIEW,
        Output(ids.TABLE, "getRowsResponse"),
        Input(ids.TABLE, "getRowsRequest"),
        State(ids.QUERY, "data"),
        prevent_initial_call=True,
    )
    def rows(request: Any, query: Any) -> dict[str, Any]:
        if not request:
            raise PreventUpdate
        try:
            return view.table_rows(current_actor(), services, request, query or "")
        except WatchfloorError:
            # The page says by itself what is wrong with a filter; the table only has nothing to show.
            return {"rowData": [], "rowCount": 0}


def _register_views(guard: Guarded, services: Services) -> None:
    @guard.callback(
        Permission.VIEW,
        Output(ids.VIEWS, "children"),
        Output(ids.NOTICE, "children", allow_duplicate=True),
        Input(ids.VIEW_ACTION, "data"),
        prevent_initial_call="initial_duplicate",
    )
    def saved(action: Any) -> tuple[Any, Any]:
        actor = current_actor()
        said: Any = no_update
        if action:
            try:
                done = actions.view_action(actor, services, action)
                said = no_update if action.get("action") == "looked" else _notice(done)
            except WatchfloorError as error:
                said = _notice(f"{error.message} {error.hint}", bad=True)
        return view.views_menu(actor, services.store.views.visible(actor)), said


def _notice(text: str, *, bad: bool = False) -> Component:
    return html.Div(
        html.Span(text), className="bad" if bad else "", **attrs({"data-wf-notice": str(time.monotonic_ns())})
    )
