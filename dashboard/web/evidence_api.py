"""`/api/v1/households/{id}/evidence`, `…/proposals`, `…/surface`: where people may be, and why."""

from __future__ import annotations

from typing import Annotated, Literal

import orjson
from fastapi import APIRouter, Path, Query, Response

from dashboard.proposals import chosen, proposals
from dashboard.searching import Search
from dashboard.services import Services
from dashboard.web import evidence_json
from dashboard.web.asking import RecordId, Responder
from dashboard.web.calls_models import within_reason
from dashboard.web.evidence_models import Accepted, EvidenceChange, EvidenceIn
from dashboard.web.models import Moment
from dashboard.web.records_json import Json, many
from data.errors import NotFound
from layers.export.geotiff import geotiff
from layers.release.inhouse import taken_along

_OF = "/households/{record_id}"

ClueKey = Annotated[str, Path(pattern=r"^[0-9a-f]{24}$", description="The key of a clue.")]


def add(routes: APIRouter, services: Services, search: Search) -> None:
    """Add the routes of evidence."""
    _add_evidence(routes, services, search)
    _add_proposals(routes, services, search)
    _add_surface(routes, services, search)


def _add_evidence(routes: APIRouter, services: Services, search: Search) -> None:
    store = services.store

    @routes.get(_OF + "/evidence")
    def evidence(actor: Responder, record_id: RecordId) -> Json:
        """Return the evidence about a household, with every state that each piece had."""
        found = store.evidence.of(actor, record_id)
        return many([evidence_json.evidence(one) for one in found], total=len(found))

    @routes.post(_OF + "/evidence", status_code=201)
    def enter(actor: Responder, record_id: RecordId, body: EvidenceIn) -> Json:
        """Enter a piece of evidence about where a household is."""
        return evidence_json.evidence(search.add(actor, record_id, body.piece()))

    @routes.patch("/evidence/{record_id}")
    def change(actor: Responder, record_id: RecordId, body: EvidenceChange) -> Json:
        """Switch a piece of evidence on or off, weigh it anew, or take it back; its past stays."""
        here, changed = store.evidence.change(
            actor, record_id, body.values(), revision=body.revision, note=body.note
        )
        search.follow(actor, here.id)
        return evidence_json.evidence(changed)


def _add_proposals(routes: APIRouter, services: Services, search: Search) -> None:
    store = services.store

    @routes.get(_OF + "/proposals")
    def waiting(actor: Responder, record_id: RecordId) -> Json:
        """Return the clues in a household's calls that nobody has accepted or refused."""
        here = store.households.get(actor, record_id)
        found = proposals(search.ground(actor), here, without=store.evidence.decided(actor, here.id))
        return many([evidence_json.proposal(one) for one in found], total=len(found))

    @routes.post(_OF + "/proposals/{key}/accept", status_code=201)
    def accept(actor: Responder, record_id: RecordId, key: ClueKey, body: Accepted | None = None) -> Json:
        """Take a clue as evidence."""
        here = store.households.get(actor, record_id)
        one = chosen(
            proposals(search.ground(actor), here, without=store.evidence.decided(actor, here.id)), key
        )
        piece = one.piece(None if body is None else body.reliability)
        made = store.evidence.decide(actor, here.id, key, home_seq=one.call.home_seq, accepted=piece)
        search.follow(actor, here.id)
        if made is None:
            raise NotFound("The evidence is no longer there.", hint="Load the household again.")
        return evidence_json.evidence(made)

    @routes.post(_OF + "/proposals/{key}/refuse", status_code=204, response_class=Response)
    def refuse(actor: Responder, record_id: RecordId, key: ClueKey) -> Response:
        """Say that a clue tells nothing of where they are: it is not proposed again."""
        here = store.households.get(actor, record_id)
        one = chosen(
            proposals(search.ground(actor), here, without=store.evidence.decided(actor, here.id)), key
        )
        store.evidence.decide(actor, here.id, key, home_seq=one.call.home_seq, accepted=None)
        return Response(status_code=204)


def _add_surface(routes: APIRouter, services: Services, search: Search) -> None:
    store = services.store

    @routes.get(_OF + "/surface", response_model=None)
    def surface(
        actor: Responder,
        record_id: RecordId,
        at: Annotated[Moment | None, Query(description="As the evidence stood at a time.")] = None,
        format: Annotated[Literal["json", "geotiff"], Query()] = "json",  # noqa: A002  # the name it has outside
    ) -> Response:
        """Return where a household may be: areas, candidates, contributions and cells, or a GeoTIFF."""
        pieces = store.evidence.of(actor, record_id)
        found = search.surface(pieces, at=within_reason(at))
        if format == "json":
            # Thousands of cells: written at once, not looked through number by number first.
            body = orjson.dumps(evidence_json.surface(found, pieces, search.gazetteer))
            return Response(body, media_type="application/json")
        if found is None:
            raise NotFound("Nothing says where they are.", hint="Enter evidence first.")
        here = store.households.get(actor, record_id)
        name, body = f"household-{here.number}.tif", geotiff(found)
        taken_along(
            store,
            actor,
            what="surface",
            form="geotiff",
            filter=str(here.id),
            file=name,
            count=1,
            marking=here.scope.tlp,
            law_enforcement=here.scope.law_enforcement,
            body=body,
        )
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(body, media_type="image/tiff", headers=headers)
