"""`/api/v1`: people in need, evidence, plans, tasks, resources, closures, and the map of those who wait."""

from __future__ import annotations

from fastapi import APIRouter

from dashboard.by_hand import ByHand
from dashboard.planning import Planner
from dashboard.replaying import Replay
from dashboard.responding import Board
from dashboard.results import Results
from dashboard.searching import Search
from dashboard.services import Services
from dashboard.ways import Ways
from dashboard.web import (
    by_hand_api,
    calls_api,
    evidence_api,
    households_api,
    plan_api,
    reach_api,
    replay_api,
    resources_api,
    respond_map_api,
)
from dashboard.web.asking import ERRORS


def router(services: Services) -> APIRouter:
    """Return the routes of people in need and of the search; all look at one board, surfaces and roads."""
    routes = APIRouter(prefix="/api/v1", tags=["search and rescue"], responses=ERRORS)
    search, ways = Search(services), Ways(services)
    board = Board(services, ways)
    calls_api.add(routes, services, board)
    households_api.add(routes, services, board, search)
    evidence_api.add(routes, services, search)
    resources_api.add(routes, services, search)
    plan_api.add(routes, services, Planner(services, search, board, ways), Results(services, search))
    respond_map_api.add(routes, services, search, board)
    reach_api.add(routes, services, ways)
    by_hand_api.add(routes, services, ByHand(services, search, ways))
    replay_api.add(routes, Replay(services, search))
    return routes
