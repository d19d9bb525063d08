"""The incident layer: counts from afar, every report from near, lines and polygons as such."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from data.mirror import View
from data.mirror.spatial import runs
from data.model import Severity
from layers.base import Legend, MapLayer
from layers.tiles import TileAddress, mvt, outlines, pyramid, spots
from layers.tiles.address import within_buffer
from layers.tiles.mvt import Tags

LAYER = MapLayer(
    name="incidents",
    title="Incidents",
    kind="tile",
    url="/tiles/incidents/{z}/{x}/{y}.mvt",
    filtered=True,
    legend=tuple(
        Legend(key=str(int(level)), label=level.name.capitalize(), role=f"severity-{int(level)}")
        for level in Severity
    ),
)

_HIGH = int(Severity.HIGH)


def tile(view: View, address: TileAddress) -> bytes:
    """Return the vector tile of a view: `clusters`, `points` and `shapes`; nothing where it is empty."""
    if address.z > pyramid.LAST_COUNTED_ZOOM:
        rows = _rows_around(view, address)
        return _points(view, address, rows, thinned=True) + _shapes(view, address)
    counted = pyramid.count(view.derived("pyramid", lambda: _pyramid(view)), address)
    x, y = address.local(counted.x, counted.y)
    near = within_buffer(x, y)
    clusters = mvt.point_layer(
        "clusters",
        x[near],
        y[near],
        tags=[
            Tags.of("n", counted.n[near]),
            Tags.of("sev", counted.rank[near]),
            Tags.of("hi", counted.high[near]),
        ],
    )
    points = _points(view, address, view.located[counted.loose], thinned=False)
    return clusters + points + _shapes(view, address)


def _pyramid(view: View) -> pyramid.Pyramid:
    frame, rows = view.frame, view.located
    severity = frame.combos.severity.astype(np.uint8)[view.take(frame.combo, rows)]
    cell, x, y = (view.take(column, rows) for column in (frame.cell, frame.x, frame.y))
    return pyramid.build(cell, x, y, rank=severity, high=severity >= _HIGH)


def _rows_around(view: View, address: TileAddress) -> npt.NDArray[np.int32]:
    """Return the rows of a view in the display cells in and around a tile."""
    cell, rows = view.frame.cell, view.located
    first = np.searchsorted(rows, np.searchsorted(cell, address.cells << address.shift))
    last = np.searchsorted(rows, np.searchsorted(cell, (address.cells + 1) << address.shift))
    return rows[runs(first, last)]


def _points(view: View, address: TileAddress, rows: npt.NDArray[np.int32], *, thinned: bool) -> bytes:
    frame = view.frame
    found = spots.group(frame.cell[rows])
    if thinned:
        keep = spots.thin(frame.cell[rows[found.first]], shift=address.shift)
        found = spots.Spots(found.first[keep], found.n[keep])
    x, y = address.local(frame.x[rows[found.first]], frame.y[rows[found.first]])
    near = within_buffer(x, y)
    found = spots.Spots(found.first[near], found.n[near])
    severity = frame.combos.severity[frame.combo[rows]]
    chosen = rows[spots.front(found, rank=severity, newest=frame.occurred_ms[rows], fid=frame.fid[rows])]
    tags = [*_tags(view, chosen), Tags.of("n", found.n)]
    return mvt.point_layer("points", x[near], y[near], tags=tags, ids=frame.fid[chosen])


def _tags(view: View, rows: npt.NDArray[np.integer]) -> list[Tags]:
    """Return what each report says of itself on the map."""
    frame, types = view.frame, view.snapshot.taxonomy
    number = frame.combo[rows]
    type_id = frame.combos.type[number]
    accuracy = frame.accuracy_m[rows]
    known = np.isfinite(accuracy)
    metres = Tags.of("acc", np.ceil(np.where(known, accuracy, 0)).astype(np.int64))
    return [
        Tags.words("type", types.words("root"), type_id),
        Tags.words("code", types.words("code"), type_id),
        Tags.words("glyph", types.words("glyph"), type_id),
        Tags.of("sev", frame.combos.severity[number]),
        Tags.of("st", frame.combos.status[number]),
        Tags(metres.key, metres.values, np.where(known, metres.index, -1)),
        Tags.of("loc", frame.combos.located_by[number]),
    ]


def _shapes(view: View, address: TileAddress) -> bytes:
    frame = view.frame
    if not len(frame.shapes):
        return b""
    left, top = address.origin
    margin = address.span // 64
    box = (left - margin, top - margin, left + address.span + margin, top + address.span + margin)
    found = np.sort(frame.shapes.near(box))
    rows = frame.shape_rows[found]
    place = np.minimum(np.searchsorted(view.rows, rows), max(view.total - 1, 0))
    passing = view.rows[place] == rows if view.total else np.zeros(len(rows), dtype=np.bool_)
    found, rows = found[passing], rows[passing]
    order = np.argsort(frame.fid[rows])
    drawn = [outlines.draw(frame.shapes.on_map[each], address) for each in found[order]]
    shown = np.array([place for place, shape in enumerate(drawn) if shape is not None], dtype=np.int64)
    kept = rows[order][shown]
    tags = [*_tags(view, kept), Tags.of("n", np.ones(len(kept), dtype=np.int64))]
    return mvt.shape_layer(
        "shapes", [shape for shape in drawn if shape is not None], tags=tags, ids=frame.fid[kept]
    )
