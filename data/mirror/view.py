"""The incidents that one filter lets one actor see: rows, counts, timeline."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import cached_property
from threading import RLock
from typing import Any

import numpy as np
import numpy.typing as npt

from data.geo import inverse_mercator
from data.mirror.frame import IncidentFrame
from data.mirror.selection import Selection
from data.mirror.snapshot import Snapshot
from data.mirror.timeline import Timeline, bins_for, count_over_time, usual_level
from data.model import LocatedBy, Severity, Status, StoreKind, Tlp
from data.query import Dimension, Query

Rows = npt.NDArray[np.int32]
Facets = dict[str, dict[str, int]]


class View:
    """An answered filter. Nothing in it depends on rows that the actor may not see."""

    def __init__(self, selection: Selection, query: Query, *, visible: frozenset[int], now_ms: int) -> None:
        self._selection, self._visible, self._now_ms = selection, visible, now_ms
        self.query = query
        self.snapshot: Snapshot = selection.snapshot
        self.frame: IncidentFrame = selection.snapshot.incidents
        self.rows: Rows = selection.rows()
        self._derived: dict[Hashable, Any] = {}
        self._deriving = RLock()

    @property
    def visible(self) -> frozenset[int]:
        """The ids of the scopes that the actor sees."""
        return self._visible

    @property
    def now_ms(self) -> int:
        """The whole minute in which the question was asked."""
        return self._now_ms

    @property
    def total(self) -> int:
        """How many incidents pass."""
        return len(self.rows)

    @cached_property
    def located(self) -> Rows:
        """The rows that have a place: the first ones of `rows`."""
        return self.rows[: int(np.searchsorted(self.rows, self.frame.located))]

    @property
    def unlocated(self) -> int:
        """How many of them have no place."""
        return self.total - len(self.located)

    @property
    def nbytes(self) -> int:
        """About how much memory this holds on to, what is derived from it included."""
        # Three masks at most: words and geography, time, and both with the codes.
        return 3 * self.rows.nbytes + 3 * len(self.frame) + 100_000

    def take(self, column: npt.NDArray[Any], rows: Rows | None = None) -> npt.NDArray[Any]:
        """Return a column of the frame at the view's rows or other sorted ones, as a slice where it can."""
        chosen = self.rows if rows is None else rows
        if len(chosen) and int(chosen[-1]) - int(chosen[0]) + 1 == len(chosen):
            return column[int(chosen[0]) : int(chosen[-1]) + 1]
        return column[chosen]

    def derived(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """Return what was made of this view under the key, made now when it was not; lives as long as it."""
        with self._deriving:
            # Twenty tiles of one screen come at once: the first makes what all of them need.
            if key not in self._derived:
                self._derived[key] = make()
            return self._derived[key]

    @cached_property
    def _combo_counts(self) -> npt.NDArray[np.int64]:
        """How many of the rows have each combination."""
        return np.where(self._selection.passing, self._selection.combo_counts, 0)

    @property
    def present(self) -> npt.NDArray[np.intp]:
        """The combinations that some row has."""
        return np.flatnonzero(self._combo_counts > 0)

    @property
    def default_points(self) -> int:
        """How many lie on a source's stand-in for "no place"."""
        return int(self._combo_counts[self.frame.combos.located_by == LocatedBy.DEFAULT_POINT].sum())

    @cached_property
    def extent(self) -> tuple[float, float, float, float] | None:
        """West, south, east, north of the rows; None without a place among them."""
        rows = self.located
        if not len(rows):
            return None
        x, y = self.take(self.frame.x, rows), self.take(self.frame.y, rows)
        lon, lat = inverse_mercator([x.min(), x.max()], [y.max(), y.min()])
        west, east, south, north = (round(float(value), 7) for value in (*lon, *lat))
        return west, south, east, north

    @cached_property
    def time_range(self) -> tuple[int, int] | None:
        """The first and last moment, in ms; None without rows."""
        if not self.total:
            return None
        occurred = self.take(self.frame.occurred_ms)
        return int(occurred.min()), int(occurred.max())

    @property
    def marking(self) -> Tlp:
        """The highest marking among the rows."""
        scopes = self.snapshot.scopes
        present = np.unique(self.frame.combos.scope[self._combo_counts > 0]).tolist()
        return max((scopes[scope].tlp for scope in present), default=Tlp.CLEAR)

    @property
    def law_enforcement(self) -> bool:
        """Whether any row is law-enforcement sensitive."""
        scopes = self.snapshot.scopes
        present = np.unique(self.frame.combos.scope[self._combo_counts > 0]).tolist()
        return any(scopes[scope].law_enforcement for scope in present)

    def facets(self) -> Facets:
        """Return the counts of every coded dimension, each without its own filter."""
        snapshot, combos = self.snapshot, self.frame.combos
        counts = self._selection.combo_counts

        def by(dimension: Dimension, codes: npt.NDArray[np.int32], size: int) -> npt.NDArray[np.int64]:
            passing = self._selection.passing_but(dimension)
            # Counts are far below 2^53, where floating-point sums stop being exact.
            return np.bincount(codes[passing], weights=counts[passing], minlength=size).astype(np.int64)

        scopes = snapshot.scopes.values()
        by_tlp = by(Dimension.TLP, combos.scope, max(snapshot.scopes, default=0) + 1)
        by_store = by(Dimension.STORE, combos.scope, len(by_tlp))
        by_source = by(Dimension.SOURCE, combos.source, max((s.id for s in snapshot.sources), default=0) + 1)
        severity = by(Dimension.SEVERITY, combos.severity, len(Severity))
        status = by(Dimension.STATUS, combos.status, len(Status))
        tlp = {level.name.lower(): sum(int(by_tlp[s.id]) for s in scopes if s.tlp == level) for level in Tlp}
        store = {
            kind.value: sum(int(by_store[s.id]) for s in scopes if s.store == kind) for kind in StoreKind
        }
        known = sorted((s.key, int(by_source[s.id])) for s in snapshot.sources if s.scope_id in self._visible)
        return {
            "type": snapshot.taxonomy.with_ancestors(by(Dimension.TYPE, combos.type, snapshot.taxonomy.size)),
            "severity": {str(level): int(severity[level]) for level in range(len(Severity))},
            "status": {each.name.lower(): int(status[each]) for each in Status},
            "source": {key: number for key, number in known if number},
            "tlp": {name: number for name, number in tlp.items() if number},
            "store": {name: number for name, number in store.items() if number},
        }

    def timeline(self, bins: int = 180) -> Timeline | None:
        """Return the counts over time by root type in at most `bins` bins; None without rows."""
        window = self._window()
        if window is None:
            return None
        start, step, number = bins_for(*window, most=bins)
        taxonomy = self.snapshot.taxonomy
        root_of_combo = taxonomy.root_number[self.frame.combos.type]
        counts = count_over_time(
            self.take(self.frame.occurred_ms),
            root_of_combo[self.take(self.frame.combo)],
            roots=len(taxonomy.roots),
            start_ms=start,
            step_ms=step,
            bins=number,
        )
        present = np.flatnonzero(counts.any(axis=1))
        usual, weeks = self._usual(start, step, number)
        return Timeline(
            start_ms=start,
            step_ms=step,
            keys=tuple(taxonomy.roots[place] for place in present),
            counts=counts[present],
            usual=usual,
            usual_weeks=weeks,
        )

    def _window(self) -> tuple[int, int] | None:
        """Return the first and the last moment that the timeline shows."""
        found = self.time_range
        inverted = Dimension.TIME in self.query.inverted
        start, end = (None, None) if inverted else self.query.window_ms(self._now_ms)
        if found is None and (start is None or (end is None and self.query.last_ms is None)):
            return None
        first, last = found or (0, 0)
        if self.query.last_ms is not None and not inverted:
            # What is dated ahead (a warning) lengthens a moving window, but not beyond twice its length.
            end = min(max(last, self._now_ms), self._now_ms + self.query.last_ms) + 1
        return (first if start is None else start), (last if end is None else end - 1)

    def _usual(self, start: int, step: int, bins: int) -> tuple[npt.NDArray[np.float64] | None, int]:
        if self._selection.time is None:
            return None, 0
        return usual_level(
            self.frame.occurred_ms, self._selection.untimed, start_ms=start, step_ms=step, bins=bins
        )
