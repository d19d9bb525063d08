"""Putting rows that cannot be taken in into quarantine, each once."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence

from data.importers.base import BadRow
from data.importers.load import Target
from data.importers.report import Report
from data.store import Store
from data.store.batches import Batches

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
