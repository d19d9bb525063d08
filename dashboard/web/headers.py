"""Security headers on every answer, and no caching of what is private."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SEALED = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
SIGN_IN = (
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)

_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": (
        "camera=(), microphone=(), payment=(), usb=(), geolocation=(self), fullscreen=(self)"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
_YEAR_S = 31_536_000


def page_policy(script_hashes: Iterable[str], *, hosts: Iterable[str] = ()) -> str:
    """Return the content-security policy of the pages.

    `hosts` are the addresses of basemaps that an administrator configured; with none, the browser is
    kept from talking to anything but this server.
    """
    outside = "".join(f" {host}" for host in sorted(set(hosts)))
    scripts = " ".join(["'self'", *script_hashes])
    return (
        f"default-src 'self'; script-src {scripts}; style-src 'self' 'unsafe-inline'; "
        f"img-src 'self' data: blob:{outside}; font-src 'self' data:; worker-src 'self' blob:; "
        f"connect-src 'self'{outside}; object-src 'none'; base-uri 'none'; "
        "frame-ancestors 'none'; form-action 'self'"
    )


class Headers:
    """ASGI middleware that adds what every answer must carry, unless the route said otherwise."""

    def __init__(self, app: ASGIApp, *, policy: str) -> None:
        self.app = app
        self.policy = policy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and complete the answer's headers."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def complete(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._complete(MutableHeaders(scope=message), scope, status=message["status"])
            await send(message)

        await self.app(scope, receive, complete)

    def _complete(self, headers: MutableHeaders, scope: Scope, *, status: int) -> None:
        path: str = scope["path"]
        if path.startswith("/_dash-") and "content-type" not in headers:
            headers["Content-Type"] = (
                "application/json"  # Dash answers callbacks without saying what they are
            )
        kind = headers.get("content-type", "")
        # A worker obeys the policy that its own script came with, so scripts carry the page's.
        runs = kind.startswith("text/html") or "javascript" in kind
        # "Not modified" has no type to judge by, and its headers would replace those of the kept answer:
        # a policy here would take the map's worker its right to fetch, from the second visit on.
        if status != HTTPStatus.NOT_MODIFIED:
            headers.setdefault("Content-Security-Policy", self.policy if runs else SEALED)
        for name, value in _ALWAYS.items():
            headers.setdefault(name, value)
        headers.setdefault("Cache-Control", _caching(path, scope["query_string"]))
        if scope["scheme"] == "https":
            headers.setdefault("Strict-Transport-Security", f"max-age={_YEAR_S}")


def _caching(path: str, query: bytes) -> str:
    """Return how an answer may be kept: our bundle for long when asked for by version, the rest never."""
    if path.startswith("/assets/dist/"):
        return f"private, max-age={_YEAR_S}, immutable" if query.startswith(b"v=") else "private, no-cache"
    return "no-store"
