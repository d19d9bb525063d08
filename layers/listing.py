"""Reports in an order, page by page: newest, oldest or most severe first."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from data.errors import Invalid
from data.geo import IntArray
from data.mirror import IncidentFrame, View

_SEVERITY_SHIFT = 48  # bits; times in ms since 1970 need 45, and 3 more keep years before 1970 apart


class Order(StrEnum):
    """Which reports come first."""

    NEWEST = "newest"
    OLDEST = "oldest"
    SEVERE = "severe"


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page ended: the next one begins after this row, whatever has come in meanwhile."""

    order: Order
    rank: int
    fid: int

    def text(self) -> str:
        """Return the cursor as it travels."""
        return base64.urlsafe_b64encode(f"{self.order}.{self.rank}.{self.fid}".encode()).decode().rstrip("=")

    @classmethod
    def parse(cls, text: str) -> Cursor:
        """Return the cursor that an answer gave; raise Invalid for anything else."""
        try:
            order, rank, fid = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().split(".")
            made = cls(Order(order), int(rank), int(fid))
        except (ValueError, binascii.Error):
            made = cls(Order.NEWEST, 0, -1)
        if not (0 <= made.fid < 1 << 62 and abs(made.rank) < 1 << 62):
            raise Invalid("The cursor is not one that an answer gave.", hint="Ask for the first page again.")
        return made


@dataclass(frozen=True, slots=True)
class Page:
    """Positions in the frame, in order, and where the next page begins."""

    rows: npt.NDArray[np.int32]
    next: Cursor | None


def page(view: View, *, order: Order, limit: int, after: Cursor | None = None) -> Page:
    """Return the next `limit` rows of the view in this order; ties are broken by fid.

    Costs one pass over the view's rows and no full sort. Raise Invalid for a cursor of another order.
    """
    if after is not None and after.order is not order:
        raise Invalid("The cursor belongs to another order.", hint="Ask for the first page again.")
    rows, frame = view.rows, view.frame
    rank = _rank(frame, rows, order)
    if after is not None:
        later = (rank > after.rank) | ((rank == after.rank) & (frame.fid[rows] > after.fid))
        rows, rank = rows[later], rank[later]
    more = len(rows) > limit
    if more:
        kept = rank <= np.partition(rank, limit - 1)[limit - 1]
        rows, rank = rows[kept], rank[kept]
    found = np.lexsort((frame.fid[rows], rank))[:limit]
    last = found[-1] if more and len(found) else None
    cursor = None if last is None else Cursor(order, int(rank[last]), int(frame.fid[rows[last]]))
    return Page(rows=rows[found], next=cursor)


def _rank(frame: IncidentFrame, rows: npt.NDArray[np.int32], order: Order) -> IntArray:
    """Return a number for each row, the smallest of which comes first."""
    occurred = frame.occurred_ms[rows]
    if order is Order.OLDEST:
        return occurred
    if order is Order.NEWEST:
        return -occurred
    severity = frame.combos.severity[frame.combo[rows]].astype(np.int64)
    return np.asarray(-(severity << _SEVERITY_SHIFT) - occurred, dtype=np.int64)
