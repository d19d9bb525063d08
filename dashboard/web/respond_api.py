"""`/api/v1`: evidence, plans, tasks, resources, segments, closures, and the map of those who wait."""

from __future__ import annotations

from fastapi import APIRouter

from dashboard.planning import Planner
from dashboard.responding import Board
from dashboard.results import Results
from dashboard.searching import Search
from dashboard.services import Services
from dashboard.ways import Ways
from dashboard.web import evidence_api, plan_api, reach_api, resources_api, respond_map_api
from dashboard.web.asking import ERRORS


def router(services: Services) -> APIRouter:
    """Return the routes of the search; all look at one board and one set of surfaces."""
    routes = APIRouter(prefix="/api/v1", tags=["search and rescue"], responses=ERRORS)
    board, search = Board(services), Search(services)
    evidence_api.add(routes, services, search)
    resources_api.add(routes, services, search)
    plan_api.add(routes, services, Planner(services, search, board), Results(services, search))
    respond_map_api.add(routes, services, search, board)
    reach_api.add(routes, services, Ways(services, search))
    return routes
