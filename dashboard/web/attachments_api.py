"""`/api/v1/incidents/{id}/attachments`: photos with a report."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, File, Response, UploadFile

from dashboard.services import Services
from dashboard.web import records_json
from dashboard.web.asking import ERRORS, RecordId, Reporter, Viewer
from dashboard.web.pictures import clean
from dashboard.web.records_json import Json, many
from dashboard.web.thumbnails import thumbnail
from data.errors import Conflict

MOST = 20
_NEVER_RUN = {"Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'"}
_SUFFIX = {"image/jpeg": ".jpg", "image/png": ".png"}


def router(services: Services) -> APIRouter:
    """Return the routes of attachments."""
    routes = APIRouter(
        prefix="/api/v1/incidents/{record_id}/attachments", tags=["attachments"], responses=ERRORS
    )
    files = services.store.attachments

    @routes.get("")
    def attachments(actor: Viewer, record_id: RecordId) -> Json:
        """Return what files are with an incident."""
        return many([records_json.attachment(one) for one in files.of(actor, record_id)])

    @routes.post("", status_code=201)
    def attach(actor: Reporter, record_id: RecordId, file: Annotated[UploadFile, File()]) -> Json:
        """Put a photo with an incident, without what the camera wrote into it."""
        if len(files.of(actor, record_id)) >= MOST:
            raise Conflict(
                f"There are {MOST} photos with this incident already.", hint="Choose the best ones."
            )
        picture = clean(file.file.read())
        name = (file.filename or "photo").replace("\\", "/").rsplit("/", 1)[-1][:120] or "photo"
        files.add(actor, record_id, name=name, media_type=picture.media_type, content=picture.content)
        return many([records_json.attachment(one) for one in files.of(actor, record_id)])

    @routes.get("/{attachment_id}", response_class=Response)
    def content(actor: Viewer, record_id: RecordId, attachment_id: UUID) -> Response:
        """Return a photo, to be saved and never to be run."""
        media_type, body = files.content(actor, record_id, attachment_id)
        name = f"{attachment_id}{_SUFFIX.get(media_type, '.bin')}"
        return Response(
            body,
            media_type=media_type,
            headers={
                "Content-Disposition": f'attachment; filename="{name}"',
                **_NEVER_RUN,
            },
        )

    @routes.get("/{attachment_id}/thumbnail", response_class=Response)
    def small(actor: Viewer, record_id: RecordId, attachment_id: UUID) -> Response:
        """Return a photo made small, for the panel of its incident."""
        _, body = files.content(actor, record_id, attachment_id)
        return Response(thumbnail(body), media_type="image/jpeg", headers=_NEVER_RUN)

    return routes
