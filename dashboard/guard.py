"""Who is asking, and what a route or a callback asks of them: deny by default.

Nothing is open unless it stands in PUBLIC. Every route names a permission by depending on
`needs(permission)`; every callback names one by being registered through `guarded(app)`. What Dash
itself serves is listed in DASH. `create_app` refuses to start with anything undeclared.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from dash import Dash
from dash.exceptions import PreventUpdate

from data.access import Actor, Permission, require
from data.errors import Invalid, Unauthenticated, WatchfloorError

logger = logging.getLogger(__name__)

PUBLIC = frozenset({"/login", "/logout", "/link/{token}", "/livez", "/readyz"})

# What Dash registers by itself, and what one must be allowed to reach it.
DASH: dict[str, Permission] = {
    "/": Permission.VIEW,
    "/_dash-layout": Permission.VIEW,
    "/_dash-dependencies": Permission.VIEW,
    "/_dash-update-component": Permission.VIEW,
    "/_dash-component-suites/{package_name}/{fingerprinted_path:path}": Permission.VIEW,
    "/_favicon.ico": Permission.VIEW,
    "/assets/dist": Permission.VIEW,
}

# What Dash registers and Watchfloor has no use for: answered as if it were not there.
REFUSED = frozenset({"/_reload-hash", "/_dash-ws-callback"})

_actor: ContextVar[Actor | None] = ContextVar("watchfloor_actor", default=None)

Requirement = Callable[[], Awaitable[Actor]]


def actor_or_none() -> Actor | None:
    """Return who is asking, or None when nobody is signed in."""
    return _actor.get()


def current_actor() -> Actor:
    """Return who is asking; raise Unauthenticated when nobody is signed in."""
    actor = _actor.get()
    if actor is None:
        raise Unauthenticated("Nobody is signed in.", hint="Sign in at /login, or send a bearer token.")
    return actor


@contextmanager
def acting_as(actor: Actor | None) -> Iterator[None]:
    """Make `actor` the one who is asking, until the block ends."""
    token = _actor.set(actor)
    try:
        yield
    finally:
        _actor.reset(token)


@functools.cache
def needs(permission: Permission) -> Requirement:
    """Return the dependency that gives a route its actor, or refuses one without `permission`."""

    async def requirement() -> Actor:  # not a plain function: that would take a thread for a look-up
        actor = current_actor()
        require(actor, permission)
        return actor

    requirement.permission = permission  # type: ignore[attr-defined]  # read by declared_permission
    return requirement


def declared_permission(requirement: object) -> Permission | None:
    """Return what `needs` put on a dependency, or None for any other callable."""
    found = getattr(requirement, "permission", None)
    return found if isinstance(found, Permission) else None


class Guarded:
    """A Dash app whose callbacks each say what one must be allowed to call them."""

    def __init__(self, app: Dash, declared: dict[str, Permission]) -> None:
        self.app = app
        self.declared = declared

    def callback(self, permission: Permission, *dependencies: Any, **options: Any) -> Callable[[Any], Any]:
        """Register a callback for actors with `permission` alone; a plain function runs in a thread."""

        def register(function: Callable[..., Any]) -> Callable[..., Any]:
            self.app.callback(*dependencies, **options)(_enforcing(function, permission))
            # Dash keeps its callbacks in the order of registration and does not hand back their ids.
            self.declared[next(reversed(self.app.callback_map))] = permission
            return function

        return register


def guarded(app: Dash) -> Guarded:
    """Return the registrar of this Dash app's callbacks; what it declared lives with the server."""
    state = app.server.state
    if not hasattr(state, "callback_permissions"):
        state.callback_permissions = {}
    return Guarded(app, state.callback_permissions)


def _enforcing(function: Callable[..., Any], permission: Permission) -> Callable[..., Any]:
    """Return `function` as a coroutine that checks the actor first and keeps slow work off the event loop."""

    @functools.wraps(function)
    async def run(*args: Any, **kwargs: Any) -> Any:
        require(current_actor(), permission)
        try:
            if inspect.iscoroutinefunction(function):
                return await function(*args, **kwargs)
            return await asyncio.to_thread(_without_stop, function, *args, **kwargs)
        except (WatchfloorError, PreventUpdate):
            raise
        except (TypeError, ValueError, LookupError, AttributeError) as error:
            # Values of a callback come from the browser, in any shape that somebody cares to send.
            logger.exception("callback %s could not use its values", function.__qualname__)
            raise Invalid(
                "The page sent values that cannot be used here.",
                hint="Load the page again; if it comes back, tell the administrator what was clicked.",
            ) from error

    return run


def _without_stop(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Call `function`; a StopIteration, which no future can carry to its waiter, becomes a LookupError."""
    try:
        return function(*args, **kwargs)
    except StopIteration as error:
        raise LookupError("nothing was found where something was expected") from error
