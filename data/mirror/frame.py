"""Incidents as sorted columns: immutable, shared by every request, replaced as a whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from data.geo import IntArray, morton_xy
from data.mirror.combos import Combos
from data.mirror.shapes import ShapeSet

UNLOCATED = int(np.iinfo(np.int64).max)  # the cell of what has no place: sorts behind everything

# Column and dtype, in the order the loader delivers them (`key` becomes `combo`).
COLUMNS: dict[str, type[np.generic]] = {
    "seq": np.int64,
    "fid": np.int64,
    "cell": np.int64,
    "combo": np.int32,
    "occurred_ms": np.int64,
    "entered_ms": np.int64,
    "updated_ms": np.int64,
    "accuracy_m": np.float32,  # NaN: not known
    "persons": np.int32,  # -1: not known
    "revision": np.int32,
    "time_precision": np.uint8,
}


@dataclass(frozen=True)
class IncidentFrame:
    """All incidents, in Morton order of their cell and then by fid; those without a place come last.

    Includes rows that nobody in particular may see: only `Mirror.view` may turn it into answers.
    """

    seq: IntArray
    fid: IntArray
    cell: IntArray
    combo: npt.NDArray[np.int32]
    occurred_ms: IntArray
    entered_ms: IntArray
    updated_ms: IntArray
    accuracy_m: npt.NDArray[np.float32]
    persons: npt.NDArray[np.int32]
    revision: npt.NDArray[np.int32]
    time_precision: npt.NDArray[np.uint8]
    x: npt.NDArray[np.int32]
    y: npt.NDArray[np.int32]
    combos: Combos
    shapes: ShapeSet

    def __len__(self) -> int:
        return len(self.seq)

    @cached_property
    def located(self) -> int:
        """How many rows have a place: they are the first ones."""
        return int(np.searchsorted(self.cell, UNLOCATED))

    @cached_property
    def max_seq(self) -> int:
        """The largest seq, 0 without rows."""
        return int(self.seq.max(initial=0))

    @cached_property
    def combo_counts(self) -> IntArray:
        """How many rows each combination has."""
        return np.bincount(self.combo, minlength=len(self.combos))

    @cached_property
    def _position_of_seq(self) -> npt.NDArray[np.int32]:
        table = np.full(self.max_seq + 2, -1, dtype=np.int32)
        table[self.seq] = np.arange(len(self), dtype=np.int32)
        return table

    def positions(self, seqs: npt.ArrayLike) -> npt.NDArray[np.int32]:
        """Return the positions of the rows with these seqs, without those that are not here."""
        wanted = np.asarray(seqs, dtype=np.int64)
        found = self._position_of_seq[np.clip(wanted, -1, self.max_seq + 1)]
        return found[found >= 0]

    @cached_property
    def shape_rows(self) -> npt.NDArray[np.int32]:
        """The position of each of `shapes`, in their order."""
        return self._position_of_seq[self.shapes.seq]

    # Per-row codes, for few rows index `combos` instead: `frame.combos.type[frame.combo[rows]]`.

    @property
    def scope(self) -> npt.NDArray[np.int32]:
        """The scope id of each row."""
        return self.combos.scope[self.combo]

    @property
    def source(self) -> npt.NDArray[np.int32]:
        """The source id of each row."""
        return self.combos.source[self.combo]

    @property
    def type(self) -> npt.NDArray[np.int32]:
        """The type id of each row."""
        return self.combos.type[self.combo]

    @property
    def severity(self) -> npt.NDArray[np.int32]:
        """The severity of each row."""
        return self.combos.severity[self.combo]

    @property
    def status(self) -> npt.NDArray[np.int32]:
        """The status of each row."""
        return self.combos.status[self.combo]

    @property
    def located_by(self) -> npt.NDArray[np.int32]:
        """How the place of each row was found."""
        return self.combos.located_by[self.combo]


def build(columns: dict[str, npt.NDArray[Any]], *, combos: Combos, shapes: ShapeSet) -> IncidentFrame:
    """Return the frame of columns in any order; the dictionary is emptied, so that memory holds them once."""
    order = np.lexsort((columns["fid"], columns["cell"]))
    return _frame({name: columns.pop(name)[order] for name in list(columns)}, combos=combos, shapes=shapes)


def _frame(columns: Mapping[str, npt.NDArray[Any]], *, combos: Combos, shapes: ShapeSet) -> IncidentFrame:
    """Return the frame of sorted columns; x and y are made from the cell where they are not given."""
    made = dict(columns)
    if "x" not in made:
        located = int(np.searchsorted(made["cell"], UNLOCATED))
        xy = morton_xy(made["cell"][:located])
        for name, values in zip("xy", xy, strict=True):
            made[name] = np.zeros(len(made["cell"]), dtype=np.int32)
            made[name][:located] = values
    return IncidentFrame(**made, combos=combos, shapes=shapes)


def merged(
    frame: IncidentFrame,
    fresh: dict[str, npt.NDArray[Any]],
    *,
    gone: npt.NDArray[np.int32],
    combos: Combos,
    shapes: ShapeSet,
) -> IncidentFrame:
    """Return a frame without the positions `gone` and with the fresh columns, numbered by `combos`."""
    arrived = build(dict(fresh), combos=combos, shapes=shapes)
    old = _columns(frame)
    if combos is not frame.combos:
        old["combo"] = frame.combos.renumbering(combos)[frame.combo]
    weave = _weaver(frame, arrived, np.sort(gone))
    new = _columns(arrived)
    return _frame(
        {name: weave(values, new[name]) for name, values in old.items()}, combos=combos, shapes=shapes
    )


def _columns(frame: IncidentFrame) -> dict[str, npt.NDArray[Any]]:
    return {
        field.name: getattr(frame, field.name)
        for field in fields(frame)
        if field.name not in ("combos", "shapes")
    }


_FEW = 2_000
Weaver = Callable[[npt.NDArray[Any], npt.NDArray[Any]], npt.NDArray[Any]]


def _weaver(frame: IncidentFrame, arrived: IncidentFrame, gone: npt.NDArray[np.int32]) -> Weaver:
    """Return the function that joins an old and a new column in the order of the merged frame."""
    if len(arrived) + len(gone) <= _FEW:
        return _by_pieces(frame, arrived, gone)
    keep = np.ones(len(frame), dtype=np.bool_)
    keep[gone] = False
    kept = np.flatnonzero(keep)
    cell = np.concatenate([frame.cell[kept], arrived.cell])
    fid = np.concatenate([frame.fid[kept], arrived.fid])
    order = np.lexsort((fid, cell))
    index = np.concatenate([kept, np.arange(len(arrived)) + len(frame)])[order]
    return lambda old, new: np.concatenate([old, new])[index]


def _by_pieces(frame: IncidentFrame, arrived: IncidentFrame, gone: npt.NDArray[np.int32]) -> Weaver:
    """Return a weaver that copies the runs between few changes whole, which is as fast as memory is."""
    places = [_place(frame, int(cell), int(fid)) for cell, fid in zip(arrived.cell, arrived.fid, strict=True)]
    cuts = [(place, 1, number) for number, place in enumerate(places)]
    cuts += [(int(place), 2, 0) for place in gone]
    pieces: list[tuple[bool, int, int]] = []  # (of the new column, start, stop)
    at = 0
    for place, what, number in sorted(cuts):
        pieces.append((False, at, place))
        at = place
        if what == 1:
            pieces.append((True, number, number + 1))
        else:
            at = place + 1
    pieces.append((False, at, len(frame)))
    runs = [piece for piece in pieces if piece[1] < piece[2]]
    if not runs:
        return lambda old, _new: old[:0]
    return lambda old, new: np.concatenate(
        [(new if fresh else old)[start:stop] for fresh, start, stop in runs]
    )


def _place(frame: IncidentFrame, cell: int, fid: int) -> int:
    """Return the position before which a row with this cell and fid belongs."""
    first = int(np.searchsorted(frame.cell, cell, side="left"))
    last = int(np.searchsorted(frame.cell, cell, side="right"))
    return first + int(np.searchsorted(frame.fid[first:last], fid))
