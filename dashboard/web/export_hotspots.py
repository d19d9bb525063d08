"""`/api/v1/export/hotspots.…`: the cells of a hotspot map as a file that says how they were made."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import orjson
from fastapi import APIRouter, Depends
from fastapi.responses import StreamingResponse

from dashboard.guard import needs
from dashboard.services import Services
from dashboard.web.asking import ERRORS
from dashboard.web.hotspots_asked import Question, question
from data.access import Actor, Permission
from layers.hotspots import Hotspots, geojson
from layers.hotspots.table import csv_lines


class Form(StrEnum):
    """What the file is."""

    CSV = "csv"
    GEOJSON = "geojson"


_MEDIA = {Form.CSV: "text/csv; charset=utf-8", Form.GEOJSON: "application/geo+json"}


def router(services: Services) -> APIRouter:
    """Return the routes by which hotspots leave."""
    routes = APIRouter(prefix="/api/v1/export", tags=["export"], responses=ERRORS)

    @routes.get("/hotspots.{form}")
    def hotspots(
        form: Form,
        actor: Annotated[Actor, Depends(needs(Permission.EXPORT))],
        asked: Annotated[Question, Depends(question)],
    ) -> StreamingResponse:
        """Return the cells that the map draws of what the actor may see, and how they were made."""
        now = services.clock.now()
        found = asked.answer(services, actor, now=now)
        marking = asked.marking(services, actor, now=now).label
        with services.store.transaction() as connection:
            services.store.audit.record(
                connection,
                actor,
                "export",
                kind="hotspots",
                filter=asked.query.canonical(),
                format=form.value,
                rows=len(found.cell),
            )
        return StreamingResponse(
            _body(found, form, marking),
            media_type=_MEDIA[form],
            headers={"Content-Disposition": f'attachment; filename="{_name(asked, now, marking, form)}"'},
        )

    return routes


def _body(found: Hotspots, form: Form, marking: str) -> Iterator[str | bytes]:
    if form is Form.GEOJSON:
        yield b'{"marking":' + orjson.dumps(marking) + b"," + geojson(found)[1:]
        return
    # The mark tells a spreadsheet that this is UTF-8.
    yield "\ufeff"
    yield from csv_lines(found, marking=marking)


def _name(asked: Question, now: datetime, marking: str, form: Form) -> str:
    safe = marking.replace(":", "-").replace("+", "-")
    return f"watchfloor-{asked.kind.value.replace('_', '-')}-{now:%Y%m%dT%H%MZ}-{safe}.{form.value}"
