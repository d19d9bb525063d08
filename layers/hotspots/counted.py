"""Which of the filtered reports a hotspot counts, and how many it leaves out for what reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from data.geo import IntArray, inverse_mercator
from data.mirror import IncidentFrame, View
from data.model import LocatedBy, TimePrecision
from layers.hotspots.asked import Extent

Rows = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Counted:
    """Places (integer Web Mercator) and times of the reports that count, and what was left out."""

    x: npt.NDArray[np.int32]
    y: npt.NDArray[np.int32]
    occurred_ms: IntArray
    filtered: int
    unlocated: int
    default_points: int
    duplicates: int
    with_default_points: bool  # they were asked for, and count
    with_duplicates: bool

    @property
    def extent(self) -> Extent | None:
        """The box in degrees that holds them all; None without any."""
        if not len(self.x):
            return None
        lon, lat = inverse_mercator([self.x.min(), self.x.max()], [self.y.max(), self.y.min()])
        return float(lon[0]), float(lat[0]), float(lon[1]), float(lat[1])


def joined(parts: Sequence[Counted]) -> Counted:
    """Return the reports of several times together, and what all of them leave out."""
    first = parts[0]
    return replace(
        first,
        x=np.concatenate([part.x for part in parts]),
        y=np.concatenate([part.y for part in parts]),
        occurred_ms=np.concatenate([part.occurred_ms for part in parts]),
        filtered=sum(part.filtered for part in parts),
        unlocated=sum(part.unlocated for part in parts),
        default_points=sum(part.default_points for part in parts),
        duplicates=sum(part.duplicates for part in parts),
    )


def counted(view: View, *, duplicates: bool = False) -> Counted:
    """Return the reports of a view that count: none on a default point, none known twice.

    The filter asks for default points, `duplicates` for what is known twice.
    """
    frame = view.frame
    rows, on_default_point, known_twice = rows_that_count(view, duplicates=duplicates)
    return Counted(
        x=frame.x[rows],
        y=frame.y[rows],
        occurred_ms=frame.occurred_ms[rows],
        filtered=view.total,
        unlocated=view.unlocated,
        default_points=on_default_point,
        duplicates=known_twice,
        with_default_points=view.query.default_points,
        with_duplicates=duplicates,
    )


def rows_that_count(view: View, *, duplicates: bool = False) -> tuple[Rows, int, int]:
    """Return the rows that count, and how many do not: on a default point, and known twice."""
    frame, rows = view.frame, view.located
    on_default_point = known_twice = 0
    if not view.query.default_points:
        kept = rows[~(frame.combos.located_by == LocatedBy.DEFAULT_POINT)[frame.combo[rows]]]
        rows, on_default_point = kept, len(rows) - len(kept)
    if not duplicates:
        kept = rows[~_known_twice(frame, rows)]
        rows, known_twice = kept, len(rows) - len(kept)
    return rows, on_default_point, known_twice


def _known_twice(frame: IncidentFrame, rows: Rows) -> npt.NDArray[np.bool_]:
    """Return which rows another source has told already: the same type, spot and moment.

    What a source repeats itself is never stored; and of different reports of one source at one spot and
    moment nothing says that they are one. A time known to the hour or the day is no moment.
    """
    repeated = np.zeros(len(rows), dtype=np.bool_)
    combo = frame.combo[rows]
    source = frame.combos.source[combo]
    if not len(rows) or source.min() == source.max():
        return repeated
    cell = frame.cell[rows]
    beside = cell[1:] == cell[:-1]  # rows are sorted by cell
    shared = np.zeros(len(rows), dtype=np.bool_)
    shared[1:] = beside
    shared[:-1] |= beside
    at = np.flatnonzero(shared & (frame.time_precision[rows] <= TimePrecision.MINUTE))
    when, kind = frame.occurred_ms[rows[at]], frame.combos.type[combo[at]]
    order = np.lexsort((source[at], kind, when, cell[at]))
    at, when, kind = at[order], when[order], kind[order]
    same = (cell[at][1:] == cell[at][:-1]) & (when[1:] == when[:-1]) & (kind[1:] == kind[:-1])
    # Each group's first source stays; sorted last within the group, sources only grow.
    group = np.concatenate([[0], np.cumsum(~same)]) if len(at) else np.empty(0, dtype=np.int64)
    first = np.flatnonzero(np.concatenate([[True], ~same])) if len(at) else group
    repeated[at] = source[at] != source[at[first]][group]
    return repeated
