"""`/live`: tells every open map that what it may see has changed."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Hashable

from fastapi import APIRouter, Depends, WebSocket
from starlette.websockets import WebSocketDisconnect, WebSocketState

from dashboard.guard import needs
from dashboard.services import Services
from dashboard.web.gate import session_token
from data.access import Actor, Permission
from data.errors import Unauthenticated

logger = logging.getLogger(__name__)

HEARTBEAT_S = 15.0
_ENDED = 4401


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

    async def serve(self, socket: WebSocket, actor: Actor, session: str) -> None:
        """Send the token now, at each change and each heartbeat, until session or connection ends."""
        changed = asyncio.Event()
        self._sockets.add(changed)
        try:
            token = await self.token(actor)
            await self._push(socket, token)
            await self._follow(socket, actor, session, changed, sent=token)
        finally:
            self._sockets.discard(changed)

    async def _follow(
        self, socket: WebSocket, actor: Actor, session: str, changed: asyncio.Event, *, sent: str
    ) -> None:
        loop = asyncio.get_running_loop()
        beat = loop.time() + self.heartbeat_s
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(changed.wait(), max(0.0, beat - loop.time()))
            changed.clear()
            due = loop.time() >= beat
            if due:
                beat = loop.time() + self.heartbeat_s
                actor = await asyncio.to_thread(self.services.store.users.actor, session)
            token = await self.token(actor)
            if due or token != sent:
                await self._push(socket, token)
                sent = token

    async def _push(self, socket: WebSocket, token: str) -> None:
        at = self.services.clock.now().isoformat(timespec="milliseconds")
        await socket.send_json({"token": token, "at": at})


def router(_services: Services) -> APIRouter:
    """Return the `/live` websocket; the gate has checked session and Origin before it is reached."""
    routes = APIRouter()

    @routes.websocket("/live")
    async def live(socket: WebSocket, actor: Actor = Depends(needs(Permission.VIEW))) -> None:  # noqa: B008  # FastAPI's way
        hub: LiveHub = socket.app.state.live
        session = session_token(socket.scope) or ""
        await socket.accept()
        serving = asyncio.create_task(hub.serve(socket, actor, session))
        listening = asyncio.create_task(_until_gone(socket))
        try:
            await asyncio.wait({serving, listening}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (serving, listening):
                task.cancel()
            results = await asyncio.gather(serving, listening, return_exceptions=True)
        if isinstance(results[0], Unauthenticated) and socket.client_state is WebSocketState.CONNECTED:
            await socket.close(code=_ENDED, reason="the session has ended")
        elif isinstance(results[0], Exception) and not isinstance(results[0], WebSocketDisconnect):
            logger.error("a live connection failed", exc_info=results[0])

    return routes


def _tell(loop: asyncio.AbstractEventLoop, changed: asyncio.Event) -> None:
    with contextlib.suppress(RuntimeError):  # the loop has ended: nobody is left to be told
        loop.call_soon_threadsafe(changed.set)


async def _until_gone(socket: WebSocket) -> None:
    """Wait until the browser leaves; what it says meanwhile is of no interest."""
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass
