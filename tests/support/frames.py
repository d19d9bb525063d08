"""Snapshots made of plain rows, without a store: for laws over thousands of cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry

from data.geo import cell_of
from data.mirror import UNLOCATED, IncidentFrame, SiteFrame, Snapshot
from data.mirror.combos import Combos, pack
from data.mirror.frame import COLUMNS, build
from data.mirror.selection import RowTests, select
from data.mirror.shapes import ShapeSet
from data.mirror.snapshot import SourceKey
from data.mirror.taxonomy import Taxonomy
from data.mirror.view import View
from data.model import LonLat, Scope, Severity, StoreKind, Tlp
from data.query import Query
from data.records import IncidentType

NOW_MS = 1_793_534_400_000
CITY = LonLat(-71.06, 42.36)
CODES = ("fire", "fire.brush", "fire.brush.large", "crime", "crime.theft", "hazmat")
TYPES = [
    IncidentType(
        n, code, code.rpartition(".")[0] or None, code.title(), code[:4], Severity.LOW, n, retired=False
    )
    for n, code in enumerate(CODES, start=1)
]
SCOPES = {
    1: Scope(1, StoreKind.INCIDENT, Tlp.GREEN, law_enforcement=False, agency_id=1),
    2: Scope(2, StoreKind.INCIDENT, Tlp.AMBER, law_enforcement=False, agency_id=1),
    3: Scope(3, StoreKind.SAR, Tlp.RED, law_enforcement=True, agency_id=2),
}
SOURCES = (SourceKey(1, "cad", "CAD", 1), SourceKey(2, "tips", "Tips", 3))


@dataclass(frozen=True)
class Row:
    """One incident, as a test thinks of it."""

    fid: int
    place: LonLat | None = CITY
    type: int = 1
    severity: int = 0
    status: int = 0
    scope: int = 1
    source: int = 1
    located_by: int = 1
    occurred_ms: int = NOW_MS
    updated_ms: int = NOW_MS
    accuracy_m: float | None = 10.0
    revision: int = 1
    shape: BaseGeometry | None = field(default=None, compare=False)

    @property
    def cell(self) -> int:
        return UNLOCATED if self.place is None else cell_of(self.place)


def columns_of(rows: Sequence[Row], *, first_seq: int = 1) -> dict[str, np.ndarray[Any, Any]]:
    """Return the rows as the loader does, `combo` still being the packed key."""
    packed = [
        pack(
            scope=r.scope,
            source=r.source,
            type_id=r.type,
            severity=r.severity,
            status=r.status,
            located_by=r.located_by,
        )
        for r in rows
    ]
    values: dict[str, list[Any]] = {
        "seq": list(range(first_seq, first_seq + len(rows))),
        "fid": [r.fid for r in rows],
        "cell": [r.cell for r in rows],
        "combo": packed,
        "occurred_ms": [r.occurred_ms for r in rows],
        "entered_ms": [r.updated_ms for r in rows],
        "updated_ms": [r.updated_ms for r in rows],
        "accuracy_m": [np.nan if r.accuracy_m is None else r.accuracy_m for r in rows],
        "persons": [-1] * len(rows),
        "revision": [r.revision for r in rows],
        "time_precision": [0] * len(rows),
    }
    return {
        name: np.array(column, dtype=np.int64 if name == "combo" else COLUMNS[name])
        for name, column in values.items()
    }


def frame_of(rows: Sequence[Row], *, first_seq: int = 1) -> IncidentFrame:
    columns = columns_of(rows, first_seq=first_seq)
    combos = Combos.of(columns["combo"])
    shapes = {first_seq + place: row.shape for place, row in enumerate(rows) if row.shape is not None}
    numbered = {**columns, "combo": combos.numbers(columns["combo"])}
    return build(numbered, combos=combos, shapes=ShapeSet.of(shapes))


def sites_of(places: Sequence[LonLat], *, scope: int = 1, sector: str = "energy") -> SiteFrame:
    cells = np.array([cell_of(at) for at in places], dtype=np.int64)
    order = np.argsort(cells, kind="stable")
    size = len(places)

    def words(text: str) -> np.ndarray[Any, Any]:
        return np.array([text] * size, dtype=object)

    return SiteFrame(
        seq=np.arange(1, size + 1),
        fid=np.arange(100, 100 + size)[order],
        cell=cells[order],
        scope=np.full(size, scope, dtype=np.int32),
        status=np.zeros(size, dtype=np.uint8),
        updated_ms=np.full(size, NOW_MS),
        revision=np.ones(size, dtype=np.int32),
        sector=words(sector),
        kind=words("substation"),
        name=words("Site"),
    )


def snapshot_of(rows: Sequence[Row], *, sites: Sequence[LonLat] = ()) -> Snapshot:
    return Snapshot(
        counter=1,
        incidents=frame_of(rows),
        sites=sites_of(sites),
        taxonomy=Taxonomy(TYPES),
        scopes=SCOPES,
        sources=SOURCES,
        incident_digests={},
        site_digests={},
    )


def _nothing() -> np.ndarray[Any, Any]:
    raise AssertionError("this test asked for something that it did not provide")


NO_TESTS = RowTests(text=_nothing, areas=_nothing, shapes=_nothing, near=_nothing)


def view_of(
    rows: Sequence[Row] | Snapshot,
    query: str = "",
    *,
    visible: Sequence[int] = (1, 2),
    tests: RowTests = NO_TESTS,
) -> View:
    """Return the view that an actor who sees these scopes has of the rows."""
    snapshot = rows if isinstance(rows, Snapshot) else snapshot_of(rows)
    scopes, parsed = frozenset(visible), Query.parse(query)
    selection = select(snapshot, parsed, visible=scopes, now_ms=NOW_MS, tests=tests)
    return View(selection, parsed, visible=scopes, now_ms=NOW_MS)


# Few distinct values, so that ties, shared spots and crowded cells come up.
places = st.one_of(
    st.builds(
        LonLat, st.sampled_from([-71.06, -71.0601, -71.1, 0.0]), st.sampled_from([42.36, 42.3601, 0.0])
    ),
    st.builds(LonLat, st.floats(-71.3, -70.9), st.floats(42.2, 42.5)),
    st.builds(LonLat, st.floats(-180, 180), st.floats(-85, 85)),
)


@st.composite
def rows(
    draw: st.DrawFn, *, most: int = 60, located: bool = False, scopes: Sequence[int] = (1, 2, 3)
) -> list[Row]:
    return draw(
        st.lists(
            st.builds(
                Row,
                fid=st.integers(1, 2**52 - 1),
                place=places if located else st.none() | places,
                type=st.integers(1, len(TYPES)),
                severity=st.integers(0, 6),
                status=st.integers(0, 4),
                scope=st.sampled_from(list(scopes)),
                source=st.integers(1, 2),
                located_by=st.integers(0, 7),
                occurred_ms=st.integers(NOW_MS - 40 * 86_400_000, NOW_MS + 3_600_000),
                updated_ms=st.integers(NOW_MS - 86_400_000, NOW_MS),
                accuracy_m=st.none() | st.floats(0, 5_000),
                revision=st.integers(1, 5),
            ),
            max_size=most,
            unique_by=lambda row: row.fid,
        )
    )
