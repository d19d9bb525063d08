"""What a browser may keep: answers are named by the token of what the actor may see, never by a counter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b

from fastapi import Request, Response

from data.query import Query

_MINUTE_S = 60
_LONG_S = 3_600


@dataclass(frozen=True, slots=True)
class Freshness:
    """The name of an answer, and how long it may be kept without asking again."""

    etag: str
    max_age_s: int

    @property
    def headers(self) -> dict[str, str]:
        """The headers that tell the browser."""
        keep = f"private, max-age={self.max_age_s}" if self.max_age_s else "private, no-cache"
        return {"ETag": self.etag, "Cache-Control": keep}


def freshness(request: Request, *, token: str, query: Query, now_ms: int, parts: str) -> Freshness:
    """Return the freshness of the answer to a filter, as `parts` of the route further describe it.

    Only an address that carries the token in `v` is kept unasked: when something changes, the page asks
    for another address.
    """
    minute = now_ms // 60_000 if query.last_ms is not None else 0
    name = f"{token}|{query.canonical()}|{minute}|{parts}"
    etag = f'"{blake2b(name.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()}"'
    if request.query_params.get("v") != token:
        return Freshness(etag, 0)
    return Freshness(etag, _LONG_S if not minute else _MINUTE_S - now_ms // 1000 % _MINUTE_S)


def answer(request: Request, fresh: Freshness, *, media_type: str, make: Callable[[], bytes]) -> Response:
    """Return the body, 204 for an empty one, or 304 without making it when the browser has it."""
    known = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    if fresh.etag in known:
        return Response(status_code=304, headers=fresh.headers)
    body = make()
    if not body:
        return Response(status_code=204, headers=fresh.headers)
    return Response(body, media_type=media_type, headers=fresh.headers)
