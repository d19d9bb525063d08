"""What a request may carry: how much, of what kind, and JSON that can be read in one way only."""

from __future__ import annotations

import asyncio
import json
import re
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NoReturn

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.web.errors import TooSoon, WrongMediaType, as_response
from data.clock import Clock
from data.errors import Invalid, TooLarge, WatchfloorError

_WITH_BODY = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_FORMS = frozenset({"/login", "/logout"})
_LINK = re.compile(r"/link/[^/]+")
_FORM_MAX = 16_384
_OFF_LOOP = 65_536  # bytes from which parsing leaves the event loop
_DEEPEST = 64
_SURROGATE = re.compile(rb"\\ud[89a-f]", re.IGNORECASE)
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


@dataclass(frozen=True, slots=True)
class UploadPath:
    """Addresses that take a file instead of JSON, with a limit of their own."""

    pattern: re.Pattern[str]
    max_bytes: int


def no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the object; raise Invalid when a key comes twice: readers differ in which one they believe."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Invalid("A key of the JSON comes twice.", hint="Send each key once.")
    return found


def _no_constant(name: str) -> NoReturn:
    raise Invalid(f"{name} is not JSON.", hint="Leave out what has no value, or send null.")


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise Invalid(f"{text[:40]} is too large a number.", hint="Send a number below 1e308.")
    return number


def _depth(value: object, level: int = 0) -> int:
    if level > _DEEPEST:
        raise Invalid(f"The JSON is nested more than {_DEEPEST} deep.", hint="Send a flatter value.")
    children: Sequence[object] = (
        list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else ()
    )
    return max(
        (_depth(child, level + 1) for child in children if isinstance(child, dict | list)), default=level
    )


def parse_json(body: bytes) -> Any:
    """Return the JSON of a body; raise Invalid on anything that two readers could read in two ways."""
    try:
        value = json.loads(
            body, object_pairs_hook=no_duplicates, parse_constant=_no_constant, parse_float=_finite
        )
    except RecursionError:
        raise Invalid("The JSON is nested too deep.", hint="Send a flatter value.") from None
    except ValueError as error:
        raise Invalid(f"The body is not JSON: {error}", hint="Check it with a JSON linter.") from None
    _depth(value)
    if _NUL.search(body):
        raise Invalid("The text contains a NUL character.", hint="Remove it; no field can hold one.")
    if _SURROGATE.search(body):
        _no_lone_surrogate(value)
    return value


def _no_lone_surrogate(value: object) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise Invalid(
            "The text contains half a character (a lone surrogate).", hint="Send valid Unicode."
        ) from None


class Bodies:
    """ASGI middleware that reads bodies within their limits and refuses what is not plain JSON."""

    def __init__(self, app: ASGIApp, *, max_bytes: int, uploads: Sequence[UploadPath]) -> None:
        self.app = app
        self.max_bytes = max_bytes
        self.uploads = uploads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check the body of a request before anything else sees it."""
        if scope["type"] != "http" or scope["method"] not in _WITH_BODY:
            await self.app(scope, receive, send)
            return
        try:
            checked = await self._checked(scope, receive)
        except WatchfloorError as error:
            await as_response(error)(scope, receive, send)
            return
        await self.app(scope, checked, send)

    async def _checked(self, scope: Scope, receive: Receive) -> Receive:
        path, headers = scope["path"], Headers(scope=scope)
        kind = headers.get("content-type", "").split(";")[0].strip().lower()
        upload = next((taken for taken in self.uploads if taken.pattern.fullmatch(path)), None)
        if upload is not None:
            _refuse_announced(headers, upload.max_bytes)
            return _counted(receive, upload.max_bytes)
        form = path in _FORMS or _LINK.fullmatch(path) is not None
        limit = _FORM_MAX if form else self.max_bytes
        _refuse_announced(headers, limit)
        body = await _read(receive, limit)
        if form:
            if body and kind != "application/x-www-form-urlencoded":
                raise WrongMediaType("This address takes a form.", hint="Use the sign-in page.")
        elif body or kind:
            await _check_json(scope, body, kind)
        return _replayed(body, receive)


async def _check_json(scope: Scope, body: bytes, kind: str) -> None:
    if kind != "application/json":
        raise WrongMediaType("This address takes JSON alone.", hint="Send Content-Type: application/json.")
    parse = asyncio.to_thread(parse_json, body) if len(body) > _OFF_LOOP else None
    if body:
        scope["watchfloor.json"] = await parse if parse else parse_json(body)


def _refuse_announced(headers: Headers, limit: int) -> None:
    announced = headers.get("content-length", "0")
    if not announced.isdecimal():
        raise Invalid("Content-Length is not a number.", hint="Send the length of the body in bytes.")
    if int(announced) > limit:
        raise _too_large(limit)


def _too_large(limit: int) -> TooLarge:
    return TooLarge(
        f"The request is larger than {limit / 1_048_576:g} MB.",
        hint="Send less at a time, or have WATCHFLOOR_BODY_MAX_MB or WATCHFLOOR_UPLOAD_MAX_MB raised.",
    )


async def _read(receive: Receive, limit: int) -> bytes:
    chunks, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Invalid("The connection ended before the request did.")
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            raise _too_large(limit)
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks)


def _replayed(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that gives the body once more, then whatever the connection says next."""
    waiting = [True]

    async def again() -> Message:
        if waiting:
            waiting.clear()
            return {"type": "http.request", "body": body, "more_body": False}
        return await receive()

    return again


def _counted(receive: Receive, limit: int) -> Receive:
    """Return a `receive` that passes an upload on in pieces and raises TooLarge at the limit."""
    size = 0

    async def counted() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > limit:
            raise _too_large(limit)
        return message

    return counted


@dataclass(slots=True)
class _Failures:
    count: int
    blocked_until: datetime


@dataclass(slots=True)
class SignInBackoff:
    """Counts failed sign-ins and makes the next try wait, twice as long each time.

    One pair of name and address gets few tries; a whole address or a whole name gets more, so that
    neither guessing from many machines nor locking an officer out from one is easy.
    """

    clock: Clock
    longest: timedelta = timedelta(minutes=15)
    kept: int = 10_000
    _failures: OrderedDict[tuple[str, str], _Failures] = field(default_factory=OrderedDict)

    def _keys(self, name: str, address: str) -> list[tuple[tuple[str, str], int]]:
        folded = name.casefold()[:80]
        return [((folded, address), 5), (("", address), 30), ((folded, ""), 60)]

    def check(self, name: str, address: str) -> None:
        """Raise TooSoon when this name or address must still wait."""
        now = self.clock.now()
        until = max(
            (
                self._failures[key].blocked_until
                for key, _ in self._keys(name, address)
                if key in self._failures
            ),
            default=now,
        )
        if until > now:
            wait_s = int((until - now).total_seconds()) + 1
            raise TooSoon(
                f"Too many failed sign-ins. Try again in {wait_s} s.",
                hint="If you forgot the password, an administrator can give you a one-time link.",
                retry_after_s=wait_s,
            )

    def failed(self, name: str, address: str) -> None:
        """Count one failure."""
        now = self.clock.now()
        for key, free in self._keys(name, address):
            count = self._failures.pop(key, _Failures(0, now)).count + 1
            over = count - free
            wait = min(timedelta(seconds=2 ** min(over, 20)), self.longest) if over >= 0 else timedelta()
            self._failures[key] = _Failures(count, now + wait)
        while len(self._failures) > self.kept:
            self._failures.popitem(last=False)

    def succeeded(self, name: str, address: str) -> None:
        """Forget the failures of this name at this address."""
        self._failures.pop((name.casefold()[:80], address), None)
