"""Routes and callbacks × roles: what is declared is what happens, and nothing else is answered."""

from __future__ import annotations

import re

import pytest

from dashboard.declared import Declared, declared_routes
from dashboard.guard import guarded
from data.access import ROLE_PERMISSIONS, Permission
from data.model import Role
from tests.support.callbacks import callback_body
from tests.support.served import Served

UUID = "01a204a8-0000-7000-8000-000000000000"
_FILL = {
    "record_id": UUID,
    "attachment_id": UUID,
    "id": UUID,
    "fid": "7",
    "view_id": "1",
    "z": "8",
    "x": "77",
    "y": "94",
    "name": "nothing",
    "token": "nothing",
    "package_name": "dash",
    "fingerprinted_path": "nothing.js",
    "rest": "x",
}


def _address(route: Declared) -> str:
    return re.sub(r"{(\w+)(?::\w+)?}", lambda found: _FILL.get(found[1], "1"), route.path)


def _calls(site: Served) -> list[tuple[Declared, str]]:
    return [
        (route, method)
        for route in declared_routes(site.app)
        if route.path != "/live"
        for method in sorted(route.methods - {"HEAD", "OPTIONS"})
    ]


def _ask(client: object, route: Declared, method: str) -> int:
    body = (
        {"json": {}} if method in {"POST", "PUT", "PATCH"} and route.path not in {"/login", "/logout"} else {}
    )
    return int(client.request(method, _address(route), **body).status_code)  # type: ignore[attr-defined]


def test_a_stranger_gets_nothing_that_is_not_public(site: Served) -> None:
    for route, method in _calls(site):
        status = _ask(site.client(), route, method)
        if route.permission is None:
            assert status != 500, route.path
        else:
            assert status in {401, 404}, (method, route.path, status)


@pytest.mark.parametrize("role", list(Role))
def test_a_role_gets_what_it_is_allowed_and_nothing_else(site: Served, role: Role) -> None:
    client = site.as_role(role)
    unexpected = []
    for route, method in _calls(site):
        if route.permission is None:
            continue
        status = _ask(client, route, method)
        allowed = route.permission in ROLE_PERMISSIONS[role]
        if status >= 500 or (status in {401, 403}) == allowed:
            unexpected.append((method, route.path, route.permission.value, status))
    assert unexpected == []


def test_an_address_that_was_not_declared_is_refused_to_strangers_and_unknown_to_others(site: Served) -> None:
    for path in ("/admin.php", "/docs", "/redoc", "/openapi.json", "/_reload-hash", "/api", "/static/x"):
        assert site.client().get(path).status_code in {401, 404}, path
        assert site.officer.get(path).status_code == 404, path


@pytest.mark.parametrize("role", list(Role))
def test_a_callback_is_refused_to_a_role_that_may_not_call_it(site: Served, role: Role) -> None:
    client = site.as_role(role)
    for output, permission in guarded(site.app.state.dash).declared.items():
        answer = client.post("/_dash-update-component", json=callback_body(site, output))
        if permission in ROLE_PERMISSIONS[role]:
            assert answer.status_code not in {401, 403}, output
            assert answer.status_code < 500, (output, answer.text)
        else:
            assert answer.status_code == 403, output


def test_a_callback_is_refused_to_a_stranger(site: Served) -> None:
    for output in guarded(site.app.state.dash).declared:
        answer = site.client().post("/_dash-update-component", json=callback_body(site, output))
        assert answer.status_code == 401


def test_every_permission_is_asked_for_somewhere_or_by_the_store(site: Served) -> None:
    asked = {route.permission for route in declared_routes(site.app)}
    asked |= set(guarded(site.app.state.dash).declared.values())
    by_the_store = {Permission.SHARE_VIEW}  # asked for only when a view is shared
    assert asked | by_the_store | {None} >= set(Permission) - {Permission.IMPORT}


def test_a_shared_view_needs_permission_and_a_personal_one_does_not(site: Served) -> None:
    viewer = site.as_role(Role.VIEWER)
    assert viewer.post("/api/v1/views", json={"name": "mine"}).status_code == 201
    assert viewer.post("/api/v1/views", json={"name": "ours", "shared": True}).status_code == 403


def test_refusals_are_in_the_audit_log_and_a_flood_of_them_is_not(site: Served) -> None:
    viewer = site.as_role(Role.VIEWER)
    for _ in range(200):
        viewer.post("/api/v1/incidents", json={})
    denied = [entry for entry in site.services.store.audit.entries(limit=1000) if entry["action"] == "denied"]
    assert 1 <= len(denied) <= 120
    assert denied[-1]["detail"]["path"] == "/api/v1/incidents"
    assert denied[-1]["user_name"].startswith("viewer")
