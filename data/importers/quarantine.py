"""Rows that could not be taken in: kept with their original and a reason, mended by people, sent again."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from data.access import Actor
from data.errors import Conflict, Invalid
from data.importers.base import BadRow
from data.importers.load import Target
from data.importers.mapping import Mapping as FileMapping
from data.importers.report import Report
from data.store import Store
from data.store.batches import Batches, Waiting

if TYPE_CHECKING:
    from data.importers.pipeline import Options

_CHUNK = 5_000


def hold(store: Store, target: Target, bad: Sequence[BadRow], report: Report) -> None:
    """Put rows into quarantine and count them; one that is there already is not put there twice.

    A row that was mended before counts as unchanged: what it became is in the store.
    """
    batches = Batches(store)
    with store.reading() as connection:
        states = batches.held(connection, target.source_id)
    seen: Counter[bytes] = Counter()
    fresh = []
    for row in bad:
        digest = _digest(row, seen)
        state = states.get(digest)
        if state == "mended":
            report.unchanged += 1
            continue
        report.quarantined += 1
        report.reasons[row.reason] += 1
        if state is None:
            fresh.append(
                {
                    "batch_id": target.batch_id,
                    "scope_id": target.scope_id,
                    "row_number": row.row,
                    "original": dict(row.original),
                    "original_hash": digest,
                    "reason": row.reason,
                    "detail": row.detail[:2_000],
                    "state": "waiting",
                }
            )
    for at in range(0, len(fresh), _CHUNK):
        with store.transaction() as connection:
            batches.hold(connection, fresh[at : at + _CHUNK])


def _digest(row: BadRow, seen: Counter[bytes]) -> bytes:
    """Return what a bad row is known by: its content, and the how-manieth of its like it is in the file."""
    body = json.dumps(row.original, sort_keys=True, ensure_ascii=False, default=str).encode(
        "utf-8", "replace"
    )
    plain = hashlib.blake2b(body, digest_size=16).digest()
    seen[plain] += 1
    return hashlib.blake2b(plain + seen[plain].to_bytes(8, "big"), digest_size=16).digest()


def waiting(
    store: Store,
    actor: Actor,
    *,
    batch_id: int | None = None,
    state: str = "waiting",
    limit: int = 100,
    offset: int = 0,
) -> tuple[list[Waiting], int]:
    """Return quarantined rows that the actor may see, oldest first, and how many there are."""
    return Batches(store).waiting(actor, batch_id=batch_id, state=state, limit=limit, offset=offset)


def discard(store: Store, actor: Actor, seq: int) -> None:
    """Set a row aside for good; it stays in the store with its reason."""
    Batches(store).settle(actor, seq, state="discarded")


def resend(
    store: Store, actor: Actor, seq: int, mended: Mapping[str, Any], *, accept_area: bool = False
) -> Report:
    """Send a mended row through the same mapping again; if it is still wrong, the report says why and it waits.

    `accept_area` takes a place outside the declared area at its word.
    """
    from data.importers import pipeline
    from data.importers.shape import shape

    batches = Batches(store)
    row = batches.one(actor, seq)
    if row.state != "waiting":
        raise Conflict(f"This row is {row.state} already.", hint="Reload the list.")
    if not mended:
        raise Invalid("The row is empty.", hint="Send its fields, mended.")
    batch = batches.get(actor, row.batch_id)
    mapping = FileMapping.model_validate(batch.mapping)
    if accept_area:
        mapping = mapping.model_copy(update={"areas": ()})
    try:
        sheet = pipeline.one_row(mended, row.row_number, like=mapping)
    except ValueError as error:
        raise Invalid(f"The geometry is still broken: {error}.") from error
    shaped = shape(
        sheet,
        mapping,
        taxonomy=pipeline.taxonomy_of(store),
        zone=store.settings.timezone,
        find_defaults=False,
    )
    report = Report(kind=mapping.kind, file=batch.file_name, format="quarantine", profile=mapping.profile)
    if shaped.bad:
        report.read = report.quarantined = 1
        report.reasons[shaped.bad[0].reason] = 1
        return report
    options = _options_of(store, batch.scope_id, batch.source_id)
    pipeline.take_in(store, actor, shaped, report, options=options, sha256=b"\0" * 32, tell=lambda *_: None)
    batches.settle(actor, seq, state="mended")
    return report


def _options_of(store: Store, scope_id: int, source_id: int) -> Options:
    from data.importers.pipeline import Options

    scope = next(found for found in store.scopes.all() if found.id == scope_id)
    source = next(found for found in store.sources.all() if found.id == source_id)
    return Options(
        source_key=source.key,
        store=scope.store,
        tlp=scope.tlp,
        law_enforcement=scope.law_enforcement,
        partial=True,
    )
