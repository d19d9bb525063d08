"""What the Import page does with a file before it is imported: opens it, looks at it, asks what is open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import ALL, Input, Output, State, ctx, no_update, set_props
from dash.exceptions import PreventUpdate

from dashboard import ids
from dashboard.components.panels import problem
from dashboard.guard import Guarded, current_actor, guarded
from dashboard.pages.imports import draft as drafts
from dashboard.pages.imports import others, quarantine, running, view
from dashboard.pages.imports.desk import Desk
from dashboard.pages.imports.draft import Draft
from dashboard.pages.imports.form import form
from dashboard.pages.imports.wiring import CONTROLS, EVERY_FIELD, FILE, draft_of, said
from data.access import Actor, Permission
from data.errors import Invalid, WatchfloorError
from data.importers import profiles
from data.importers.base import NeedsAnswer
from data.importers.detect import NO_PROFILE
from data.importers.mapping import FIELDS
from data.store.batches import Batches

if TYPE_CHECKING:
    from dashboard.services import Services


def register(app: Any, services: Services) -> None:
    """Register the callbacks of the Import page."""
    guard = guarded(app)
    desk = Desk(services)
    _register_open(guard, desk)
    _register_look(guard, desk)
    running.register(guard, desk)
    others.register(guard, desk)
    quarantine.register(app, guard, desk)


def _register_open(guard: Guarded, desk: Desk) -> None:
    @guard.callback(
        Permission.IMPORT,
        Output(ids.IMPORT_FOUND, "children"),
        Output(ids.IMPORT_FORM, "children"),
        Output(ids.IMPORT_STEP, "hidden"),
        Output(ids.IMPORT_PROFILE, "data"),
        Output(ids.IMPORT_PROFILE, "value"),
        Output(ids.IMPORT_LAYER, "data"),
        Output(ids.IMPORT_LAYER, "value"),
        Output(ids.IMPORT_LAYER_BOX, "hidden"),
        Output(ids.IMPORT_DRAFT, "data"),
        Output(ids.IMPORT_ERRORS, "children"),
        Output(ids.IMPORT_RESULT, "children"),
        Output(ids.IMPORT_ROWS, "children"),
        Input(ids.IMPORT_UPLOAD, "data"),
        Input(ids.IMPORT_KIND, "value"),
        Input(ids.IMPORT_PROFILE, "value"),
        Input(ids.IMPORT_LAYER, "value"),
        State(ids.IMPORT_LAYER, "data"),
    )
    def open_file(sent: Any, kind: Any, profile: Any, layer: Any, layers: Any) -> tuple[Any, ...]:
        if not sent:
            return (None, None, True, [], None, [], None, True, None, None, None, None)
        if ctx.triggered_id == ids.IMPORT_UPLOAD:
            profile, layer, layers = None, None, []
        elif ctx.triggered_id == ids.IMPORT_KIND:
            profile = None
        actor = current_actor()
        try:
            start = drafts.first(kind, profile, layer)
            known = profile_choices(desk, actor, start)
            upload = desk.shelf.get(actor, sent.get("token"))
            preview = desk.preview(actor, upload, start)
        except NeedsAnswer as error:
            # Nothing of the file can be shown before somebody says which part of it is meant.
            layers = [{"value": choice, "label": choice} for choice in error.questions[0].choices]
            asked = [view.question_box(question) for question in error.questions]
            return (None, None, False, known, profile, layers, None, False, None, None, asked, None)
        except WatchfloorError as error:
            wrong = problem(f"The file cannot be imported. {error.message}", error.hint)
            return (None, None, True, [], None, [], None, True, None, wrong, None, None)
        base = view.resolved(preview.mapping, preview.columns)
        return (
            view.found(upload, preview),
            form(actor, desk.services, preview),
            False,
            known,
            profile,
            layers or [],
            layer,
            not layers,
            {"base": base},
            None,
            no_update,
            no_update,
        )


def profile_choices(desk: Desk, actor: Actor, start: Draft) -> list[dict[str, str]]:
    """Return the shipped profiles of this kind of file, the saved ones, and the way to do without."""
    shipped: dict[str, str] = {}
    for variant in profiles.variants():
        if variant.mapping.kind == start.kind:
            shipped.setdefault(variant.profile, variant.label)
    saved = Batches(desk.services.store).profiles(actor, kind=start.kind)
    return [
        {"value": NO_PROFILE, "label": "Detect the columns"},
        *[
            {"value": name, "label": f"{name} (saved)"}
            for name in saved
            if name not in shipped and name != NO_PROFILE
        ],
        *[{"value": name, "label": label} for name, label in shipped.items()],
    ]


def _register_look(guard: Guarded, desk: Desk) -> None:
    @guard.callback(
        Permission.IMPORT,
        Output(ids.IMPORT_RESULT, "children", allow_duplicate=True),
        Output(ids.IMPORT_ROWS, "children", allow_duplicate=True),
        Output(ids.IMPORT_ERRORS, "children", allow_duplicate=True),
        Output(ids.IMPORT_START, "disabled"),
        Output(ids.IMPORT_DRY_RUN, "disabled"),
        Input(EVERY_FIELD, "value"),
        *[Input(name, part) for name, part in CONTROLS],
        *FILE,
        prevent_initial_call=True,
    )
    def look(_fields: Any, *values: Any) -> tuple[Any, ...]:
        controls, (sent, *_) = values[: len(CONTROLS)], values[len(CONTROLS) :]
        if not sent or not values[-1]:
            raise PreventUpdate
        actor = current_actor()
        try:
            upload = desk.shelf.get(actor, sent.get("token"))
            chosen = draft_of(said(ctx.inputs_list[0]), controls, values[len(CONTROLS) :])
            preview = desk.preview(actor, upload, chosen)
        except WatchfloorError as error:
            return no_update, no_update, problem(error.message, error.hint), True, True
        stop = bool(preview.questions) or not preview.rows
        return view.result(upload, preview), view.first_rows(preview), None, stop, stop

    @guard.callback(
        Permission.IMPORT,
        Input({"part": ids.import_answer("")["part"], "name": ALL}, "value"),
        State(ids.IMPORT_KIND, "value"),
        prevent_initial_call=True,
    )
    def answer(_values: Any, kind: Any) -> None:
        asked = ctx.triggered_id
        chosen = next((entry["value"] for entry in ctx.triggered if entry["value"]), None)
        if not asked or not chosen:
            raise PreventUpdate
        target, value = answered(drafts.kind_of(kind), asked["name"], chosen)
        set_props(target, {"value": value})


def answered(kind: str, field: str, chosen: str) -> tuple[Any, Any]:
    """Return the control that a question is about, and the value that answers it."""
    order = view.date_order(chosen)
    if order and field in FIELDS[kind]:
        return ids.IMPORT_ORDER, order
    control = {"layer": ids.IMPORT_LAYER, "crs": ids.IMPORT_CRS}.get(field)
    if control:
        return control, chosen
    if kind == "sites" and field == "kind":
        return ids.IMPORT_SITE_KIND, chosen
    if field not in FIELDS[kind]:
        raise Invalid("There is no such question.", hint="Load the page again.")
    return ids.import_field(field), [chosen]
