"""What every page needs that shows one record and acts on it."""

from __future__ import annotations

import dash_mantine_components as dmc
from dash import dcc
from dash.development.base_component import Component

from dashboard import ids


def record_parts() -> list[Component]:
    """Return the selection, the action, and the dialog for two who changed the same record."""
    return [
        dcc.Store(id=ids.SELECTION),
        dcc.Store(id=ids.ACTION),
        dmc.Modal(
            id=ids.CONFLICT,
            title="Somebody changed this record first",
            size="lg",
            centered=True,
            opened=False,
        ),
    ]
