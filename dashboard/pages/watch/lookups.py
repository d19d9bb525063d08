"""The words of the filters: what each code in a query is called, for those who may know it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dashboard import theme
from data.access import Actor
from data.clock import to_ms
from data.model import Severity, Status, StoreKind, Tlp, label

if TYPE_CHECKING:
    from dashboard.services import Services

STORE_LABELS = {
    StoreKind.INCIDENT: "Incidents",
    StoreKind.SAR: "Suspicious activity",
    StoreKind.INTEL: "Criminal intelligence",
    StoreKind.OPEN: "Open data",
}


def lookups(actor: Actor, services: Services) -> dict[str, Any]:
    """Return labels and colours for the filter rail, the timeline and the feed."""
    types = [entry for entry in services.store.types.all() if not entry.retired]
    roots = [entry.code for entry in types if entry.parent is None]
    colors = dict(zip(roots, _colors(len(roots)), strict=True))
    return {
        "types": [{"code": entry.code, "parent": entry.parent, "label": entry.label} for entry in types],
        "colors": colors,
        "severity": [
            {"code": str(int(level)), "label": label(level), "letter": theme.SEVERITY_LETTER[level]}
            for level in reversed(Severity)
        ],
        "status": [{"code": status.name.lower(), "label": label(status)} for status in Status],
        "tlp": [{"code": tlp.name.lower(), "label": tlp.label} for tlp in Tlp if tlp <= actor.clearance],
        "store": [
            {"code": kind.value, "label": STORE_LABELS[kind]} for kind in StoreKind if kind in actor.stores
        ],
        "source": [
            {"code": source.key, "label": source.name} for source in services.store.sources.visible(actor)
        ],
        "sectors": sectors(actor, services),
        "last_look": 0 if (last := services.store.views.last_look(actor)) is None else to_ms(last),
    }


def _colors(count: int) -> list[str]:
    """Return a colour for each root: the distinct ones first, the last grey again for any more."""
    palette = list(theme.CATEGORY_COLORS)
    return (palette + [palette[-1]] * count)[:count]


def sectors(actor: Actor, services: Services) -> list[dict[str, Any]]:
    """Return the sectors that have sites the actor may see, with the kinds of site in each."""
    snapshot = services.mirror.snapshot
    frame = snapshot.sites.listed
    keep = snapshot.scope_table(snapshot.visible(actor))[frame.scope]
    pairs = sorted(set(zip(frame.sector[keep].tolist(), frame.kind[keep].tolist(), strict=True)))
    kinds: dict[str, list[dict[str, str]]] = {}
    for sector, kind in pairs:
        kinds.setdefault(str(sector), [])
        if kind:
            kinds[str(sector)].append({"code": str(kind), "label": words(str(kind))})
    return [
        {"code": sector, "label": words(sector), "kinds": kinds[sector]} for sector in sorted(kinds) if sector
    ]


def words(code: str) -> str:
    """Return a code as people read it: `power-plant` becomes `Power plant`."""
    return code.replace("-", " ").replace("_", " ").capitalize()
