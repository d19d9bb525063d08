"""Sites as sorted columns, as the map and the "near sites" filter read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, func, select

from data.geo import FloatArray, IntArray, inverse_mercator, morton_xy
from data.mirror.frame import UNLOCATED
from data.store import tables as t


@dataclass(frozen=True)
class SiteFrame:
    """The sites that have a place and are not gone, in Morton order of their cell and then by fid.

    `unplaced` holds those without a place, by fid: no map shows them, lists and the search box do.
    """

    seq: IntArray
    fid: IntArray
    cell: IntArray
    scope: npt.NDArray[np.int32]
    status: npt.NDArray[np.uint8]
    updated_ms: IntArray
    revision: npt.NDArray[np.int32]
    sector: npt.NDArray[np.object_]
    kind: npt.NDArray[np.object_]
    name: npt.NDArray[np.object_]
    unplaced: SiteFrame | None = field(default=None, kw_only=True)

    def __len__(self) -> int:
        return len(self.seq)

    @cached_property
    def listed(self) -> SiteFrame:
        """All sites that are not gone: those with a place as they are here, then those without."""
        if self.unplaced is None or not len(self.unplaced):
            return self
        names = [column.name for column in fields(self) if column.name != "unplaced"]
        return SiteFrame(
            *(np.concatenate([getattr(self, name), getattr(self.unplaced, name)]) for name in names)
        )

    @cached_property
    def xy(self) -> tuple[IntArray, IntArray]:
        """Web Mercator coordinates of each site."""
        return morton_xy(self.cell)

    @property
    def x(self) -> IntArray:
        """Web Mercator x of each site."""
        return self.xy[0]

    @property
    def y(self) -> IntArray:
        """Web Mercator y of each site, growing southward."""
        return self.xy[1]

    @cached_property
    def lonlat(self) -> tuple[FloatArray, FloatArray]:
        """Longitude and latitude of each site."""
        return inverse_mercator(*self.xy)

    def chosen(
        self, visible: npt.NDArray[np.bool_], *, sectors: frozenset[str], kinds: frozenset[str] = frozenset()
    ) -> npt.NDArray[np.int64]:
        """Return the positions of visible sites of these sectors and kinds; an empty set is any."""
        keep = visible[self.scope]
        if sectors:
            keep &= np.isin(self.sector.astype(str), sorted(sectors))
        if kinds:
            keep &= np.isin(self.kind.astype(str), sorted(kinds))
        return np.flatnonzero(keep)


def load(connection: Connection) -> SiteFrame:
    """Return the sites of the store."""
    c = t.site.c
    wanted = (c.seq, c.fid, c.cell, c.scope_id, c.status, c.updated_ms, c.revision, c.sector, c.kind, c.name)
    query = select(*wanted).where(c.gone_ms.is_(None))
    rows = connection.execute(query.order_by(func.coalesce(c.cell, UNLOCATED), c.fid)).all()
    placed = [row for row in rows if row.cell is not None]
    return _frame(placed, unplaced=_frame([row for row in rows if row.cell is None]))


def _frame(rows: Sequence[Any], *, unplaced: SiteFrame | None = None) -> SiteFrame:
    columns: list[Any] = list(zip(*rows, strict=True)) or [()] * 10
    # Where there is no place a number must stand all the same; nobody asks it for one.
    columns[2] = [UNLOCATED if cell is None else cell for cell in columns[2]]
    dtypes = (np.int64, np.int64, np.int64, np.int32, np.uint8, np.int64, np.int32)
    numbers = [np.array(values, dtype=dtype) for values, dtype in zip(columns[:7], dtypes, strict=True)]
    words = [_words(values) for values in columns[7:]]
    return SiteFrame(*numbers, *words, unplaced=unplaced)


def _words(values: tuple[str, ...]) -> npt.NDArray[np.object_]:
    made = np.empty(len(values), dtype=object)
    made[:] = values
    return made
