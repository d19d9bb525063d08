"""Into the store: what is new is added, what changed is revised, what is the same is left alone.

Records are committed chunk by chunk. After a crash the same file can be imported again: what is there is
found unchanged, the rest is added, and the store is as if the import had run through.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import numpy as np
import polars as pl
import shapely
from sqlalchemy.exc import IntegrityError

from data.access import Actor
from data.clock import to_ms
from data.errors import Conflict
from data.geo import distance_m, morton_cells
from data.importers.report import Report
from data.importers.shape import Shaped
from data.model import LonLat
from data.store import Store, bulk

CHUNK_ROWS: Final = 50_000
_UPDATE_ROWS: Final = 500
MOVED_M: Final = 25.0
_MOVES_LISTED: Final = 1_000

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Target:
    """Where records go: their source, scope, and the batch that brings them."""

    record: str  # "incident", "site", "area"
    source_id: int
    scope_id: int
    batch_id: int
    actor: Actor
    now_ms: int


class Cancelled(Exception):  # no error: somebody pressed cancel
    """The import was cancelled between two chunks."""


class Loader:
    """Writes shaped records and counts what became of them in a report."""

    def __init__(
        self,
        store: Store,
        target: Target,
        report: Report,
        *,
        progress: Progress,
        cancelled: Callable[[], bool],
    ) -> None:
        self._store, self._target, self._report = store, target, report
        self._progress, self._cancelled = progress, cancelled
        self._type_ids = (
            {entry.code: entry.id for entry in store.types.all()} if target.record == "incident" else {}
        )

    def load(self, shaped: Shaped, plan: Plan) -> None:
        """Add and update as planned; raise Cancelled between two chunks when asked to stop."""
        total = len(plan.add) + len(plan.update)
        done = 0
        for rows in _chunks(plan.add, CHUNK_ROWS):
            self._check()
            self._add(shaped, plan.frame, rows)
            done += len(rows)
            self._progress("writing", done, total)
        for rows in _chunks(plan.update, _UPDATE_ROWS):
            self._check()
            self._update(shaped, plan.frame, rows)
            done += len(rows)
            self._progress("writing", done, total)

    def retire(self, gone: Sequence[int]) -> None:
        """Keep the sites that the new list leaves out as history."""
        if not gone:
            return
        with self._store.transaction() as connection:
            bulk.mark_gone(connection, gone, by=self._by("not in the newer list"))
            for first, last in bulk.runs(gone):
                self._store.changes.note(connection, "site", first, last)
        self._report.gone = len(gone)

    def _by(self, reason: str) -> bulk.By:
        target = self._target
        return bulk.By(target.batch_id, target.now_ms, target.actor.user_id, reason)

    def _check(self) -> None:
        if self._cancelled():
            raise Cancelled

    def _add(self, shaped: Shaped, frame: pl.DataFrame, rows: np.ndarray[Any, Any]) -> None:
        columns = self._columns(shaped, frame, rows)
        ids, fids = bulk.new_ids(len(rows))
        if self._store.engine.dialect.name != "sqlite":
            columns["id"] = [UUID(digits) for digits in ids]
        else:
            columns["id"] = ids
        columns["fid"] = fids.tolist()
        constant = {
            "scope_id": self._target.scope_id,
            "source_id": self._target.source_id,
            "batch_id": self._target.batch_id,
            "entered_ms": self._target.now_ms,
            "updated_ms": self._target.now_ms,
            "revision": 1,
        }
        columns |= {name: [value] * len(rows) for name, value in constant.items()}
        try:
            with self._store.transaction() as connection:
                first, last = bulk.insert_run(connection, self._target.record, columns)
                self._store.changes.note(connection, self._target.record, first, last)
        except IntegrityError as error:
            raise Conflict(
                "Another import of this source is under way.", hint="Let it end, then import this file again."
            ) from error
        self._report.added += len(rows)

    def _update(self, shaped: Shaped, frame: pl.DataFrame, rows: np.ndarray[Any, Any]) -> None:
        columns = self._columns(shaped, frame, rows)
        columns["seq"] = frame["seq"].gather(rows).to_list()
        if self._target.record == "incident":
            del columns["reported_ms"]
        if self._target.record == "site":
            del columns["status"]  # what the watch floor says of a site is not the list's to change
            was = frame["gone_ms"].gather(rows).to_list()
            columns["gone_ms"] = [
                old if now and old else now for old, now in zip(was, columns["gone_ms"], strict=True)
            ]
        listed = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
        for row in listed:  # the slow path goes through SQLAlchemy, which writes JSON itself
            for name in ("extra", "contacts"):
                if name in row:
                    row[name] = _parsed(row[name])
        target = self._target
        with self._store.transaction() as connection:
            by = self._by("newer version from the source")
            done = bulk.update_run(connection, target.record, listed, by=by)
            for first, last in bulk.runs(item.seq for item in done if item.fields):
                self._store.changes.note(connection, target.record, first, last)
        self._report.updated += len(rows)
        if target.record == "site":
            self._count_moves(done)

    def _count_moves(self, done: Sequence[bulk.Updated]) -> None:
        for item in done:
            metres = _metres(item)
            moved = metres > MOVED_M
            self._report.moved += moved
            self._report.changed += bool(set(item.fields) - {"place"}) or not moved
            if moved and len(self._report.moves) < _MOVES_LISTED:
                self._report.moves.append({"name": item.after["name"], "metres": round(metres, 1)})

    def _columns(
        self, shaped: Shaped, frame: pl.DataFrame, rows: np.ndarray[Any, Any]
    ) -> dict[str, list[Any]]:
        """Return the rows as columns of the record's table, in the form in which the database takes them."""
        part = frame[rows]
        lon, lat = part["lon"], part["lat"]
        located = lon.is_not_null()
        cell = pl.Series("cell", morton_cells(lon.fill_null(0.0).to_numpy(), lat.fill_null(0.0).to_numpy()))
        columns: dict[str, list[Any]] = {
            "source_key": part["source_key"].to_list(),
            "lon": lon.to_list(),
            "lat": lat.to_list(),
            "cell": cell.set(~located, None).to_list(),
            "accuracy_m": part["accuracy_m"].set(~located, None).to_list(),
            "located_by": part["located_by"].to_list(),
            "extra": part["extra"].to_list(),
            "content_hash": [bytes.fromhex(digits) for digits in part["content_hash"].to_list()],
        }
        if shaped.shapes is not None:
            columns["geometry"] = shapely.to_wkb(shaped.shapes[rows]).tolist()
        own = {"incident": self._incident, "site": self._site, "area": self._area}[self._target.record]
        return columns | own(part)

    def _incident(self, part: pl.DataFrame) -> dict[str, list[Any]]:
        types = part["type_code"].replace_strict(self._type_ids, return_dtype=pl.Int64)
        same = ("severity", "status", "title", "narrative", "address", "occurred_ms", "occurred_end_ms")
        return {
            "type_id": types.to_list(),
            **{name: part[name].to_list() for name in same},
            "time_precision": part["time_precision"].to_list(),
            "persons_affected": part["persons_affected"].to_list(),
            # A source that does not say when it heard of it is taken to have heard when it happened.
            "reported_ms": part["occurred_ms"].to_list(),
        }

    def _site(self, part: pl.DataFrame) -> dict[str, list[Any]]:
        same = ("name", "sector", "subsector", "kind", "lifeline", "component", "address", "owner", "vintage")
        return {
            **{name: part[name].to_list() for name in same},
            "contacts": part["contacts"].to_list(),
            "status": [0] * part.height,  # unknown, never green
            "gone_ms": [self._target.now_ms if closed else None for closed in part["closed"].to_list()],
        }

    def _area(self, part: pl.DataFrame) -> dict[str, list[Any]]:
        return {
            name: part[name].to_list()
            for name in ("name", "kind", "parent", "west", "south", "east", "north")
        }


@dataclass(frozen=True, slots=True)
class Plan:
    """Which rows of the frame are new, which changed, and what they are."""

    frame: pl.DataFrame
    add: np.ndarray[Any, Any]
    update: np.ndarray[Any, Any]
    gone: tuple[int, ...]
    known: int


def plan(store: Store, record: str, source_id: int | None, frame: pl.DataFrame, report: Report) -> Plan:
    """Return what is to be done with keyed records, and count in the report what is not."""
    once = ~frame["duplicate"]
    report.duplicate += int((~once).sum())
    if source_id is None:
        known = pl.DataFrame(
            schema={"source_key": pl.String, "seq": pl.Int64, "stored_hash": pl.String, "gone_ms": pl.Int64}
        )
    else:
        with store.reading() as connection:
            known = bulk.known(connection, record, source_id, frame["source_key"].to_list())
    joined = frame.join(known, on="source_key", how="left", maintain_order="left")
    new = joined["seq"].is_null() & once
    same = joined["stored_hash"] == joined["content_hash"]
    if record == "site":
        # A site that was gone and is listed again has come back, even if nothing else about it changed.
        same &= joined["gone_ms"].is_null() | joined["closed"]
    same = same.fill_null(value=False)
    changed = joined["seq"].is_not_null() & once & ~same
    report.unchanged += int((once & same).sum())
    still = known.filter(pl.col("gone_ms").is_null()) if record == "site" else known.clear()
    gone = still.join(frame.select("source_key"), on="source_key", how="anti")
    return Plan(
        frame=joined,
        add=_by_key(joined, new),
        update=changed.arg_true().to_numpy(),
        gone=tuple(gone["seq"].to_list()),
        known=still.height,
    )


def _by_key(frame: pl.DataFrame, new: pl.Series) -> np.ndarray[Any, Any]:
    """Return the new rows in the order of their keys: the index of keys then grows at its end."""
    order = frame["source_key"].filter(new).arg_sort()
    rows: np.ndarray[Any, Any] = new.arg_true().gather(order).to_numpy()
    return rows


def now_ms(store: Store) -> int:
    """Return the store's time in milliseconds."""
    return to_ms(store.clock.now())


def _chunks(rows: np.ndarray[Any, Any], size: int) -> Iterator[np.ndarray[Any, Any]]:
    for at in range(0, len(rows), size):
        yield rows[at : at + size]


def _parsed(text: str | None) -> Any:
    import orjson

    return None if text is None else orjson.loads(text)


def _metres(item: bulk.Updated) -> float:
    was, now = item.before, item.after
    if None in (was["lon"], was["lat"], now["lon"], now["lat"]):
        return 0.0
    return float(distance_m(LonLat(was["lon"], was["lat"]), now["lon"], now["lat"]))
