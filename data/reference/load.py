"""Loading the shipped outlines into a store, so that people can filter by state and county."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from data.model import LocatedBy, StoreKind, Tlp
from data.records import NewArea
from data.reference.areas import SOURCE, VINTAGE, areas
from data.store import tables as t
from data.store.rows import new_row
from data.store.runs import add_run
from data.store.sites import bounds_columns
from data.store.store import Store

SHARP_M, COARSE_M = 50.0, 800.0
_SHARP_STATES = ("25", "78")


def load_areas(store: Store, *, states: Collection[str] = ()) -> int:
    """Add all states, and the counties of these state FIPS codes (of all without any); return how many.

    What is in the store already is left as it is, so that loading again adds nothing.
    """
    scope_id = store.scopes.intern(StoreKind.OPEN, Tlp.CLEAR)
    source_id = store.sources.intern(
        "census-areas", name="US Census areas", kind="areas", scope_id=scope_id, licence=SOURCE
    )
    now = store.clock.now()
    with store.transaction() as connection:
        query = select(t.area.c.source_key).where(t.area.c.source_id == source_id)
        present = set(connection.execute(query).scalars())
        rows = []
        for area in areas():
            wanted = area.kind == "state" or not states or area.geoid[:2] in states
            if not wanted or area.geoid in present:
                continue
            new = NewArea(
                name=area.name,
                kind=area.kind,
                parent=area.parent,
                geometry=area.geometry,
                accuracy_m=SHARP_M if area.geoid[:2] in _SHARP_STATES else COARSE_M,
                located_by=LocatedBy.DRAWN,
                source_id=source_id,
                scope_id=scope_id,
                source_key=area.geoid,
                extra={"vintage": VINTAGE},
            )
            rows.append(new_row(_values(new), now=now) | bounds_columns(area.geometry))
        if rows:
            add_run(store, connection, t.area, rows)
    return len(rows)


def _values(new: NewArea) -> dict[str, object]:
    return {name: getattr(new, name) for name in new.__dataclass_fields__}
