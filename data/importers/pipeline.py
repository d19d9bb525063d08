"""The whole way of a file into the store: read, detect, shape, check, write, and report."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select

from data.access import Actor, Permission, require
from data.errors import Conflict, Forbidden
from data.importers.base import BadRow, NeedsAnswer, Question
from data.importers.hold import hold
from data.importers.keys import with_keys
from data.importers.load import Cancelled, Loader, Plan, Progress, Target, now_ms, plan
from data.importers.mapping import RECORD_OF, Kind, columns_of, folded
from data.importers.mapping import Mapping as FileMapping
from data.importers.opening import Options, open_file, taxonomy_of
from data.importers.report import Report
from data.importers.shape import Shaped, shape
from data.model import StoreKind, Tlp
from data.records import Source
from data.store import Store, bulk
from data.store.batches import Batches
from data.store.directory import received
from data.store.going import Teller

_GONE_GUARD_LEAST: Final = 20


def run(
    store: Store,
    actor: Actor,
    path: Path,
    mapping: FileMapping | None = None,
    *,
    kind: Kind = "incidents",
    options: Options | None = None,
    on_progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Report:
    """Import a file and return the report; raise NeedsAnswer, before writing, where a person must decide.

    Records are committed in chunks. `on_progress(stage, done, total)` is called between them; when
    `cancelled()` says so, the import ends after the chunk it is at and the report counts what is left.
    """
    require(actor, Permission.IMPORT)
    options = options or Options()
    tell: Progress = on_progress or (lambda _stage, _done, _total: None)
    started = time.monotonic()
    tell("reading", 0, 0)
    sheet, detected = open_file(path, kind=kind, mapping=mapping, options=options)
    if detected.questions:
        raise NeedsAnswer(detected.questions)
    tell("checking", 0, sheet.read)
    shaped = shape(sheet, detected.mapping, taxonomy=taxonomy_of(store), zone=store.settings.timezone)
    report = Report(
        kind=kind,
        file=options.name or path.name,
        format=sheet.format,
        layer=sheet.layer,
        profile=shaped.mapping.profile,
        dry_run=options.dry_run,
    )
    # From here on the records alone are needed: of a large file the rows are as large again.
    del sheet, detected
    digest = _sha256(path)
    report.began_s = started
    take_in(store, actor, shaped, report, options=options, sha256=digest, tell=tell, cancelled=cancelled)
    return report


def take_in(
    store: Store,
    actor: Actor,
    shaped: Shaped,
    report: Report,
    *,
    options: Options,
    sha256: bytes,
    tell: Progress,
    cancelled: Callable[[], bool] | None = None,
    resent: Sequence[int] = (),
) -> None:
    """Write shaped records and their quarantine into the store, and complete the report.

    `resent` names the quarantined rows that the records were; they are settled when all is written.
    """
    mapping = shaped.mapping
    kind: Kind = mapping.kind
    scope_id, marking = scope_of(store, actor, mapping, options)
    key = options.source_key or mapping.source.key
    source_id = _source(store, actor, key, mapping, scope_id, dry_run=options.dry_run)
    report.source, report.marking = key, marking
    report.read += shaped.frame.height + len(shaped.bad)
    report.unlocated = shaped.unlocated
    report.default_points = [dict(point) for point in shaped.default_points]
    report.unmapped_types = dict(shaped.unmapped_types)
    report.notes += shaped.notes
    frame = with_keys(shaped)
    planned = plan(store, RECORD_OF[kind], source_id, frame, report)
    gone = () if options.partial or kind != "sites" else _not_listed(planned, shaped, store, source_id)
    if options.dry_run or source_id is None:
        report.added, report.updated = len(planned.add), len(planned.update)
        report.quarantined, report.reasons, report.gone = (
            len(shaped.bad),
            Counter(row.reason for row in shaped.bad),
            len(gone),
        )
        report.stop_clock()
        return
    _guard_gone(planned, gone)
    batches = Batches(store)
    with ExitStack() as alive:
        with store.transaction() as connection:
            about = _about(report, mapping, sha256)
            batch_id = batches.start(
                connection, actor, {**about, "source_id": source_id, "scope_id": scope_id}
            )
            alive.enter_context(batches.working(batch_id))
            said: dict[str, Any] = {"kind": kind, "record": batch_id, "file": report.file, "source": key}
            if resent:
                store.audit.record(connection, actor, "resend", **said, rows=list(resent))
            else:
                store.audit.record(connection, actor, "import", **said)
        report.batch = batch_id
        target = Target(RECORD_OF[kind], source_id, scope_id, batch_id, actor, now_ms(store))
        hold(store, target, shaped.bad, report)
        teller = Teller(store, batch_id, also=tell, cancelled=cancelled or (lambda: False))
        teller.tell("writing", 0, len(planned.add) + len(planned.update))
        loader = Loader(store, target, report, progress=teller.tell, cancelled=teller.stopped)
        try:
            loader.load(shaped, planned)
            loader.retire(gone)
        except Cancelled:
            report.state = "cancelled"
            report.left = len(planned.add) + len(planned.update) - report.added - report.updated
        except BaseException:
            report.state = "failed"
            _finish(store, actor, report, target, resent=resent)
            raise
        _finish(store, actor, report, target, resent=resent)


def _about(report: Report, mapping: FileMapping, sha256: bytes) -> dict[str, object]:
    return {
        "kind": mapping.kind,
        "file_name": report.file,
        "sha256": sha256,
        "profile": mapping.profile or None,
        "mapping": mapping.model_dump(mode="json"),
    }


def _finish(store: Store, actor: Actor, report: Report, target: Target, *, resent: Sequence[int]) -> None:
    report.stop_clock()  # before it is stored: past imports tell how long they took
    said = report.as_dict()
    counts = {
        name: said[name] for name in ("read", "added", "updated", "unchanged", "duplicate", "quarantined")
    }
    batches = Batches(store)
    with store.transaction() as connection:
        batches.finish(connection, target.batch_id, state=report.state, report=said)
        received(connection, target.source_id, store.clock.now(), scope_id=target.scope_id)
        if resent and report.state == "done":
            batches.mended(connection, resent)
            return  # the entry of its beginning names every row
        store.audit.record(
            connection,
            actor,
            "import_end",
            kind=report.kind,
            record=target.batch_id,
            outcome="ok" if report.state == "done" else report.state,
            **counts,
        )


def scope_of(store: Store, actor: Actor, mapping: FileMapping, options: Options) -> tuple[int, str]:
    """Return the scope of new records and its marking in words; unmarked means most restrictive."""
    usual = StoreKind.INCIDENT if mapping.kind == "incidents" else StoreKind.OPEN
    kind = options.store or (StoreKind(mapping.store) if mapping.store else usual)
    told = options.tlp if options.tlp is not None else (Tlp[mapping.tlp.upper()] if mapping.tlp else None)
    tlp = Tlp.RED if told is None else told
    if kind not in actor.stores or tlp > actor.clearance:
        raise Forbidden(
            f"You may not import {tlp.label} records into this store.",
            hint="Choose a marking within your clearance and a store that you were granted.",
        )
    scope_id = store.scopes.intern(
        kind, tlp, law_enforcement=options.law_enforcement, agency_id=actor.agency_id
    )
    if actor.user_id and scope_id not in store.visible(actor):
        raise Forbidden("You may not import records that you could not see afterwards.")
    return scope_id, tlp.label if told is not None else f"{tlp.label} (the file says nothing)"


def _source(
    store: Store, actor: Actor, key: str, mapping: FileMapping, scope_id: int, *, dry_run: bool
) -> int | None:
    """Return the id of the source, made on first use; None for a dry run of a new source."""
    found = next((source for source in store.sources.all() if source.key == key), None)
    if found is None:
        if dry_run:
            return None
        about = mapping.source
        return store.sources.intern(
            key,
            name=about.name if about.name and key == about.key else key,
            kind=mapping.kind,
            scope_id=scope_id,
            url=about.url,
            licence=about.licence,
        )
    scopes = {scope.id: scope for scope in store.scopes.all()}
    visible = actor.user_id == 0 or _all_visible(store, actor, RECORD_OF[mapping.kind], found)
    if found.kind != mapping.kind or not visible or scopes[found.scope_id].store != scopes[scope_id].store:
        # A source belongs to one of the four stores: nothing slips from one into another by being sent again.
        raise Conflict(
            f"The source key {key!r} is in use for something else.", hint="Choose another with --source."
        )
    return found.id


def _all_visible(store: Store, actor: Actor, record: str, source: Source) -> bool:
    """Return whether the actor may see the source and all its records, which an import may change."""
    seen = store.visible(actor)
    table = bulk.TABLES[record]
    used = select(table.c.scope_id).where(table.c.source_id == source.id).distinct()
    with store.reading() as connection:
        return source.scope_id in seen and set(connection.execute(used).scalars()) <= seen


def _not_listed(planned: Plan, shaped: Shaped, store: Store, source_id: int | None) -> tuple[int, ...]:
    """Return the sites that the file leaves out; one whose row is in quarantine is listed, if badly."""
    if source_id is None or not planned.gone or not shaped.bad:
        return planned.gone
    ids = {str(row.original.get(name)) for row in shaped.bad for name in _id_columns(shaped, row)}
    with store.reading() as connection:
        keys = bulk.known(connection, "site", source_id, []).select("seq", "source_key").rows()
    listed = {seq for seq, key in keys if key in ids}
    return tuple(seq for seq in planned.gone if seq not in listed)


def _id_columns(shaped: Shaped, row: BadRow) -> list[str]:
    return columns_of(shaped.mapping, "id", {folded(name): name for name in row.original})


def _guard_gone(planned: Plan, gone: Sequence[int]) -> None:
    if planned.known >= _GONE_GUARD_LEAST and len(gone) * 2 > planned.known:
        raise NeedsAnswer(
            [
                Question(
                    "partial",
                    f"{len(gone):,} of the {planned.known:,} sites of this source are not in the file.",
                    ("partial (keep them)", "another source key"),
                )
            ]
        )


def _sha256(path: Path) -> bytes:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").digest()
