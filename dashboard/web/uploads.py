"""`/api/v1/uploads`: files on their way in, streamed to disk, each for the user who sent it alone."""

from __future__ import annotations

import asyncio
import errno
import logging
from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi import Path as InPath
from starlette.requests import ClientDisconnect

from dashboard.guard import needs
from dashboard.services import Services
from dashboard.web.asking import ERRORS
from dashboard.web.errors import WrongMediaType
from dashboard.web.records_json import Json, many
from dashboard.web.upload_shelf import Shelf, Upload
from data.access import Actor, Permission
from data.errors import Invalid, Unavailable

logger = logging.getLogger(__name__)

Importer = Annotated[Actor, Depends(needs(Permission.IMPORT))]
Token = Annotated[str, InPath(max_length=80, description="What the upload answered.")]
Name = Annotated[str, Query(min_length=1, max_length=400, description="What the file is called.")]

_BYTES: Final = "application/octet-stream"
_WRITE_BYTES: Final = 1_048_576


def router(services: Services) -> APIRouter:
    """Return the routes of uploads."""
    routes = APIRouter(prefix="/api/v1/uploads", tags=["uploads"], responses=ERRORS)
    shelf = Shelf(services.settings, services.clock)

    @routes.post("", status_code=201)
    async def upload(actor: Importer, request: Request, name: Name) -> Json:
        """Take a file as the body of the request and return the token that names it."""
        if request.headers.get("content-type", "").split(";")[0].strip().lower() != _BYTES:
            raise WrongMediaType(
                "This address takes the bytes of a file.", hint=f"Send Content-Type: {_BYTES}."
            )
        await asyncio.to_thread(shelf.sweep)
        try:
            with shelf.receiving(actor, name) as path:
                await _stream(request, path)
        except ClientDisconnect:
            raise Invalid("The upload was broken off.", hint="Send the file again.") from None
        except OSError as error:
            raise _no_room(error) from error
        return _fields(shelf.get(actor, path.parent.name))

    @routes.get("")
    def uploads(actor: Importer) -> Json:
        """Return the files that wait to be imported, your own alone."""
        return many([_fields(one) for one in shelf.mine(actor)])

    @routes.get("/{token}/points")
    def points(actor: Importer, token: Token, response: Response) -> Json:
        """Return the points of the last preview of an upload as GeoJSON."""
        response.headers["Cache-Control"] = "no-store"
        found = shelf.noted(shelf.get(actor, token), "points")
        return found or {"type": "FeatureCollection", "features": []}

    @routes.delete("/{token}", status_code=204)
    def remove(actor: Importer, token: Token) -> Response:
        """Remove an upload."""
        shelf.remove(actor, token)
        return Response(status_code=204)

    return routes


async def _stream(request: Request, path: Path) -> None:
    """Write the body to a file piece by piece, off the event loop."""
    with path.open("xb") as file:
        waiting = bytearray()
        async for chunk in request.stream():
            waiting += chunk
            if len(waiting) >= _WRITE_BYTES:
                await asyncio.to_thread(file.write, bytes(waiting))
                waiting.clear()
        await asyncio.to_thread(file.write, bytes(waiting))


def _no_room(error: OSError) -> Unavailable:
    logger.error("an upload could not be kept: %s", error)
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    return Unavailable(
        "The disk of the server is full." if full else "The server cannot keep the file.",
        hint="Nothing was imported. Tell the administrator, then send the file again.",
    )


def _fields(upload: Upload) -> dict[str, Any]:
    return {"token": upload.token, "name": upload.name, "size": upload.size, "sent_ms": upload.sent_ms}
