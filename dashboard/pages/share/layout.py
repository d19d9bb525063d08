"""The Share page as components: tabs and one frame, which JavaScript fills from the API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dash import html
from dash.development.base_component import Component

from dashboard import ids
from dashboard.components.attrs import attrs
from dashboard.pages.watch.around import highest_marking
from data.access import Actor

if TYPE_CHECKING:
    from dashboard.services import Services


def layout(actor: Actor, services: Services) -> Component:
    """Return the Share page for this actor: preview, recipients, approvals, log, third agencies."""
    return html.Main(
        [
            html.H1("Share", className="visually-hidden"),
            html.Div(id=ids.SHARE_TABS, className="panel-tabs"),
            html.Div(id=ids.SHARE_BODY, className="share-body"),
        ],
        id=ids.SHARE,
        className="share-page",
        **attrs(
            {
                "data-words": json.dumps({"agencies": _agencies(actor, services)}),
                "data-wf-marking": highest_marking(actor, services),
                "aria-label": "Share",
            }
        ),
    )


def _agencies(actor: Actor, services: Services) -> list[dict[str, Any]]:
    """Return the other agencies, who are asked before what comes from them is passed on."""
    others = [one for one in services.store.agencies.all() if one.id != actor.agency_id]
    return [{"id": one.id, "name": one.name} for one in others]


def register(_app: Any, _services: Services) -> None:
    """Register nothing: the page asks the API, whose routes name their permissions themselves."""
