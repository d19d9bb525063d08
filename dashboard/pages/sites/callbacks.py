"""The Sites page's callbacks: rows, and the chosen site."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import Input, Output, State
from dash.exceptions import PreventUpdate

from dashboard import ids
from dashboard.guard import current_actor, guarded
from dashboard.pages.sites import view
from data.access import Permission

if TYPE_CHECKING:
    from dashboard.services import Services


def register(app: Any, services: Services) -> None:
    """Register the callbacks of the Sites page."""
    guard = guarded(app)

    @guard.callback(
        Permission.VIEW,
        Output(ids.SITES_GRID, "getRowsResponse"),
        Output(ids.SITES_COUNT, "children"),
        Input(ids.SITES_GRID, "getRowsRequest"),
        State(ids.SITES_SEARCH, "value"),
        State(ids.SITES_SECTOR, "value"),
        State(ids.SITES_STATUS, "value"),
        prevent_initial_call=True,
    )
    def rows(request: Any, text: Any, sector: Any, status: Any) -> tuple[dict[str, Any], str]:
        if not request:
            raise PreventUpdate
        found = view.rows(
            current_actor(), services, request, text=text or "", sector=sector or "", status=status or ""
        )
        return found, f"{found['rowCount']:,}"

    # Choosing a row is the same selection as on the map, so the same panel and the same actions answer it.
    app.clientside_callback(
        """(rows) => rows && rows.length
            ? {kind: "site", fid: rows[0].fid, nonce: Date.now()}
            : window.dash_clientside.no_update""",
        Output(ids.SELECTION, "data", allow_duplicate=True),
        Input(ids.SITES_GRID, "selectedRows"),
        prevent_initial_call=True,
    )

    # A changed filter makes the grid forget its rows and ask again; nothing for the server to do.
    app.clientside_callback(
        f"""async () => {{
            const grid = await window.dash_ag_grid.getApiAsync("{ids.SITES_GRID}");
            grid.purgeInfiniteCache();
            return window.dash_clientside.no_update;
        }}""",
        Output(ids.SITES_COUNT, "title"),
        Input(ids.SITES_SEARCH, "value"),
        Input(ids.SITES_SECTOR, "value"),
        Input(ids.SITES_STATUS, "value"),
        prevent_initial_call=True,
    )
