"""The board of people in need: households in order, and which of them may be the same people."""

from __future__ import annotations

from dashboard.services import Services
from data.access import Actor
from layers.rescue.priority import Standing, standings


class Board:
    """Looks at the store anew at each question."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def standings(self, actor: Actor) -> list[Standing]:
        """Return the households that the actor may see, those in most need first."""
        return standings(self._services.store.households.all(actor), now=self._services.clock.now())
