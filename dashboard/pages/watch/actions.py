"""What an officer does to a record, checked once more here: the browser may send anything."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from dash import html
from dash.development.base_component import Component

from dashboard.components.attrs import attrs
from dashboard.components.panels import act_button
from dashboard.pages.watch.history import field_word, value_text
from dashboard.pages.watch.parts import PARTS
from data.access import Actor, Permission, require
from data.errors import Conflict, Invalid
from data.geo import checked
from data.model import LocatedBy, SiteStatus, Status
from data.query import Query

if TYPE_CHECKING:
    from dashboard.services import Services

# How the address names the hotspot surface: kind:against:cell:box:exposure, any of which may be left out.
_SURFACE = re.compile(
    r"[a-z_]{0,12}(:[a-z]{0,10})?(:[a-z0-9.]{0,12})?(:[-0-9.,]{0,80})?(:[\w .-]{0,72})?", re.ASCII
)
_PLACED_BY_HAND_M = 25.0  # what a hand on a street map can promise


def act(actor: Actor, services: Services, action: Any) -> str:
    """Do what `action` names and return what was done; raise Conflict where somebody was faster."""
    if not isinstance(action, Mapping):
        raise Invalid("The page sent no action.")
    run = _DO.get(str(action.get("do")))
    if run is None:
        raise Invalid("There is no such action.")
    return run(actor, services, action)


def _key(action: Mapping[str, Any]) -> tuple[UUID, int]:
    try:
        record, revision = UUID(str(action["id"])), action["revision"]
    except (KeyError, ValueError):
        raise Invalid("The action names no record.") from None
    if not isinstance(revision, int):
        raise Invalid("The action does not say which revision was on screen.")
    return record, revision


def _member(kind: type[Any], value: Any) -> Any:
    try:
        return kind(value)
    except ValueError:
        raise Invalid(f"{str(value)[:40]!r} is not a status.") from None


def _status(actor: Actor, services: Services, action: Mapping[str, Any]) -> str:
    record, revision = _key(action)
    status = _member(Status, action.get("value"))
    services.store.incidents.update(actor, record, revision=revision, changes={"status": status})
    return f"Status is now {status.name.replace('_', ' ').lower()}."


def _assign(actor: Actor, services: Services, action: Mapping[str, Any]) -> str:
    record, revision = _key(action)
    user, people = action.get("value"), services.store.users.names(actor)
    if user is not None and user not in people:
        raise Invalid("There is nobody of that number in your agency.")
    services.store.incidents.update(actor, record, revision=revision, changes={"assignee_id": user})
    return "Assigned to nobody." if user is None else f"Assigned to {people[user]}."


def _comment(actor: Actor, services: Services, action: Mapping[str, Any]) -> str:
    record, _ = _key(action)
    services.store.incidents.comment(actor, record, str(action.get("text") or "")[:4000])
    return "The comment is kept with the report."


def _move(actor: Actor, services: Services, action: Mapping[str, Any]) -> str:
    record, revision = _key(action)
    lon, lat = action.get("lon"), action.get("lat")
    if not isinstance(lon, int | float) or not isinstance(lat, int | float):
        raise Invalid("The new place needs lon and lat.")
    changes = {
        "place": checked(float(lon), float(lat)),
        "located_by": LocatedBy.DRAWN,
        "accuracy_m": _PLACED_BY_HAND_M,
    }
    reason = str(action.get("text") or "")[:500]
    services.store.incidents.update(actor, record, revision=revision, changes=changes, reason=reason)
    return "The place is corrected; the old one stays in the history."


def _mark_part(actor: Actor, services: Services, action: Mapping[str, Any]) -> str:
    record, revision = _key(action)
    part, label = str(action.get("part")), str(action.get("value") or "")
    if part not in PARTS:
        raise Invalid("There is no such part of a report.")
    markings = dict(services.store.incidents.get(actor, record).field_markings) | {part: label}
    changes = {"field_markings": {name: label for name, label in markings.items() if label}}
    services.store.incidents.update(actor, record, revision=revision, changes=changes)
    return f"{PARTS[part]}: {label or 'as the report'}."


def _site_status(actor: Actor, services: Services, action: Mapping[str, Any]) -> str:
    record, revision = _key(action)
    status = _member(SiteStatus, action.get("value"))
    changes = {"status": status, "status_at": services.clock.now(), "status_source": actor.name}
    services.store.sites.update(actor, record, revision=revision, changes=changes)
    return f"Status is now {status.name.lower()}."


_DO: dict[str, Callable[[Actor, Services, Mapping[str, Any]], str]] = {
    "status": _status,
    "assign": _assign,
    "comment": _comment,
    "move": _move,
    "mark_part": _mark_part,
    "site_status": _site_status,
}


def conflict_versions(conflict: Conflict, action: Mapping[str, Any]) -> Component:
    """Return both versions side by side, and the two ways on."""
    yours, theirs = conflict.details.get("yours", {}), conflict.details.get("theirs", {})
    cells: list[Any] = [html.B(""), html.B("Theirs, kept now"), html.B("Yours, not kept")]
    for name in yours:
        cells += [
            html.B(field_word(name)),
            html.Span(value_text(name, theirs.get(name))),
            html.Span(value_text(name, yours[name])),
        ]
    again = {**action, "revision": conflict.details.get("revision")}
    again.pop("nonce", None)
    return html.Div(
        [
            html.P(conflict.message),
            html.Div(cells, className="versions"),
            html.Div(
                [
                    html.Button(
                        "Keep theirs",
                        type="button",
                        className="button",
                        **attrs({"data-wf-do": "keep-theirs"}),
                    ),
                    act_button("Put mine on top", again, primary=True),
                ],
                className="actions",
            ),
        ],
        className="conflict",
    )


def view_action(actor: Actor, services: Services, action: Any) -> str:
    """Save or delete a view, or note the last look; return what was done."""
    if not isinstance(action, Mapping):
        raise Invalid("The page sent no action.")
    views, what = services.store.views, action.get("action")
    if what == "looked":
        views.looked(actor)
        return "Noted."
    if what == "delete" and isinstance(action.get("id"), int):
        views.delete(actor, action["id"])
        return "The view is deleted."
    if what == "save":
        shared = bool(action.get("shared"))
        require(actor, Permission.SHARE_VIEW if shared else Permission.VIEW)
        query = Query.parse(str(action.get("query") or "")).canonical()
        views.save(
            actor, str(action.get("name") or ""), query=query, map_state=_map_state(action), shared=shared
        )
        return "The view is saved."
    raise Invalid("There is no such action.")


def _map_state(action: Mapping[str, Any]) -> dict[str, Any]:
    given = action.get("map")
    if not isinstance(given, Mapping):
        return {}
    kept: dict[str, Any] = {}
    bbox, surface = given.get("bbox"), given.get("hotspots")
    if isinstance(bbox, list) and len(bbox) == 4 and all(isinstance(side, int | float) for side in bbox):
        kept["bbox"] = [round(float(side), 6) for side in bbox]
    if isinstance(surface, str) and _SURFACE.fullmatch(surface):
        kept["hotspots"] = surface
    return kept
