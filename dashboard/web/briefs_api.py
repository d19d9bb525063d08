"""`/api/v1/briefs`: made from the data, changed by people, frozen, and held against what is known now."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

import numpy as np
from fastapi import APIRouter, Depends, Path, Response

from dashboard.briefing.compose import Briefing, Wanted
from dashboard.briefing.since import since_before
from dashboard.briefing.stale import MOST_LISTED, figure_of, moved, stale_count
from dashboard.briefing.templates import TEMPLATES
from dashboard.guard import needs
from dashboard.services import Services
from dashboard.web import briefs_json
from dashboard.web.asking import ERRORS, RecordId, Viewer
from dashboard.web.briefs_models import BriefChange, BriefIn, PageChange, PageIn, QuestionIn, RevisionIn
from dashboard.web.calls_models import within_reason
from dashboard.web.records_json import Json, many
from data.access import Actor, Permission
from data.brief_records import Brief, BriefFigure, NewBrief
from data.errors import NotFound
from data.query import Query
from data.store.releases import Wanted as Lines
from layers.briefs.document import page_from_json, page_json

Author = Annotated[Actor, Depends(needs(Permission.SHARE_VIEW))]
FigureKey = Annotated[str, Path(max_length=60)]
_LOOKED_INTO: Final = 30


def router(services: Services) -> APIRouter:
    """Return the routes of briefs."""
    routes = APIRouter(prefix="/api/v1/briefs", tags=["briefs"], responses=ERRORS)
    briefing = Briefing(services)
    _add_reading(routes, services, briefing)
    _add_making(routes, services, briefing)
    _add_pages(routes, services, briefing)
    _add_questions(routes, services, briefing)
    return routes


def _whole(services: Services, actor: Actor, brief: Brief) -> Json:
    if not actor.may(Permission.EXPORT):
        return briefs_json.whole(services, brief, [])
    found, _, _ = services.store.releases.page(actor, Lines(product=str(brief.id)), limit=100)
    return briefs_json.whole(services, brief, found)


def _add_reading(routes: APIRouter, services: Services, briefing: Briefing) -> None:
    store = services.store

    @routes.get("")
    def all_of_them(actor: Viewer) -> Json:
        """Return the briefs that one may read, newest first; `stale`: how many pages do not hold now."""
        found = store.briefs.all(actor)
        # Only the newest are looked into: what is old has changed anyway.
        inside = {one.id: store.briefs.get(actor, one.id) for one in found[:_LOOKED_INTO]}
        closed = {
            number
            for number, brief in inside.items()
            if brief.owner_id != actor.user_id and not briefing.readable(actor, brief)
        }
        stale = {number: stale_count(services, one) for number, one in inside.items() if number not in closed}
        items = [briefs_json.listed(one, stale=stale.get(one.id, 0)) for one in found if one.id not in closed]
        return many(items, total=len(items))

    @routes.get("/templates")
    def templates(actor: Viewer) -> Json:
        """Return what briefs can be made from."""
        del actor
        items = [
            {"key": one.key, "title": one.title, "about": one.about, "hours": one.hours}
            for one in TEMPLATES.values()
        ]
        return many(items, total=len(items))

    @routes.get("/{record_id}")
    def one(actor: Viewer, record_id: RecordId) -> Json:
        """Return a brief as it stands, and what of it does not hold any more."""
        return _whole(services, actor, briefing.read(actor, record_id))

    @routes.get("/{record_id}/figures/{key}")
    def figure(actor: Viewer, record_id: RecordId, key: FigureKey) -> Json:
        """Return a number down to the records behind it, and what became of them."""
        found = figure_of(briefing.read(actor, record_id), key)
        if found is None:
            raise NotFound("The brief says no such number.")
        return briefs_json.figure_json(found) | _opened(services, actor, found)

    @routes.get("/{record_id}/deltas")
    def deltas(actor: Viewer, record_id: RecordId) -> Json:
        """Return what is new, closed, moved, grown or shrunk since the brief before."""
        brief = briefing.read(actor, record_id)
        before = None
        if brief.since is not None:
            try:
                before = store.briefs.get(actor, brief.since)
            except NotFound:
                before = None
        return since_before(services, actor, brief, before)


def _opened(services: Services, actor: Actor, found: BriefFigure) -> Json:
    behind = found.behind
    then = moved(services, behind)
    state = dict.fromkeys(then.changed.tolist(), "changed")
    state |= dict.fromkeys(then.corrected.tolist(), "corrected") | dict.fromkeys(then.gone.tolist(), "gone")
    # What is not any more as it was comes first: that is what somebody opens a number for.
    order = np.argsort([seq not in state for seq in behind.seq.tolist()], kind="stable")[:MOST_LISTED]
    seqs, revisions = behind.seq[order].tolist(), behind.revision[order].tolist()
    titles = _titles(services, actor, behind.kind, seqs)
    now = None
    if behind.kind == "incident" and found.query:
        now = services.mirror.view(actor, Query.parse(found.query), now=services.clock.now()).total
    return {
        "now": now,
        "total": len(behind),
        "said": then.words(len(behind)),
        "records": [
            {
                "id": titles[seq][0] if seq in titles else None,
                "title": titles[seq][1] if seq in titles else "not to be seen any more",
                "revision": revision,
                "state": state.get(seq, "same"),
            }
            for seq, revision in zip(seqs, revisions, strict=True)
        ],
    }


def _titles(services: Services, actor: Actor, kind: str, seqs: list[int]) -> dict[int, tuple[str, str]]:
    store: Any = services.store
    if kind == "incident":
        return {one.seq: (str(one.id), one.title) for one in store.incidents.by_seq(actor, seqs)}
    if kind == "site":
        return {one.seq: (str(one.id), one.name) for one in store.sites.by_seq(actor, seqs)}
    if kind == "household" and actor.may(Permission.RESPOND):
        wanted = set(seqs)
        return {
            one.seq: (str(one.id), one.number) for one in store.households.all(actor) if one.seq in wanted
        }
    return {}


def _add_making(routes: APIRouter, services: Services, briefing: Briefing) -> None:
    store = services.store

    @routes.post("", status_code=201)
    def make(actor: Author, body: BriefIn) -> Json:
        """Make a brief of a template, or an empty one."""
        since = body.since
        wanted = Wanted(
            template=body.template or "",
            title=body.title,
            filter=body.filter,
            bbox=body.bbox,
            since=within_reason(since) if isinstance(since, datetime) else since,
            hours=body.hours,
            shared=body.shared,
        )
        return _whole(services, actor, briefing.make(actor, wanted))

    @routes.patch("/{record_id}")
    def change(actor: Author, record_id: RecordId, body: BriefChange) -> Json:
        """Change the title, the order of the pages, or who may read it."""
        sent = body.model_dump(exclude_unset=True, exclude={"revision"})
        values = {name: value for name, value in sent.items() if value is not None}
        return _whole(services, actor, store.briefs.change(actor, record_id, values, revision=body.revision))

    @routes.post("/{record_id}/freeze")
    def freeze(actor: Author, record_id: RecordId, body: RevisionIn) -> Json:
        """Keep a brief as it is: from now on it says what it said."""
        return _whole(services, actor, store.briefs.freeze(actor, record_id, revision=body.revision))

    @routes.post("/{record_id}/copy", status_code=201)
    def copy(actor: Author, record_id: RecordId) -> Json:
        """Return a copy that can be changed, with the same pages."""
        here = briefing.read(actor, record_id)
        made = NewBrief(
            title=here.title,
            template=here.template,
            filter=here.filter,
            bbox=here.bbox,
            period_from=here.period_from,
            period_to=here.period_to,
            since=here.since,
            pages=here.pages,
        )
        return _whole(services, actor, store.briefs.add(actor, made))

    @routes.delete("/{record_id}", status_code=204)
    def remove(actor: Author, record_id: RecordId) -> Response:
        """Take a brief off the list; what was released of it stays in the log."""
        store.briefs.remove(actor, record_id)
        return Response(status_code=204)


def _add_pages(routes: APIRouter, services: Services, briefing: Briefing) -> None:
    briefs = services.store.briefs

    @routes.post("/{record_id}/pages", status_code=201)
    def add(actor: Author, record_id: RecordId, body: PageIn) -> Json:
        """Add a page about what somebody looks at."""
        here = briefs.get(actor, record_id)
        page = briefing.page(
            actor,
            here,
            body.kind,
            asked=body.filter,
            bbox=body.bbox,
            of=body.id or "",
        )
        made = briefs.add_page(actor, record_id, page, revision=body.revision, after=body.after)
        return _whole(services, actor, made)

    @routes.patch("/{record_id}/pages/{page_id}")
    def edit(actor: Author, record_id: RecordId, page_id: UUID, body: PageChange) -> Json:
        """Put other words on a page; the words that the data propose stay beside them."""
        here = briefs.get(actor, record_id)
        page = next((one for one in here.pages if one.id == page_id), None)
        if page is None:
            raise NotFound("The brief has no such page.")
        sent = body.model_dump(exclude_unset=True, exclude={"revision"})
        words = {name: value for name, value in sent.items() if value is not None}
        if "lines" in words:
            words["lines"] = tuple(line for line in words["lines"] if line)
        after = replace(page_from_json(page.content), **words)
        proposed = (page.proposed.get("headline"), page.proposed.get("lines"))
        own = "notes" in words or (after.headline, list(after.lines)) != proposed
        made = briefs.edit_page(
            actor,
            record_id,
            page_id,
            content=page_json(after),
            edited=own,
            revision=body.revision,
        )
        return _whole(services, actor, made)

    @routes.delete("/{record_id}/pages/{page_id}")
    def remove(actor: Author, record_id: RecordId, page_id: UUID, body: RevisionIn) -> Json:
        """Take a page out."""
        made = briefs.remove_page(actor, record_id, page_id, revision=body.revision)
        return _whole(services, actor, made)


def _add_questions(routes: APIRouter, services: Services, briefing: Briefing) -> None:
    briefs = services.store.briefs

    @routes.get("/{record_id}/questions")
    def questions(actor: Viewer, record_id: RecordId) -> Json:
        """Return what was asked when the brief was given."""
        found = briefs.questions(actor, briefing.read(actor, record_id).id)
        return many([briefs_json.question_json(one) for one in found], total=len(found))

    @routes.post("/{record_id}/questions", status_code=201)
    def ask(actor: Viewer, record_id: RecordId, body: QuestionIn) -> Json:
        """Note a question that was asked."""
        return briefs_json.question_json(briefs.ask(actor, record_id, body.text, page_id=body.page))
