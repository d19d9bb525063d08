"""`/api/v1/search`: what the search box asks while somebody types."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from dashboard.services import Services
from dashboard.web.asking import ERRORS, Viewer
from data.errors import Invalid
from data.gazetteer import places
from data.geo import checked
from data.model import LonLat
from layers.search import LIMIT, Searcher

Text = Annotated[
    str, Query(max_length=500, description="A site, place, address, incident id or coordinates.")
]
Degrees = Annotated[float | None, Query(description="Middle of the map; what is near comes first.")]


def make_searcher(services: Services) -> Searcher:
    """Return what answers the search box; `warm` makes its indexes."""
    store = services.store
    return Searcher(store, services.mirror, gazetteer=places.load, stretches=store.streets.stretches)


def router(_services: Services) -> APIRouter:
    """Return `/api/v1/search`, answered by the server's own searcher."""
    routes = APIRouter(tags=["search"], responses=ERRORS)

    @routes.get("/api/v1/search")
    def search(
        request: Request,
        *,
        actor: Viewer,
        q: Text = "",
        lon: Degrees = None,
        lat: Degrees = None,
        limit: Annotated[int, Query(ge=1, le=50)] = LIMIT,
    ) -> dict[str, Any]:
        """Return what the actor may find, best first."""
        near = _middle(lon, lat)
        searcher: Searcher = request.app.state.searcher
        return {"results": [result.as_dict() for result in searcher.find(actor, q, near=near, limit=limit)]}

    return routes


def _middle(lon: float | None, lat: float | None) -> LonLat | None:
    if lon is None and lat is None:
        return None
    if lon is None or lat is None:
        raise Invalid("The middle of the map needs both lon and lat.", hint="Send both, or neither.")
    # A map that was dragged round the world counts on past 180 degrees.
    return checked((lon + 180) % 360 - 180 if abs(lon) < 1e6 else lon, lat)
