"""From the store's tables to columns, with as few Python objects per row as a database driver allows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import BigInteger, ColumnElement, Connection, Select, and_, case, cast, func, or_, select

from data.errors import Unavailable
from data.geo import IntArray
from data.mirror.combos import MAX_ID, pack
from data.mirror.frame import COLUMNS, UNLOCATED
from data.store import tables as t

_ROWS_AT_ONCE = 50_000
_WIDTH = 10
_RANGES_AT_ONCE = 200
_REVISION_SHIFT = 4  # beside it: three bits of time precision and one that says there is a geometry
_ACCURACY_STEPS = 100  # centimetres

Ranges = Sequence[tuple[int, int]]
Columns = dict[str, npt.NDArray[Any]]


@dataclass(frozen=True)
class Loaded:
    """Columns as read, `combo` still being the packed key, and the geometries by seq."""

    columns: Columns
    shapes: dict[int, BaseGeometry]


def incidents(connection: Connection, ranges: Ranges | None = None) -> Loaded:
    """Return the incidents whose seq is in one of the ranges (both ends included), or all of them."""
    if ranges is None:
        queries = [_selection()]
    else:
        queries = [
            _selection().where(_within(ranges[at : at + _RANGES_AT_ONCE]))
            for at in range(0, len(ranges), _RANGES_AT_ONCE)
        ]
    parts = [_unpack(np.empty((0, _WIDTH), dtype=np.int64))]
    for query in queries:
        parts += [_unpack(raw) for raw in _integers(connection, query)]
    shaped = np.concatenate([seqs for _, seqs in parts])
    return Loaded(_joined([columns for columns, _ in parts]), _shapes(connection, shaped))


def _joined(parts: list[Columns]) -> Columns:
    """Return the columns of all parts, taking them apart meanwhile: ten million rows fit once, not twice."""
    return {name: np.concatenate([part.pop(name) for part in parts]) for name in list(parts[0])}


def _within(ranges: Ranges) -> ColumnElement[bool]:
    seq = t.incident.c.seq
    return or_(*(and_(seq >= first, seq <= last) for first, last in ranges))


def _whole(column: ColumnElement[Any]) -> ColumnElement[int]:
    return cast(column, BigInteger)


def _selection() -> Select[Any]:
    """Return the query for ten whole numbers per incident: fewer, larger values are what makes it quick."""
    c = t.incident.c
    key = pack(
        scope=_whole(c.scope_id),
        source=_whole(c.source_id),
        type_id=_whole(c.type_id),
        severity=_whole(c.severity),
        status=_whole(c.status),
        located_by=_whole(c.located_by),
    )
    has_geometry = case((c.geometry.is_(None), 0), else_=1)
    small = _whole(c.revision) * (1 << _REVISION_SHIFT) + _whole(c.time_precision) * 2 + has_geometry
    return select(
        c.seq,
        c.fid,
        func.coalesce(c.cell, UNLOCATED),
        key,
        c.occurred_ms,
        c.entered_ms,
        c.updated_ms,
        func.coalesce(_whole(c.accuracy_m * _ACCURACY_STEPS), -1),
        func.coalesce(c.persons_affected, -1),
        small,
    )


def _integers(connection: Connection, query: Select[Any]) -> Iterator[IntArray]:
    """Yield the query's rows as tables of int64."""
    # Compiled by hand: SQLAlchemy's rows would triple the time that a million of them take.
    compiled = query.compile(connection.engine, compile_kwargs={"render_postcompile": True})
    # PostgreSQL's driver would otherwise take the whole answer into memory before the first row is read.
    named = {"name": "mirror"} if connection.dialect.name == "postgresql" else {}
    cursor = connection.connection.cursor(**named)
    try:
        parameters = (
            compiled.params
            if compiled.positiontup is None
            else [compiled.params[name] for name in compiled.positiontup]
        )
        cursor.execute(str(compiled), parameters)
        while rows := cursor.fetchmany(_ROWS_AT_ONCE):
            flat = np.fromiter(chain.from_iterable(rows), dtype=np.int64, count=len(rows) * _WIDTH)
            yield flat.reshape(-1, _WIDTH)
    finally:
        cursor.close()


def _unpack(raw: IntArray) -> tuple[Columns, IntArray]:
    """Return the columns, and the seqs of the rows that have a geometry."""
    seq, fid, cell, key, occurred, entered, updated, accuracy, persons, small = raw.T
    columns: Columns = {
        "seq": seq,
        "fid": fid,
        "cell": cell,
        "combo": key,
        "occurred_ms": occurred,
        "entered_ms": entered,
        "updated_ms": updated,
        "accuracy_m": np.where(accuracy < 0, np.nan, accuracy / _ACCURACY_STEPS),
        "persons": np.clip(persons, -1, np.iinfo(np.int32).max),
        "revision": small >> _REVISION_SHIFT,
        "time_precision": small >> 1 & 0b111,
    }
    typed = {
        name: np.ascontiguousarray(values, dtype=np.int64 if name == "combo" else COLUMNS[name])
        for name, values in columns.items()
    }
    return typed, seq[(small & 1).astype(np.bool_)]


def _shapes(connection: Connection, seqs: IntArray) -> dict[int, BaseGeometry]:
    """Return the geometries of these incidents."""
    found: dict[int, BaseGeometry] = {}
    wanted = seqs.tolist()
    for at in range(0, len(wanted), 500):
        query = select(t.incident.c.seq, t.incident.c.geometry).where(
            t.incident.c.seq.in_(wanted[at : at + 500])
        )
        rows = connection.execute(query).all()
        geometries = shapely.from_wkb([bytes(row.geometry) for row in rows])
        found |= {int(row.seq): geometry for row, geometry in zip(rows, geometries, strict=True)}
    return found


def check_ids(connection: Connection) -> None:
    """Raise Unavailable when a small table has outgrown the codes of the mirror."""
    for table in (t.scope, t.source, t.incident_type):
        largest = connection.execute(select(func.max(table.c.id))).scalar() or 0
        if largest > MAX_ID:
            raise Unavailable(
                f"There are more than {MAX_ID} rows in {table.name}.",
                hint="Merge sources that are one and the same.",
            )
