"""The administration page: four tabs, each a table and the forms that change it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from dashboard import ids
from dashboard.components.attrs import attrs
from dashboard.components.marks import NO_RECORDS
from dashboard.pages.admin.view import agencies_table, audit_table, types_grid, users_table
from data.access import Actor, Permission
from data.model import Role, Severity, StoreKind, Tlp, label

if TYPE_CHECKING:
    from dashboard.services import Services

AUDIT_PAGE = 100
# Any: the stubs of html components know no aria attributes.
_POLITE: Any = {"aria-live": "polite"}


def layout(actor: Actor, services: Services) -> Component:
    """Return the tabs that the actor may open; an auditor sees the log alone."""
    tabs: list[tuple[str, str, Component]] = []
    if actor.may(Permission.ADMINISTER):
        tabs += [
            ("users", "Users", _users(actor, services)),
            ("agencies", "Agencies", _agencies(services)),
            ("types", "Incident types", _types(services)),
        ]
    tabs.append(("audit", "Audit log", _audit(services)))
    return html.Main(
        [
            html.H1("Administration", className="page-title"),
            html.Div(id=ids.ADMIN_RESULT, role="status", **_POLITE),
            dmc.Tabs(
                [
                    dmc.TabsList([dmc.TabsTab(name, value=key) for key, name, _ in tabs]),
                    *[dmc.TabsPanel(body, value=key) for key, _, body in tabs],
                ],
                id=ids.ADMIN_TABS,
                value=tabs[0][0],
                keepMounted=True,
            ),
        ],
        className="document-page",
        **attrs({"data-wf-marking": NO_RECORDS}),
    )


def _users(actor: Actor, services: Services) -> Component:
    agencies = services.store.agencies.all()
    users = services.store.users.all(actor)
    return html.Div(
        [
            html.Div(users_table(users, agencies), id=ids.ADMIN_USERS),
            _form(
                "Add a user",
                [
                    dmc.TextInput(
                        id=ids.ADMIN_USER_NAME, label="Name to sign in with", inputProps={"maxLength": 80}
                    ),
                    dmc.TextInput(id=ids.ADMIN_USER_DISPLAY, label="Shown as", inputProps={"maxLength": 200}),
                    _select(
                        ids.ADMIN_USER_ROLE, "Role", [(r.value, label(r)) for r in Role], Role.VIEWER.value
                    ),
                    _select(
                        ids.ADMIN_USER_AGENCY,
                        "Agency",
                        [(str(a.id), a.name) for a in agencies],
                        str(agencies[0].id),
                    ),
                    _select(
                        ids.ADMIN_USER_CLEARANCE,
                        "Sees up to",
                        [(str(int(t)), t.label) for t in Tlp],
                        str(int(Tlp.AMBER)),
                    ),
                    dmc.MultiSelect(
                        id=ids.ADMIN_USER_STORES,
                        label="Stores",
                        data=[{"value": s.value, "label": label(s)} for s in StoreKind],
                        value=[StoreKind.INCIDENT.value, StoreKind.OPEN.value],
                    ),
                ],
                ids.ADMIN_USER_ADD,
                "Add user",
            ),
            _form(
                "Sign-in link, or end of access",
                [
                    _select(
                        ids.ADMIN_USER_PICK,
                        "User",
                        [(str(u.id), u.name) for u in users if not u.disabled],
                        None,
                    )
                ],
                ids.ADMIN_USER_LINK,
                "Make one-time link",
                extra=html.Button(
                    "Disable user", id=ids.ADMIN_USER_DISABLE, className="button danger", type="button"
                ),
            ),
        ]
    )


def _agencies(services: Services) -> Component:
    return html.Div(
        [
            html.Div(agencies_table(services.store.agencies.all()), id=ids.ADMIN_AGENCIES),
            _form(
                "Add an agency",
                [
                    dmc.TextInput(id=ids.ADMIN_AGENCY_NAME, label="Name", inputProps={"maxLength": 200}),
                    dmc.TextInput(
                        id=ids.ADMIN_AGENCY_SHORT, label="Short name", inputProps={"maxLength": 40}
                    ),
                    dmc.Checkbox(
                        id=ids.ADMIN_AGENCY_POLICE,
                        label="Law enforcement (may see law-enforcement-sensitive records)",
                        checked=False,
                    ),
                ],
                ids.ADMIN_AGENCY_ADD,
                "Add agency",
            ),
        ]
    )


def _types(services: Services) -> Component:
    types = services.store.types.all()
    choices = [(entry.code, f"{entry.label} ({entry.code})") for entry in types]
    severities = [(str(int(s)), label(s)) for s in Severity]
    return html.Div(
        [
            _form(
                "Change a type",
                [
                    _select(ids.ADMIN_TYPE_PICK, "Type", choices, None),
                    dmc.TextInput(id=ids.ADMIN_TYPE_LABEL, label="Label", inputProps={"maxLength": 200}),
                    dmc.TextInput(
                        id=ids.ADMIN_TYPE_GLYPH,
                        label="Glyph (Maki or Temaki name)",
                        inputProps={"maxLength": 60},
                    ),
                    _select(ids.ADMIN_TYPE_SEVERITY, "Severity proposed", severities, "0"),
                    dmc.Checkbox(
                        id=ids.ADMIN_TYPE_RETIRED, label="Retired: kept on records, not offered any more"
                    ),
                ],
                ids.ADMIN_TYPE_SAVE,
                "Save type",
            ),
            _form(
                "Add a type",
                [
                    _select(ids.ADMIN_TYPE_PARENT, "Under", [("", "A new root"), *choices], ""),
                    dmc.TextInput(
                        id=ids.ADMIN_TYPE_CODE,
                        label="Code (letters, digits, hyphens)",
                        inputProps={"maxLength": 40},
                    ),
                    dmc.TextInput(id=ids.ADMIN_TYPE_NEW_LABEL, label="Label", inputProps={"maxLength": 200}),
                ],
                ids.ADMIN_TYPE_ADD,
                "Add type",
            ),
            types_grid(types),
        ]
    )


def _audit(services: Services) -> Component:
    entries = services.store.audit.entries(limit=AUDIT_PAGE)
    zone = ZoneInfo(services.settings.timezone)
    return html.Div(
        [
            html.Div(
                [
                    html.Button(
                        "Verify the log", id=ids.ADMIN_AUDIT_VERIFY, className="button", type="button"
                    ),
                    html.Button(
                        "Newest entries", id=ids.ADMIN_AUDIT_NEWEST, className="button", type="button"
                    ),
                    html.Button("Older entries", id=ids.ADMIN_AUDIT_OLDER, className="button", type="button"),
                ],
                className="button-row",
            ),
            dcc.Store(id=ids.ADMIN_AUDIT_FROM, data=entries[-1]["seq"] if entries else 0),
            html.Div(audit_table(entries, zone=zone), id=ids.ADMIN_AUDIT),
        ]
    )


def _select(component_id: str, name: str, choices: Sequence[tuple[str, str]], value: str | None) -> Component:
    select: Component = dmc.Select(
        id=component_id,
        label=name,
        data=[{"value": key, "label": text} for key, text in choices],
        value=value,
        searchable=len(choices) > 8,  # more than one sees at a glance
        allowDeselect=False,
    )
    return select


def _form(title: str, fields: Sequence[Any], button_id: str, button: str, *, extra: Any = None) -> Component:
    return html.Section(
        [
            html.H2(title),
            html.Div(list(fields), className="form-grid"),
            html.Div(
                [html.Button(button, id=button_id, className="button primary", type="button"), extra],
                className="button-row",
            ),
        ],
        className="part",
    )
