"""A filter applied: decided once per combination of codes, once per row for time, words and geography."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from data.geo import IntArray
from data.mirror.combos import Combos
from data.mirror.snapshot import Snapshot
from data.mirror.spatial import Mask
from data.query import Dimension, Query

# Dimensions decided by codes; the others are decided row by row.
CODED = (
    Dimension.TYPE,
    Dimension.SEVERITY,
    Dimension.STATUS,
    Dimension.SOURCE,
    Dimension.TLP,
    Dimension.STORE,
)


@dataclass(frozen=True)
class Selection:
    """What passes a filter. Masks of rows are None where nothing is asked."""

    snapshot: Snapshot
    visible: Mask  # by combination
    fails: dict[Dimension, Mask]  # by combination; coded dimensions that are filtered
    others: Mask | None  # by row: words and geography and what is new
    time: Mask | None  # by row

    @cached_property
    def _fail_count(self) -> npt.NDArray[np.uint8]:
        count = np.zeros(len(self.visible), dtype=np.uint8)
        for failed in self.fails.values():
            count += failed
        return count

    @cached_property
    def passing(self) -> Mask:
        """Which combinations pass every coded dimension and may be seen."""
        passing: Mask = self.visible & (self._fail_count == 0)
        return passing

    def passing_but(self, dimension: Dimension) -> Mask:
        """Return which visible combinations fail no coded dimension except, perhaps, this one."""
        failed = self.fails.get(dimension)
        if failed is None:
            return self.passing
        only: Mask = self.visible & failed & (self._fail_count == 1)
        return self.passing | only

    @cached_property
    def untimed(self) -> Mask:
        """Which rows pass everything but the time."""
        mask: Mask = self.passing[self.snapshot.incidents.combo]
        if self.others is not None:
            mask &= self.others
        return mask

    def rows(self) -> npt.NDArray[np.int32]:
        """Return the positions that pass, in Morton order."""
        mask = self.untimed if self.time is None else self.untimed & self.time
        return np.flatnonzero(mask).astype(np.int32)

    @cached_property
    def combo_counts(self) -> IntArray:
        """How many rows of each combination pass what is decided by row; hidden combinations are in it."""
        frame = self.snapshot.incidents
        masks = [mask for mask in (self.others, self.time) if mask is not None]
        if not masks:
            return frame.combo_counts
        mask = masks[0] if len(masks) == 1 else masks[0] & masks[1]
        return np.bincount(frame.combo[mask], minlength=len(self.visible))


@dataclass(frozen=True, slots=True)
class RowTests:
    """How the dimensions that are decided by row are answered; each gives a mask over the rows."""

    text: Callable[[], Mask]
    areas: Callable[[], Mask]
    shapes: Callable[[], Mask]
    near: Callable[[], Mask]


def select(
    snapshot: Snapshot, query: Query, *, visible: frozenset[int], now_ms: int, tests: RowTests
) -> Selection:
    """Return what passes the filter among the rows of visible scopes."""
    combos = snapshot.incidents.combos
    scopes = snapshot.scope_table(visible)
    asked = query.dimensions()
    fails: dict[Dimension, Mask] = {}
    for dimension in CODED:
        if dimension in asked:
            wanted = _wanted(snapshot, combos, query, dimension, visible)
            fails[dimension] = wanted if dimension in query.inverted else ~wanted
    return Selection(
        snapshot=snapshot,
        visible=scopes[combos.scope],
        fails=fails,
        others=_others(snapshot, query, tests),
        time=_time(snapshot, query, now_ms) if Dimension.TIME in asked else None,
    )


def _wanted(
    snapshot: Snapshot, combos: Combos, query: Query, dimension: Dimension, visible: frozenset[int]
) -> Mask:
    """Return which combinations have one of the wanted values."""
    match dimension:
        case Dimension.TYPE:
            return snapshot.taxonomy.under(query.types)[combos.type]
        case Dimension.SEVERITY:
            return np.isin(combos.severity, query.severities)
        case Dimension.STATUS:
            return np.isin(combos.status, query.statuses)
        case Dimension.SOURCE:
            # A source that the actor may not know of is as good as one that does not exist.
            known = [s.id for s in snapshot.sources if s.scope_id in visible and s.key in query.sources]
            return np.isin(combos.source, known)
        case Dimension.TLP:
            return _scopes_with(
                snapshot, [s.id for s in snapshot.scopes.values() if s.tlp in query.tlps], combos
            )
        case _:
            return _scopes_with(
                snapshot, [s.id for s in snapshot.scopes.values() if s.store in query.stores], combos
            )


def _scopes_with(snapshot: Snapshot, scopes: Sequence[int], combos: Combos) -> Mask:
    return snapshot.scope_table(frozenset(scopes))[combos.scope]


def _time(snapshot: Snapshot, query: Query, now_ms: int) -> Mask:
    occurred = snapshot.incidents.occurred_ms
    start, end = query.window_ms(now_ms)
    mask = np.ones(len(occurred), dtype=np.bool_) if start is None else occurred >= start
    if end is not None:
        mask &= occurred < end
    return ~mask if Dimension.TIME in query.inverted else mask


def _others(snapshot: Snapshot, query: Query, tests: RowTests) -> Mask | None:
    """Return the rows that pass words, geography and `since`; None where none of them is asked for."""
    asked = query.dimensions()
    made: list[Mask] = []
    updated = snapshot.incidents.updated_ms
    answers: dict[Dimension, Callable[[], Mask]] = {
        Dimension.SINCE: lambda: updated > (query.since_ms or 0),
        Dimension.TEXT: tests.text,
        Dimension.AREA: tests.areas,
        Dimension.SHAPE: tests.shapes,
        Dimension.NEAR: tests.near,
    }
    for dimension, answer in answers.items():
        if dimension in asked:
            mask = answer()
            made.append(~mask if dimension in query.inverted else mask)
    if not made:
        return None
    return made[0] if len(made) == 1 else np.logical_and.reduce(made)
