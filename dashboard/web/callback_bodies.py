"""Callback requests checked against what was registered, since Dash answers a malformed one with a 500."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import Dash
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard.guard import current_actor
from dashboard.web.errors import as_response
from data.access import Permission, require
from data.errors import Invalid, WatchfloorError

PATH = "/_dash-update-component"
_HINT = "Load the page again: it may be older than the server."


class CallbackBodies:
    """ASGI middleware that lets only well-formed requests for permitted callbacks reach Dash."""

    def __init__(self, app: ASGIApp, *, dash: Dash, declared: Mapping[str, Permission]) -> None:
        self.app = app
        self.dash = dash
        self.declared = declared

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check a callback request; pass anything else on."""
        if scope["type"] == "http" and scope["path"] == PATH and scope["method"] == "POST":
            try:
                self._check(scope.get("watchfloor.json"))
            except WatchfloorError as error:
                await as_response(error)(scope, receive, send)
                return
        await self.app(scope, receive, send)

    def _check(self, body: object) -> None:
        if not isinstance(body, dict) or not isinstance(body.get("output"), str):
            raise Invalid("The body is not a callback request.", hint=_HINT)
        output: str = body["output"]
        if output not in self.declared or output not in self.dash.callback_map:
            raise Invalid("There is no such callback.", hint=_HINT)
        require(current_actor(), self.declared[output])
        registered = self.dash.callback_map[output]
        _check_values("inputs", body.get("inputs", []), registered["inputs"])
        _check_values("state", body.get("state", []), registered["state"])
        if not registered.get("no_output"):
            _check_outputs(output, body.get("outputs"))
        changed = body.get("changedPropIds", [])
        if not isinstance(changed, list) or not all(isinstance(name, str) for name in changed):
            raise Invalid("changedPropIds is not a list of names.", hint=_HINT)


def _check_values(name: str, sent: object, registered: list[dict[str, Any]]) -> None:
    if not isinstance(sent, list) or len(sent) != len(registered):
        raise Invalid(f"The callback takes {len(registered)} {name}.", hint=_HINT)
    for one, known in zip(sent, registered, strict=True):
        group = one if isinstance(one, list) else [one]
        if isinstance(one, list) and not _takes_many(known):
            raise Invalid(f"One of the {name} is a list of components.", hint=_HINT)
        for entry in group:
            _check_entry(name, entry, known)


def _takes_many(known: Mapping[str, Any]) -> bool:
    return '["ALL"]' in known["id"] or '["ALLSMALLER"]' in known["id"]


def _check_entry(name: str, entry: object, known: Mapping[str, Any]) -> None:
    if not isinstance(entry, dict) or entry.get("property") != known["property"]:
        raise Invalid(f"One of the {name} is not what the callback takes.", hint=_HINT)
    pattern = known["id"].startswith("{")
    if pattern != isinstance(entry.get("id"), dict) or not (pattern or entry["id"] == known["id"]):
        raise Invalid(f"One of the {name} is of another component.", hint=_HINT)


def _check_outputs(output: str, sent: object) -> None:
    multiple = output.startswith("..") and output.endswith("..")
    expected = len(output[2:-2].split("...")) if multiple else 1
    entries = sent if multiple else [sent]
    if not isinstance(entries, list) or len(entries) != expected:
        raise Invalid(f"The callback has {expected} outputs.", hint=_HINT)
    for entry in entries:
        for one in entry if isinstance(entry, list) else [entry]:
            if not (isinstance(one, dict) and isinstance(one.get("property"), str) and _is_id(one.get("id"))):
                raise Invalid("One of the outputs is not a component's.", hint=_HINT)


def _is_id(value: object) -> bool:
    return isinstance(value, str) or (isinstance(value, dict) and all(isinstance(key, str) for key in value))
