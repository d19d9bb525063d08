"""Streets in the store: a newer file of a source takes the place of its older one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import delete, func, insert, select

from data.access import Actor, Permission, require, sql_filter
from data.gazetteer.addresses import Address, Stretch
from data.store.engine import reading, writing
from data.store.tables import street

if TYPE_CHECKING:
    from data.store.store import Store

_CHUNK = 2_000


class Streets:
    """Stretches of street with house numbers, by the words of their names."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def replace(self, actor: Actor, source_id: int, rows: Sequence[Mapping[str, Any]]) -> int:
        """Put the rows in the place of everything that this source gave before; return how many that was."""
        require(actor, Permission.IMPORT)
        with writing(self._store.engine) as connection:
            mine = street.c.source_id == source_id
            before = connection.execute(select(func.count()).select_from(street).where(mine)).scalar_one()
            connection.execute(delete(street).where(mine))
            for start in range(0, len(rows), _CHUNK):
                connection.execute(insert(street), rows[start : start + _CHUNK])
            self._store.audit.record(
                connection, actor, "import", kind="street", record=source_id, added=len(rows), replaced=before
            )
        return int(before)

    def stretches(self, actor: Actor, address: Address) -> list[Stretch]:
        """Return the stretches of the address's street that the actor may see."""
        query = select(street).where(
            street.c.key == " ".join(address.street),
            sql_filter(street.c.scope_id, self._store.visible(actor)),
        )
        with reading(self._store.engine) as connection:
            rows = connection.execute(query.order_by(street.c.seq)).all()
        return list(_stretches(row._asdict() for row in rows))

    def extent(self, actor: Actor) -> tuple[int, int]:
        """Return how many streets the actor may see, and the number of the newest."""
        seen = sql_filter(street.c.scope_id, self._store.visible(actor))
        with reading(self._store.engine) as connection:
            row = connection.execute(select(func.count(), func.max(street.c.seq)).where(seen)).one()
        return int(row[0]), int(row[1] or 0)

    def shapes(self, actor: Actor) -> npt.NDArray[np.object_]:
        """Return the lines of the streets that the actor may see."""
        seen = sql_filter(street.c.scope_id, self._store.visible(actor))
        with reading(self._store.engine) as connection:
            query = select(street.c.geometry).where(seen).order_by(street.c.seq)
            rows = connection.execute(query).scalars().all()
        return np.asarray(shapely.from_wkb([bytes(one) for one in rows]), dtype=np.object_)

    def lines(self, actor: Actor, within: BaseGeometry) -> BaseGeometry:
        """Return the streets that the actor may see on some ground, as one geometry."""
        shapes = self.shapes(actor)
        shapely.prepare(within)
        return shapely.union_all(shapely.intersection(shapes[shapely.intersects(shapes, within)], within))


def _stretches(rows: Iterable[Mapping[str, Any]]) -> Iterable[Stretch]:
    for row in rows:
        line = shapely.from_wkb(row["geometry"])
        if isinstance(line, shapely.LineString):
            yield Stretch(
                street=row["name"],
                place=row["place"],
                line=line,
                left=_range(row["left_from"], row["left_to"]),
                right=_range(row["right_from"], row["right_to"]),
                length_m=row["length_m"],
            )


def _range(first: int | None, last: int | None) -> tuple[int, int] | None:
    # Street files write 0 to 0 where a side has no houses.
    return (first, last) if first and last else None
