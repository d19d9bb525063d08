"""`/api/v1/hotspots`: density and Gi* of what is filtered, as GeoJSON cells."""

from __future__ import annotations

from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Request, Response

from dashboard.guard import needs
from dashboard.services import Services
from dashboard.web.caching import answer, freshness
from data.access import Actor, Permission
from data.clock import to_ms
from data.errors import BadFilter
from data.query import Query, Rectangle
from data.query.shapes import parse_shapes
from layers.hotspots import Extent, Kind, as_geojson, hotspots

MEDIA_TYPE = "application/geo+json"
_OF_THE_ROUTE = ("v", "kind", "bbox", "cell_m")


def router(services: Services) -> APIRouter:
    """Return the hotspot route."""
    routes = APIRouter()

    @routes.get("/api/v1/hotspots", response_class=Response)
    def hotspot_cells(
        request: Request,
        actor: Annotated[Actor, Depends(needs(Permission.VIEW))],
        kind: Kind = Kind.DENSITY,
        bbox: str = "",
        cell_m: float | None = None,
    ) -> Response:
        """Return the hotspots of what the filter lets the actor see, default points left out and counted."""
        query = Query.parse(request.url.query, ignore=_OF_THE_ROUTE)
        extent = _extent(bbox)
        now = services.clock.now()

        def make() -> bytes:
            view = services.mirror.view(actor, query, now=now)
            return orjson.dumps(as_geojson(hotspots(view, kind, bbox=extent, cell_m=cell_m)))

        fresh = freshness(
            request,
            token=services.mirror.token(actor),
            query=query,
            now_ms=to_ms(now),
            parts=f"hotspots/{kind.value}/{extent}/{cell_m}",
        )
        return answer(request, fresh, media_type=MEDIA_TYPE, make=make)

    return routes


def _extent(bbox: str) -> Extent | None:
    """Return the box of "west,south,east,north"; raise BadFilter for anything else."""
    if not bbox:
        return None
    shapes = parse_shapes("r:" + bbox)
    box = shapes[0]
    if len(shapes) != 1 or not isinstance(box, Rectangle) or box.west >= box.east or box.south >= box.north:
        raise BadFilter("The box has no inside.", hint="Write bbox=west,south,east,north in degrees.")
    return box.west, box.south, box.east, box.north
