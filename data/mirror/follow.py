"""Snapshots: the first one, and the next after some changes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, func, select

from data.mirror import digest, load
from data.mirror import sites as site_columns
from data.mirror.combos import Combos
from data.mirror.frame import IncidentFrame, build, merged
from data.mirror.shapes import ShapeSet
from data.mirror.sites import SiteFrame
from data.mirror.snapshot import Snapshot, SourceKey
from data.mirror.taxonomy import Taxonomy
from data.records import Change
from data.store import Store
from data.store import tables as t

Columns = dict[str, npt.NDArray[Any]]


def first_snapshot(store: Store) -> Snapshot:
    """Return everything that is in the store now."""
    with store.reading() as connection:
        load.check_ids(connection)
        # Read before the rows: a change that comes between is taken in twice, never missed.
        counter = int(connection.execute(select(func.max(t.change.c.counter))).scalar() or 0)
        found = load.incidents(connection)
        sites = site_columns.load(connection)
        areas = _area_digests(connection)
    combos = Combos.of(found.columns["combo"])
    shapes, numbered = ShapeSet.of(found.shapes), _numbered(found.columns, combos)
    incident_digests = digest.digests(combos.scope[numbered["combo"]], _words(found.columns, combos))
    del found
    frame = build(numbered, combos=combos, shapes=shapes)
    return Snapshot(
        counter=counter,
        incidents=frame,
        sites=sites,
        incident_digests=incident_digests,
        site_digests=_site_digests(sites),
        area_digests=areas,
        **_small_tables(store),
    )


def advanced(store: Store, before: Snapshot) -> Snapshot:
    """Return the snapshot with the changes since `before`, or `before` itself when there are none."""
    changes = store.changes.since(before.counter)
    if not changes:
        return before
    kinds = {change.kind for change in changes}
    after = replace(before, counter=changes[-1].counter)
    with store.reading() as connection:
        if "incident" in kinds:
            after = _with_incidents(connection, after, seq_ranges(changes, kind="incident"))
        if "site" in kinds:
            sites = site_columns.load(connection)
            after = replace(after, sites=sites, site_digests=_site_digests(sites))
        if "area" in kinds:
            after = replace(after, area_digests=_area_digests(connection))
    return replace(after, **_small_tables(store))


def seq_ranges(changes: Iterable[Change], *, kind: str) -> list[tuple[int, int]]:
    """Return the seqs that changed as few ranges that neither touch nor overlap."""
    joined: list[tuple[int, int]] = []
    for first, last in sorted((c.first_seq, c.last_seq) for c in changes if c.kind == kind):
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return joined


def _with_incidents(connection: Connection, before: Snapshot, ranges: list[tuple[int, int]]) -> Snapshot:
    load.check_ids(connection)
    frame = before.incidents
    found = load.incidents(connection, ranges)
    changed = _known(frame, ranges)
    gone = frame.positions(changed) if len(changed) else np.empty(0, dtype=np.int32)
    combos = Combos.of(found.columns["combo"], known=frame.combos)
    arrived = _numbered(found.columns, combos)
    next_frame = merged(
        frame,
        arrived,
        gone=gone,
        combos=combos,
        shapes=frame.shapes.without(np.concatenate([changed, arrived["seq"]]), plus=found.shapes),
    )
    digests = digest.after(
        before.incident_digests,
        gone=_digests_at(frame, gone),
        arrived=digest.digests(combos.scope[arrived["combo"]], _words(found.columns, combos)),
    )
    return replace(before, incidents=next_frame, incident_digests=digests)


def _known(frame: IncidentFrame, ranges: list[tuple[int, int]]) -> npt.NDArray[np.int64]:
    """Return the seqs of the ranges that the frame may hold already: new ones lie beyond its last."""
    parts = [
        np.arange(first, min(last, frame.max_seq) + 1) for first, last in ranges if first <= frame.max_seq
    ]
    return np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)


def _numbered(columns: Columns, combos: Combos) -> Columns:
    return {**columns, "combo": combos.numbers(columns["combo"])}


def _words(columns: Columns, combos: Combos) -> npt.NDArray[np.uint64]:
    """Return the fingerprints of rows as loaded; ids of scopes and sources stay out of them."""
    number = combos.numbers(columns["combo"])
    return digest.fingerprints(
        columns["fid"],
        columns["updated_ms"],
        columns["revision"],
        combos.severity[number],
        combos.status[number],
    )


def _digests_at(frame: IncidentFrame, rows: npt.NDArray[np.int32]) -> digest.Digests:
    number = frame.combo[rows]
    words = digest.fingerprints(
        frame.fid[rows],
        frame.updated_ms[rows],
        frame.revision[rows],
        frame.combos.severity[number],
        frame.combos.status[number],
    )
    return digest.digests(frame.combos.scope[number], words)


def _site_digests(sites: SiteFrame) -> digest.Digests:
    every = sites.listed
    return digest.digests(
        every.scope, digest.fingerprints(every.fid, every.updated_ms, every.revision, every.status)
    )


def _area_digests(connection: Connection) -> digest.Digests:
    c = t.area.c
    rows = connection.execute(select(c.scope_id, c.fid, c.updated_ms, c.revision)).all()
    scope, *columns = np.array(rows, dtype=np.int64).reshape(-1, 4).T
    return digest.digests(scope.astype(np.int32), digest.fingerprints(*columns))


def _small_tables(store: Store) -> dict[str, Any]:
    """Return scopes, sources and types; read after the rows, so that none of theirs is missing."""
    return {
        "taxonomy": Taxonomy(store.types.all()),
        "scopes": {scope.id: scope for scope in store.scopes.all()},
        "sources": tuple(
            SourceKey(id=s.id, key=s.key, name=s.name, scope_id=s.scope_id)
            for s in sorted(store.sources.all(), key=lambda source: source.key)
        ),
    }
