"""What is new since the brief before: computed from what it kept, never remembered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from data.brief_records import Behind, Ints
from data.mirror import View
from data.model import Status

_OVER: Final = (Status.RESOLVED, Status.CLOSED)


@dataclass(frozen=True, slots=True)
class Deltas:
    """Seqs of incidents: come in since, over since, changed since, and gone from the filter."""

    new: Ints
    over: Ints
    changed: Ints
    gone: Ints

    def __len__(self) -> int:
        return len(self.new) + len(self.over) + len(self.changed) + len(self.gone)


def deltas(before: Behind, now: View) -> Deltas:
    """Return what parts the incidents of an earlier brief from those that a view shows now."""
    seq = now.take(now.frame.seq).astype(np.int64)
    order = np.argsort(seq, kind="stable")
    seq = seq[order]
    revision = now.take(now.frame.revision)[order].astype(np.int64)
    status = now.frame.combos.status[now.take(now.frame.combo)[order]]
    both, mine, theirs = np.intersect1d(seq, before.seq, assume_unique=True, return_indices=True)
    moved = revision[mine] != before.revision[theirs]
    ended = moved & np.isin(status[mine], _OVER)
    return Deltas(
        new=np.setdiff1d(seq, before.seq, assume_unique=True),
        over=both[ended],
        changed=both[moved & ~ended],
        gone=np.setdiff1d(before.seq, seq, assume_unique=True),
    )
