"""`/api/v1/summary`: every count that the Watch page shows for a filter, in one answer."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
import orjson
from fastapi import APIRouter, Depends, Request, Response
from fastapi import Query as Parameter

from dashboard.guard import needs
from dashboard.services import Services
from dashboard.web.caching import answer, freshness
from data.access import Actor, Permission
from data.clock import from_ms, to_ms
from data.mirror import Timeline, View
from data.query import Query

MOST_BINS = 180
_OF_THE_ROUTE = ("v", "bins")


def router(services: Services) -> APIRouter:
    """Return the summary route."""
    routes = APIRouter()

    @routes.get("/api/v1/summary", response_class=Response)
    def summary(
        request: Request,
        actor: Annotated[Actor, Depends(needs(Permission.VIEW))],
        bins: Annotated[int, Parameter(ge=1, le=MOST_BINS)] = MOST_BINS,
    ) -> Response:
        """Return counts, extent, timeline and highest marking of what the filter lets the actor see."""
        query = Query.parse(request.url.query, ignore=_OF_THE_ROUTE)
        now = services.clock.now()
        token = services.mirror.token(actor)

        def make() -> bytes:
            view = services.mirror.view(actor, query, now=now)
            made: bytes = view.derived(("summary", bins), lambda: orjson.dumps(summarise(view, bins=bins)))
            # The token may be newer than the view by a refresh; the page asks again when it changes.
            return b'{"token":' + orjson.dumps(token) + b"," + made[1:]

        fresh = freshness(request, token=token, query=query, now_ms=to_ms(now), parts=f"summary/{bins}")
        return answer(request, fresh, media_type="application/json", make=make)

    return routes


def summarise(view: View, *, bins: int = MOST_BINS) -> dict[str, Any]:
    """Return the figures of a view as the page reads them."""
    first_last = view.time_range
    return {
        "total": view.total,
        "unlocated": view.unlocated,
        "default_points": view.default_points,
        "extent": view.extent,
        "facets": view.facets(),
        "time": None if first_last is None else {"first": _iso(first_last[0]), "last": _iso(first_last[1])},
        "timeline": _timeline(view.timeline(bins)),
        "marking": view.marking.label,
        "law_enforcement": view.law_enforcement,
    }


def _timeline(timeline: Timeline | None) -> dict[str, Any] | None:
    if timeline is None:
        return None
    return {
        "start_ms": timeline.start_ms,
        "step_ms": timeline.step_ms,
        "series": [
            {"key": key, "counts": counts.tolist()}
            for key, counts in zip(timeline.keys, timeline.counts, strict=True)
        ],
        "usual": None if timeline.usual is None else np.round(timeline.usual, 3).tolist(),
        "usual_weeks": timeline.usual_weeks,
    }


def _iso(ms: int) -> str:
    return from_ms(ms).isoformat(timespec="seconds").removesuffix("+00:00") + "Z"
