"""`/api/v1/hotspots`: density, Gi*, trend and difference of what is filtered, as cells and as a list."""

from __future__ import annotations

from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Request, Response
from fastapi import Query as Param
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

from dashboard.at_work import AtWork, Work
from dashboard.guard import needs
from dashboard.services import Services
from dashboard.web.asking import ERRORS, Viewer
from dashboard.web.caching import answer, freshness
from dashboard.web.exposures import offered
from dashboard.web.hotspots_asked import OF_THE_ROUTES, Question, question
from dashboard.web.records_json import Json, many
from dashboard.web.told import LINES, lines_of
from data.access import Permission
from data.clock import to_ms
from data.mirror import View
from data.query import Query
from layers.hotspots import geojson
from layers.hotspots.analysis import What, analysed
from layers.hotspots.names import names
from layers.hotspots.ranked import ranked

MEDIA_TYPE = "application/geo+json"
Asked = Annotated[Question, Depends(question)]
Limit = Annotated[int, Param(ge=1, le=200, description="How many hotspots are named, the strongest first.")]

Metres = Annotated[float, Param(ge=10, le=50_000, description="What counts as near, in metres.")]
Hours = Annotated[float, Param(ge=0.1, le=8_784, description="What counts as soon, in hours.")]


def router(services: Services) -> APIRouter:
    """Return the hotspot routes."""
    routes = APIRouter(tags=["hotspots"], responses=ERRORS)
    viewing = [Depends(needs(Permission.VIEW))]

    @routes.get("/api/v1/hotspots", response_class=Response, dependencies=viewing)
    def hotspot_cells(request: Request, actor: Viewer, asked: Asked) -> Response:
        """Return the hotspots of what the filter lets the actor see, default points left out and counted."""

        def make() -> bytes:
            return geojson(asked.answer(services, actor, now=now))

        now = services.clock.now()
        fresh = freshness(
            request,
            token=services.mirror.token(actor),
            query=asked.query,
            now_ms=to_ms(now),
            parts=f"hotspots/{asked.about}",
        )
        return answer(request, fresh, media_type=MEDIA_TYPE, make=make)

    @routes.get("/api/v1/hotspots/ranked", response_class=Response, dependencies=viewing)
    def hotspot_list(request: Request, actor: Viewer, asked: Asked, limit: Limit = 50) -> Response:
        """Return the hotspots by name, the strongest first, each with a sentence and its outline.

        A difference or an excess is ranked by its own test, and lists where more came; all else by Gi*.
        """

        def make() -> bytes:
            def look(query: Query) -> View:
                return services.mirror.view(actor, query, now=now)

            found = ranked(look(asked.query), asked.of(services, actor), names=names(), most=limit, look=look)
            return orjson.dumps(found.as_dict())

        now = services.clock.now()
        fresh = freshness(
            request,
            token=services.mirror.token(actor),
            query=asked.query,
            now_ms=to_ms(now),
            parts=f"ranked/{asked.about}/{limit}",
        )
        return answer(request, fresh, media_type="application/json", make=make)

    @routes.get("/api/v1/hotspots/exposures", dependencies=viewing)
    def exposures(actor: Viewer) -> Json:
        """Return what the map can be adjusted for: columns of people in the areas that the actor may see."""
        return many([one.as_dict() for one in offered(services.store, actor)])

    _analyses(routes, services)
    return routes


def _analyses(routes: APIRouter, services: Services) -> None:
    @routes.get(
        "/api/v1/hotspots/analysis/{what}",
        dependencies=[Depends(needs(Permission.VIEW))],
        response_model=None,
    )
    async def analysis(
        request: Request, actor: Viewer, what: What, metres: Metres = 500, hours: Hours = 24
    ) -> Json | Response:
        """Return near sites, near repeat or the most likely clusters of what the actor may see.

        Whoever accepts `application/x-ndjson` is sent lines of `{"done": share}` and the answer in the last.
        """
        query = Query.parse(request.url.query, ignore=("metres", "hours"))
        now, zone = services.clock.now(), services.settings.timezone

        def begin() -> View:
            return services.mirror.view(actor, query, now=now)

        view = await run_in_threadpool(begin)

        def make(work: Work) -> Json:
            def at(done: float) -> None:
                work.at(f"{done:.2f}")

            found = analysed(view, what, metres=metres, hours=hours, names=names(), zone=zone, at=at)
            return found.as_dict()

        if LINES in request.headers.get("accept", ""):
            return StreamingResponse(lines_of(make), media_type=LINES)
        return await AtWork().run(request, actor.user_id, None, make)


__all__ = ["MEDIA_TYPE", "OF_THE_ROUTES", "router"]
