"""Counts that give no single record away, however many of them are compared.

Every count that was given to a recipient is of a set of records. Records that are in the same sets are a
group; whoever adds and subtracts counts learns of groups alone. So a set is counted only as it keeps every
group at `least` records or more: it may split a group where both halves stay that large, and else takes the
whole group or leaves it. One late report, one that was corrected, one that a second filter leaves out:
none of them moves a number.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from sqlalchemy import insert, select, update

from data.clock import to_ms
from data.release import Recipient, RecipientKind
from data.store import Store
from data.store.tables_release import release_ledger

Seqs = npt.NDArray[np.int64]
Key = TypeVar("Key")


class Ledger:
    """The groups that one recipient can tell apart."""

    def __init__(self, seqs: Seqs | None = None, groups: Seqs | None = None) -> None:
        self._seqs = np.empty(0, dtype=np.int64) if seqs is None else seqs  # sorted
        self._groups = np.empty(0, dtype=np.int64) if groups is None else groups
        self._next = int(self._groups.max(initial=-1)) + 1

    @classmethod
    def read(cls, content: bytes) -> Ledger:
        """Return the ledger that `content` wrote down."""
        with np.load(io.BytesIO(content), allow_pickle=False) as kept:
            return cls(kept["seqs"], kept["groups"])

    def content(self) -> bytes:
        """Return the ledger as bytes."""
        written = io.BytesIO()
        np.savez_compressed(written, seqs=self._seqs, groups=self._groups)
        return written.getvalue()

    def counted(self, wanted: Seqs, *, least: int) -> Seqs:
        """Return the records whose number may be given for the wanted ones, and remember that it was.

        None of them where the number would be of fewer than `least`.
        """
        asked = np.unique(wanted)
        place = np.searchsorted(self._seqs, asked)
        there = place < len(self._seqs)
        there[there] = self._seqs[place[there]] == asked[there]
        inside = np.bincount(self._groups[place[there]], minlength=self._next)
        size = np.bincount(self._groups, minlength=self._next)
        whole = (inside > 0) & (inside == size)
        split = (inside >= least) & (size - inside >= least)
        # Neither: the number is rounded to the whole group.
        taken = whole | (~split & (2 * inside > size))
        for group in np.flatnonzero(split).tolist():
            at = place[there][self._groups[place[there]] == group]
            self._groups[at] = self._next
            self._next += 1
            taken = np.append(taken, True)
        given = self._seqs[taken[self._groups]] if len(self._seqs) else self._seqs
        fresh = asked[~there]
        if len(fresh) >= least:
            self._add(fresh)
            given = np.union1d(given, fresh)
        return given

    def _add(self, fresh: Seqs) -> None:
        seqs = np.concatenate([self._seqs, fresh])
        groups = np.concatenate([self._groups, np.full(len(fresh), self._next, dtype=np.int64)])
        order = np.argsort(seqs, kind="stable")
        self._seqs, self._groups, self._next = seqs[order], groups[order], self._next + 1


def counts_for(
    store: Store, recipient: Recipient, sets: Mapping[Key, Seqs], *, least: int | None = None
) -> dict[Key, Seqs]:
    """Return, for each set of records, those whose number the recipient may be given, or leave it out.

    Sets that are given together may share records. What the public was given is one ledger, whoever got it.
    """
    limit = max(recipient.smallest_cell if least is None else least, 1)

    def answer(ledger: Ledger) -> dict[Key, Seqs]:
        made = {key: ledger.counted(wanted, least=limit) for key, wanted in sets.items()}
        return {key: given for key, given in made.items() if len(given) >= limit}

    return _kept(store, _name(recipient), answer)


class Counting:
    """What may be counted in one product for a recipient; of a preview nothing is remembered."""

    def __init__(self, store: Store, recipient: Recipient, *, least: int, leaves: bool) -> None:
        self._store, self._recipient, self._least = store, recipient, max(least, 1)
        self._preview = None if leaves else _known(store, _name(recipient))

    def __call__(self, sets: Mapping[str, Seqs]) -> dict[str, Seqs]:
        """Return, for each set of records, those whose number may be given, or leave it out."""
        if self._preview is None:
            return counts_for(self._store, self._recipient, sets, least=self._least)
        made = {key: self._preview.counted(wanted, least=self._least) for key, wanted in sets.items()}
        return {key: given for key, given in made.items() if len(given) >= self._least}


def _known(store: Store, name: str) -> Ledger:
    with store.reading() as connection:
        row = connection.execute(
            select(release_ledger.c.content).where(release_ledger.c.name == name)
        ).first()
    return Ledger() if row is None else Ledger.read(bytes(row.content))


def _name(recipient: Recipient) -> str:
    return "public" if recipient.kind is RecipientKind.PUBLIC else f"to:{recipient.key}"


def _kept(store: Store, name: str, answer: Callable[[Ledger], dict[Key, Seqs]]) -> dict[Key, Seqs]:
    """Return the answer of a ledger, which is written down before anybody hears it."""
    c = release_ledger.c
    with store.transaction() as connection:
        row = connection.execute(select(c.content).where(c.name == name)).first()
        ledger = Ledger() if row is None else Ledger.read(bytes(row.content))
        found = answer(ledger)
        values = {"content": ledger.content(), "updated_ms": to_ms(store.clock.now())}
        if row is None:
            connection.execute(insert(release_ledger).values(name=name, **values))
        else:
            connection.execute(update(release_ledger).where(c.name == name).values(values))
    return found
