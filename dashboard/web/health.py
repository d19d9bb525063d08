"""Whether the process lives, whether it can work, and its figures for Prometheus."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from dashboard.guard import needs
from dashboard.readiness import Readiness
from dashboard.services import Services
from dashboard.web.metrics import Figures
from data.access import Actor, Permission

Administrator = Annotated[Actor, Depends(needs(Permission.ADMINISTER))]


def router(services: Services) -> APIRouter:
    """Return `/livez`, `/readyz` and `/metrics`."""
    routes = APIRouter(tags=["health"])

    @routes.get("/livez", include_in_schema=False)
    async def livez() -> dict[str, str]:
        """Answer as long as the process does."""
        return {"status": "alive"}

    @routes.get("/readyz", include_in_schema=False)
    def readyz(request: Request) -> Response:
        """Say whether requests can be answered, and what is missing if not."""
        readiness: Readiness = request.app.state.readiness
        store = _store_answers(services)
        ready = readiness.ready and store
        body: dict[str, Any] = {
            "ready": ready,
            "store": "answers" if store else "does not answer",
            "records": readiness.word,
            "mirror_age_s": readiness.mirror_age_s(),
            "basemap": readiness.basemap_word(),
            "page": "present" if readiness.bundle_present() else "missing",
        }
        return JSONResponse(body, status_code=200 if ready else 503)

    @routes.get("/metrics", include_in_schema=False)
    def metrics(request: Request, _actor: Administrator) -> Response:
        """Return the process's figures in Prometheus' text format."""
        figures: Figures = request.app.state.figures
        return PlainTextResponse(figures.text(), media_type="text/plain; version=0.0.4")

    return routes


def _store_answers(services: Services) -> bool:
    try:
        with services.store.reading() as connection:
            connection.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return False
    return True
