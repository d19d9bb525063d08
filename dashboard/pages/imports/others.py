"""Imports under way that this page did not begin: a colleague's, another worker's, the command line's."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

from dash import ALL, Input, Output, ctx, dcc, html
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashboard import ids
from dashboard.components.attrs import attrs
from dashboard.components.panels import problem
from dashboard.guard import Guarded, current_actor
from dashboard.pages.imports import report_view
from dashboard.pages.imports.desk import Desk
from dashboard.pages.imports.jobs import Job
from dashboard.web.upload_shelf import Upload
from data.access import Actor, Permission
from data.clock import to_ms
from data.errors import WatchfloorError
from data.store import going
from data.store.going import Running

_TICK_MS: Final = 2_500
_BEFORE_WRITING: Final = ("", "reading", "checking")
_STRANGER: Final = "another agency"


def place() -> list[Component]:
    """Return where the others' imports are shown, and what asks for them."""
    return [
        html.Div(id=ids.IMPORT_OTHERS, className="others"),
        html.Div(id=ids.IMPORT_OTHERS_SAID, **attrs({"aria-live": "polite"})),
        dcc.Interval(id=ids.IMPORT_OTHERS_TICK, interval=_TICK_MS),
    ]


def register(guard: Guarded, desk: Desk) -> None:
    """Register the callbacks that show imports under way and cancel them."""
    store = desk.services.store

    @guard.callback(
        Permission.IMPORT,
        Output(ids.IMPORT_OTHERS, "children"),
        Input(ids.IMPORT_OTHERS_TICK, "n_intervals"),
    )
    def show(_n: Any) -> list[Component]:
        actor = current_actor()
        return listed(
            _not_mine(desk, actor),
            before_writing(desk, actor),
            names=store.users.names(actor),
            now_ms=time.time_ns() // 1_000_000,
        )

    @guard.callback(
        Permission.IMPORT,
        Output(ids.IMPORT_OTHERS_SAID, "children"),
        Input({"part": ids.import_stop(0)["part"], "name": ALL}, "n_clicks"),
        prevent_initial_call=True,
    )
    def stop(clicks: Any) -> Component | None:
        if not any(clicks) or not ctx.triggered_id:
            raise PreventUpdate
        try:
            going.cancel(store, current_actor(), int(ctx.triggered_id["name"]))
        except WatchfloorError as error:
            return problem(f"Not cancelled. {error.message}", error.hint)
        return None


def _not_mine(desk: Desk, actor: Actor) -> list[Running]:
    """Return the imports under way but for the one whose progress stands above already."""
    found = going.running(desk.services.store, actor)
    if any(desk.shelf.busy(upload) for upload in desk.shelf.mine(actor)):
        found = [one for one in found if one.batch.user_id != actor.user_id]
    return found


def before_writing(desk: Desk, actor: Actor) -> list[tuple[Upload, Job]]:
    """Return colleagues' imports that are read or checked yet, of the scopes that the actor may see."""
    seen = desk.services.store.visible(actor)
    found = [(one, desk.jobs.look(one)) for one in desk.shelf.under_way() if one.user_id != actor.user_id]
    return [
        (upload, job)
        for upload, job in found
        if job is not None
        and not job.ended
        and job.stage in _BEFORE_WRITING
        and job.about.get("scope_id") in seen
        and not job.about.get("dry_run")
    ]


def listed(
    found: Sequence[Running],
    early: Sequence[tuple[Upload, Job]] = (),
    *,
    names: Mapping[int, str],
    now_ms: int,
) -> list[Component]:
    """Return imports under way, each with its progress and, for who may, a way to cancel it."""
    return [
        *[_one(one, names, now_ms) for one in found],
        *[
            _box(
                upload.name,
                names.get(upload.user_id, _STRANGER),
                job,
                now_ms,
                key=f"{upload.user_id}-{upload.sent_ms}",
            )
            for upload, job in early
        ],
    ]


def _one(one: Running, names: Mapping[int, str], now_ms: int) -> Component:
    batch = one.batch
    by = "the command line" if batch.user_id is None else names.get(batch.user_id, _STRANGER)
    job = Job(
        "running",
        {},
        stage=one.stage,
        done=one.done,
        total=one.total,
        stage_started_ms=one.stage_started_ms,
        started_ms=to_ms(batch.started),
        cancelling=one.cancelling,
    )
    button = html.Button(
        "Cancel",
        id=ids.import_stop(batch.id),
        type="button",
        className="button",
        disabled=one.cancelling,
        title="What was written stays",
        **attrs({"aria-label": f"Cancel the import of {batch.file_name}"}),
    )
    return _box(
        batch.file_name, by, job, now_ms, key=f"{batch.id}", button=button if one.may_cancel else None
    )


def _box(
    name: str, by: str, job: Job, now_ms: int, *, key: str, button: Component | None = None
) -> Component:
    return html.Div(
        [
            html.Div(
                [
                    html.Div([html.Span(name, className="file-name"), f" by {by}"]),
                    report_view.progress(job, now_ms=now_ms),
                ],
                className="grow",
            ),
            button,
        ],
        className="progress-box",
        key=f"import-{key}",
    )
