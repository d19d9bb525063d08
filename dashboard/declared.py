"""Every route and callback says what it asks of an actor, or the server does not start."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dash import Dash
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, APIWebSocketRoute
from starlette.routing import BaseRoute

from dashboard.guard import DASH, PUBLIC, REFUSED, declared_permission
from data.access import Permission


@dataclass(frozen=True, slots=True)
class Declared:
    """One address with what it asks for: None means that it is public."""

    path: str
    methods: frozenset[str]
    permission: Permission | None


class Undeclared(RuntimeError):
    """Something that would be served says nothing about who may have it."""


def declared_routes(app: FastAPI) -> list[Declared]:
    """Return every address of the app with what it asks for; raise Undeclared when one says nothing."""
    return [_declared(route) for route in _leaves(app.routes)]


def _leaves(routes: list[BaseRoute]) -> Iterator[BaseRoute]:
    for route in routes:
        inside = getattr(route, "original_router", None)
        if inside is not None:
            yield from _leaves(inside.routes)
        else:
            yield route


def _declared(route: BaseRoute) -> Declared:
    path = str(getattr(route, "path", ""))
    methods = frozenset(getattr(route, "methods", None) or {"GET"})
    if path in PUBLIC or path in REFUSED:
        return Declared(path, methods, None)
    if path in DASH:
        return Declared(path, methods, DASH[path])
    found = list(_permissions(route.dependant)) if isinstance(route, APIRoute | APIWebSocketRoute) else []
    if not found:
        raise Undeclared(f"{path} says nothing about who may have it: depend on needs(permission)")
    return Declared(path, methods, found[0])


def _permissions(dependant: Dependant) -> Iterator[Permission]:
    for dependency in dependant.dependencies:
        permission = declared_permission(dependency.call)
        if permission is not None:
            yield permission
        yield from _permissions(dependency)


def refuse_undeclared(app: FastAPI, dash: Dash, declared: Mapping[str, Permission]) -> None:
    """Raise Undeclared when a route or a callback does not say who may have it."""
    declared_routes(app)
    for output, entry in dash.callback_map.items():
        # A clientside callback has no function here: it runs in the browser and the server refuses its name.
        if "callback" in entry and output not in declared:
            raise Undeclared(f"the callback of {output} was not registered through guarded(app)")
