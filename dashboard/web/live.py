"""`/live`: tells every open map that what it may see has changed."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import Hashable

import anyio
from fastapi import APIRouter, Depends, WebSocket
from sqlalchemy.exc import OperationalError
from starlette.websockets import WebSocketDisconnect

from dashboard.alerting.numbers import ALERTS, PEOPLE, ActorNumbers
from dashboard.guard import needs
from dashboard.services import Services
from dashboard.web.gate import session_token
from data.access import Actor, Permission
from data.errors import Unauthenticated

logger = logging.getLogger(__name__)

HEARTBEAT_S = 15.0
# Each open map asks for some three things when it is told of a change. A few are told at once; beyond that
# so many a second, each again only after as long, and none later than the last figure.
_AT_ONCE = 8
_TOLD_PER_S = 120
_LONGEST_SPREAD_S = 0.8
_ENDED = 4401

# The token of what the actor may see, and the numbers of their alerts and of people in need.
News = tuple[str, int, int]


class LiveHub:
    """One watcher of the mirror for all sockets of this process.

    A change wakes every socket; each asks for its actor's token, which is computed once for all actors
    who see the same. A socket that is slow misses steps in between and never the newest.
    """

    def __init__(self, services: Services, *, heartbeat_s: float = HEARTBEAT_S) -> None:
        self.services = services
        self.heartbeat_s = heartbeat_s
        self._sockets: set[asyncio.Event] = set()
        self._tokens: dict[Hashable, asyncio.Task[str]] = {}
        store = services.store
        self._alerts = ActorNumbers(store, ALERTS, store.alerts.number)
        self._people = ActorNumbers(store, PEOPLE, store.households.number)

    @property
    def sockets(self) -> int:
        """Return how many maps are listening."""
        return len(self._sockets)

    async def watch(self) -> None:
        """Wake the sockets whenever the mirror has taken changes in; runs until cancelled."""
        loop, changed = asyncio.get_running_loop(), asyncio.Event()
        # The mirror speaks from its own thread.
        unsubscribe = self.services.mirror.subscribe(lambda: _tell(loop, changed))
        try:
            while True:
                await changed.wait()
                changed.clear()
                self._tokens = {}
                await self._alerts.refresh()
                await self._people.refresh()
                for socket in self._sockets:
                    socket.set()
        finally:
            unsubscribe()

    async def token(self, actor: Actor) -> str:
        """Return the token of what the actor may see."""
        sees = (actor.agency_id, actor.law_enforcement, actor.clearance, actor.stores)
        if sees not in self._tokens:
            self._tokens[sees] = asyncio.create_task(asyncio.to_thread(self.services.mirror.token, actor))
        return await asyncio.shield(self._tokens[sees])

    async def _news(self, actor: Actor) -> News:
        return await self.token(actor), await self._alerts.of(actor), await self._people.of(actor)

    async def serve(self, socket: WebSocket, actor: Actor, session: str) -> None:
        """Send the token now, at each change and each heartbeat, until session or connection ends."""
        changed = asyncio.Event()
        self._sockets.add(changed)
        try:
            news = await self._news(actor)
            await self._push(socket, news)
            await self._follow(socket, actor, session, changed, sent=news)
        finally:
            self._sockets.discard(changed)

    async def _follow(
        self, socket: WebSocket, actor: Actor, session: str, changed: asyncio.Event, *, sent: News
    ) -> None:
        loop = asyncio.get_running_loop()
        beat, told = loop.time() + self.heartbeat_s, loop.time()
        while True:
            with anyio.move_on_after(max(0.0, beat - loop.time())):
                await changed.wait()
                await asyncio.sleep(self._turn(loop.time() - told))
            changed.clear()
            due = loop.time() >= beat
            if due:
                beat = loop.time() + self.heartbeat_s
                with contextlib.suppress(OperationalError):  # the store is away: asked again at the next beat
                    actor = await asyncio.to_thread(self.services.store.users.actor, session)
            news = await self._news(actor)
            if due or news != sent:
                await self._push(socket, news)
                sent, told = news, loop.time()

    def _turn(self, ago_s: float) -> float:
        """Return how long a socket, told so long ago, waits, so that not all maps ask at one moment."""
        if self.sockets <= _AT_ONCE:
            return 0.0
        spread = min(self.sockets / _TOLD_PER_S, _LONGEST_SPREAD_S)
        chance = random.random()  # noqa: S311  # spreads load, hides nothing
        return spread - ago_s if ago_s < spread else spread * chance

    async def _push(self, socket: WebSocket, news: News) -> None:
        at = self.services.clock.now().isoformat(timespec="milliseconds")
        await socket.send_json({"token": news[0], "alerts": news[1], "people": news[2], "at": at})


def router(_services: Services) -> APIRouter:
    """Return the `/live` websocket; the gate has checked session and Origin before it is reached."""
    routes = APIRouter()

    @routes.websocket("/live")
    async def live(socket: WebSocket, actor: Actor = Depends(needs(Permission.VIEW))) -> None:  # noqa: B008  # FastAPI's way
        hub: LiveHub = socket.app.state.live
        session = session_token(socket.scope) or ""
        await socket.accept()
        async with anyio.create_task_group() as group:

            async def serve() -> None:
                try:
                    await hub.serve(socket, actor, session)
                except Unauthenticated:
                    await socket.close(code=_ENDED, reason="the session has ended")
                except (WebSocketDisconnect, RuntimeError):
                    # The browser left between two messages; Starlette says it in one of these two ways.
                    logger.debug("a live connection ended while it was written to")
                finally:
                    group.cancel_scope.cancel()

            group.start_soon(serve)
            await _until_gone(socket)
            group.cancel_scope.cancel()

    return routes


def _tell(loop: asyncio.AbstractEventLoop, changed: asyncio.Event) -> None:
    with contextlib.suppress(RuntimeError):  # the loop has ended: nobody is left to be told
        loop.call_soon_threadsafe(changed.set)


async def _until_gone(socket: WebSocket) -> None:
    """Wait until the browser leaves; what it says meanwhile is of no interest."""
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass
