"""`/api/v1/households`: who is in need, in the order of need; status, contacts, merges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query

from dashboard.proposals import proposals
from dashboard.responding import Board
from dashboard.searching import Search
from dashboard.services import Services
from dashboard.web import calls_json, evidence_json
from dashboard.web.asking import CursorText, Limit, RecordId, Responder, Words
from dashboard.web.calls_models import ContactMade, Merge, StatusChange, Unmerge, within_reason
from dashboard.web.records_json import Json, many
from data.access import Actor
from data.errors import Invalid
from data.rescue_records import WORKING, Household, HouseholdStatus
from layers.rescue.priority import Standing, ask_again
from layers.rescue.unaccounted import unaccounted

_PATH = "/households"

BoxText = Annotated[str, Query(max_length=120, description="west,south,east,north in degrees.")]
StatusText = Annotated[
    str, Query(max_length=200, description="Statuses with commas; empty: the working list; or all.")
]


def add(routes: APIRouter, services: Services, board: Board, search: Search) -> None:
    """Add the routes of households."""
    _add_reading(routes, services, board, search)
    _add_writing(routes, services, board)
    _add_merging(routes, services, board, search)


def _add_reading(routes: APIRouter, services: Services, board: Board, search: Search) -> None:
    store = services.store

    @routes.get(_PATH)
    def households(  # noqa: PLR0917  # parameters of a query string have names
        actor: Responder,
        status: StatusText = "",
        bbox: BoxText = "",
        q: Words = "",
        due: Annotated[bool | None, Query(description="Only those to be asked again now, or not.")] = None,
        cut_off: Annotated[bool | None, Query(description="Only those no road leads to, or not.")] = None,
        limit: Limit = 100,
        cursor: CursorText = "",
    ) -> Json:
        """Return a page of households, those in most need first, and how many people are unaccounted for."""
        every = board.standings(actor)
        asked, box = _statuses(status), box_of(bbox)
        found = [
            one
            for one in every
            if one.household.status in asked
            and due in (None, one.follow_up_due)
            and cut_off in (None, one.household.cut_off)
            and _matches(one, box=box, words=q)
        ]
        begin = _offset(cursor)
        items = [calls_json.household(one) for one in found[begin : begin + limit]]
        after = str(begin + limit) if begin + limit < len(found) else None
        summary = _summary(board, [one.household for one in every])
        return many(items, next=after, total=len(found), summary=summary)

    @routes.get(_PATH + "/{record_id}")
    def household(actor: Responder, record_id: RecordId) -> Json:
        """Return one household with its calls, evidence, clues to decide on, and all that happened to it."""
        standing = board.standing(actor, record_id)
        here = standing.household
        clues = proposals(search.ground(actor), here, without=store.evidence.decided(actor, here.id))
        return calls_json.household(standing) | {
            "calls": [calls_json.call(one, here.id) for one in here.calls],
            "events": [calls_json.event(one) for one in store.households.events(actor, here.id)],
            "evidence": [evidence_json.evidence(one) for one in store.evidence.of(actor, here.id)],
            "proposals": [evidence_json.proposal(one) for one in clues],
        }


def _add_writing(routes: APIRouter, services: Services, board: Board) -> None:
    store, clock = services.store, services.clock

    @routes.post(_PATH + "/{record_id}/status")
    def status(actor: Responder, record_id: RecordId, body: StatusChange) -> Json:
        """Say what has become of a household, on top of the revision that one has seen."""
        changed = store.households.set_status(
            actor, record_id, body.chosen, revision=body.revision, note=body.note
        )
        return _one(board, actor, changed)

    @routes.post(_PATH + "/{record_id}/contact")
    def contact(actor: Responder, record_id: RecordId, body: ContactMade) -> Json:
        """Say that somebody spoke with them, which sets their clock back, or that nobody answered."""
        now = clock.now()
        at = within_reason(body.at) or now
        if at > now:
            raise Invalid("A contact lies in the past.", hint="Check the time.")
        again = None if body.outcome == "reached" else ask_again(now)
        changed = store.households.contact(
            actor, record_id, at=at, outcome=body.outcome, note=body.note, follow_up=again
        )
        return _one(board, actor, changed)


def _add_merging(routes: APIRouter, services: Services, board: Board, search: Search) -> None:
    store = services.store

    @routes.post(_PATH + "/{record_id}/merge")
    def merge(actor: Responder, record_id: RecordId, body: Merge) -> Json:
        """Say that another household is the same people: its calls belong to this one from now on."""
        merged = store.households.merge(actor, record_id, body.other, revision=body.revision)
        search.follow(actor, merged.id)  # the evidence of both is about one place now
        return _one(board, actor, merged)

    @routes.post(_PATH + "/{record_id}/unmerge")
    def unmerge(actor: Responder, record_id: RecordId, body: Unmerge) -> Json:
        """Take a merge back; return the household, and the one that stands by itself again."""
        here, other = store.households.unmerge(actor, record_id, body.event)
        for one in (here, other):
            search.follow(actor, one.id)
        return _one(board, actor, here) | {"other": _one(board, actor, other)}


def _one(board: Board, actor: Actor, record: Household) -> Json:
    """Return a household as it stands in the list."""
    return calls_json.household(board.standing(actor, record.id))


def _summary(board: Board, households: Sequence[Household]) -> dict[str, Any]:
    likely = [(one.a.id, one.b.id) for one in board.suggestions(households)]
    counted = dict.fromkeys((status.value for status in HouseholdStatus), 0)
    for one in households:
        counted[one.status.value] += 1
    return {"unaccounted": asdict(unaccounted(households, likely)), "by_status": counted}


def _statuses(text: str) -> frozenset[HouseholdStatus]:
    if text == "all":
        return frozenset(HouseholdStatus)
    try:
        return frozenset(HouseholdStatus(one) for one in text.split(",")) if text else frozenset(WORKING)
    except ValueError:
        raise Invalid(
            f"There is no such status: {text}.", hint=f"Use {', '.join(HouseholdStatus)}, or all."
        ) from None


def box_of(text: str) -> tuple[float, ...] | None:
    """Return west, south, east, north of a query string, None where there are none; raise Invalid."""
    if not text:
        return None
    try:
        box = tuple(float(one) for one in text.split(","))
    except ValueError:
        box = ()
    if len(box) != 4 or not (
        -180 <= box[0] <= 180 and -180 <= box[2] <= 180 and -90 <= box[1] <= box[3] <= 90
    ):
        raise Invalid("This is no box.", hint="Send west,south,east,north in degrees.")
    return box


def _matches(one: Standing, *, box: tuple[float, ...] | None, words: str) -> bool:
    shown = calls_json.household(one) if box is not None else {}
    if box is not None and not inside(shown["place"], box):
        return False
    if not words.strip():
        return True
    here = one.household
    told = [here.number]
    for call in here.calls:
        told += [call.caller.name, call.caller.phone, call.place_text, call.narrative]
        told += [person.name for person in call.people]
    text = " ".join(told).casefold()
    return all(word in text for word in words.casefold().split())


def inside(place: Json, box: tuple[float, ...]) -> bool:
    """Return whether a place lies in a box, over the antimeridian too."""
    lon, lat = place["lon"], place["lat"]
    if lon is None:
        return False
    west, south, east, north = box
    across = west <= lon <= east if west <= east else lon >= west or lon <= east  # over the antimeridian
    return bool(across and south <= lat <= north)


def _offset(text: str) -> int:
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Invalid("This is no cursor.", hint="Send back `next` of the page before, as it is.")
    return int(text)
