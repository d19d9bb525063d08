"""`/api/v1/areas`: administrative areas and drawn ones."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from dashboard.services import Services
from dashboard.web import models, records_json
from dashboard.web.asking import ERRORS, RecordId, Reporter, Viewer, Words
from dashboard.web.records_json import Json, many
from dashboard.web.reporting import scope_for
from dashboard.web.shapes import polygon
from data.model import LocatedBy, StoreKind
from data.records import NewArea


def router(services: Services) -> APIRouter:
    """Return the routes of areas."""
    routes = APIRouter(prefix="/api/v1/areas", tags=["areas"], responses=ERRORS)
    store = services.store

    @routes.get("")
    def areas(actor: Viewer, q: Words = "", limit: Annotated[int, Query(ge=1, le=100)] = 20) -> Json:
        """Return the areas whose name holds these words, the likeliest first."""
        return many([records_json.area(one) for one in store.areas.search(actor, q, limit=limit)])

    @routes.post("", status_code=201)
    def draw(actor: Reporter, body: models.NewArea) -> Json:
        """Keep an area that somebody drew."""
        scope = scope_for(store, actor, StoreKind.OPEN, models.tlp_of(body.tlp), law_enforcement=False)
        key = f"drawn.{body.tlp}.{scope.agency_id}"
        name = f"Drawn areas, {scope.tlp.label}"
        source_id = store.sources.intern(key, name=name, kind="areas", scope_id=scope.id)
        made = store.areas.add(
            actor,
            NewArea(
                name=body.name,
                kind="drawn",
                source_id=source_id,
                scope_id=scope.id,
                geometry=polygon(body.geometry),
                located_by=LocatedBy.DRAWN,
            ),
        )
        return records_json.area_feature(made)

    @routes.get("/{record_id}")
    def area(actor: Viewer, record_id: RecordId) -> Json:
        """Return one area without its outline."""
        return records_json.area(store.areas.get(actor, record_id))

    @routes.get("/{record_id}/geometry")
    def geometry(actor: Viewer, record_id: RecordId) -> Json:
        """Return one area with its outline as a GeoJSON feature."""
        return records_json.area_feature(store.areas.get(actor, record_id))

    return routes
