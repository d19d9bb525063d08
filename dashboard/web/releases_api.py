"""`/api/v1/releases`: previews, releases, the dissemination log, approvals, recalls and corrections."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.responses import FileResponse, StreamingResponse

from dashboard.guard import needs
from dashboard.releasing import maker
from dashboard.services import Services
from dashboard.web import share_json
from dashboard.web.asking import ERRORS, RecordId, Words
from dashboard.web.calls_models import within_reason
from dashboard.web.models import Moment
from dashboard.web.records_json import Json, many
from dashboard.web.share_api import Releaser
from dashboard.web.share_models import NoteIn, ProductIn, RecallIn, ReleaseIn, SaidIn
from dashboard.wishes import Wish
from data.access import Actor, Permission
from data.release_records import Release, State
from data.store.releases import Wanted
from layers.export import csv
from layers.release import approve, held_file, released_file
from layers.release.product import changed

Auditor = Annotated[Actor, Depends(needs(Permission.READ_AUDIT))]
StateName = Literal["", "held", "released", "refused", "recalled"]
_MOST: Final = 100_000


def wanted(
    q: Words = "",
    recipient: Annotated[str, Query(max_length=40)] = "",
    state: StateName = "",
    begin: Annotated[Moment | None, Query(alias="from")] = None,
    end: Annotated[Moment | None, Query(alias="to")] = None,
) -> Wanted:
    """Return which lines of the log a request asks for."""
    return Wanted(words=q, to=recipient, state=state, begin=within_reason(begin), end=within_reason(end))


Which = Annotated[Wanted, Depends(wanted)]


def router(services: Services) -> APIRouter:
    """Return the routes of the release path."""
    routes = APIRouter(prefix="/api/v1", tags=["release"], responses=ERRORS)
    _add_making(routes, services)
    _add_reading(routes, services)
    _add_deciding(routes, services)
    return routes


def _add_making(routes: APIRouter, services: Services) -> None:
    def wish(actor: Actor, body: ProductIn, *, purpose: str = "preview", authority: str = "") -> Wish:
        return Wish(
            actor=actor,
            what=body.what,
            form=body.form,
            recipient=services.store.recipients.get(actor, body.recipient),
            filter=body.filter,
            brief=body.brief,
            purpose=purpose,
            authority=authority,
        )

    @routes.post("/releases/preview")
    def preview(actor: Releaser, body: ProductIn) -> Json:
        """Return what one sees, what they would get, what is missing and why; nothing leaves."""
        return maker(body.what).preview(services, wish(actor, body))

    @routes.post("/releases", status_code=201)
    def release(actor: Releaser, body: ReleaseIn) -> Json:
        """Make a product for a recipient: it leaves, or is held for a second person."""
        asked = wish(actor, body, purpose=body.purpose, authority=body.authority)
        return share_json.release(maker(body.what).make(services, asked).release)


def _add_reading(routes: APIRouter, services: Services) -> None:
    releases = services.store.releases

    @routes.get("/releases")
    def log(
        actor: Releaser,
        which: Which,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
        cursor: Annotated[str, Query(max_length=18, pattern=r"^[0-9]*$")] = "",
    ) -> Json:
        """Return who got what, when, why and under which authority, newest first."""
        before = int(cursor) if cursor else None
        found, total, after = releases.page(actor, which, limit=limit, before=before)
        items = [share_json.release(one) for one in found]
        return many(items, total=total, next=None if after is None else str(after))

    @routes.get("/releases.csv")
    def log_csv(actor: Auditor, which: Which) -> StreamingResponse:
        """Return the log as a table for auditors."""
        found, _, _ = releases.page(actor, which, limit=_MOST)
        return StreamingResponse(
            _lines([share_json.release(one) for one in found]),
            media_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="dissemination-log.csv"'},
        )

    @routes.get("/releases/{record_id}")
    def one(actor: Releaser, record_id: RecordId) -> Json:
        """Return one release, its manifest, its notices, and how many of its records changed since."""
        line = releases.get(actor, record_id)
        notices = services.store.notices.of(actor, record_id)
        return share_json.release(line) | {
            "manifest": releases.manifest(actor, record_id),
            "notices": [share_json.notice(each) for each in notices],
            "changed": changed(services.store, releases.records(actor, record_id)),
        }

    @routes.get("/releases/{record_id}/file")
    def file(actor: Releaser, record_id: RecordId) -> FileResponse:
        """Return the file as it left."""
        left = released_file(services.store, actor, record_id)
        return FileResponse(left.file, filename=left.file.name, content_disposition_type="attachment")

    @routes.get("/releases/{record_id}/held")
    def look(actor: Releaser, record_id: RecordId) -> FileResponse:
        """Return a held file for the second person, who looks before they say yes; logged."""
        left = held_file(services.store, actor, record_id)
        name = f"HELD-{left.file.name}"
        return FileResponse(left.file, filename=name, content_disposition_type="attachment")

    @routes.get("/releases/{record_id}/manifest")
    def manifest(actor: Releaser, record_id: RecordId) -> FileResponse:
        """Return the signed manifest that goes with the file."""
        left = released_file(services.store, actor, record_id)
        return FileResponse(left.manifest, filename=left.manifest.name, content_disposition_type="attachment")

    @routes.get("/releases/{record_id}/notices")
    def notices_of(actor: Releaser, record_id: RecordId) -> Json:
        """Return the recalls and corrections that its recipient was told of."""
        found = services.store.notices.of(actor, record_id)
        return many([share_json.notice(each) for each in found], total=len(found))


def _add_deciding(routes: APIRouter, services: Services) -> None:
    store = services.store

    def releases_of(actor: Actor, which: Wanted) -> list[Release]:
        return [one for one in store.releases.page(actor, which, limit=_MOST)[0] if one.recalled is None]

    @routes.post("/releases/{record_id}/approve")
    def let_go(actor: Releaser, record_id: RecordId, body: NoteIn) -> Json:
        """Let a held release go; who made it may not."""
        return share_json.release(approve(store, actor, record_id, note=body.note))

    @routes.post("/releases/{record_id}/refuse")
    def keep_back(actor: Releaser, record_id: RecordId, body: NoteIn) -> Json:
        """Keep a held release back for good."""
        return share_json.release(store.releases.decide(actor, record_id, approve=False, note=body.note))

    @routes.post("/releases/{record_id}/recall")
    def recall(actor: Releaser, record_id: RecordId, body: RecallIn) -> Json:
        """Call a release back, and tell its recipient; with `everywhere`, all who got the same product."""
        called = store.releases.recall(actor, record_id, reason=body.reason)
        same = Wanted(product=called.product, state=State.RELEASED.value)
        again = releases_of(actor, same) if body.everywhere and called.product else []
        others = [store.releases.recall(actor, one.id, reason=body.reason) for one in again]
        return share_json.release(called) | {"others": [share_json.release(one) for one in others]}

    @routes.post("/releases/{record_id}/correct")
    def correct(actor: Releaser, record_id: RecordId, body: SaidIn) -> Json:
        """Tell the recipient what was wrong with a release."""
        return share_json.release(store.releases.correct(actor, record_id, note=body.note))


def _lines(rows: list[Json]) -> Iterator[str]:
    # The mark tells a spreadsheet that this is UTF-8.
    yield "\ufeff" + csv.line(share_json.LOG)
    for row in rows:
        yield csv.line([csv.cell(row[name]) for name in share_json.LOG])
