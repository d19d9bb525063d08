"""The addresses of the pages: each answers with the same document, and the router in it shows the page."""

from collections.abc import Awaitable, Callable

from dash import Dash
from dash.backends._fastapi import reset_current_request, set_current_request  # Dash has no public way
from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from dashboard.guard import needs
from dashboard.pages import PAGES
from data.access import Permission


def router(dash: Dash) -> APIRouter:
    """Return a route for every page but the first, which Dash serves by itself."""
    routes = APIRouter(include_in_schema=False)
    document = _document(dash)
    for page in PAGES:
        # A page says itself, in words, that a role does not open it; its document holds nothing of it.
        if page.path != "/":
            for path in (page.path, page.path + "/{rest:path}"):
                routes.add_api_route(
                    path, document, methods=["GET"], dependencies=[Depends(needs(Permission.VIEW))]
                )
    return routes


def _document(dash: Dash) -> Callable[[Request], Awaitable[Response]]:
    async def document(request: Request) -> Response:
        token = set_current_request(request)  # type: ignore[no-untyped-call]  # Dash has no types
        try:
            return HTMLResponse(dash.index())  # type: ignore[no-untyped-call]  # as above
        finally:
            reset_current_request(token)  # type: ignore[no-untyped-call]  # as above

    return document
