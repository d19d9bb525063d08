"""The gate in front of everything: who is asking, from where, and whether the address is open at all."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.datastructures import Headers, QueryParams
from starlette.requests import Request, cookie_parser
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard.guard import PUBLIC, REFUSED, acting_as
from dashboard.services import Services
from dashboard.web.denials import Denials
from dashboard.web.errors import answer, store_is_down
from dashboard.web.navigation import navigates
from dashboard.web.partners import Partners
from data.access import Actor
from data.errors import Forbidden, Invalid, NotFound, Unauthenticated, Unavailable, WatchfloorError

logger = logging.getLogger(__name__)

_PATIENCE_S = 3.0
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_BEARER_PATHS = re.compile(r"/(?:api|tiles|ogc)/.*|/metrics")
_ALWAYS_ANSWERED = frozenset({"/livez", "/readyz"})
_PUBLIC = re.compile("|".join(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path)) for path in sorted(PUBLIC)))


def cookie_name(scheme: str) -> str:
    """Return the session cookie's name; `__Host-` makes browsers insist on https, no domain and path /."""
    return "__Host-watchfloor" if scheme in ("https", "wss") else "watchfloor"


def session_token(scope: Scope) -> str | None:
    """Return the session token that a request or websocket carries."""
    cookies: dict[str, str] = cookie_parser(Headers(scope=scope).get("cookie", ""))
    return cookies.get(cookie_name(scope["scheme"])) or None


def is_public(path: str) -> bool:
    """Return whether anybody may ask for `path`."""
    return _PUBLIC.fullmatch(path) is not None


def same_origin(headers: Headers) -> bool:
    """Return whether a browser sent this from one of our own pages (or its address bar)."""
    origin, site = headers.get("origin"), headers.get("sec-fetch-site")
    if origin is not None:
        return urlsplit(origin).netloc == headers.get("host", "") and site in (None, "same-origin", "none")
    return site in ("same-origin", "none")


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, and how they proved it."""

    actor: Actor | None
    bearer: bool = False


class Gate:
    """ASGI middleware: no request or websocket reaches a route unless it may."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        services: Services,
        denials: Denials,
        ready: Callable[[], bool],
        router: ASGIApp,
    ) -> None:
        self.app = app
        self.services = services
        self.denials = denials
        self.ready = ready
        self.router = router
        self.partners = Partners(services)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through with its actor set, or answer it here."""
        if scope["type"] == "lifespan":
            # Past Dash's own middleware, which would answer every unknown address with a page.
            await self.router(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        else:
            await self._http(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        asking = Asking(None)
        try:
            _refuse_nul(scope)
            if scope["path"] in REFUSED:
                raise NotFound("Not Found", hint="Check the address.")
            if scope["path"] not in _ALWAYS_ANSWERED:
                asking = await self._asking(scope, headers)
            if not asking.bearer:
                _refuse_foreign(scope["method"], headers)
        except WatchfloorError as error:
            await self._refuse(error, asking=asking, scope=scope, receive=receive, send=send)
            return
        except (OperationalError, PoolTimeout) as error:
            logger.error("the store did not say who asks: %s", error)  # no traceback for an outage
            await self._refuse(store_is_down(), asking=asking, scope=scope, receive=receive, send=send)
            return
        with acting_as(asking.actor):
            await self.app(scope, receive, self.denials.watching(scope, asking.actor, send))

    async def _asking(self, scope: Scope, headers: Headers) -> Asking:
        """Return who asks; raise Unauthenticated where somebody must be signed in."""
        if not await self._soon_ready():
            raise Unavailable(
                "Watchfloor is starting: it reads its records.", hint="Try again.", retry_after_s=2
            )
        bearer = _bearer_token(scope["path"], headers)
        found: Actor | None
        if bearer is not None:
            found = await asyncio.to_thread(self._known, self.services.store.users.actor_for_bearer, bearer)
            if found is None:
                raise Unauthenticated("The bearer token is not valid.", hint="watchfloor users token NAME")
            if found.for_recipient is not None:
                found = await asyncio.to_thread(
                    self.partners.standing, found, method=scope["method"], path=scope["path"]
                )
            return Asking(found, bearer=True)
        found = await self._session_actor(scope)
        if found is None and not is_public(scope["path"]):
            raise Unauthenticated("Nobody is signed in.", hint="Sign in at /login, or send a bearer token.")
        return Asking(found)

    async def _soon_ready(self) -> bool:
        """Return whether requests can be answered, now or after a moment's patience."""
        # One of several workers may be ready, and said so, while the next request meets one that reads.
        until = time.monotonic() + _PATIENCE_S
        while not self.ready():
            if time.monotonic() > until:
                return False
            await asyncio.sleep(0.05)
        return True

    async def _session_actor(self, scope: Scope) -> Actor | None:
        token = session_token(scope)
        if token is None:
            return None
        return await asyncio.to_thread(self._known, self.services.store.users.actor, token)

    @staticmethod
    def _known(look_up: Callable[[str], Actor], token: str) -> Actor | None:
        try:
            return look_up(token)
        except Unauthenticated:
            return None

    async def _refuse(
        self, error: WatchfloorError, *, asking: Asking, scope: Scope, receive: Receive, send: Send
    ) -> None:
        if isinstance(error, Unauthenticated) and navigates(scope):
            address = quote(_address(scope), safe="/")
            await RedirectResponse(f"/login?next={address}", status_code=303)(scope, receive, send)
            return
        if isinstance(error, Unauthenticated | Forbidden):
            await self.denials.note(asking.actor, scope, error.status)
        response = answer(Request(scope), error)
        if isinstance(error, Unavailable) and navigates(scope):
            response.headers["Refresh"] = "2"  # whoever waits before a page sees it as soon as it is there
        await response(scope, receive, send)

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        refused = scope["path"] in REFUSED or not same_origin(headers)
        try:
            actor = None if refused or not await self._soon_ready() else await self._session_actor(scope)
        except (OperationalError, PoolTimeout):
            actor = None  # the browser tries again by itself
        if actor is None:
            await receive()
            await send({"type": "websocket.close", "code": 4401, "reason": "sign in first"})
            return
        with acting_as(actor):
            await self.app(scope, receive, send)


def _refuse_nul(scope: Scope) -> None:
    if "\x00" in scope["path"] or b"%00" in scope["query_string"]:
        raise Invalid("The address contains a NUL character.", hint="Remove it.")


def _refuse_foreign(method: str, headers: Headers) -> None:
    """Raise Forbidden when something that changes records was sent from a foreign page."""
    if method not in _SAFE and not same_origin(headers):
        raise Forbidden(
            "This was sent from another site.",
            hint="Send it from Watchfloor's own pages, or with a bearer token.",
        )


def _bearer_token(path: str, headers: Headers) -> str | None:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not _BEARER_PATHS.fullmatch(path):
        return None
    return token.strip()


def _address(scope: Scope) -> str:
    query: str = scope["query_string"].decode("latin-1")
    path: str = scope["path"]
    return path + (f"?{QueryParams(query)}" if query else "")
