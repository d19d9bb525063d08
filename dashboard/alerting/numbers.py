"""For each actor a number that changes when something of a kind does; asked of the store only when it may."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Hashable

from sqlalchemy.exc import OperationalError

from data.access import Actor
from data.store import Store

ALERTS = frozenset({"alert", "watch_area"})
PEOPLE = frozenset({"call", "household", "task", "resource", "segment", "closure", "road_network"})


class ActorNumbers:
    """The numbers that `/live` sends of some kinds, computed once for all sockets of one person."""

    def __init__(self, store: Store, kinds: Collection[str], number: Callable[[Actor], int]) -> None:
        self._store, self._kinds, self._number = store, frozenset(kinds), number
        self._numbers: dict[Hashable, asyncio.Task[int]] = {}
        self._counter: int | None = None  # the change up to which the numbers hold

    async def refresh(self) -> None:
        """Forget the numbers when something of these kinds was changed since the last time."""
        try:
            moved = await asyncio.to_thread(self._moved)
        except OperationalError:
            return  # the store is away: asked again at the next change
        if moved:
            self._numbers = {}

    async def of(self, actor: Actor) -> int:
        """Return the actor's number; 0 while the store is away."""
        who = (
            actor.user_id,
            actor.role,
            actor.agency_id,
            actor.law_enforcement,
            actor.clearance,
            actor.stores,
        )
        if who not in self._numbers:
            self._numbers[who] = asyncio.create_task(asyncio.to_thread(self._number, actor))
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
        return any(change.kind in self._kinds for change in changes)
