"""Counts of incidents on fixed cells, for recipients who are given no count of few.

The cells are the same for every filter and every day, and only days that are over are counted: where the
edge of a box or the minute of asking decides what is counted, moving it tells of single records.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import orjson

from data.access import Actor
from data.clock import to_ms
from data.geo import inverse_mercator
from data.mirror import Mirror
from data.model import LocatedBy
from data.query import Query
from data.release import SNAP_M
from data.store import Store
from layers.export import csv
from layers.release.coarse import cells_of, corners
from layers.release.ledger import Seqs, counts_for
from layers.release.product import Contents, ProductAsk, banner, said

_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class CellCount:
    """A cell and how many records it may be said to hold."""

    row: int
    column: int
    count: int

    @property
    def name(self) -> str:
        """The cell's name: by its place on Earth, the same for every map."""
        return f"{SNAP_M:g}-{self.column}-{self.row}"


def cell_sets(view_seq: Seqs, lon: npt.NDArray[Any], lat: npt.NDArray[Any]) -> dict[tuple[int, int], Seqs]:
    """Return the records of each cell, the cells from the south-west."""
    row, column = cells_of(lon, lat)
    order = np.lexsort((view_seq, column, row))
    row, column, seq = row[order], column[order], view_seq[order]
    starts = np.flatnonzero(np.concatenate([[True], (np.diff(row) != 0) | (np.diff(column) != 0)]))
    parts = np.split(seq, starts[1:]) if len(seq) else []
    return {(int(row[at]), int(column[at])): part for at, part in zip(starts.tolist(), parts, strict=False)}


def whole_days(query: Query, *, now: datetime, zone: str) -> Query:
    """Return the filter over whole local days that are over; a moving window begins with a day, too."""
    here = ZoneInfo(zone)
    today = now.astimezone(here).replace(hour=0, minute=0, second=0, microsecond=0)
    begin, end = query.window_ms(to_ms(now))
    first = None if begin is None else _day_of(begin, here)
    last = to_ms(today) if end is None else min(to_ms(today), _day_of(end, here))
    return replace(query, last_ms=None, from_ms=first, to_ms=last)


def counts_file(
    store: Store, mirror: Mirror, ask: ProductAsk, *, standing: Actor, query: Query, path: Path
) -> Contents:
    """Write the counts that the recipient may be given, as CSV or GeoJSON, and say what they are made of."""
    now = store.clock.now()
    view = mirror.view(standing, whole_days(query, now=now, zone=store.settings.timezone), now=now)
    frame, rows = view.frame, view.located
    rows = rows[~(frame.combos.located_by == LocatedBy.DEFAULT_POINT)[frame.combo[rows]]]
    lon, lat = inverse_mercator(frame.x[rows], frame.y[rows])
    given = counts_for(store, ask.recipient, cell_sets(frame.seq[rows], lon, lat))
    cells = [CellCount(row, column, len(seqs)) for (row, column), seqs in given.items()]
    inside = np.unique(np.concatenate([*given.values(), np.empty(0, dtype=np.int64)]))
    at = frame.positions(inside)
    scopes = [view.snapshot.scopes[one] for one in np.unique(frame.scope[at]).tolist()]
    marking = banner(
        max([one.tlp for one in scopes], default=view.marking),
        law_enforcement=any(one.law_enforcement for one in scopes),
    )
    coarse = f"counts of {max(ask.recipient.smallest_cell, 1)} or more, cells of 1 km, whole days"
    about = said(store, ask, marking=marking, now=now) | {"generalised": coarse}
    if store.settings.exercise:
        about = {"exercise": "EXERCISE EXERCISE EXERCISE"} | about
    path.write_bytes(_geojson(cells, about) if ask.form == "geojson" else _csv(cells, about))
    # A record that was counted and is gone by now is in the number; it stands in the log no more.
    revisions = zip(frame.seq[at].tolist(), frame.revision[at].tolist(), strict=True)
    return Contents(records=[("incident", seq, revision) for seq, revision in revisions], generalised=coarse)


def _day_of(ms: int, zone: ZoneInfo) -> int:
    day = datetime.fromtimestamp(ms / 1000, zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return to_ms(day)


def _csv(cells: list[CellCount], about: Mapping[str, Any]) -> bytes:
    lines = [csv.line([f"# {name}: {text}"]) for name, text in about.items()]
    lines.append(csv.line(["cell", "west", "south", "east", "north", "count"]))
    for one in cells:
        box = [f"{edge:.5f}" for edge in corners(one.row, one.column)]
        lines.append(csv.line([one.name, *box, str(one.count)]))
    return ("\ufeff" + "".join(lines)).encode()


def _geojson(cells: list[CellCount], about: Mapping[str, Any]) -> bytes:
    features = []
    for one in cells:
        w, s, e, n = (round(edge, 5) for edge in corners(one.row, one.column))
        features.append(
            {
                "type": "Feature",
                "id": one.name,
                "geometry": {"type": "Polygon", "coordinates": [[[w, s], [e, s], [e, n], [w, n], [w, s]]]},
                "properties": {"count": one.count},
            }
        )
    body = {"type": "FeatureCollection", "marking": about["marking"], "notes": about, "features": features}
    return orjson.dumps(body)
