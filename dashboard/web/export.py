"""`/api/v1/export`: exactly what is filtered, as a file, and a line in the audit log that it left."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse

from dashboard.guard import needs
from dashboard.services import Services
from dashboard.web import share_json
from dashboard.web.records_json import Json
from dashboard.web.share_models import PrintIn
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

    @routes.post("/print", status_code=201)
    def printed(actor: Annotated[Actor, Depends(needs(Permission.EXPORT))], body: PrintIn) -> Json:
        """Enter a map in the log before it is put on paper; who may not take things along does not print."""
        query = Query.parse(body.filter)
        view = services.mirror.view(actor, query, now=services.clock.now())
        # The sites on the sheet are not chosen by the filter: whatever of them one sees may be on it.
        scopes = services.mirror.snapshot.scopes
        sites = [scopes[one] for one in set(services.mirror.snapshot.sites.scope.tolist()) & view.visible]
        line = taken_along(
            services.store,
            actor,
            what="print",
            form="paper",
            filter=query.canonical(),
            count=view.total,
            marking=max([view.marking, *(one.tlp for one in sites)]),
            law_enforcement=view.law_enforcement or any(one.law_enforcement for one in sites),
        )
        return share_json.release(line)

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
