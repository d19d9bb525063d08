"""The Sites page without Dash's wiring: which sites, as rows; one site as a panel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np

from dashboard.pages.watch.lookups import words
from data.access import Actor
from data.errors import Invalid
from data.model import SiteStatus, label
from data.records import Site
from data.reference import lifelines

if TYPE_CHECKING:
    from dashboard.services import Services

_BLOCK = 500


def rows(
    actor: Actor,
    services: Services,
    request: dict[str, Any],
    *,
    text: str = "",
    sector: str = "",
    status: str = "",
) -> dict[str, Any]:
    """Return one block of sites by name as the grid asks for them: `{"rowData", "rowCount"}`."""
    start, end = int(request.get("startRow") or 0), int(request.get("endRow") or 0)
    if not 0 <= start <= end or end - start > _BLOCK:
        raise Invalid("The table asked for rows that cannot be handed out at once.")
    snapshot = services.mirror.snapshot
    frame = snapshot.sites.listed
    keep = snapshot.scope_table(snapshot.visible(actor))[frame.scope]
    if sector:
        keep = keep & (frame.sector == sector)
    if status:
        keep = keep & (frame.status == int(SiteStatus[status]))
    names = frame.name.astype(str)
    for word in text.casefold().split():
        keep = keep & np.array([word in name.casefold() for name in names], dtype=np.bool_)
    found = np.flatnonzero(keep)
    model = request.get("sortModel") or [{"colId": "name", "sort": "asc"}]
    found = _sorted(found, frame, names, model[0])
    records = services.store.sites.by_seq(actor, frame.seq[found[start:end]].tolist())
    zone = ZoneInfo(services.settings.timezone)
    return {"rowData": [row(site, zone) for site in records], "rowCount": len(found)}


def _sorted(found: Any, frame: Any, names: Any, model: dict[str, Any]) -> Any:
    keys = {
        "name": names,
        "sector": frame.sector.astype(str),
        "kind": frame.kind.astype(str),
        "status": frame.status,
    }
    if model.get("colId") not in keys:
        raise Invalid(f"The sites cannot be sorted by {str(model.get('colId'))[:40]!r}.")
    order = np.argsort(keys[model["colId"]][found], kind="stable")
    return found[order[::-1] if model.get("sort") == "desc" else order]


def row(site: Site, zone: ZoneInfo) -> dict[str, Any]:
    """Return a site as a row of text."""
    call = next((contact for contact in site.contacts if contact.always or contact.phone), None)
    said = "" if site.status_at is None else f"{site.status_at.astimezone(zone):%Y-%m-%d %H:%M %Z}"
    return {
        "id": str(site.id),
        "fid": site.fid,
        "name": site.name,
        "sector": words(site.sector),
        "kind": words(site.kind),
        "status": label(site.status),
        "status_at": said,
        "lifeline": named.name if (named := lifelines().get(site.lifeline)) else words(site.lifeline),
        "address": site.address if site.place else " · ".join(filter(None, (site.address, "no location"))),
        "call": "" if call is None else f"{call.always or call.phone}",
        "marking": site.scope.tlp.label,
    }
