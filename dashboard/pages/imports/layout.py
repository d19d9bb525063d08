"""The Import page as components: choose a file, look at it, import it; mend the quarantine; past imports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from dashboard import ids
from dashboard.components.attrs import attrs
from dashboard.pages.imports import others, quarantine_view
from dashboard.pages.imports.desk import Desk
from dashboard.pages.imports.draft import KINDS
from dashboard.pages.imports.words import KIND_LABELS
from dashboard.pages.watch.around import highest_marking
from data.access import Actor

if TYPE_CHECKING:
    from dashboard.services import Services

_TICK_MS: Final = 700
_WHAT: Final = {
    "incidents": "Something happened somewhere: reports, calls, crimes, requests.",
    "sites": "Somewhere that matters: hospitals, substations, dams, shelters.",
    "areas": "Outlines with names: towns, districts, zones.",
}


def layout(actor: Actor, services: Services) -> Component:
    """Return the page for this actor; a job that runs, or a file that waits, is taken up again."""
    desk = Desk(services)
    desk.shelf.sweep()
    waiting, running = _taken_up(desk, actor)
    return html.Main(
        [
            html.H1("Import"),
            _job_strip(),
            *others.place(),
            dmc.Tabs(
                [
                    dmc.TabsList(
                        [
                            dmc.TabsTab("Import a file", value="file"),
                            dmc.TabsTab("Quarantine", value="quarantine"),
                            dmc.TabsTab("Past imports", value="history"),
                        ]
                    ),
                    dmc.TabsPanel(_file_tab(), value="file"),
                    dmc.TabsPanel(quarantine_view.tab(), value="quarantine"),
                    dmc.TabsPanel(_history_tab(), value="history"),
                ],
                id=ids.IMPORT_TABS,
                value="file",
                keepMounted=True,
            ),
            dcc.Store(id=ids.IMPORT_UPLOAD, data={"token": waiting} if waiting else None),
            dcc.Store(id=ids.IMPORT_DRAFT),
            dcc.Store(id=ids.IMPORT_JOB, data={"token": running} if running else None),
            dcc.Interval(id=ids.IMPORT_TICK, interval=_TICK_MS, disabled=running is None),
        ],
        id=ids.IMPORTS,
        className="sheet imports",
        # The quarantine holds rows of any marking that whoever looks may see.
        **attrs({"aria-label": "Import", "data-wf-marking": highest_marking(actor, services)}),
    )


def _taken_up(desk: Desk, actor: Actor) -> tuple[str | None, str | None]:
    """Return the newest upload that waits to be imported, and the newest job that still runs."""
    waiting = running = None
    for upload in desk.shelf.mine(actor):
        job = desk.jobs.look(upload)
        if job is not None and not job.ended:
            running = running or upload.token
        elif upload.path.is_file() if upload.size else False:
            waiting = waiting or upload.token
    return (None if running else waiting), running


def _job_strip() -> Component:
    return html.Div(
        [
            html.Div(
                [
                    html.Div(id=ids.IMPORT_PROGRESS, className="grow"),
                    html.Button("Cancel", id=ids.IMPORT_CANCEL, type="button", className="button"),
                ],
                id=ids.IMPORT_PROGRESS_BOX,
                className="progress-box",
                hidden=True,
            ),
        ],
        className="job-strip",
    )


def _file_tab() -> Component:
    return html.Div(
        [
            html.Div(id=ids.IMPORT_REPORT, **attrs({"aria-live": "polite"})),
            _choose(),
            html.Div(id=ids.IMPORT_ERRORS, **attrs({"aria-live": "assertive"})),
            html.Div(
                [
                    html.Div(
                        [
                            html.Div(id=ids.IMPORT_FOUND),
                            _how_to_read(),
                            html.Div(id=ids.IMPORT_FORM),
                        ]
                    ),
                    html.Div(html.Div(_beside(), className="sticky"), className="beside"),
                    html.Div(id=ids.IMPORT_ROWS, className="first-rows"),
                ],
                id=ids.IMPORT_STEP,
                className="step-two",
                hidden=True,
            ),
        ],
        className="import-tab",
    )


def _choose() -> Component:
    return html.Div(
        [
            html.Div(
                [
                    html.Div("What does the file hold?", className="label"),
                    dmc.SegmentedControl(
                        id=ids.IMPORT_KIND,
                        value=KINDS[0],
                        data=[{"value": kind, "label": KIND_LABELS[kind]} for kind in KINDS],
                        **attrs({"aria-label": "What does the file hold?"}),
                    ),
                    html.Ul(
                        [html.Li([html.B(KIND_LABELS[kind]), f" {_WHAT[kind]}"]) for kind in KINDS],
                        className="kinds muted",
                    ),
                ],
            ),
            # Filled by JavaScript: the file goes straight to the upload route and never through a callback.
            html.Div(id=ids.IMPORT_DROP, className="drop"),
        ],
        className="choose",
    )


def _how_to_read() -> Component:
    choice: dict[str, Any] = {"size": "xs", "searchable": True, "clearable": True}
    return html.Div(
        [
            dmc.Select(
                id=ids.IMPORT_PROFILE, label="Profile", placeholder="Found by itself", data=[], **choice
            ),
            html.Div(
                dmc.Select(
                    id=ids.IMPORT_LAYER, label="Layer, sheet or file in the archive", data=[], **choice
                ),
                id=ids.IMPORT_LAYER_BOX,
                hidden=True,
            ),
        ],
        className="pair",
    )


def _beside() -> list[Component]:
    return [
        html.Div(
            id=ids.IMPORT_MAP,
            className="import-map",
            role="group",
            **attrs({"aria-label": "Where the rows are"}),
        ),
        html.Div(id=ids.IMPORT_RESULT, **attrs({"aria-live": "polite"})),
        html.Div(
            [
                html.Button("Import", id=ids.IMPORT_START, type="button", className="button primary large"),
                html.Button(
                    "Count first",
                    id=ids.IMPORT_DRY_RUN,
                    type="button",
                    className="button large",
                    title="A dry run: count what would be added, and write nothing",
                ),
            ],
            className="actions",
        ),
    ]


def _history_tab() -> Component:
    return html.Div(
        [
            html.Div(id=ids.IMPORT_HISTORY, className="scroll-x"),
            html.Div(id=ids.IMPORT_HISTORY_REPORT, **attrs({"aria-live": "polite"})),
        ],
        className="history-tab",
    )
