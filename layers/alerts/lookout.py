"""A watch area, ready to say which reports are its own: of a few that changed, or of all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import numpy as np
import numpy.typing as npt
from shapely.geometry.base import BaseGeometry

from data.access import Actor
from data.geo import IntArray
from data.mirror import IncidentFrame, Snapshot
from data.mirror.geography import in_polygon, in_shape, near_sites
from data.mirror.selection import CODED, RowTests, select
from data.mirror.spatial import Mask
from data.model import LocatedBy, StoreKind, Tlp
from data.query import Near, Query
from layers.alerts.ground import Ground, few

_TOLD_OUTSIDE = frozenset({StoreKind.INCIDENT, StoreKind.OPEN})


@dataclass(frozen=True)
class Lookups:
    """What a filter may have to ask of the store: words, and outlines of areas that the actor may see."""

    matching: Callable[[str], IntArray]
    outline: Callable[[Actor, UUID], BaseGeometry]


@dataclass(frozen=True)
class Reports:
    """Reports of a watch area, oldest first: of each its seq, its moment and its place."""

    seq: IntArray
    fid: IntArray
    occurred_ms: IntArray
    x: npt.NDArray[np.int32]
    y: npt.NDArray[np.int32]
    located: npt.NDArray[np.bool_]
    severity: npt.NDArray[np.int32]
    scope: npt.NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.seq)

    def where(self, keep: npt.NDArray[np.bool_]) -> Reports:
        """Return those that are kept."""
        return Reports(*(getattr(self, name)[keep] for name in self.__dataclass_fields__))

    def between(self, start_ms: int, end_ms: int) -> Reports:
        """Return those from `start_ms` up to, and not at, `end_ms`."""
        first, last = np.searchsorted(self.occurred_ms, [start_ms, end_ms])
        return Reports(*(getattr(self, name)[first:last] for name in self.__dataclass_fields__))

    def without(self, seqs: IntArray) -> Reports:
        """Return them without these seqs."""
        return self.where(~np.isin(self.seq, seqs))

    def plus(self, more: Reports) -> Reports:
        """Return both together, oldest first."""
        names = tuple(self.__dataclass_fields__)
        joined = {name: np.concatenate([getattr(self, name), getattr(more, name)]) for name in names}
        order = np.lexsort((joined["fid"], joined["occurred_ms"]))
        return Reports(**{name: joined[name][order] for name in names})


def reports_at(frame: IncidentFrame, rows: npt.NDArray[np.integer]) -> Reports:
    """Return the reports of these rows, oldest first."""
    order = rows[np.lexsort((frame.fid[rows], frame.occurred_ms[rows]))]
    combo = frame.combo[order]
    return Reports(
        seq=frame.seq[order],
        fid=frame.fid[order],
        occurred_ms=frame.occurred_ms[order],
        x=frame.x[order],
        y=frame.y[order],
        located=order < frame.located,
        severity=frame.combos.severity[combo],
        scope=frame.combos.scope[combo],
    )


class Lookout:
    """Filter, ground and those who are told; everything it answers is for exactly these."""

    def __init__(self, query: Query, ground: Ground, audience: Actor, lookups: Lookups) -> None:
        self.query, self.ground, self.audience, self._lookups = query, ground, audience, lookups
        coded = {name for name in query.dimensions() if name in CODED}
        self._only_coded = coded == query.dimensions()
        self._passing: tuple[object, Mask] | None = None

    def among(self, snapshot: Snapshot, frame: IncidentFrame, visible: frozenset[int]) -> Reports:
        """Return the reports of a frame of few rows that are this area's."""
        passing = self._by_codes(snapshot, visible)[frame.combo]
        if not passing.any():
            return reports_at(frame, np.flatnonzero(passing))
        passing &= self.ground.mask(frame)
        if not self._only_coded and passing.any():
            part = few(frame, np.flatnonzero(passing))
            return reports_at(part, self._selected(snapshot, part, visible))
        return reports_at(frame, np.flatnonzero(passing))

    def everything(self, snapshot: Snapshot, rows: npt.NDArray[np.integer]) -> Reports:
        """Return the reports of this area among rows that pass its filter: all that was ever reported."""
        frame = snapshot.incidents
        mask = np.zeros(len(frame), dtype=np.bool_)
        mask[rows] = True
        mask &= self.ground.mask(frame)
        mask &= self._counted(frame)[frame.combo]
        return reports_at(frame, np.flatnonzero(mask))

    def _counted(self, frame: IncidentFrame) -> Mask:
        """Return which combinations count: default points only when they are asked for."""
        if self.query.default_points:
            return np.ones(len(frame.combos), dtype=np.bool_)
        counted: Mask = frame.combos.located_by != LocatedBy.DEFAULT_POINT
        return counted

    def _by_codes(self, snapshot: Snapshot, visible: frozenset[int]) -> Mask:
        """Return which combinations can be this area's; kept while nothing changes that it hangs on."""
        frame = snapshot.incidents
        key = (id(frame.combos), visible, snapshot.taxonomy.digest, snapshot.sources)
        if self._passing is None or self._passing[0] != key:
            nothing = few(frame, np.empty(0, dtype=np.int64))
            bare = replace(snapshot, incidents=nothing)
            chosen = select(bare, self.query, visible=visible, now_ms=0, tests=self._tests(bare, visible))
            # The table of combinations is held, so that its id is not given to another one.
            self._kept_combos = frame.combos
            self._passing = (key, chosen.passing & self._counted(frame))
        return self._passing[1]

    def _selected(
        self, snapshot: Snapshot, part: IncidentFrame, visible: frozenset[int]
    ) -> npt.NDArray[np.int32]:
        bare = replace(snapshot, incidents=part)
        return select(bare, self.query, visible=visible, now_ms=0, tests=self._tests(bare, visible)).rows()

    def _tests(self, snapshot: Snapshot, visible: frozenset[int]) -> RowTests:
        frame, query, lookups = snapshot.incidents, self.query, self._lookups

        def any_of(masks: Sequence[Mask]) -> Mask:
            return np.asarray(np.logical_or.reduce(masks), dtype=np.bool_)

        def text() -> Mask:
            return np.isin(frame.seq, lookups.matching(query.text))

        table = snapshot.scope_table(visible)
        return RowTests(
            text=text,
            areas=lambda: any_of(
                [in_polygon(frame, lookups.outline(self.audience, one)) for one in query.areas]
            ),
            shapes=lambda: any_of([in_shape(frame, shape) for shape in query.shapes]),
            near=lambda: near_sites(frame, snapshot.sites, query.near or Near("*", "", 0.0), visible=table),
        )


@dataclass(frozen=True, slots=True)
class Marking:
    """How what was looked at is marked."""

    scopes: tuple[int, ...]
    tlp: Tlp
    restricted: bool


def marking_of(snapshot: Snapshot, reports: Reports) -> Marking:
    """Return the scopes of the reports, their highest marking, and whether it may be told outside at all."""
    scopes = [snapshot.scopes[one] for one in np.unique(reports.scope).tolist()]
    return Marking(
        scopes=tuple(scope.id for scope in scopes),
        tlp=max((scope.tlp for scope in scopes), default=Tlp.CLEAR),
        restricted=any(scope.law_enforcement or scope.store not in _TOLD_OUTSIDE for scope in scopes),
    )
