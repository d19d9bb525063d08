"""What the buttons of the administration page do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from dash import Input, Output, State, ctx, html, no_update
from dash.development.base_component import Component

from dashboard import ids
from dashboard.components.panels import problem
from dashboard.guard import current_actor, guarded
from dashboard.pages.admin.layout import AUDIT_PAGE
from dashboard.pages.admin.view import agencies_table, audit_table, type_rows, users_table
from data.access import Permission
from data.errors import Invalid, WatchfloorError
from data.model import Role, Severity, StoreKind, Tlp
from data.records import IncidentType

if TYPE_CHECKING:
    from dashboard.services import Services


def register(app: Any, services: Services) -> None:
    """Register the callbacks of the four tabs."""
    _register_users(app, services)
    _register_agencies(app, services)
    _register_types(app, services)
    _register_audit(app, services)


def _register_users(app: Any, services: Services) -> None:
    store = services.store

    @guarded(app).callback(
        Permission.ADMINISTER,
        Output(ids.ADMIN_USERS, "children"),
        Output(ids.ADMIN_USER_PICK, "data"),
        Output(ids.ADMIN_RESULT, "children"),
        Input(ids.ADMIN_USER_ADD, "n_clicks"),
        Input(ids.ADMIN_USER_LINK, "n_clicks"),
        Input(ids.ADMIN_USER_DISABLE, "n_clicks"),
        State(ids.ADMIN_USER_NAME, "value"),
        State(ids.ADMIN_USER_DISPLAY, "value"),
        State(ids.ADMIN_USER_ROLE, "value"),
        State(ids.ADMIN_USER_AGENCY, "value"),
        State(ids.ADMIN_USER_CLEARANCE, "value"),
        State(ids.ADMIN_USER_STORES, "value"),
        State(ids.ADMIN_USER_PICK, "value"),
        prevent_initial_call=True,
    )
    def change_users(_add: Any, _link: Any, _disable: Any, *values: Any) -> tuple[Any, Any, Any]:
        actor = current_actor()
        name, display, role, agency, clearance, stores, picked = values
        try:
            if ctx.triggered_id == ids.ADMIN_USER_ADD:
                store.users.add(
                    actor,
                    name or "",
                    display_name=display or "",
                    role=Role(role),
                    agency_id=int(agency),
                    clearance=Tlp(int(clearance)),
                    stores=[StoreKind(kind) for kind in stores],
                )
                result: Component = _done(f"{name} was added. Make a one-time link so that they can sign in.")
            elif not picked:
                raise Invalid("No user is chosen.", hint="Choose one in the list beside the button.")
            elif ctx.triggered_id == ids.ADMIN_USER_LINK:
                result = _link_shown(store.users.make_link(int(picked)))
            else:
                store.users.disable(actor, int(picked))
                result = _done("The user was disabled; their sessions, links and tokens ended.")
        except WatchfloorError as error:
            return no_update, no_update, problem(error.message, error.hint)
        users = store.users.all(actor)
        choices = [{"value": str(user.id), "label": user.name} for user in users if not user.disabled]
        return users_table(users, store.agencies.all()), choices, result


def _register_agencies(app: Any, services: Services) -> None:
    @guarded(app).callback(
        Permission.ADMINISTER,
        Output(ids.ADMIN_AGENCIES, "children"),
        Output(ids.ADMIN_USER_AGENCY, "data"),
        Output(ids.ADMIN_RESULT, "children", allow_duplicate=True),
        Input(ids.ADMIN_AGENCY_ADD, "n_clicks"),
        State(ids.ADMIN_AGENCY_NAME, "value"),
        State(ids.ADMIN_AGENCY_SHORT, "value"),
        State(ids.ADMIN_AGENCY_POLICE, "checked"),
        prevent_initial_call=True,
    )
    def add_agency(_clicks: Any, name: Any, short: Any, police: Any) -> tuple[Any, Any, Any]:
        try:
            if not name or not short:
                raise Invalid("An agency needs a name and a short name.", hint="Fill in both.")
            services.store.agencies.add(
                current_actor(), str(name), short_name=str(short), law_enforcement=bool(police)
            )
        except WatchfloorError as error:
            return no_update, no_update, problem(error.message, error.hint)
        agencies = services.store.agencies.all()
        choices = [{"value": str(agency.id), "label": agency.name} for agency in agencies]
        return agencies_table(agencies), choices, _done(f"{name} was added.")


def _register_types(app: Any, services: Services) -> None:
    store = services.store

    @guarded(app).callback(
        Permission.ADMINISTER,
        Output(ids.ADMIN_TYPE_LABEL, "value"),
        Output(ids.ADMIN_TYPE_GLYPH, "value"),
        Output(ids.ADMIN_TYPE_SEVERITY, "value"),
        Output(ids.ADMIN_TYPE_RETIRED, "checked"),
        Input(ids.ADMIN_TYPE_PICK, "value"),
        prevent_initial_call=True,
    )
    def pick_type(code: Any) -> tuple[str, str, str, bool]:
        entry = next(entry for entry in store.types.all() if entry.code == code)
        return entry.label, entry.glyph, str(int(entry.severity)), entry.retired

    @guarded(app).callback(
        Permission.ADMINISTER,
        Output(ids.ADMIN_TYPES, "rowData"),
        Output(ids.ADMIN_RESULT, "children", allow_duplicate=True),
        Input(ids.ADMIN_TYPE_SAVE, "n_clicks"),
        Input(ids.ADMIN_TYPE_ADD, "n_clicks"),
        State(ids.ADMIN_TYPE_PICK, "value"),
        State(ids.ADMIN_TYPE_LABEL, "value"),
        State(ids.ADMIN_TYPE_GLYPH, "value"),
        State(ids.ADMIN_TYPE_SEVERITY, "value"),
        State(ids.ADMIN_TYPE_RETIRED, "checked"),
        State(ids.ADMIN_TYPE_PARENT, "value"),
        State(ids.ADMIN_TYPE_CODE, "value"),
        State(ids.ADMIN_TYPE_NEW_LABEL, "value"),
        prevent_initial_call=True,
    )
    def change_types(_save: Any, _add: Any, *values: Any) -> tuple[Any, Any]:
        code, text, glyph, severity, retired, parent, stem, new_text = values
        actor = current_actor()
        try:
            if ctx.triggered_id == ids.ADMIN_TYPE_ADD:
                entry = _new_type(
                    store.types.all(), parent=parent or None, stem=stem or "", text=new_text or ""
                )
                store.types.add(actor, entry)
                result = _done(f"{entry.label} was added as {entry.code}.")
            elif not code:
                raise Invalid("No type is chosen.", hint="Choose the type to change first.")
            else:
                level = int(Severity(int(severity)))
                store.types.change(
                    actor, code, label=text, glyph=glyph, severity=level, retired=bool(retired)
                )
                result = _done(f"{text} was saved.")
        except WatchfloorError as error:
            return no_update, problem(error.message, error.hint)
        return type_rows(store.types.all()), result


def _new_type(types: list[IncidentType], *, parent: str | None, stem: str, text: str) -> IncidentType:
    if not stem.replace("-", "").isalnum() or not stem.isascii() or not text.strip():
        raise Invalid(
            "A type needs a code of letters, digits and hyphens, and a label.", hint="Fill in both."
        )
    above = next((entry for entry in types if entry.code == parent), None)
    return IncidentType(
        id=0,
        code=f"{parent}.{stem.lower()}" if parent else stem.lower(),
        parent=parent,
        label=text.strip(),
        glyph=above.glyph if above else "marker",
        severity=above.severity if above else Severity.NONE,
        # Behind everything, in the order in which types were added.
        position=max((entry.position for entry in types), default=0) + 1,
        retired=False,
    )


def _register_audit(app: Any, services: Services) -> None:
    audit, zone = services.store.audit, ZoneInfo(services.settings.timezone)

    @guarded(app).callback(
        Permission.READ_AUDIT,
        Output(ids.ADMIN_AUDIT, "children"),
        Output(ids.ADMIN_AUDIT_FROM, "data"),
        Input(ids.ADMIN_AUDIT_OLDER, "n_clicks"),
        Input(ids.ADMIN_AUDIT_NEWEST, "n_clicks"),
        State(ids.ADMIN_AUDIT_FROM, "data"),
        prevent_initial_call=True,
    )
    def turn(_older: Any, _newest: Any, before: Any) -> tuple[Component, int]:
        end = None if ctx.triggered_id == ids.ADMIN_AUDIT_NEWEST else int(before)
        entries = audit.entries(before=end, limit=AUDIT_PAGE)
        return audit_table(entries, zone=zone), int(entries[-1]["seq"]) if entries else 0

    @guarded(app).callback(
        Permission.READ_AUDIT,
        Output(ids.ADMIN_RESULT, "children", allow_duplicate=True),
        Input(ids.ADMIN_AUDIT_VERIFY, "n_clicks"),
        prevent_initial_call=True,
    )
    def verify(_clicks: Any) -> Component:
        check = audit.verify()
        if check.whole:
            return _done(
                f"The audit log is whole: {check.entries:,} entries, none changed, missing or reordered."
            )
        return problem(
            check.problem, "Keep this machine as it is and tell whoever is responsible for its security."
        )


def _done(text: str) -> Component:
    return html.P(text, className="done")


def _link_shown(token: str) -> Component:
    return html.Div(
        [
            html.P("This link signs them in once, within 15 minutes. It is shown only now."),
            html.Code(f"/link/{token}", className="one-time"),
        ],
        className="done",
    )
