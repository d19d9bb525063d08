"""Work that takes long: how far it is, and that somebody has given it up."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final, TypeVar
from uuid import UUID

from fastapi import Request
from fastapi.concurrency import run_in_threadpool

from data.errors import Conflict

_LOOK_S: Final = 0.5  # whether whoever asked is still there
_KEPT: Final = 200

T = TypeVar("T")


class Work:
    """One piece of work: it says where it is, and ends at its next step once it is given up."""

    def __init__(self) -> None:
        self.said = ""
        self._stopped = threading.Event()

    def at(self, said: str) -> None:
        """Say what is being done; raise Conflict where the work was given up."""
        self.said = said
        self.check()

    def check(self) -> None:
        """Raise Conflict where the work was given up."""
        if self._stopped.is_set():
            raise Conflict("This was given up.", hint="Ask for it again.")

    def stop(self) -> None:
        """Let the work end at its next step."""
        self._stopped.set()


class AtWork:
    """What this process is working on, by the key that whoever asked for it made."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._works: dict[tuple[int, UUID], Work] = {}

    def said(self, user: int, key: UUID) -> str | None:
        """Return what is being done, None where this process does not work on it."""
        with self._lock:
            found = self._works.get((user, key))
        return None if found is None else found.said

    async def run(self, request: Request, user: int, key: UUID | None, work: Callable[[Work], T]) -> T:
        """Return what the work returns; it ends early once whoever asked is gone."""
        mine = Work()
        if key is not None:
            with self._lock:
                while len(self._works) >= _KEPT:
                    del self._works[next(iter(self._works))]
                self._works[user, key] = mine
        try:
            return await _watched(run_in_threadpool(work, mine), mine, request)
        finally:
            with self._lock:
                if key is not None:
                    self._works.pop((user, key), None)


async def _watched(work: Awaitable[T], mine: Work, request: Request) -> T:
    running = asyncio.ensure_future(work)
    try:
        while not (await asyncio.wait([running], timeout=_LOOK_S))[0]:
            if await request.is_disconnected():
                mine.stop()
        return running.result()
    except asyncio.CancelledError:
        mine.stop()
        with suppress(Exception):
            await running
        raise
