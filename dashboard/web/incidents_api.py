"""`/api/v1/incidents`: lists, reports, changes and comments."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
import orjson
from fastapi import APIRouter, Header, Query, Request, Response

from dashboard.services import Services
from dashboard.web import models, records_json
from dashboard.web.asking import (
    ERRORS,
    CursorText,
    Fid,
    Limit,
    RecordId,
    Reporter,
    Triager,
    Viewer,
    filter_of,
)
from dashboard.web.records_json import Json, many
from dashboard.web.reporting import changes_of, send
from data.access import Actor
from data.errors import Invalid, NotFound
from data.mirror import View
from data.model import LonLat
from data.query import Query as Filter
from layers.duplicates import Draft, candidates, likely
from layers.listing import Cursor, Order, page
from layers.nearest import NearestSites

_OWN = frozenset({"order", "limit", "cursor", "v"})
_PATH = "/incidents"


def router(services: Services) -> APIRouter:
    """Return the routes of incidents."""
    routes = APIRouter(prefix="/api/v1", tags=["incidents"], responses=ERRORS)
    # Before the records: its address would be taken for an id.
    _add_likeness(routes, services)
    _add_reading(routes, services)
    _add_writing(routes, services)
    return routes


def _add_reading(routes: APIRouter, services: Services) -> None:
    store, near = services.store, NearestSites()

    @routes.get(_PATH, openapi_extra={"parameters": _FILTERS}, response_model=Json)
    def incidents(
        request: Request,
        actor: Viewer,
        order: Order = Order.NEWEST,
        limit: Limit = 100,
        cursor: CursorText = "",
    ) -> Response:
        """Return a page of the incidents that a filter lets one see, and how many there are in all."""
        view = services.mirror.view(actor, filter_of(request, own=_OWN), now=services.clock.now())
        after = Cursor.parse(cursor) if cursor else None

        def make() -> bytes:
            found = page(view, order=order, limit=limit, after=after)
            items = _items(services, actor, view, found.rows, near)
            return orjson.dumps(many(items, next=found.next.text() if found.next else None, total=view.total))

        # A hundred officers who may see the same ask for the same page when a report comes in.
        body = make() if cursor else view.derived(("incidents", order, limit), make)
        return Response(body, media_type="application/json")

    @routes.get(_PATH + "/{record_id}")
    def incident(actor: Viewer, record_id: RecordId) -> Json:
        """Return everything about one incident."""
        return records_json.incident(store.incidents.get(actor, record_id))

    @routes.get(_PATH + "/{record_id}/history")
    def history(actor: Viewer, record_id: RecordId) -> Json:
        """Return who changed what, and when, oldest first."""
        return many([records_json.revision(one) for one in store.incidents.history(actor, record_id)])

    @routes.get(_PATH + "/{record_id}/comments")
    def comments(actor: Viewer, record_id: RecordId) -> Json:
        """Return what was written beneath an incident, oldest first."""
        return many([records_json.comment(one) for one in store.incidents.comments(actor, record_id)])

    @routes.get("/features/incidents/{fid}")
    def by_fid(actor: Viewer, fid: Fid) -> Json:
        """Return the incident that a tile names by this number."""
        frame = services.mirror.incidents
        seqs = frame.seq[np.flatnonzero(frame.fid == fid)].tolist()
        found = store.incidents.by_seq(actor, seqs)
        if not found:
            raise NotFound("There is no such incident, or you may not see it.")
        return records_json.incident(found[0])


def _add_likeness(routes: APIRouter, services: Services) -> None:
    store = services.store

    @routes.get(f"{_PATH}/likely-duplicates")
    def likely_duplicates(  # noqa: PLR0917  # parameters of a query string have names
        actor: Viewer,
        title: Annotated[str, Query(min_length=1, max_length=500)],
        occurred: models.Moment,
        lon: Annotated[float | None, Query(ge=-180, le=180, allow_inf_nan=False)] = None,
        lat: Annotated[float | None, Query(ge=-90, le=90, allow_inf_nan=False)] = None,
        accuracy_m: Annotated[float, Query(ge=0, le=100_000, allow_inf_nan=False)] = 0.0,
        narrative: Annotated[str, Query(max_length=2_000)] = "",
    ) -> Json:
        """Return the reports that are likely to tell of the same thing: near in space, time and words."""
        if (lon is None) != (lat is None):
            raise Invalid("A place has a longitude and a latitude.", hint="Give both, or neither.")
        if not models.EARLIEST <= occurred <= models.LATEST:
            raise Invalid("The year is not between 1800 and 2200.", hint="Check the time.")
        place = None if lon is None or lat is None else LonLat(lon, lat)
        draft = Draft(title=title, occurred=occurred, place=place, narrative=narrative, accuracy_m=accuracy_m)
        view = services.mirror.view(actor, Filter(), now=services.clock.now())
        among = store.incidents.by_seq(actor, candidates(view, draft).tolist())
        return many([records_json.likeness(one) for one in likely(draft, among)])


def _add_writing(routes: APIRouter, services: Services) -> None:
    store = services.store

    @routes.post(_PATH, status_code=201, responses={200: {"description": "This report was there already."}})
    def report(
        actor: Reporter,
        body: models.Report,
        response: Response,
        idempotency_key: Annotated[str | None, Header(min_length=1, max_length=200)] = None,
    ) -> Json:
        """Add a report. Sent again with the same key, it is answered again and added once."""
        sent = send(store, actor, body, once=idempotency_key)
        if sent.again:
            response.status_code = 200
        response.headers["Location"] = f"/api/v1{_PATH}/{sent.record.id}"
        return records_json.incident(sent.record)

    @routes.patch(_PATH + "/{record_id}")
    def change(actor: Triager, record_id: RecordId, body: models.Change) -> Json:
        """Change an incident, on top of the revision that one has seen."""
        record = store.incidents.get(actor, record_id)
        changed = store.incidents.update(
            actor,
            record_id,
            revision=body.revision,
            changes=changes_of(store, actor, record, body),
            reason=body.reason,
        )
        return records_json.incident(changed)

    @routes.post(_PATH + "/{record_id}/comments", status_code=201)
    def comment(actor: Triager, record_id: RecordId, body: models.NewComment) -> Json:
        """Write beneath an incident; return everything that stands there."""
        store.incidents.comment(actor, record_id, body.text)
        return many([records_json.comment(one) for one in store.incidents.comments(actor, record_id)])


def _items(
    services: Services, actor: Actor, view: View, rows: np.ndarray[Any, Any], near: NearestSites
) -> list[Json]:
    """Return the rows as the list shows them, each with its nearest site."""
    records = services.store.incidents.by_seq(actor, view.frame.seq[rows].tolist())
    placed = [record.place for record in records]
    lon = np.array([0.0 if place is None else place.lon for place in placed])
    lat = np.array([0.0 if place is None else place.lat for place in placed])
    nearest = near.find(view.snapshot.sites, view.snapshot.visible(actor), lon=lon, lat=lat)
    return [
        records_json.incident_item(record, None if record.place is None else site)
        for record, site in zip(records, nearest, strict=True)
    ]


_TEXT = {"schema": {"type": "string"}}
_FILTERS = [
    {"name": name, "in": "query", "description": words, **_TEXT}
    for name, words in {
        "type": "Codes of types, each with its descendants: fire,hazmat.gas",
        "severity": "Levels 0 to 6: 4,5,6",
        "status": "new,acknowledged,in_progress,resolved,closed",
        "source": "Keys of sources",
        "tlp": "clear,green,amber,amber_strict,red",
        "store": "incident,sar,intel,open",
        "last": "A moving window: 24h (m, h, d or w)",
        "from": "ISO time with its zone",
        "to": "ISO time with its zone",
        "since": "Entered or updated after this moment, in ms since 1970",
        "q": "Words",
        "area": "Ids of areas",
        "shape": "p:lon,lat;lon,lat;… or r:w,s,e,n or c:lon,lat,metres",
        "near": "Within metres of sites: energy:500 or energy/substation:500",
        "not": "Dimensions to be inverted: type,time",
    }.items()
]
