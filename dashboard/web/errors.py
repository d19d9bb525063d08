"""Errors as answers: one shape for all, and never a 5xx for bad input."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

import orjson
from dash.exceptions import DependencyException, InvalidResourceError
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from dashboard.web.navigation import error_page, navigates
from data.errors import Invalid, NotFound, Unavailable, WatchfloorError

logger = logging.getLogger(__name__)

_HINTS = {
    404: "Check the address.",
    405: "Check the method against /api/v1/openapi.json.",
}


class TooSoon(WatchfloorError):
    """The same thing was tried too often; `details["retry_after_s"]` says when it may be tried again."""

    status, code = 429, "too_soon"


class WrongMediaType(WatchfloorError):
    """A body of a kind that this address does not take."""

    status, code = 415, "wrong_media_type"


def as_response(error: WatchfloorError) -> Response:
    """Return the answer for an error of ours."""
    headers = {}
    if "retry_after_s" in error.details:
        headers["Retry-After"] = str(error.details["retry_after_s"])
    if error.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    body = orjson.dumps(error.as_dict(), default=str, option=orjson.OPT_NON_STR_KEYS)
    return Response(body, status_code=error.status, media_type="application/json", headers=headers)


def answer(request: Request, error: WatchfloorError) -> Response:
    """Return an error to whoever asked: as a page to a person, as JSON to a script."""
    if navigates(request.scope):
        page = error_page(request.scope, error)
        if "retry_after_s" in error.details:
            page.headers["Retry-After"] = str(error.details["retry_after_s"])
        return page
    return as_response(error)


def _of_field(problem: dict[str, Any]) -> dict[str, str]:
    where = ".".join(str(part) for part in problem["loc"] if part not in ("body", "query", "path"))
    return {"field": where, "problem": str(problem["msg"])}


async def _ours(request: Request, error: Exception) -> Response:
    assert isinstance(error, WatchfloorError)  # noqa: S101  # registered for nothing else
    return answer(request, error)


async def _unreadable(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101  # registered for nothing else
    fields = [_of_field(problem) for problem in error.errors()[:20]]
    first = fields[0] if fields else {"field": "", "problem": "it is malformed"}
    message = f"{first['field'] or 'The request'}: {first['problem']}"
    return answer(
        request, Invalid(message, hint="See /api/v1/openapi.json for what is taken.", fields=fields)
    )


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101  # registered for nothing else
    ours = WatchfloorError(str(error.detail), hint=_HINTS.get(error.status_code, ""))
    ours.status, ours.code = error.status_code, HTTPStatus(error.status_code).name.lower()
    response = answer(request, ours)
    for name, value in (error.headers or {}).items():
        response.headers[name] = value
    return response


async def _no_such_file(request: Request, _error: Exception) -> Response:
    return answer(request, NotFound("There is no such file.", hint=_HINTS[404]))


def store_is_down() -> Unavailable:
    """Return what is said while the database is away."""
    return Unavailable(
        "The store does not answer.", hint="Nothing was changed. Try again in a moment.", retry_after_s=5
    )


async def _store_is_down(request: Request, error: Exception) -> Response:
    logger.error("the store did not answer: %s", error)
    return answer(request, store_is_down())


async def _not_kept(request: Request, error: Exception) -> Response:
    logger.warning("the store refused a value: %s", error)
    return answer(
        request,
        Invalid(
            "The store cannot keep one of these values.", hint="See /api/v1/openapi.json for what is taken."
        ),
    )


async def _unexpected(request: Request, error: Exception) -> Response:
    logger.error("unexpected error", exc_info=error)
    return answer(
        request,
        WatchfloorError("Something failed inside Watchfloor.", hint="It was logged. Nothing was changed."),
    )


def install(app: FastAPI) -> None:
    """Answer every error of this app in the one shape."""
    app.add_exception_handler(WatchfloorError, _ours)
    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(DependencyException, _no_such_file)
    app.add_exception_handler(InvalidResourceError, _no_such_file)
    app.add_exception_handler(OperationalError, _store_is_down)
    app.add_exception_handler(IntegrityError, _not_kept)
    app.add_exception_handler(DataError, _not_kept)
    app.add_exception_handler(PoolTimeout, _store_is_down)
    app.add_exception_handler(Exception, _unexpected)
