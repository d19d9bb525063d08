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
from data.access import Actor, Permission
from data.clock import to_ms
from data.errors import WatchfloorError
from data.store import going
from data.store.going import Running

_TICK_MS: Final = 2_500


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
            _not_mine(desk, actor), names=store.users.names(actor), now_ms=time.time_ns() // 1_000_000
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


def listed(found: Sequence[Running], *, names: Mapping[int, str], now_ms: int) -> list[Component]:
    """Return imports under way, each with its progress and, for who may, a way to cancel it."""
    return [_one(one, names, now_ms) for one in found]


def _one(one: Running, names: Mapping[int, str], now_ms: int) -> Component:
    batch = one.batch
    by = "the command line" if batch.user_id is None else names.get(batch.user_id, "another agency")
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
    return html.Div(
        [
            html.Div(
                [
                    html.Div([html.Span(batch.file_name, className="file-name"), f" by {by}"]),
                    report_view.progress(job, now_ms=now_ms),
                ],
                className="grow",
            ),
            button if one.may_cancel else None,
        ],
        className="progress-box",
        key=f"import-{batch.id}",
    )
