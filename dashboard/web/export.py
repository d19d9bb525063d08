"""`/api/v1/export`: exactly what is filtered, as a file, and a line in the audit log that it left."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse

from dashboard.guard import needs
from dashboard.services import Services
from data.access import Actor, Permission
from data.query import Query
from layers.export import csv
from layers.ordering import Sort, ordered
from layers.release.inhouse import taken_along

_CHUNK = 500
_OF_THE_ROUTE = ("columns", "sort")


def router(services: Services) -> APIRouter:
    """Return the export routes."""
    routes = APIRouter(prefix="/api/v1/export")

    @routes.get("/incidents.csv")
    def incidents(
        request: Request,
        actor: Annotated[Actor, Depends(needs(Permission.EXPORT))],
        columns: str = "",
        sort: str = "",
    ) -> StreamingResponse:
        """Return every incident that the filter lets the actor see, in the order asked for."""
        query = Query.parse(request.url.query, ignore=_OF_THE_ROUTE)
        chosen, order = csv.columns_of(columns), Sort.parse(sort)
        now = services.clock.now()
        view = services.mirror.view(actor, query, now=now)
        seqs = view.frame.seq[ordered(view, order)].tolist()
        name = _name(now, view.marking.label)
        # Entered first: a million rows are on their way for a minute, and may be cut off.
        taken_along(
            services.store,
            actor,
            what="incident",
            form="csv",
            filter=query.canonical(),
            file=name,
            count=len(seqs),
            marking=view.marking,
            law_enforcement=view.law_enforcement,
        )
        return StreamingResponse(
            _stream(services, actor, seqs, chosen),
            media_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    return routes


def _stream(services: Services, actor: Actor, seqs: list[int], columns: tuple[str, ...]) -> Iterator[str]:
    # The mark tells a spreadsheet that this is UTF-8; without it names with accents break.
    yield "\ufeff"
    yield from csv.lines((), columns=columns)
    for start in range(0, len(seqs), _CHUNK):
        records = services.store.incidents.by_seq(actor, seqs[start : start + _CHUNK])
        yield "".join(csv.lines(records, columns=columns, heading=False))


def _name(now: datetime, marking: str) -> str:
    """Return a file name that says when and how it may be handled."""
    return f"watchfloor-incidents-{now:%Y%m%dT%H%MZ}-{marking.replace(':', '-').replace('+', '-')}.csv"
