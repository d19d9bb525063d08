"""What the API's routes share: who asks, which filter, which record."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Path, Query, Request

from dashboard.guard import needs
from data.access import Actor, Permission
from data.query import Query as Filter

Viewer = Annotated[Actor, Depends(needs(Permission.VIEW))]
Reporter = Annotated[Actor, Depends(needs(Permission.REPORT))]
Triager = Annotated[Actor, Depends(needs(Permission.TRIAGE))]
SiteEditor = Annotated[Actor, Depends(needs(Permission.EDIT_SITE))]
CallTaker = Annotated[Actor, Depends(needs(Permission.TAKE_CALL))]
Responder = Annotated[Actor, Depends(needs(Permission.RESPOND))]

RecordId = Annotated[UUID, Path(description="The record's id.")]
Fid = Annotated[int, Path(ge=0, lt=1 << 52, description="The number that tiles name a feature by.")]
Limit = Annotated[int, Query(ge=1, le=500)]
CursorText = Annotated[str, Query(max_length=200, description="`next` of the page before.")]
Words = Annotated[str, Query(max_length=200)]

ERRORS: dict[int | str, dict[str, Any]] = {
    400: {"description": "What was sent cannot be used; `message` and `hint` say why."},
    401: {"description": "Nobody is signed in."},
    403: {"description": "The role or the marking does not allow it."},
    404: {"description": "There is no such record for this actor."},
    409: {"description": "Somebody else was quicker; both versions are in the answer."},
    413: {"description": "Larger than is taken."},
    415: {"description": "Not JSON."},
    503: {"description": "The store does not answer; nothing was changed."},
}


def filter_of(request: Request, *, own: frozenset[str]) -> Filter:
    """Return the filter in a request's query string; `own` are the route's own parameters."""
    return Filter.parse(request.url.query, ignore=own)
