"""`/api/v1/respond/…`: households and expected people on the map, and what happened."""

from __future__ import annotations

from typing import Annotated, Final
from uuid import UUID

import numpy as np
from fastapi import APIRouter, Query

from dashboard.responding import Board
from dashboard.searching import Search
from dashboard.services import Services
from dashboard.web import calls_json
from dashboard.web.asking import Responder
from dashboard.web.calls_models import within_reason
from dashboard.web.evidence_json import grid_features
from dashboard.web.households_api import BoxText, box_of, inside
from dashboard.web.models import Moment
from dashboard.web.records_json import Json, many
from dashboard.web.search_json import happened
from layers.rescue.grid import Grid
from layers.rescue.surface import Surface, expected_people

_GRID_CELLS: Final = 20_000
_MOST_CELLS: Final = 5_000
_NOBODY: Final = 1e-4  # people in a cell: less is not drawn


def add(routes: APIRouter, services: Services, search: Search, board: Board) -> None:
    """Add the routes of the map and the history."""

    @routes.get("/respond/households.geojson")
    def households(actor: Responder, bbox: BoxText = "") -> Json:
        """Return the households that wait, as points; `score` and `rank` say how urgent each is."""
        box = box_of(bbox)
        shown = [calls_json.household(one) for one in board.standings(actor) if one.household.open]
        placed = [one for one in shown if one["place"]["lon"] is not None]
        return {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "id": one["id"],
                    "geometry": {"type": "Point", "coordinates": [one["place"]["lon"], one["place"]["lat"]]},
                    "properties": {
                        "id": one["id"],
                        "number": one["number"],
                        "name": one["name"],
                        "status": one["status"],
                        "people": one["people_count"],
                        "score": one["priority"]["score"],
                        "rank": one["priority"]["rank"],
                        "accuracy_m": one["place"]["accuracy_m"],
                        "cut_off": one["cut_off"],
                        "follow_up_due": one["follow_up_due"],
                        "task_id": one["task_id"],
                    },
                }
                for one in placed
                if box is None or inside(one["place"], box)
            ],
            "without_place": len(shown) - len(placed),
        }

    @routes.get("/respond/expected.geojson")
    def expected(actor: Responder, bbox: BoxText = "") -> Json:
        """Return how many people are expected in each cell: the surfaces of all who wait, summed."""
        waiting = [one for one in services.store.households.all(actor) if one.open]
        pairs = [
            (surface, float(one.people_count))
            for one, surface in zip(waiting, search.surfaces(actor, waiting), strict=True)
            if surface is not None
        ]
        people = sum(one.people_count for one in waiting)
        return expected_cells(pairs, people=people, box=box_of(bbox))

    @routes.get("/respond/history")
    def history(
        actor: Responder,
        until: Annotated[Moment | None, Query(description="Only what happened up to a time.")] = None,
        record: Annotated[UUID | None, Query(description="Only what happened to this record.")] = None,
        limit: Annotated[int, Query(ge=1, le=5_000)] = 1_000,
        cursor: Annotated[str, Query(max_length=12, pattern=r"^[0-9]*$")] = "",
    ) -> Json:
        """Return what happened, oldest first: who, when, what. Played forward it is the search again."""
        last = within_reason(until)
        found = [
            one
            for one in services.store.search_events.all(actor)
            if (last is None or one.at <= last) and (record is None or one.record_id == record)
        ]
        begin = int(cursor or 0)
        after = str(begin + limit) if begin + limit < len(found) else None
        items = [happened(one) for one in found[begin : begin + limit]]
        return many(items, total=len(found), next=after)


def expected_cells(pairs: list[tuple[Surface, float]], *, people: int, box: tuple[float, ...] | None) -> Json:
    """Return how many people are expected in each cell; `shown` of all `people` have a surface."""
    empty = {"type": "FeatureCollection", "features": [], "people": people, "shown": 0.0, "cell_m": None}
    if not pairs:
        return empty
    grid = Grid.around(box or _ground_of([one for one, _ in pairs]), max_cells=_GRID_CELLS)  # type: ignore[arg-type]
    table = expected_people([one for one, _ in pairs], [count for _, count in pairs], grid).ravel()
    chosen = np.argsort(-table, kind="stable")[:_MOST_CELLS]
    chosen = chosen[table[chosen] > _NOBODY]
    if not len(chosen):
        return empty | {"cell_m": grid.cell_m}
    shown = grid_features(grid.polygons(chosen), {"people": table[chosen]})
    return empty | shown | {"shown": float(table.sum()), "cell_m": grid.cell_m}


def _ground_of(surfaces: list[Surface]) -> list[tuple[float, float]]:
    """Return the corners of all grids."""
    corners = []
    for one in surfaces:
        x = one.grid.x[[0, 0, -1, -1]]
        y = one.grid.y[[0, -1, 0, -1]]
        corners += list(zip(*(at.tolist() for at in one.grid.to_lonlat(x, y)), strict=True))
    return corners
