"""Signing in and out: a password, or a link that works once."""

from __future__ import annotations

import asyncio
import ipaddress
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from dashboard.guard import actor_or_none
from dashboard.services import Services
from dashboard.web.errors import TooSoon
from dashboard.web.gate import cookie_name, session_token
from dashboard.web.headers import SIGN_IN
from dashboard.web.limits import SignInBackoff
from dashboard.web.sign_in_page import sign_in_page
from data.errors import Forbidden, Unauthenticated

_WRONG = "Name or password is not right."


def safe_next(target: str) -> str:
    """Return `target` when it is an address of this server's own, else the start page."""
    parts = urlsplit(target)
    printable = target.isprintable() and "\\" not in target
    inside = target.startswith("/") and not target.startswith("//") and not parts.scheme and not parts.netloc
    return target if inside and printable and parts.path not in ("/login", "/logout") else "/"


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _refuse_in_the_clear(request: Request) -> None:
    """Raise Forbidden when a password or session would cross a network unencrypted."""
    if request.url.scheme == "https":
        return
    try:
        inside = ipaddress.ip_address(_address(request)).is_loopback
    except ValueError:
        inside = False
    if not inside:
        raise Forbidden(
            "Signing in over plain http works on this machine alone.",
            hint="Serve with --tls-certificate and --tls-key, or behind a proxy that speaks https.",
        )


def _page(
    services: Services, *, target: str, name: str = "", problem: str = "", status: int = 200
) -> Response:
    settings = services.settings
    page = sign_in_page(
        center=settings.center_name, exercise=settings.exercise, target=target, name=name, problem=problem
    )
    return HTMLResponse(page, status_code=status, headers={"Content-Security-Policy": SIGN_IN})


def _signed_in(services: Services, request: Request, token: str, target: str) -> Response:
    response = RedirectResponse(safe_next(target), status_code=303)
    response.set_cookie(
        cookie_name(request.url.scheme),
        token,
        max_age=int(services.settings.session_hours * 3600),
        path="/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )
    return response


class SignIn:
    """Signing in and out, with the back-off of failed tries."""

    def __init__(self, services: Services) -> None:
        self.users = services.store.users
        self.backoff = SignInBackoff(services.clock)

    def with_password(self, name: str, password: str, address: str) -> str:
        """Return a new session's token; raise Unauthenticated, or TooSoon after many failures."""
        self.backoff.check(name, address)
        try:
            user_id = self.users.authenticate(name, password)
        except Unauthenticated:
            self.backoff.failed(name, address)
            raise
        self.backoff.succeeded(name, address)
        return self.users.open_session(user_id)

    def with_link(self, link: str, address: str) -> str:
        """Return a new session's token for a link that was not used yet."""
        self.backoff.check("", address)
        try:
            return self.users.redeem_link(link)
        except Unauthenticated:
            self.backoff.failed("", address)
            raise


def router(services: Services) -> APIRouter:
    """Return the sign-in routes: all of them public."""
    routes = APIRouter(include_in_schema=False)
    sign_in = SignIn(services)
    _add_password(routes, services, sign_in)
    _add_link(routes, services, sign_in)

    @routes.post("/logout")
    async def leave(request: Request) -> Response:
        await _end_former(services, request)
        response = RedirectResponse("/login", status_code=303)
        response.delete_cookie(
            cookie_name(request.url.scheme),
            path="/",
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="lax",
        )
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response

    return routes


def _add_password(routes: APIRouter, services: Services, sign_in: SignIn) -> None:
    @routes.get("/login")
    def page(next: str = "/") -> Response:  # noqa: A002  # the name in the address
        if actor_or_none() is not None:
            return RedirectResponse(safe_next(next), status_code=303)
        return _page(services, target=safe_next(next))

    @routes.post("/login")
    async def check(
        request: Request,
        name: Annotated[str, Form(max_length=80)] = "",
        password: Annotated[str, Form(max_length=1024)] = "",
        next: Annotated[str, Form(max_length=2000)] = "/",  # noqa: A002  # the name in the form
    ) -> Response:
        _refuse_in_the_clear(request)
        try:
            # In a thread: argon2 is slow on purpose and would hold up everybody else.
            token = await asyncio.to_thread(sign_in.with_password, name, password, _address(request))
        except Unauthenticated:
            return _page(services, target=safe_next(next), name=name, problem=_WRONG, status=401)
        except TooSoon as error:
            page = _page(services, target=safe_next(next), name=name, problem=error.message, status=429)
            page.headers["Retry-After"] = str(error.details["retry_after_s"])
            return page
        await _end_former(services, request)
        return _signed_in(services, request, token, next)


def _add_link(routes: APIRouter, services: Services, sign_in: SignIn) -> None:
    @routes.get("/link/{token}")
    async def by_link(request: Request, token: str, next: str = "/") -> Response:  # noqa: A002  # as above
        _refuse_in_the_clear(request)
        try:
            session = await asyncio.to_thread(sign_in.with_link, token, _address(request))
        except Unauthenticated:
            problem = "This link was used already, or it is too old."
            return _page(services, target=safe_next(next), problem=problem, status=401)
        await _end_former(services, request)
        return _signed_in(services, request, session, next)


async def _end_former(services: Services, request: Request) -> None:
    """End the session that this browser came with: signing in always gives a new one."""
    former = session_token(request.scope)
    if former is not None:
        await asyncio.to_thread(services.store.users.close_session, former)
