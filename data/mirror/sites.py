"""Sites as sorted columns, as the map and the "near sites" filter read them."""

from __future__ import annotations

from dataclasses import dataclass
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
    """The sites that have a place and are not gone, in Morton order of their cell and then by fid."""

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

    def __len__(self) -> int:
        return len(self.seq)

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
    query = select(*wanted).where(c.cell.is_not(None), c.gone_ms.is_(None))
    rows = connection.execute(query.order_by(func.coalesce(c.cell, UNLOCATED), c.fid)).all()
    columns: list[Any] = list(zip(*rows, strict=True)) or [()] * len(wanted)
    dtypes = (np.int64, np.int64, np.int64, np.int32, np.uint8, np.int64, np.int32)
    numbers = [np.array(values, dtype=dtype) for values, dtype in zip(columns[:7], dtypes, strict=True)]
    words = [_words(values) for values in columns[7:]]
    return SiteFrame(*numbers, *words)


def _words(values: tuple[str, ...]) -> npt.NDArray[np.object_]:
    made = np.empty(len(values), dtype=object)
    made[:] = values
    return made
