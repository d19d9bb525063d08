"""Between evidence and its rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from data.clock import from_ms
from data.rescue_records import Call, Household
from data.search_records import NewPiece, Piece, PieceChange
from data.store.call_rows import moment
from data.store.rows import keepable
from data.store.tables_search import evidence_change

CALL_RELIABILITY: Final = 0.8
CALL_ACCURACY_M: Final = 500.0  # of a place that came without one


def changes(connection: Connection, seqs: Sequence[int] | None) -> dict[int, list[Row[Any]]]:
    """Return the states of these pieces of evidence (None: of all), oldest first."""
    query = select(evidence_change).order_by(evidence_change.c.evidence_seq, evidence_change.c.revision)
    if seqs is not None:
        query = query.where(evidence_change.c.evidence_seq.in_(list(seqs)))
    found: dict[int, list[Row[Any]]] = {}
    for row in connection.execute(query).all():
        found.setdefault(row.evidence_seq, []).append(row)
    return found


def pieces(
    here: Household,
    rows: Iterable[Row[Any]],
    states: Mapping[int, Sequence[Row[Any]]],
    names: Mapping[int, str],
) -> list[Piece]:
    """Return the evidence of rows, and the places that calls give, in order of entry."""
    calls = {one.id: one for one in here.calls}
    found = [_piece(here, row, states[row.seq], names, calls.get(row.id)) for row in rows]
    known = {one.id for one in found}
    found += [_of_call(here, one) for one in here.calls if one.id not in known and one.place is not None]
    return sorted(found, key=lambda one: (one.entered, one.id))


def _piece(
    here: Household, row: Row[Any], changes: Sequence[Row[Any]], names: Mapping[int, str], call: Call | None
) -> Piece:
    new = None if call is None or call.place is None else piece_of(call)
    return Piece(
        id=row.id,
        household_id=here.id,
        kind=row.kind,
        params=row.params if new is None else new.params,  # a call's place may have been put right
        source=row.source,
        words=row.words,
        at=moment(row.at_ms),
        entered=from_ms(row.entered_ms),
        who=names.get(row.user_id, "Watchfloor"),
        from_call=call is not None,
        history=tuple(
            PieceChange(
                revision=one.revision,
                at=from_ms(one.at_ms),
                who=names.get(one.user_id, "Watchfloor"),
                on=one.is_on,
                reliability=one.reliability,
                weight=one.weight,
                withdrawn=one.withdrawn,
                note=one.note,
            )
            for one in changes
        ),
    )


def _of_call(here: Household, call: Call) -> Piece:
    new = piece_of(call)
    first = PieceChange(
        revision=1,
        at=call.entered,
        who="Watchfloor",
        on=True,
        reliability=new.reliability,
        weight=1.0,
        withdrawn=False,
        note="",
    )
    return Piece(
        id=call.id,
        household_id=here.id,
        kind=new.kind,
        params=new.params,
        source=new.source,
        words=new.words,
        at=new.at,
        entered=call.entered,
        who="Watchfloor",
        from_call=True,
        history=(first,),
    )


def piece_of(call: Call) -> NewPiece:
    """Return the place that a call gives as evidence."""
    if call.place is None:
        raise ValueError("a call without a place is no evidence")
    accuracy_m = max(call.accuracy_m or CALL_ACCURACY_M, 1.0)
    return NewPiece(
        kind="point",
        params={"lon": call.place.lon, "lat": call.place.lat, "accuracy_m": accuracy_m},
        reliability=CALL_RELIABILITY,
        at=call.received,
        source="The place given with the call",
        words=call.place_text,
    )


def checked(new: NewPiece) -> None:
    """Raise Invalid where a piece holds text that cannot be kept."""
    for name in ("params", "source", "words"):
        keepable(name, getattr(new, name))
