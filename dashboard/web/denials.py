"""Denied access goes into the audit log, but a flood of it must not become a flood there."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import MutableMapping
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError
from starlette.types import Message, Scope, Send

from dashboard.services import Services
from data.access import Actor
from data.clock import Clock

logger = logging.getLogger(__name__)

_WINDOW = timedelta(minutes=1)


class Allowance:
    """At most so many entries a minute; says how many were held back since the last one let through."""

    def __init__(self, clock: Clock, *, per_minute: int) -> None:
        self.clock = clock
        self.per_minute = per_minute
        self.held_back = 0
        self._since: datetime | None = None
        self._used = 0

    def take(self) -> int | None:
        """Return how many were held back before this one, or None when this one is held back too."""
        now = self.clock.now()
        if self._since is None or now - self._since >= _WINDOW or now < self._since:
            self._since, self._used = now, 0
        if self._used >= self.per_minute:
            self.held_back += 1
            return None
        self._used += 1
        before, self.held_back = self.held_back, 0
        return before


class Denials:
    """Writes refusals into the audit log: of people who are signed in, and fewer of strangers."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self._known = Allowance(services.clock, per_minute=120)
        self._strangers = Allowance(services.clock, per_minute=20)

    def watching(self, scope: Scope, actor: Actor | None, send: Send) -> Send:
        """Return a `send` that notes a 403 which a route gave."""

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 403:
                await self.note(actor, scope, 403)
            await send(message)

        return noting

    async def note(self, actor: Actor | None, scope: Scope, status: int) -> None:
        """Record one refusal, unless too many were recorded within the minute."""
        before = (self._known if actor else self._strangers).take()
        if before is None:
            return
        try:
            await asyncio.to_thread(self._record, actor, scope, status, before)
        except SQLAlchemyError:
            # The refusal itself must not depend on the store; that it is down shows on /readyz.
            logger.exception("a refusal could not be written to the audit log")

    def _record(
        self, actor: Actor | None, scope: MutableMapping[str, object], status: int, before: int
    ) -> None:
        client = scope.get("client")
        address = client[0] if isinstance(client, tuple | list) else ""
        with self.services.store.transaction() as connection:
            self.services.store.audit.record(
                connection,
                actor,
                "denied",
                outcome="refused",
                method=scope["method"],
                path=str(scope["path"])[:200],
                status=status,
                address=address,
                held_back_before=before,
            )
