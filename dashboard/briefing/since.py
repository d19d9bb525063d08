"""What parts a brief from the one before: new, closed, moved, grown, shrunk; computed, never remembered."""

from __future__ import annotations

from typing import Any, Final

from dashboard.briefing.incidents import kept_incidents
from dashboard.briefing.stale import written_since
from dashboard.services import Services
from data.access import Actor
from data.brief_records import Brief, BriefFigure
from data.query import Query
from layers.briefs.deltas import deltas
from layers.briefs.spots import moved

_MOST: Final = 50
_PLACE: Final = frozenset({"lon", "lat", "place", "geometry", "address"})
_SIZE: Final = ("persons_affected", "severity")
_PREFIX: Final = "hotspot:"


def since_before(services: Services, actor: Actor, brief: Brief, before: Brief | None) -> dict[str, Any]:
    """Return the differences with the newest of each kind; `counts` has them all."""
    from dashboard.briefing.compose import Briefing

    names: dict[str, list[dict[str, Any]]] = {
        name: [] for name in ("new", "closed", "moved", "grown", "shrunk", "changed")
    }
    counts = dict.fromkeys(names, 0)
    if before is None:
        return {**names, "counts": counts, "before": None}
    desk = Briefing(services).desk_of(actor, brief)
    kept = kept_incidents(desk)
    if kept is not None:
        found = deltas(kept, desk.view)
        seqs = {
            "new": found.new.tolist(),
            "closed": found.over.tolist(),
            **_by_change(services, kept, found.changed.tolist()),
        }
        for name, every in seqs.items():
            counts[name] = len(every)
            shown = services.store.incidents.by_seq(actor, every[-_MOST:])
            names[name] = [{"id": str(one.id), "title": one.title, "what": name} for one in reversed(shown)]
    for name, one, what in _hotspots(before, brief):
        counts[name] += 1
        names[name].append({"id": None, "title": one.label, "what": what})
    about = {"id": str(before.id), "title": before.title, "to": before.period_to.isoformat()}
    return {**names, "counts": counts, "before": about}


def _by_change(services: Services, kept: Any, seqs: list[int]) -> dict[str, list[int]]:
    """Return the changed incidents by what changed: place, or size up or down, or something else."""
    then = dict(zip(kept.seq.tolist(), kept.revision.tolist(), strict=True))
    made: dict[str, list[int]] = {"moved": [], "grown": [], "shrunk": [], "changed": []}
    written = dict(written_since(services, "incident", {seq: then[seq] for seq in seqs}))
    for seq in seqs:
        made[_named(written.get(seq, {}))].append(seq)
    return made


def _named(changes: dict[str, Any]) -> str:
    if _PLACE & changes.keys():
        return "moved"
    for name in _SIZE:
        old, new = changes.get(name, (None, None))
        if isinstance(old, int | float) and isinstance(new, int | float) and old != new:
            return "grown" if new > old else "shrunk"
    return "changed"


def _hotspots(before: Brief, now: Brief) -> list[tuple[str, BriefFigure, str]]:
    """Return the hotspots that are new, over, moved, grown or shrunk, by name."""
    old, new = _spots(before), _spots(now)
    if not old and not any(page.kind == "hotspots" for page in before.pages):
        return []
    # Within a filter's own shapes the outlines of hotspots are not kept.
    drawn = bool(Query.parse(before.filter).shapes or Query.parse(now.filter).shapes)
    went = {} if drawn else moved(_queries(old), _queries(new))
    made = [("new", new[key], "hotspot") for key in new.keys() - old.keys() - went.keys()]
    made += [("closed", old[key], "hotspot") for key in old.keys() - new.keys() - set(went.values())]
    for key, came_from in sorted(went.items()):
        away = "moved" if key == came_from else f"was {old[came_from].label}"
        what = f"hotspot: {away}; {old[came_from].value:,.0f} then, {new[key].value:,.0f} now"
        made.append(("moved", new[key], what))
    for key in sorted((new.keys() & old.keys()) - went.keys()):
        was, is_now = old[key].value, new[key].value
        if was != is_now:
            name = "grown" if is_now > was else "shrunk"
            made.append((name, new[key], f"hotspot: {was:,.0f} then, {is_now:,.0f} now"))
    return made


def _queries(spots: dict[str, BriefFigure]) -> dict[str, str]:
    return {key: one.query for key, one in spots.items()}


def _spots(brief: Brief) -> dict[str, BriefFigure]:
    return {one.key: one for page in brief.pages for one in page.figures if one.key.startswith(_PREFIX)}
