"""`/api/v1/sites`: critical-infrastructure sites."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from fastapi import APIRouter, Query

from dashboard.services import Services
from dashboard.web import models, records_json
from dashboard.web.asking import ERRORS, Fid, Limit, RecordId, SiteEditor, Viewer, Words
from dashboard.web.records_json import Json, many
from dashboard.web.reporting import site_changes_of
from data.access import Actor
from data.errors import NotFound
from layers.rescue.shelters import with_space
from layers.sites_asked import SitesAsked

Codes = Annotated[str, Query(max_length=500, description="Codes, with commas between them.")]


def router(services: Services) -> APIRouter:
    """Return the routes of sites."""
    routes = APIRouter(prefix="/api/v1", tags=["sites"], responses=ERRORS)
    store = services.store

    @routes.get("/sites")
    def sites(  # noqa: PLR0917  # parameters of a query string have names
        actor: Viewer,
        q: Words = "",
        sector: Codes = "",
        kind: Codes = "",
        limit: Limit = 100,
        offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    ) -> Json:
        """Return a page of the sites that one may see, by name; how many in all and without a place."""
        seqs, unlocated = _matching(services, actor, words=q, sectors=_codes(sector), kinds=_codes(kind))
        found = store.sites.by_seq(actor, seqs[offset : offset + limit])
        more = offset + limit if offset + limit < len(seqs) else None
        return many(
            [records_json.site(one) for one in found], next=more, total=len(seqs), unlocated=unlocated
        )

    @routes.get("/sites/{record_id}")
    def site(actor: Viewer, record_id: RecordId) -> Json:
        """Return everything about one site."""
        return records_json.site(store.sites.get(actor, record_id))

    @routes.get("/sites/{record_id}/history")
    def history(actor: Viewer, record_id: RecordId) -> Json:
        """Return who changed what of a site, and when, oldest first."""
        return many([records_json.revision(one) for one in store.sites.history(actor, record_id)])

    @routes.patch("/sites/{record_id}")
    def change(actor: SiteEditor, record_id: RecordId, body: models.SiteChange) -> Json:
        """Change a site, on top of the revision that one has seen."""
        changes = dict(site_changes_of(body))
        if body.capacity is not None or body.occupancy is not None:
            before = store.sites.get(actor, record_id).extra
            changes["extra"] = with_space(before, capacity=body.capacity, occupancy=body.occupancy)
        changed = store.sites.update(
            actor, record_id, revision=body.revision, changes=changes, reason=body.reason
        )
        return records_json.site(changed)

    @routes.get("/features/sites/{fid}")
    def by_fid(actor: Viewer, fid: Fid) -> Json:
        """Return the site that a tile names by this number."""
        frame = services.mirror.sites.listed
        found = store.sites.by_seq(actor, frame.seq[np.flatnonzero(frame.fid == fid)].tolist())
        if not found:
            raise NotFound("There is no such site, or you may not see it.")
        return records_json.site(found[0])

    return routes


def _codes(text: str) -> frozenset[str]:
    return frozenset(code.strip() for code in text.split(",") if code.strip())


def _matching(
    services: Services, actor: Actor, *, words: str, sectors: frozenset[str], kinds: frozenset[str]
) -> tuple[list[int], int]:
    """Return the seqs of the visible sites that match, by name, and how many of them no map shows."""
    snapshot = services.mirror.snapshot
    frame = snapshot.sites.listed
    visible = snapshot.scope_table(snapshot.visible(actor))
    rows = SitesAsked(sectors, kinds, words).rows(frame, visible)
    # Of the listed, those without a place come last.
    return frame.seq[rows].tolist(), int(np.count_nonzero(rows >= len(snapshot.sites)))
