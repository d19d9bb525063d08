"""Between households, what happened to them, and their rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Row, select

from data.clock import from_ms
from data.model import LonLat
from data.rescue_records import Call, Household, HouseholdEvent, HouseholdStatus, Located
from data.store import tables as t
from data.store.call_rows import Directory, moment
from data.store.tables_rescue import household, household_event


def events_of(
    connection: Connection, members: Iterable[int], *, visible: frozenset[int]
) -> list[HouseholdEvent]:
    """Return the events of these, without those that tell of a household of a scope that is not visible."""
    other = household.alias("other")
    undoing = household_event.alias("undoing")
    query = (
        select(household_event, other.c.scope_id, undoing.c.seq.label("undone_by"))
        .outerjoin(other, other.c.seq == household_event.c.other_seq)
        .outerjoin(undoing, undoing.c.undoes == household_event.c.seq)
        .where(household_event.c.household_seq.in_(list(members)))
        .order_by(household_event.c.seq)
    )
    names = names_of(connection)
    return [
        _event(row, names)
        for row in connection.execute(query).all()
        if row.other_seq is None or row.scope_id in visible
    ]


def names_of(connection: Connection) -> dict[int, str]:
    """Return what everybody who has an account is called."""
    rows = connection.execute(select(t.user.c.id, t.user.c.display_name)).all()
    return {row.id: row.display_name for row in rows}


def _event(row: Row[Any], names: Mapping[int, str]) -> HouseholdEvent:
    return HouseholdEvent(
        seq=row.seq,
        id=row.id,
        household_seq=row.household_seq,
        at=from_ms(row.at_ms),
        who=names.get(row.user_id, "Watchfloor"),
        kind=row.kind,
        detail=row.detail,
        undone=row.undone_by is not None,
    )


def record_of(
    row: Row[Any], calls: Iterable[Call], directory: Directory, names: Mapping[int, str]
) -> Household:
    """Return a household of its row and its calls."""
    located = None
    if row.lon is not None:
        located = Located(
            place=LonLat(row.lon, row.lat), accuracy_m=row.accuracy_m, area95_km2=row.area95_km2
        )
    return Household(
        seq=row.seq,
        id=row.id,
        scope=directory.scopes[row.scope_id],
        status=HouseholdStatus(row.status),
        status_by=None if row.status_ms is None else names.get(row.status_by, "Watchfloor"),
        status_at=moment(row.status_ms),
        contact_at=moment(row.contact_ms),
        follow_up_at=moment(row.follow_up_ms),
        located=located,
        task_id=row.task_id,
        cut_off=None,  # what roads, bases and closures say depends on who may see them
        calls=tuple(calls),
        entered=from_ms(row.entered_ms),
        updated=from_ms(row.updated_ms),
        revision=row.revision,
    )
