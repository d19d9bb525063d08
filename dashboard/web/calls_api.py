"""`/api/v1/calls`: taken, read, changed, and which of them may be about the same people."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response

from dashboard.responding import Board
from dashboard.services import Services
from dashboard.web import calls_json
from dashboard.web.asking import CallTaker, CursorText, Limit, RecordId, Responder, Words
from dashboard.web.calls_models import CallChange, CallIn, NotTheSame
from dashboard.web.models import tlp_of
from dashboard.web.records_json import Json, many, marking
from dashboard.web.reporting import scope_for
from data.access import Actor
from data.errors import Forbidden, Invalid
from data.model import Scope, StoreKind
from data.rescue_records import Call, NewCall
from data.store import Store

_PATH = "/calls"
_MOST_BESIDE = 500  # suggestions in one answer


def add(routes: APIRouter, services: Services, board: Board) -> None:
    """Add the routes of calls."""
    # Before the records: its address would be taken for an id.
    _add_suggestions(routes, services, board)
    _add_reading(routes, services)
    _add_writing(routes, services)


def _add_reading(routes: APIRouter, services: Services) -> None:
    store = services.store

    @routes.get(_PATH)
    def calls(
        actor: CallTaker,
        household: Annotated[UUID | None, Query(description="Only the calls of this household.")] = None,
        q: Words = "",
        limit: Limit = 100,
        cursor: CursorText = "",
    ) -> Json:
        """Return a page of calls, newest first; every word of `q` is in the caller, place or story."""
        homes = store.households.homes(actor)
        wanted = None
        if household is not None:
            top = store.households.get(actor, household).id
            wanted = [seq for seq, one in homes.items() if one == top]
        found, mark = store.calls.page(actor, words=q, homes=wanted, limit=limit, after=_mark(cursor))
        after = None if mark is None else f"{mark[0]}.{mark[1]}"
        items = [calls_json.call(one, homes.get(one.home_seq)) for one in found]
        return many(items, next=after, total=store.calls.count(actor, words=q, homes=wanted))

    @routes.get(_PATH + "/{record_id}")
    def call(actor: CallTaker, record_id: RecordId) -> Json:
        """Return one call."""
        return _item(store, actor, store.calls.get(actor, record_id))


def _add_writing(routes: APIRouter, services: Services) -> None:
    store = services.store

    @routes.post(_PATH, status_code=201, responses={200: {"description": "This call was there already."}})
    def take(actor: CallTaker, body: CallIn, response: Response) -> Json:
        """Take a call. Sent again with the same `id`, it is answered again and kept once."""
        # Unmarked means most restrictive: the highest that the sender may handle.
        tlp = actor.clearance if body.tlp is None else tlp_of(body.tlp)
        scope = scope_for(store, actor, StoreKind.INCIDENT, tlp, law_enforcement=body.law_enforcement)
        new = NewCall(id=body.id, scope_id=scope.id, source_id=source_of(store, scope), **body.values())
        taken = store.calls.add(actor, new)
        if taken.again:
            response.status_code = 200
        response.headers["Location"] = f"/api/v1{_PATH}/{taken.call.id}"
        return _item(store, actor, taken.call)

    @routes.patch(_PATH + "/{record_id}")
    def change(actor: CallTaker, record_id: RecordId, body: CallChange) -> Json:
        """Change a call, on top of the revision that one has seen."""
        before, changes = store.calls.get(actor, record_id), body.values()
        if body.tlp is not None or body.law_enforcement is not None:
            changes["scope_id"] = _remarked(store, actor, before.scope, body)
        changed = store.calls.change(
            actor, record_id, revision=body.revision, changes=changes, reason=body.reason
        )
        return _item(store, actor, changed)


def _add_suggestions(routes: APIRouter, services: Services, board: Board) -> None:
    store = services.store

    @routes.get(f"{_PATH}/suggestions")
    def suggestions(actor: Responder) -> Json:
        """Return households that are likely to be the same people, likeliest first, with the reasons."""
        found = board.suggestions(store.households.all(actor))
        items: list[dict[str, Any]] = [
            {
                "a": calls_json.brief(one.a),
                "b": calls_json.brief(one.b),
                "score": round(one.score, 3),
                "reasons": list(one.reasons),
            }
            for one in found[:_MOST_BESIDE]
        ]
        return many(items, total=len(found))

    @routes.post(f"{_PATH}/suggestions/dismiss", status_code=204, response_class=Response)
    def dismiss(actor: Responder, body: NotTheSame) -> Response:
        """Say that two households are not the same people: they are not suggested again."""
        store.households.dismiss(actor, body.a, body.b)
        return Response(status_code=204)


def source_of(store: Store, scope: Scope) -> int:
    """Return the source of the calls that are taken here with this marking."""
    words = ".les" if scope.law_enforcement else ""
    key = f"calls.{scope.tlp.name.lower()}{words}.{scope.agency_id}"
    name = f"Calls taken, {marking(scope)}"
    return store.sources.intern(key, name=name, kind="person", scope_id=scope.id)


def _item(store: Store, actor: Actor, call: Call) -> Json:
    return calls_json.call(call, store.households.homes(actor).get(call.home_seq))


def _remarked(store: Store, actor: Actor, scope: Scope, body: CallChange) -> int:
    if scope.agency_id != actor.agency_id:
        raise Forbidden(
            "Only the agency that a call comes from changes its marking.", hint="Ask the originator."
        )
    tlp = scope.tlp if body.tlp is None else tlp_of(body.tlp)
    caveat = scope.law_enforcement if body.law_enforcement is None else body.law_enforcement
    return scope_for(store, actor, scope.store, tlp, law_enforcement=caveat).id


def _mark(text: str) -> tuple[int, int] | None:
    if not text:
        return None
    at, dot, seq = text.partition(".")
    numbers = at.isascii() and seq.isascii() and at.removeprefix("-").isdigit() and seq.isdigit()
    if not (dot and numbers and len(text) < 40) or max(abs(int(at)), int(seq)) >= 1 << 62:
        raise Invalid("This is no cursor.", hint="Send back `next` of the page before, as it is.")
    return int(at), int(seq)
