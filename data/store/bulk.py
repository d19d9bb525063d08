"""The bulk write path: many records in one transaction, their ids and revisions as if each had come alone.

Used by the importers only. Whoever calls has asked `data.access` and holds the write transaction.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl
from sqlalchemy import Connection, Table, bindparam, func, insert, select, text, update

from data.clock import from_ms
from data.store import tables as t
from data.store import text as text_index
from data.store.rows import decode, plain
from data.store.sealed import sealed_columns

TABLES: Final[dict[str, Table]] = {"incident": t.incident, "site": t.site, "area": t.area}
_LOOKUP: Final = 500
_CHECKPOINT_PAGES: Final = 25_000  # 100 MB of log
_FID_MASK: Final = (1 << 52) - 1

# Fields by which a change is told, per kind: what history shows people.
_FIELDS: Final = {
    "incident": (
        "title",
        "narrative",
        "address",
        "severity",
        "status",
        "occurred",
        "occurred_end",
        "time_precision",
        "reported",
        "persons_affected",
        "place",
        "geometry",
        "accuracy_m",
        "located_by",
        "extra",
    ),
    "site": (
        "name",
        "sector",
        "subsector",
        "kind",
        "lifeline",
        "component",
        "address",
        "contacts",
        "owner",
        "gone",
        "place",
        "geometry",
        "accuracy_m",
        "located_by",
        "extra",
    ),
    "area": ("name", "kind", "parent", "geometry", "extra"),
}
_COLUMNS_OF: Final = {
    "place": ("lon", "lat", "cell", "accuracy_m", "located_by"),
    "geometry": ("geometry", "west", "south", "east", "north", "lon", "lat", "cell"),
    "type_code": ("type_id",),
    "occurred": ("occurred_ms", "time_precision"),
    "occurred_end": ("occurred_end_ms",),
    "reported": ("reported_ms",),
    "gone": ("gone_ms",),
}


@dataclass(frozen=True, slots=True)
class By:
    """What a revision says of its making: the batch, when, who, and why."""

    batch_id: int
    now_ms: int
    user_id: int | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Updated:
    """What became of a record that came again with other content."""

    seq: int
    fields: tuple[str, ...]
    before: Mapping[str, Any]
    after: Mapping[str, Any]


def new_ids(count: int) -> tuple[list[str], npt.NDArray[np.int64]]:
    """Return UUIDv7 ids as 32 hex digits, increasing, and their fids.

    The 12 bits after the time count within a millisecond (RFC 9562, method 1), so that the index grows at
    its end; the last 62 bits, of which the fid is 52, are random.
    """
    order = np.arange(count, dtype=np.uint64)
    ms = np.uint64(time.time_ns() // 1_000_000) + order // np.uint64(4096)
    high = (ms << np.uint64(16)) | np.uint64(0x7000) | (order % np.uint64(4096))
    low = np.frombuffer(os.urandom(8 * count), dtype=np.uint64) & np.uint64((1 << 62) - 1) | np.uint64(
        1 << 63
    )
    digits = np.stack([high, low], axis=1).astype(">u8").tobytes().hex()
    return [digits[i : i + 32] for i in range(0, 32 * count, 32)], (low & np.uint64(_FID_MASK)).astype(
        np.int64
    )


def known(connection: Connection, kind: str, source_id: int, keys: Sequence[str]) -> pl.DataFrame:
    """Return what the store holds of a source: source_key, seq, content_hash (hex) and, of sites, gone_ms.

    For few keys only those are looked up; for many, all of the source is read in one sweep.
    """
    table = TABLES[kind]
    columns = [table.c.source_key, table.c.seq, table.c.content_hash]
    columns.append(table.c.gone_ms if kind == "site" else text("NULL AS gone_ms"))  # type: ignore[arg-type]  # a column as text
    query = select(*columns).where(table.c.source_id == source_id)
    rows: list[Any] = []
    if kind == "incident" and len(keys) <= 4 * _LOOKUP:
        for at in range(0, len(keys), _LOOKUP):
            rows += connection.execute(query.where(table.c.source_key.in_(keys[at : at + _LOOKUP]))).all()
    else:
        rows = list(connection.execute(query).all())
    return pl.DataFrame(
        {
            "source_key": [row[0] for row in rows],
            "seq": [row[1] for row in rows],
            "stored_hash": [bytes(row[2]).hex() for row in rows],
            "gone_ms": [row[3] for row in rows],
        },
        schema={"source_key": pl.String, "seq": pl.Int64, "stored_hash": pl.String, "gone_ms": pl.Int64},
    )


def insert_run(connection: Connection, kind: str, columns: Mapping[str, Sequence[Any]]) -> tuple[int, int]:
    """Insert records, given column by column without seq, as one run; return its first and last seq."""
    count = len(columns["id"])
    if not count:
        raise ValueError("a run has at least one record")
    if connection.dialect.name == "postgresql":
        return _copy(connection, kind, columns, count)
    first = int(connection.execute(select(func.coalesce(func.max(TABLES[kind].c.seq), 0))).scalar() or 0) + 1
    names = ["seq", *columns]
    sql = f"INSERT INTO {kind} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"  # noqa: S608  # our own names
    cursor: Any = connection.connection.cursor()
    try:
        # Pages that every chunk touches again are written back once in a while, not after each commit.
        cursor.execute(f"PRAGMA wal_autocheckpoint={_CHECKPOINT_PAGES}")
        # The driver's own call, fed from an iterator: SQLAlchemy would build a dictionary for every row.
        cursor.executemany(sql, zip(range(first, first + count), *columns.values(), strict=True))
    finally:
        cursor.close()
    if kind == "incident":
        text_index.index_run(connection, first=first, last=first + count - 1)
    return first, first + count - 1


def _copy(
    connection: Connection, kind: str, columns: Mapping[str, Sequence[Any]], count: int
) -> tuple[int, int]:
    # The writer holds the advisory lock, so nobody else draws from the sequence meanwhile.
    sequence = f"pg_get_serial_sequence('{kind}', 'seq')"
    first = int(connection.execute(text(f"SELECT nextval({sequence})")).scalar() or 0)
    last = first + count - 1
    connection.execute(text(f"SELECT setval({sequence}, :last)"), {"last": last})
    names = ["seq", *columns]
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY {kind} ({', '.join(names)}) FROM STDIN") as copy:
        for row in zip(range(first, last + 1), *columns.values(), strict=True):
            copy.write_row(row)
    return first, last


def update_run(
    connection: Connection,
    kind: str,
    rows: Sequence[Mapping[str, Any]],
    *,
    by: By,
) -> list[Updated]:
    """Give records new content, each with a revision; return what changed.

    `rows` holds, per record, its `seq` and the columns as they are to be. What a person has changed by hand
    since stays as that person left it: a source does not overrule the watch officer.
    """
    if not rows:
        return []
    table = TABLES[kind]
    seqs = [int(row["seq"]) for row in rows]
    before = {
        row.seq: dict(row._mapping) for row in connection.execute(select(table).where(table.c.seq.in_(seqs)))
    }
    by_hand = _by_hand(connection, kind, seqs)
    codes = _type_codes(connection) if kind == "incident" else {}
    done: list[Updated] = []
    revisions: list[dict[str, Any]] = []
    writes: dict[frozenset[str], list[dict[str, Any]]] = {}
    for row in rows:
        old = before[row["seq"]]
        protected = by_hand.get(int(row["seq"]), frozenset()) | sealed_columns(old)
        new = {name: value for name, value in row.items() if name != "seq" and name not in protected}
        change = _changed(kind, old, {**old, **new}, codes)
        done.append(Updated(int(row["seq"]), tuple(change), old, {**old, **new}))
        made = {"b_seq": row["seq"], **new, "batch_id": by.batch_id}
        if change:
            made |= {"revision": old["revision"] + 1, "updated_ms": by.now_ms}
            revisions.append(_revision(kind, old, change, by))
            if kind == "incident" and any(name in change for name in text_index.FIELDS):
                text_index.forget(connection, int(row["seq"]), old)
        writes.setdefault(frozenset(made), []).append(made)
    if revisions:
        connection.execute(insert(t.revision), revisions)
    for names, made_rows in writes.items():
        values: dict[str, Any] = {name: bindparam(name) for name in names if name != "b_seq"}
        connection.execute(update(table).where(table.c.seq == bindparam("b_seq")).values(values), made_rows)
    if kind == "incident":
        for item in done:
            if any(name in item.fields for name in text_index.FIELDS):
                text_index.index_run(connection, first=item.seq, last=item.seq)
    return done


def _by_hand(connection: Connection, kind: str, seqs: Sequence[int]) -> dict[int, frozenset[str]]:
    """Return, per record, the columns that a person's revision has set."""
    query = select(t.revision.c.record_seq, t.revision.c.changes).where(
        t.revision.c.kind == kind, t.revision.c.record_seq.in_(seqs), t.revision.c.batch_id.is_(None)
    )
    out: dict[int, set[str]] = {}
    for seq, changes in connection.execute(query):
        for field in changes:
            out.setdefault(int(seq), set()).update(_COLUMNS_OF.get(field, (field,)))
    return {seq: frozenset(columns) for seq, columns in out.items()}


def _type_codes(connection: Connection) -> dict[int, str]:
    return {
        row.id: row.code for row in connection.execute(select(t.incident_type.c.id, t.incident_type.c.code))
    }


def _changed(
    kind: str, old: Mapping[str, Any], new: Mapping[str, Any], codes: Mapping[int, str]
) -> dict[str, list[Any]]:
    names = dict.fromkeys(_FIELDS[kind])
    was, now = decode(old, names, kind=kind), decode(new, names, kind=kind)
    change = {name: [plain(was[name]), plain(now[name])] for name in names if was[name] != now[name]}
    if codes and old["type_id"] != new["type_id"]:
        change["type_code"] = [codes.get(old["type_id"]), codes.get(new["type_id"])]
    return change


def _revision(kind: str, old: Mapping[str, Any], change: Mapping[str, Any], by: By) -> dict[str, Any]:
    return {
        "kind": kind,
        "record_seq": old["seq"],
        "revision": old["revision"] + 1,
        "at_ms": by.now_ms,
        "user_id": by.user_id or None,
        "batch_id": by.batch_id,
        "changes": dict(change),
        "reason": by.reason,
    }


def mark_gone(connection: Connection, seqs: Sequence[int], *, by: By) -> None:
    """Keep sites that a newer list leaves out as history: `gone_ms` is set, nothing is deleted."""
    gone = {"gone": [None, plain(from_ms(by.now_ms))]}
    for at in range(0, len(seqs), _LOOKUP):
        here = t.site.c.seq.in_(seqs[at : at + _LOOKUP])
        rows = connection.execute(select(t.site.c.seq, t.site.c.revision).where(here)).all()
        made = {"gone_ms": by.now_ms, "updated_ms": by.now_ms, "revision": t.site.c.revision + 1}
        connection.execute(update(t.site).where(here).values(made))
        connection.execute(
            insert(t.revision), [_revision("site", dict(row._mapping), gone, by) for row in rows]
        )


def runs(seqs: Iterable[int]) -> list[tuple[int, int]]:
    """Return ascending runs of consecutive numbers, so that one change row stands for each."""
    out: list[tuple[int, int]] = []
    for seq in sorted(seqs):
        if out and seq == out[-1][1] + 1:
            out[-1] = (out[-1][0], seq)
        else:
            out.append((seq, seq))
    return out
