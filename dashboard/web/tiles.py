"""`/tiles/incidents` and `/tiles/sites`: vector tiles of what is filtered, made when asked for."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from dashboard.guard import needs
from dashboard.services import Services
from dashboard.web.caching import answer, freshness
from data.access import Actor, Permission
from data.clock import to_ms
from data.mirror.lru import Lru
from data.query import Query
from layers import incidents, sites
from layers.registry import LAYERS
from layers.tiles import TileAddress

MEDIA_TYPE = "application/vnd.mapbox-vector-tile"
_SITE_BYTES = 64 << 20

Viewer = Annotated[Actor, Depends(needs(Permission.VIEW))]


def router(services: Services) -> APIRouter:
    """Return the tile routes, and the list of layers."""
    routes = APIRouter()
    chosen_sites: Lru[sites.Sites] = Lru(limit_bytes=_SITE_BYTES, size=lambda kept: kept.nbytes)

    @routes.get("/api/v1/layers")
    def layers(actor: Viewer) -> list[dict[str, Any]]:
        """Return the layers of the map with their legends."""
        del actor  # the same for everybody who may look at all
        return [layer.as_dict() for layer in LAYERS.values()]

    @routes.get("/tiles/incidents/{z}/{x}/{y}.mvt", response_class=Response)
    def incident_tile(request: Request, z: int, x: int, y: int, actor: Viewer) -> Response:
        """Return a tile of the incidents that the filter lets the actor see; 204 where there are none."""
        address, query = TileAddress(z, x, y), Query.parse(request.url.query, ignore=("v",))
        now = services.clock.now()
        fresh = freshness(
            request,
            token=services.mirror.token(actor),
            query=query,
            now_ms=to_ms(now),
            parts=f"incidents/{z}/{x}/{y}",
        )
        return answer(
            request,
            fresh,
            media_type=MEDIA_TYPE,
            make=lambda: incidents.tile(services.mirror.view(actor, query, now=now), address),
        )

    @routes.get("/tiles/sites/{z}/{x}/{y}.mvt", response_class=Response)
    def site_tile(request: Request, z: int, x: int, y: int, actor: Viewer) -> Response:
        """Return a vector tile of the sites that the actor may see; 204 where there are none."""
        address = TileAddress(z, x, y)
        params = request.query_params
        wanted = sites.SiteFilter.parse(
            sector=params.get("sector", ""), kind=params.get("kind", ""), status=params.get("status", "")
        )
        snapshot = services.mirror.snapshot
        visible = snapshot.visible(actor)
        token = snapshot.token(visible)

        def make() -> bytes:
            chosen = chosen_sites.get(
                (token, wanted), lambda: sites.choose(snapshot.sites, snapshot.scope_table(visible), wanted)
            )
            return sites.tile(chosen, address)

        parts = f"sites/{z}/{x}/{y}|{wanted.key()}"
        fresh = freshness(request, token=token, query=Query(), now_ms=0, parts=parts)
        return answer(request, fresh, media_type=MEDIA_TYPE, make=make)

    return routes
