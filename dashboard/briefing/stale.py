"""Whether what a brief said still holds: its numbers held against the records behind them as they are now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import numpy as np
from sqlalchemy import select

from dashboard.services import Services
from data.access import Actor
from data.brief_records import Behind, Brief, BriefFigure, Ints
from data.model import LonLat
from data.store import tables as t
from data.store.tables import metadata
from layers.briefs.words import listed, many

# A record that says something else now was corrected; one that went on (status, assignee) has changed.
_SAID: Final = frozenset(
    {"type", "type_id", "title", "narrative", "severity", "lon", "lat", "place", "geometry"}
    | {"occurred", "occurred_ms", "persons_affected", "address", "accuracy_m", "name", "marking", "scope_id"}
)
_PLACE: Final = frozenset({"lon", "lat", "place", "geometry"})
_CHUNK: Final = 2_000
MOST_LISTED: Final = 500


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of the records behind a number; seqs."""

    changed: Ints
    corrected: Ints
    gone: Ints

    def __len__(self) -> int:
        return len(self.changed) + len(self.corrected) + len(self.gone)

    def words(self, total: int) -> str:
        """Return it as a sentence, empty where nothing has."""
        said = [
            f"{len(seqs):,} {label}"
            for label, seqs in (
                ("corrected", self.corrected),
                ("changed", self.changed),
                ("gone", self.gone),
            )
            if len(seqs)
        ]
        return f"of {many(total, 'record')}, {listed(said)} since" if said else ""


def moved(services: Services, behind: Behind) -> Moved:
    """Return which of the records are not any more as they were."""
    now = _revisions(services, behind)
    gone = np.array([seq for seq in behind.seq.tolist() if seq not in now], dtype=np.int64)
    pairs = zip(behind.seq.tolist(), behind.revision.tolist(), strict=True)
    other = {seq: revision for seq, revision in pairs if now.get(seq, revision) != revision}
    corrected = {seq for seq, fields in changes_since(services, behind.kind, other) if fields & _SAID}
    return Moved(
        changed=np.array(sorted(set(other) - corrected), dtype=np.int64),
        corrected=np.array(sorted(corrected), dtype=np.int64),
        gone=gone,
    )


def sentences(services: Services, brief: Brief) -> dict[UUID, list[tuple[str, str]]]:
    """Return, by page, the numbers that do not hold any more: key and sentence."""
    found: dict[UUID, list[tuple[str, str]]] = {}
    seen: dict[tuple[str, bytes], str] = {}
    for page in brief.pages:
        for one in page.figures:
            key = (one.behind.kind, one.behind.seq.tobytes() + one.behind.revision.tobytes())
            if key not in seen:
                seen[key] = moved(services, one.behind).words(len(one.behind))
            if seen[key]:
                found.setdefault(page.id, []).append((one.key, f"Behind “{one.label}”: {seen[key]}."))
    return found


def stale_count(services: Services, brief: Brief) -> int:
    """Return how many pages say something that does not hold any more."""
    return len(sentences(services, brief))


def figure_of(brief: Brief, key: str) -> BriefFigure | None:
    """Return a number of a brief by its key."""
    return next((one for page in brief.pages for one in page.figures if one.key == key), None)


def changes_since(
    services: Services, kind: str, revisions: Mapping[int, int]
) -> Iterator[tuple[int, frozenset[str]]]:
    """Yield each of these records with the names of the fields that changed after its revision."""
    for seq, changes in written_since(services, kind, revisions):
        yield seq, frozenset(changes)


def written_since(
    services: Services, kind: str, revisions: Mapping[int, int]
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield each of these records with what changed after its revision: field, [before, after]."""
    seqs = sorted(revisions)
    for begin in range(0, len(seqs), _CHUNK):
        some = seqs[begin : begin + _CHUNK]
        query = select(t.revision.c.record_seq, t.revision.c.revision, t.revision.c.changes).where(
            t.revision.c.kind == kind, t.revision.c.record_seq.in_(some)
        )
        every: dict[int, dict[str, Any]] = {}
        with services.store.reading() as connection:
            for row in connection.execute(query.order_by(t.revision.c.revision)):
                if row.revision > revisions[row.record_seq]:
                    kept = every.setdefault(row.record_seq, {})
                    for name, (old, new) in row.changes.items():
                        kept[name] = [kept.get(name, [old])[0], new]
        yield from every.items()


def _revisions(services: Services, behind: Behind) -> dict[int, int]:
    """Return the revision of each record as it is now; those that are no more are left out."""
    if behind.kind == "incident":
        frame = services.mirror.snapshot.incidents
        rows = frame.positions(behind.seq)
        return dict(zip(frame.seq[rows].tolist(), frame.revision[rows].tolist(), strict=True))
    table = metadata.tables[behind.kind]
    found: dict[int, int] = {}
    seqs = behind.seq.tolist()
    with services.store.reading() as connection:
        for begin in range(0, len(seqs), _CHUNK):
            query = select(table.c.seq, table.c.revision).where(table.c.seq.in_(seqs[begin : begin + _CHUNK]))
            found |= {row.seq: row.revision for row in connection.execute(query)}
    return found


def visible_now(services: Services, actor: Actor, seqs: list[int]) -> dict[int, LonLat | None]:
    """Return the place of those of these incidents that the actor may see now."""
    return {one.seq: one.place for one in services.store.incidents.by_seq(actor, seqs)}
