"""What the Import page does with an import: starts it, shows how it goes, cancels it, tells how it went."""

from __future__ import annotations

import time
from typing import Any, Final
from zoneinfo import ZoneInfo

from dash import ALL, Input, Output, State, ctx, html, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashboard import ids
from dashboard.components.panels import problem
from dashboard.guard import Guarded, current_actor
from dashboard.pages.imports import history_view, report_view
from dashboard.pages.imports.desk import Desk
from dashboard.pages.imports.jobs import Job
from dashboard.pages.imports.wiring import CONTROLS, EVERY_FIELD, FILE, draft_of, said
from data.access import Permission
from data.errors import WatchfloorError
from data.store.batches import Batches
from data.store.quarantined import site_changes

_HISTORY: Final = 200
_GOING = (
    State(ids.IMPORT_SOURCE, "value"),
    State(ids.IMPORT_SOURCE_NAME, "value"),
    State(ids.IMPORT_TLP, "value"),
    State(ids.IMPORT_STORE, "value"),
    State(ids.IMPORT_POLICE, "checked"),
    State(ids.IMPORT_PARTIAL, "checked"),
)


def register(guard: Guarded, desk: Desk) -> None:
    """Register the callbacks of running and of past imports."""
    _register_start(guard, desk)
    _register_job(guard, desk)
    _register_history(guard, desk)


def _register_start(guard: Guarded, desk: Desk) -> None:
    form_states = (
        State(EVERY_FIELD, "value"),
        *[State(name, part) for name, part in CONTROLS],
        *FILE,
        *_GOING,
    )

    @guard.callback(
        Permission.IMPORT,
        Output(ids.IMPORT_JOB, "data"),
        Output(ids.IMPORT_TICK, "disabled"),
        Output(ids.IMPORT_ERRORS, "children", allow_duplicate=True),
        Input(ids.IMPORT_START, "n_clicks"),
        Input(ids.IMPORT_DRY_RUN, "n_clicks"),
        *form_states,
        prevent_initial_call=True,
    )
    def start(clicks: Any, dry_clicks: Any, *values: Any) -> tuple[Any, ...]:
        if not clicks and not dry_clicks:
            raise PreventUpdate
        actor = current_actor()
        try:
            upload = desk.shelf.get(actor, (values[1 + len(CONTROLS)] or {}).get("token"))
            chosen = draft_of(said(ctx.states_list[0]), *_parts(values))
            desk.start(actor, upload, chosen, dry_run=ctx.triggered_id == ids.IMPORT_DRY_RUN)
        except WatchfloorError as error:
            return no_update, no_update, problem(f"Not imported. {error.message}", error.hint)
        return {"token": upload.token}, False, None

    @guard.callback(
        Permission.IMPORT,
        Output(ids.IMPORT_SAVED, "children"),
        Input(ids.IMPORT_SAVE, "n_clicks"),
        State(ids.IMPORT_SAVE_NAME, "value"),
        *form_states,
        prevent_initial_call=True,
    )
    def save(clicks: Any, name: Any, *values: Any) -> Component:
        if not clicks:
            raise PreventUpdate
        actor = current_actor()
        try:
            upload = desk.shelf.get(actor, (values[1 + len(CONTROLS)] or {}).get("token"))
            chosen = draft_of(said(ctx.states_list[1]), *_parts(values))
            desk.save(actor, upload, chosen, name=name)
        except WatchfloorError as error:
            return problem(f"Not saved. {error.message}", error.hint)
        return html.P(f"Saved as {name}. It stands under “Profile” from now on.", className="done")


def _parts(values: tuple[Any, ...]) -> tuple[Any, Any, Any]:
    rest = values[1 + len(CONTROLS) :]
    return values[1 : 1 + len(CONTROLS)], rest[: len(FILE)], rest[len(FILE) :]


def _register_job(guard: Guarded, desk: Desk) -> None:
    @guard.callback(
        Permission.IMPORT,
        Output(ids.IMPORT_PROGRESS, "children"),
        Output(ids.IMPORT_PROGRESS_BOX, "hidden"),
        Output(ids.IMPORT_REPORT, "children"),
        Output(ids.IMPORT_TICK, "disabled", allow_duplicate=True),
        Output(ids.IMPORT_UPLOAD, "data"),
        Output(ids.QUARANTINE_RESULT, "children", allow_duplicate=True),
        Output(ids.QUARANTINE_CHANGED, "n_clicks", allow_duplicate=True),
        Input(ids.IMPORT_TICK, "n_intervals"),
        Input(ids.IMPORT_JOB, "data"),
        prevent_initial_call="initial_duplicate",
    )
    def tick(_n: Any, running: Any) -> tuple[Any, ...]:
        if not running:
            raise PreventUpdate
        upload = desk.shelf.get(current_actor(), running.get("token"))
        job = desk.jobs.look(upload)
        if job is None:
            raise PreventUpdate
        now_ms = time.time_ns() // 1_000_000
        same = no_update
        if not job.ended:
            return report_view.progress(job, now_ms=now_ms), False, None, same, same, same, same
        if job.about.get("kind") == "quarantine":
            return None, True, same, True, same, report_view.ended(job), now_ms
        written = job.report is not None and not upload.path.is_file()
        return None, True, _ended(desk, job), True, None if written else same, same, now_ms

    @guard.callback(
        Permission.IMPORT,
        Output(ids.IMPORT_CANCEL, "title"),
        Input(ids.IMPORT_CANCEL, "n_clicks"),
        State(ids.IMPORT_JOB, "data"),
        prevent_initial_call=True,
    )
    def cancel(clicks: Any, running: Any) -> str:
        if not clicks or not running:
            raise PreventUpdate
        desk.jobs.cancel(desk.shelf.get(current_actor(), running.get("token")))
        return "What was written stays"


def _ended(desk: Desk, job: Job) -> Component:
    said = job.report or {}
    if said.get("kind") == "sites" and said.get("batch"):
        changes = site_changes(desk.services.store, current_actor(), int(said["batch"]))
        return report_view.closable(report_view.report(said, changes=changes))
    return report_view.ended(job)


def _register_history(guard: Guarded, desk: Desk) -> None:
    store, zone = desk.services.store, ZoneInfo(desk.services.settings.timezone)

    @guard.callback(
        Permission.IMPORT,
        Output(ids.IMPORT_HISTORY, "children"),
        Input(ids.IMPORT_TABS, "value"),
        prevent_initial_call=True,
    )
    def history(tab: Any) -> Component:
        if tab != "history":
            raise PreventUpdate
        actor = current_actor()
        batches = Batches(store).all(actor, limit=_HISTORY)
        return history_view.history(
            batches, names=store.users.names(actor), zone=zone, now=desk.services.clock.now()
        )

    @guard.callback(
        Permission.IMPORT,
        Output(ids.IMPORT_HISTORY_REPORT, "children"),
        Input({"part": ids.import_batch(0)["part"], "name": ALL}, "n_clicks"),
        prevent_initial_call=True,
    )
    def past_report(clicks: Any) -> Component:
        if not any(clicks) or not ctx.triggered_id:
            raise PreventUpdate
        actor = current_actor()
        batch = Batches(store).get(actor, int(ctx.triggered_id["name"]))
        if batch.report is None:
            return problem(
                "This import has no report yet.", "It runs, or it was broken off before it could write one."
            )
        changes = site_changes(store, actor, batch.id) if batch.kind == "sites" else ()
        return report_view.report(batch.report, changes=changes)
