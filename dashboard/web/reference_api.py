"""Types, sources, people and saved views, and the description of the API itself."""

from __future__ import annotations

import functools
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response

from dashboard.services import Services
from dashboard.web import models, records_json
from dashboard.web.asking import ERRORS, Viewer
from dashboard.web.records_json import Json, many, moment
from data.errors import NotFound
from data.query import Query as Filter


def router(services: Services) -> APIRouter:
    """Return the routes of what records refer to."""
    routes = APIRouter(prefix="/api/v1", tags=["reference"], responses=ERRORS)
    _add_words(routes, services)
    _add_views(routes, services)

    @routes.get("/openapi.json", include_in_schema=False)
    def openapi(request: Request, _actor: Viewer) -> Json:
        """Return the description of this API."""
        return _described(request.app)

    return routes


def _add_words(routes: APIRouter, services: Services) -> None:
    store = services.store

    @routes.get("/types")
    def types(_actor: Viewer) -> Json:
        """Return the taxonomy of incidents in the order of its tree."""
        return many([records_json.incident_type(one) for one in store.types.all()])

    @routes.get("/sources")
    def sources(actor: Viewer) -> Json:
        """Return the sources that one may know of, with when each was heard last."""
        found = [records_json.source(one) for one in store.sources.visible(actor)]
        return many(found, now=moment(services.clock.now()))

    @routes.get("/people")
    def people(actor: Viewer) -> Json:
        """Return those of one's own agency, to whom an incident can be assigned."""
        return many([{"id": number, "name": name} for number, name in store.users.names(actor).items()])


def _add_views(routes: APIRouter, services: Services) -> None:
    views = services.store.views

    @routes.get("/views")
    def saved(actor: Viewer) -> Json:
        """Return one's own saved views and those that one's agency shares."""
        return many([records_json.saved_view(one, user_id=actor.user_id) for one in views.visible(actor)])

    @routes.post("/views", status_code=201)
    def save(actor: Viewer, body: models.NewView) -> Json:
        """Keep a filter and a map position under a name; sharing it needs permission."""
        query = Filter.parse(body.query).canonical()
        view_id = views.save(actor, body.name, query=query, map_state=body.map_state, shared=body.shared)
        return next(
            records_json.saved_view(one, user_id=actor.user_id)
            for one in views.visible(actor)
            if one.id == view_id
        )

    @routes.delete("/views/{view_id}", status_code=204, response_class=Response)
    def forget(actor: Viewer, view_id: int) -> Response:
        """Delete a view of one's own."""
        if not 0 < view_id < 1 << 31:
            raise NotFound("There is no such view of yours.")
        views.delete(actor, view_id)
        return Response(status_code=204)

    @routes.get("/last-look")
    def last_look(actor: Viewer) -> Json:
        """Return when one last said that one had seen everything."""
        return {"at": moment(views.last_look(actor))}

    @routes.post("/last-look")
    def looked(actor: Viewer) -> Json:
        """Say that one has seen everything up to now."""
        return {"at": moment(views.looked(actor))}


@functools.cache
def _described(app: FastAPI) -> dict[str, Any]:
    """Return the app's OpenAPI with how one signs in, and with 400 where FastAPI would promise 422."""
    described = app.openapi()
    described["components"].setdefault("securitySchemes", {}).update(
        {
            "bearer": {"type": "http", "scheme": "bearer"},
            "session": {"type": "apiKey", "in": "cookie", "name": "watchfloor"},
        }
    )
    described["security"] = [{"bearer": []}, {"session": []}]
    for path in described["paths"].values():
        for operation in path.values():
            operation["responses"].pop("422", None)
    return described
