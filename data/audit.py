"""The audit log as a chain: each entry's hash covers the entry and the hash before it.

Hashes are keyed (HMAC-SHA256) with a key that lies outside the database, and the newest one is kept
beside the log: whoever can write the database alone cannot change, reorder, insert or cut entries unseen.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data.keys import kept

GENESIS = bytes(32)


@dataclass(frozen=True, slots=True)
class AuditCheck:
    """What a verification found: how many entries, and the first thing wrong in words."""

    entries: int
    problem: str = ""

    @property
    def whole(self) -> bool:
        """Return whether the log is complete and unchanged."""
        return not self.problem


def load_key(path: Path) -> bytes:
    """Return the chain's key, made on first use and readable by its owner alone."""
    return kept(path, lambda: secrets.token_bytes(32))


def entry_hash(key: bytes, entry: Mapping[str, Any], prev_hash: bytes) -> bytes:
    """Return the chained hash of one entry (its columns without the two hashes)."""
    body = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()
    return hmac.new(key, prev_hash + body, hashlib.sha256).digest()


def head_seal(key: bytes, seq: int, digest: bytes) -> str:
    """Return the seal of the newest entry, kept beside the log so that a cut end is seen."""
    return f"{seq}:{hmac.new(key, b'head' + seq.to_bytes(8) + digest, hashlib.sha256).hexdigest()}"


def verify_chain(
    key: bytes, entries: Iterable[tuple[Mapping[str, Any], bytes, bytes]], seal: str
) -> AuditCheck:
    """Return whether entries (columns, prev_hash, hash), in order of seq, are whole up to the sealed one."""
    count, prev = 0, GENESIS
    for columns, prev_hash, digest in entries:
        count += 1
        if columns["seq"] != count:
            return AuditCheck(count, f"Entry {count} is missing; entry {columns['seq']} stands in its place.")
        if prev_hash != prev or not hmac.compare_digest(digest, entry_hash(key, columns, prev)):
            return AuditCheck(count, f"Entry {count} was changed, or does not follow the one before it.")
        prev = digest
    expected = head_seal(key, count, prev) if count else ""
    if not hmac.compare_digest(seal, expected):
        return AuditCheck(
            count, f"The log ends at entry {count}, but that is not the end that was sealed ({seal})."
        )
    return AuditCheck(count)
