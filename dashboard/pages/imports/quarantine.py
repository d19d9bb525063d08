"""What can be done in the quarantine: open a row, mend it, send it again, set it aside; or many at once."""

from __future__ import annotations

import time
from typing import Any

from dash import ALL, Input, Output, State, ctx, html, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashboard import ids
from dashboard.components.attrs import attrs
from dashboard.components.panels import problem
from dashboard.guard import Guarded, current_actor
from dashboard.pages.imports import quarantine_view as view
from dashboard.pages.imports.desk import Desk
from dashboard.pages.imports.wiring import said
from dashboard.pages.imports.words import plural, reason_label, reason_words
from data.access import Permission
from data.errors import Invalid, WatchfloorError
from data.importers.quarantine import discard, resend
from data.store.batches import Batches
from data.store.quarantined import page, piles, take_back

_FILTERS = (
    State(ids.QUARANTINE_BATCH, "value"),
    State(ids.QUARANTINE_REASON, "value"),
    State(ids.QUARANTINE_STATE, "value"),
)
_MOST = 500


def register(app: Any, guard: Guarded, desk: Desk) -> None:
    """Register the callbacks of the quarantine."""
    _register_list(guard, desk)
    _register_row(guard, desk)
    _register_many(guard, desk)
    # A changed filter or a settled row makes the grid forget its rows and ask again.
    app.clientside_callback(
        f"""async () => {{
            const grid = await window.dash_ag_grid.getApiAsync("{ids.QUARANTINE_GRID}");
            grid.purgeInfiniteCache();
            return window.dash_clientside.no_update;
        }}""",
        Output(ids.QUARANTINE_COUNT, "title"),
        Input(ids.QUARANTINE_BATCH, "value"),
        Input(ids.QUARANTINE_REASON, "value"),
        Input(ids.QUARANTINE_STATE, "value"),
        Input(ids.QUARANTINE_CHANGED, "n_clicks"),
        Input(ids.IMPORT_TABS, "value"),
        prevent_initial_call=True,
    )


def _register_list(guard: Guarded, desk: Desk) -> None:
    store = desk.services.store

    @guard.callback(
        Permission.IMPORT,
        Output(ids.QUARANTINE_GRID, "getRowsResponse"),
        Output(ids.QUARANTINE_COUNT, "children"),
        Input(ids.QUARANTINE_GRID, "getRowsRequest"),
        *_FILTERS,
        prevent_initial_call=True,
    )
    def rows(request: Any, batch: Any, reason: Any, state: Any) -> tuple[dict[str, Any], str]:
        if not request:
            raise PreventUpdate
        start, end = int(request.get("startRow") or 0), int(request.get("endRow") or 0)
        if not 0 <= start <= end or end - start > _MOST:
            raise Invalid("The table asked for rows that cannot be handed out at once.")
        found, total = page(
            store,
            current_actor(),
            batch_id=int(batch) if batch else None,
            reason=str(reason or ""),
            state=_state(state),
            limit=end - start,
            offset=start,
        )
        words = f"{plural(total, 'row')} {_state(state)}"
        return {"rowData": [view.grid_row(row) for row in found], "rowCount": total}, words

    @guard.callback(
        Permission.IMPORT,
        Output(ids.QUARANTINE_BATCH, "data"),
        Output(ids.QUARANTINE_REASON, "data"),
        Output(ids.QUARANTINE_COLUMN, "data"),
        Input(ids.IMPORT_TABS, "value"),
        Input(ids.QUARANTINE_STATE, "value"),
        Input(ids.QUARANTINE_BATCH, "value"),
        Input(ids.QUARANTINE_CHANGED, "n_clicks"),
        State(ids.QUARANTINE_REASON, "value"),
        prevent_initial_call=True,
    )
    def choices(tab: Any, state: Any, batch: Any, _changed: Any, reason: Any) -> tuple[Any, ...]:
        if tab != "quarantine":
            raise PreventUpdate
        actor = current_actor()
        found = piles(store, actor, state=_state(state))
        number = int(batch) if batch else None
        some, _ = page(store, actor, batch_id=number, state=_state(state), limit=20)
        columns = list(dict.fromkeys(name for row in some for name in row.original))
        batches = view.batch_choices(found)
        if number is not None and all(choice["value"] != str(number) for choice in batches):
            # An import whose last row was settled stays chosen: the list must not jump to all the others.
            name = Batches(store).get(actor, number).file_name
            batches.append({"value": str(number), "label": f"{name} · 0 rows"})
        reasons = view.reason_choices(found, batch_id=number)
        if reason and all(choice["value"] != reason for choice in reasons):
            reasons.append({"value": str(reason), "label": f"{reason_label(str(reason))} · 0"})
        return batches, reasons, columns


def _state(value: Any) -> str:
    return "discarded" if value == "discarded" else "waiting"


def _register_row(guard: Guarded, desk: Desk) -> None:
    store = desk.services.store

    @guard.callback(
        Permission.IMPORT,
        Output(ids.QUARANTINE_OPEN, "children"),
        Input(ids.QUARANTINE_GRID, "selectedRows"),
        prevent_initial_call=True,
    )
    def opened(selected: Any) -> Component:
        if not selected:
            raise PreventUpdate
        return view.open_row(Batches(store).one(current_actor(), int(selected[0]["seq"])))

    @guard.callback(
        Permission.IMPORT,
        Output(ids.QUARANTINE_RESULT, "children"),
        Output(ids.QUARANTINE_CHANGED, "n_clicks"),
        Output(ids.QUARANTINE_OPEN, "children", allow_duplicate=True),
        Input(ids.QUARANTINE_SEND, "n_clicks"),
        Input(ids.QUARANTINE_ACCEPT, "n_clicks"),
        Input(ids.QUARANTINE_DISCARD, "n_clicks"),
        Input(ids.QUARANTINE_UNDO, "n_clicks"),
        State(ids.QUARANTINE_GRID, "selectedRows"),
        State({"part": ids.quarantine_value("")["part"], "name": ALL}, "value"),
        prevent_initial_call=True,
    )
    def settle(
        _send: Any, _accept: Any, _discard: Any, _undo: Any, selected: Any, _values: Any
    ) -> tuple[Any, ...]:
        if not selected or not any(entry["value"] for entry in ctx.triggered):
            raise PreventUpdate
        actor, seq = current_actor(), int(selected[0]["seq"])
        try:
            if ctx.triggered_id == ids.QUARANTINE_DISCARD:
                discard(store, actor, seq)
                result: Component = _done("Discarded. It is kept with its reason.")
            elif ctx.triggered_id == ids.QUARANTINE_UNDO:
                take_back(store, actor, seq)
                result = _done("The row waits again.")
            else:
                accept = ctx.triggered_id == ids.QUARANTINE_ACCEPT
                report = resend(store, actor, seq, said(ctx.states_list[1]), accept_area=accept)
                if report.quarantined:
                    reason = next(iter(report.reasons), "")
                    wrong = problem(
                        f"Still in quarantine: {reason_words(reason)}.",
                        " ".join([*report.notes, "Mend it and send it again."]),
                    )
                    return wrong, no_update, no_update
                result = _done(became(report))
        except WatchfloorError as error:
            return problem(error.message, error.hint), no_update, no_update
        return result, time.time_ns() // 1_000_000, view.open_row(Batches(store).one(actor, seq))


def became(report: Any) -> str:
    """Return what a row became that was sent again."""
    words = (
        ("added", "Taken in as a new record."),
        ("updated", "Taken in; it changed a record."),
        ("unchanged", "Taken in; the record was there already, just so."),
        ("duplicate", "Taken in; the same record came already."),
    )
    return next((text for name, text in words if getattr(report, name)), "Taken in.")


def _done(text: str) -> Component:
    return html.P(text, className="done", role="status", **attrs({"data-wf-done": "1"}))


def _register_many(guard: Guarded, desk: Desk) -> None:
    @guard.callback(
        Permission.IMPORT,
        Output(ids.IMPORT_JOB, "data", allow_duplicate=True),
        Output(ids.IMPORT_TICK, "disabled", allow_duplicate=True),
        Output(ids.QUARANTINE_RESULT, "children", allow_duplicate=True),
        Input(ids.QUARANTINE_SEND_ALL, "n_clicks"),
        State(ids.QUARANTINE_COLUMN, "value"),
        State(ids.QUARANTINE_FIND, "value"),
        State(ids.QUARANTINE_REPLACE, "value"),
        *_FILTERS,
        prevent_initial_call=True,
    )
    def send_all(clicks: Any, column: Any, find: Any, new: Any, *filters: Any) -> tuple[Any, ...]:
        if not clicks:
            raise PreventUpdate
        batch, reason, state = filters
        try:
            if _state(state) != "waiting":
                raise Invalid("Discarded rows are not sent.", hint="Choose “Waiting” above.")
            if find and not column:
                raise Invalid(
                    "Say in which column to replace.", hint="Choose a column, or leave “Find” empty."
                )
            texts = {"column": str(column or ""), "find": str(find or ""), "replace": str(new or "")}
            room = desk.send_again(
                current_actor(),
                batch_id=int(batch) if batch else None,
                reason=str(reason or ""),
                mend=lambda original: view.replaced(original, **texts),
            )
        except WatchfloorError as error:
            return no_update, no_update, problem(error.message, error.hint)
        return {"token": room.token}, False, None
