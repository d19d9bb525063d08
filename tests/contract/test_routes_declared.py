from __future__ import annotations

from collections.abc import Iterator

import pytest
from dash import Input, Output
from fastapi import APIRouter, FastAPI

from dashboard.declared import Undeclared, declared_routes, refuse_undeclared
from dashboard.guard import PUBLIC, guarded
from data.access import Permission
from data.store import Store
from tests.support.served import Served, served


@pytest.fixture
def site(sqlite_store: Store) -> Iterator[Served]:
    with served(sqlite_store) as running:
        yield running


def test_every_route_says_who_may_have_it(site: Served) -> None:
    declared = declared_routes(site.app)
    assert len(declared) > 30
    public = {one.path for one in declared if one.permission is None}
    assert public <= PUBLIC | {"/_reload-hash", "/_dash-ws-callback"}


def test_no_two_routes_answer_the_same_address(site: Served) -> None:
    addresses = [(one.path, method) for one in declared_routes(site.app) for method in one.methods - {"HEAD"}]
    assert len(addresses) == len(set(addresses))


def test_every_callback_says_who_may_call_it(site: Served) -> None:
    dash = site.app.state.dash
    declared = guarded(dash).declared
    on_the_server = {output for output, entry in dash.callback_map.items() if "callback" in entry}
    assert on_the_server == set(declared)


def test_a_server_with_an_undeclared_route_does_not_start(site: Served) -> None:
    routes = APIRouter()

    @routes.get("/api/v1/forgotten")
    def forgotten() -> str:
        return "everything"

    site.app.include_router(routes)
    with pytest.raises(Undeclared, match="/api/v1/forgotten"):
        declared_routes(site.app)


def test_a_server_with_an_undeclared_callback_does_not_start(site: Served) -> None:
    dash = site.app.state.dash

    @dash.callback(Output("forgotten", "children"), Input("forgotten", "n_clicks"))
    def forgotten(_clicks: object) -> str:
        return "everything"

    with pytest.raises(Undeclared, match="forgotten"):
        refuse_undeclared(site.app, dash, guarded(dash).declared)


def test_a_mount_is_a_route_too() -> None:
    app = FastAPI(openapi_url=None)
    app.mount("/files", FastAPI())
    with pytest.raises(Undeclared, match="/files"):
        declared_routes(app)


def test_permissions_are_of_the_enumeration(site: Served) -> None:
    assert {one.permission for one in declared_routes(site.app)} <= {None, *Permission}
