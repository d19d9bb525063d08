"""Reports sorted by any column that the mirror holds: what the table and the export walk through."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from data.errors import Invalid
from data.mirror import IncidentFrame, View

Keys = Callable[[IncidentFrame, npt.NDArray[np.int32], View], npt.NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Sort:
    """A column and a direction."""

    column: str = "occurred"
    descending: bool = True

    @classmethod
    def parse(cls, text: str) -> Sort:
        """Return the sort that "column:asc" or "column:desc" names, newest first for "" (else Invalid)."""
        if not text:
            return cls()
        column, _, way = text.partition(":")
        if column not in _KEYS or way not in {"asc", "desc"}:
            raise Invalid(
                f"The reports cannot be sorted by {text[:40]!r}.",
                hint=f"Sort by {', '.join(_KEYS)}, :asc or :desc.",
            )
        return cls(column, way == "desc")


def ordered(view: View, sort: Sort) -> npt.NDArray[np.int32]:
    """Return the positions of all rows of the view in this order; ties are broken by fid.

    Sorted once per view, which a table then walks through page by page.
    """
    found: npt.NDArray[np.int32] = view.derived(("ordered", sort), lambda: _sorted(view, sort))
    return found


def _sorted(view: View, sort: Sort) -> npt.NDArray[np.int32]:
    rows, frame = view.rows, view.frame
    keys = _KEYS[sort.column](frame, rows, view)
    order = np.lexsort((frame.fid[rows], -keys if sort.descending else keys))
    return np.asarray(rows[order], dtype=np.int32)


def _combo(name: str) -> Keys:
    def keys(frame: IncidentFrame, rows: npt.NDArray[np.int32], _view: View) -> npt.NDArray[Any]:
        return np.asarray(getattr(frame.combos, name)[frame.combo[rows]], dtype=np.int64)

    return keys


def _column(name: str) -> Keys:
    def keys(frame: IncidentFrame, rows: npt.NDArray[np.int32], _view: View) -> npt.NDArray[Any]:
        # What is not known (NaN) sorts as less than anything known.
        return np.nan_to_num(np.asarray(getattr(frame, name)[rows], dtype=np.float64), nan=-1.0)

    return keys


def _marking(frame: IncidentFrame, rows: npt.NDArray[np.int32], view: View) -> npt.NDArray[Any]:
    scopes = view.snapshot.scopes
    rank = np.zeros(max(scopes, default=0) + 1, dtype=np.int64)
    for number, scope in scopes.items():
        rank[number] = int(scope.tlp)
    return np.asarray(rank[frame.combos.scope[frame.combo[rows]]], dtype=np.int64)


def _source(frame: IncidentFrame, rows: npt.NDArray[np.int32], view: View) -> npt.NDArray[Any]:
    sources = sorted(view.snapshot.sources, key=lambda source: (source.name.casefold(), source.id))
    rank = np.zeros(max((source.id for source in sources), default=0) + 1, dtype=np.int64)
    for place, source in enumerate(sources):
        rank[source.id] = place
    return np.asarray(rank[frame.combos.source[frame.combo[rows]]], dtype=np.int64)


_KEYS: dict[str, Keys] = {
    "occurred": _column("occurred_ms"),
    "severity": _combo("severity"),
    "status": _combo("status"),
    "type": _combo("type"),
    "source": _source,
    "marking": _marking,
    "persons": _column("persons"),
    "accuracy_m": _column("accuracy_m"),
    "located_by": _combo("located_by"),
    "entered": _column("entered_ms"),
    "updated": _column("updated_ms"),
}
