"""`/api/v1/calls` and `/api/v1/households`: people in need, and what became of them."""

from __future__ import annotations

from fastapi import APIRouter

from dashboard.responding import Board
from dashboard.services import Services
from dashboard.web import calls_api, households_api
from dashboard.web.asking import ERRORS


def router(services: Services) -> APIRouter:
    """Return the routes of calls and households; both look at one board."""
    routes = APIRouter(prefix="/api/v1", tags=["people in need"], responses=ERRORS)
    board = Board(services)
    calls_api.add(routes, services, board)
    households_api.add(routes, services, board)
    return routes
