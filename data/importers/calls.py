"""Lists of calls for help: a row is a call, located as well as its text and its point allow.

An Ushahidi export holds reports of every kind: of those, the ones filed under "people trapped" or "search
and rescue" are calls, and the others are counted as not concerned.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from data.access import Actor, Permission, require
from data.clock import from_ms
from data.errors import Conflict, Forbidden
from data.importers.base import BadRow, Sheet
from data.importers.call_columns import RowOfCall, columns_of, rows_of
from data.importers.detect import detect
from data.importers.hold import hold
from data.importers.load import Target, now_ms
from data.importers.profiles import recognise
from data.importers.registry import read
from data.importers.report import Report
from data.importers.shape import shape
from data.importers.taxonomy import Taxonomy
from data.model import LocatedBy, LonLat, StoreKind, Tlp
from data.rescue_records import Channel, Hazard, Needs, NewCall
from data.store import Store
from data.store.batches import Batches
from data.store.call_batches import take_in
from data.store.directory import received

_CALLS: Final = "people trapped|search and rescue"
_STAND_IN_M: Final = 1_000.0
NOT_CALLS: Final = "rows of other categories are no calls"


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a text says that people are."""

    place: LonLat
    accuracy_m: float


# Text and roughly where the other calls are → where it says that the people are, None where it says nothing.
Locate = Callable[[str, LonLat | None], Placed | None]


@dataclass(frozen=True, slots=True)
class CallOptions:
    """What the person who imports decides."""

    told: Mapping[str, str] | None = None  # field → column
    source_key: str = ""
    tlp: Tlp = Tlp.AMBER
    timezone: str = ""
    dry_run: bool = False


def run(store: Store, actor: Actor, path: Path, *, options: CallOptions, locate: Locate | None) -> Report:
    """Import a list of calls and return the report; importing it again changes nothing.

    Raise Invalid where no column says what happened, where, or to whom.
    """
    require(actor, Permission.IMPORT)
    require(actor, Permission.TAKE_CALL)
    sheet = read(path)
    stem = path.name.split(".")[0].lower()
    report = Report(kind="calls", file=path.name, format=sheet.format, dry_run=options.dry_run)
    report.read = sheet.read
    zone = options.timezone or store.settings.timezone
    known = None if options.told else recognise("incidents", sheet.frame.columns, stem, name="ushahidi")
    if known is not None:
        report.profile = "ushahidi"
        found = list(_ushahidi(sheet, stem, report))
    else:
        found = list(rows_of(sheet, columns_of(sheet, options.told or {}), zone=zone))
    bad = [*sheet.bad, *(one for one in found if isinstance(one, BadRow))]
    rows = _located([one for one in found if isinstance(one, RowOfCall)], locate)
    key = options.source_key or f"{report.profile or 'calls'}-calls-{stem}"
    report.unlocated = sum(one.call.place is None for one in rows)
    _write(store, actor, rows, bad, report, key=key, options=options, sha256=_sha256(path))
    report.stop_clock()
    return report


def _ushahidi(sheet: Sheet, stem: str, report: Report) -> Iterator[RowOfCall | BadRow]:
    """Yield the reports that are calls, as the profile of the incidents reads them."""
    detected = detect(sheet, kind="incidents", stem=stem, profile="ushahidi")
    shaped = shape(sheet, detected.mapping, taxonomy=Taxonomy({}), zone="UTC")
    category = next(name for name in sheet.frame.columns if name.strip().lower() == "category")
    kinds = dict(zip(sheet.rows.tolist(), sheet.frame[category].str.to_lowercase().to_list(), strict=True))
    yield from shaped.bad
    others = 0
    for row in shaped.frame.iter_rows(named=True):
        kind = kinds[row["row"]] or ""
        if not any(words in kind for words in _CALLS.split("|")):
            others += 1
            continue
        stands_in = row["located_by"] == LocatedBy.DEFAULT_POINT
        placed = row["lon"] is not None and not stands_in
        call = NewCall(
            scope_id=0,
            source_id=0,
            source_key=str(row["source_id"]),
            received=from_ms(row["occurred_ms"]),
            channel=Channel.IMPORT,
            people_count=row["persons_affected"],
            place_text=(row["address"] or "")[:2_000],
            place=LonLat(row["lon"], row["lat"]) if placed else None,
            accuracy_m=row["accuracy_m"] if placed else None,
            located_by=LocatedBy(row["located_by"]) if row["lon"] is not None else LocatedBy.UNKNOWN,
            needs=Needs(
                trapped="people trapped" in kind,
                hazards=(Hazard.COLLAPSE,) if "collapsed structure" in kind else (),
            ),
            narrative="\n".join(text for text in (row["title"], row["narrative"]) if text)[:50_000],
        )
        yield RowOfCall(int(row["row"]), call)
    report.default_points = [dict(point) for point in shaped.default_points]
    if others:
        report.read -= others
        report.notes.append(f"{others:,} {NOT_CALLS}")


def _located(rows: Sequence[RowOfCall], locate: Locate | None) -> list[RowOfCall]:
    """Return the rows, those without a point of their own at the place that their text names."""
    placed = np.array([(one.call.place.lon, one.call.place.lat) for one in rows if one.call.place])
    near = LonLat(*map(float, np.median(placed, axis=0))) if len(placed) else None
    out = []
    for one in rows:
        found = None
        if one.call.place is None and one.call.place_text.strip() and locate is not None:
            found = locate(one.call.place_text, near)
        if found is not None:
            about: dict[str, Any] = {"place": found.place, "accuracy_m": max(found.accuracy_m, _STAND_IN_M)}
            out.append(replace(one, call=replace(one.call, **about, located_by=LocatedBy.PLACE_NAME)))
        else:
            out.append(one)
    return out


def _write(
    store: Store,
    actor: Actor,
    rows: Sequence[RowOfCall],
    bad: Sequence[BadRow],
    report: Report,
    *,
    key: str,
    options: CallOptions,
    sha256: bytes,
) -> None:
    report.source, report.marking = key, options.tlp.label
    if StoreKind.INCIDENT not in actor.stores or options.tlp > actor.clearance:
        raise Forbidden(
            f"You may not import {options.tlp.label} calls.", hint="Choose a marking within your clearance."
        )
    if options.dry_run:
        report.added, report.quarantined = len(rows), len(bad)
        report.reasons.update(one.reason for one in bad)
        return
    scope_id = store.scopes.intern(StoreKind.INCIDENT, options.tlp, agency_id=actor.agency_id)
    source_id = store.sources.intern(key, name=report.file, kind="calls", scope_id=scope_id)
    _refuse_another(store, actor, source_id, key)
    calls = [replace(one.call, scope_id=scope_id, source_id=source_id) for one in rows]
    batches = Batches(store)
    about = {"kind": "calls", "file_name": report.file, "sha256": sha256, "profile": report.profile or None}
    with ExitStack() as alive:
        with store.transaction() as connection:
            made = {**about, "mapping": {"kind": "calls"}, "source_id": source_id, "scope_id": scope_id}
            report.batch = batches.start(connection, actor, made)
            alive.enter_context(batches.working(report.batch))
            said: dict[str, Any] = {
                "kind": "calls",
                "record": report.batch,
                "file": report.file,
                "source": key,
            }
            store.audit.record(connection, actor, "import", **said)
        target = Target("call", source_id, scope_id, report.batch, actor, now_ms(store))
        counts = take_in(store, actor, calls, batch_id=report.batch)
        report.added, report.updated, report.unchanged, report.duplicate = counts.as_tuple()
        wrong = [BadRow(rows[at].row, rows[at].said(), "invalid", str(e)) for at, e in counts.refused]
        hold(store, target, [*bad, *wrong], report)
        with store.transaction() as connection:
            batches.finish(connection, report.batch, state="done", report=report.as_dict())
            received(connection, source_id, store.clock.now(), scope_id=scope_id)
            counted: dict[str, Any] = {
                "added": report.added,
                "updated": report.updated,
                "quarantined": report.quarantined,
            }
            store.audit.record(connection, actor, "import_end", kind="calls", record=report.batch, **counted)


def _refuse_another(store: Store, actor: Actor, source_id: int, key: str) -> None:
    source = next(one for one in store.sources.all() if one.id == source_id)
    if source.kind != "calls" or (actor.user_id and source.scope_id not in store.visible(actor)):
        raise Conflict(
            f"The source key {key!r} is in use for something else.", hint="Choose another with --source."
        )


def _sha256(path: Path) -> bytes:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").digest()
