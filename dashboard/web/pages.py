"""The addresses of the pages: each answers with the same document, and the router in it shows the page."""

from __future__ import annotations

from typing import Annotated

from dash import Dash
from dash.backends._fastapi import reset_current_request, set_current_request  # Dash names no public way
from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from dashboard.guard import needs
from dashboard.pages import PAGES
from data.access import Actor, Permission


def router(dash: Dash) -> APIRouter:
    """Return a route for every page but the first, which Dash serves by itself."""
    routes = APIRouter(include_in_schema=False)
    for page in PAGES:
        if page.path == "/":
            continue
        for path in (page.path, page.path + "/{rest:path}"):
            routes.add_api_route(path, _document(dash, page.permission), methods=["GET"])
    return routes


def _document(dash: Dash, permission: Permission):  # type: ignore[no-untyped-def]  # FastAPI reads the signature
    async def document(request: Request, _actor: Annotated[Actor, Depends(needs(permission))]) -> Response:
        token = set_current_request(request)
        try:
            return HTMLResponse(dash.index())
        finally:
            reset_current_request(token)

    return document
