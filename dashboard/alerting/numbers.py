"""For each actor a number that changes when their alerts do: asked of the store only after it may have."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable

from sqlalchemy.exc import OperationalError

from dashboard.services import Services
from data.access import Actor

_KINDS = frozenset({"alert", "watch_area"})


class AlertNumbers:
    """The numbers that `/live` sends, computed once for all sockets of one person."""

    def __init__(self, services: Services) -> None:
        self._store = services.store
        self._numbers: dict[Hashable, asyncio.Task[int]] = {}
        self._counter: int | None = None  # the change up to which the numbers hold

    async def refresh(self) -> None:
        """Forget the numbers when an alert or a watch area was changed since the last time."""
        try:
            moved = await asyncio.to_thread(self._moved)
        except OperationalError:
            return  # the store is away: asked again at the next change
        if moved:
            self._numbers = {}

    async def of(self, actor: Actor) -> int:
        """Return the actor's number; 0 while the store is away."""
        who = (actor.user_id, actor.agency_id, actor.law_enforcement, actor.clearance, actor.stores)
        if who not in self._numbers:
            self._numbers[who] = asyncio.create_task(asyncio.to_thread(self._store.alerts.number, actor))
        try:
            return await asyncio.shield(self._numbers[who])
        except OperationalError:
            self._numbers.pop(who, None)
            return 0

    def _moved(self) -> bool:
        if self._counter is None:
            self._counter = self._store.changes.counter()
            return True
        changes = self._store.changes.since(self._counter)
        if changes:
            self._counter = changes[-1].counter
        return any(change.kind in _KINDS for change in changes)
