"""Frames of the hotspots beside the map, which JavaScript fills: ranked list, details, and "How sure?"."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard import ids


def ranked() -> list[Component]:
    """Return the head and the body of the list; they are shown when their tab is chosen."""
    return [
        html.Div(id=ids.HOTSPOT_HEAD, className="side-head", hidden=True),
        html.Div(id=ids.HOTSPOT_LIST, className="feed hotspot-list", hidden=True),
    ]


def details() -> Component:
    """Return where one hotspot is shown, instead of a record."""
    return html.Div(id=ids.HOTSPOT_DETAILS, className="hotspot-details", hidden=True)


def how_sure() -> Component:
    """Return the dialog that says how a surface was made."""
    return html.Dialog(id=ids.HOW_SURE, className="dialog how-sure")
