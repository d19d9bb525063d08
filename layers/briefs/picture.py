"""The map of a page: what a view shows, gathered where it is too much to draw one by one."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from data.geo import inverse_mercator, mercator
from data.mirror import View
from data.model import LocatedBy, Severity, SiteStatus, Status
from data.records import Incident
from layers.briefs.document import LegendLine, MapPicture, MapPoint, MapShape, MapSite

Box = tuple[float, float, float, float]
Told = Callable[[Mapping[str, npt.NDArray[np.int64]]], dict[str, int]]

_SMALLEST_CELL: Final = (1 << 16) - 1  # of Web Mercator: somewhat under a kilometre
_ROUGHLY_DEG: Final = 0.5
_SINGLY: Final = 300  # more than so many are gathered into circles
_CIRCLES_ACROSS: Final = 26
_MOST_SITES: Final = 400
_NOWHERE: Final[Box] = (-130.0, 20.0, -60.0, 52.0)
_SMALLEST_DEG: Final = 0.02
_SEVERITIES: Final = ("No severity", "Low", "Notice", "Moderate", "Watch", "High", "Extreme")
_STATUS: Final = {status: status.name.lower() for status in SiteStatus} | {SiteStatus.UNKNOWN: "grey"}


def picture(
    view: View,
    *,
    title: str,
    at: datetime,
    bbox: Box | None = None,
    shapes: Iterable[MapShape] = (),
    legend: Iterable[LegendLine] = (),
    note: str = "",
    sites: bool = True,
    smallest: int = 0,
    told: Told | None = None,
) -> MapPicture:
    """Return a map of a view within a box, by default of all that lies in it.

    With `smallest`, places are given by cells alone, and cells of fewer reports are left out (the public);
    `told` then says what number may be given of the reports of each cell.
    """
    box = bbox or (_roughly(view.extent) if smallest else _around(view.extent))
    rows = _inside(view, box)
    points = _cells(view, rows, box, smallest=smallest, told=told) if smallest else _points(view, rows, box)
    placed = _sites(view, box) if sites else ()
    left = view.unlocated
    notes = [note, f"{left:,} reports have no place and are not on the map." if left and not smallest else ""]
    if smallest:
        notes.append(f"Cells with fewer than {smallest} reports are not shown.")
    return MapPicture(
        title=title,
        bbox=box,
        at=at,
        points=points,
        sites=placed,
        shapes=tuple(shapes),
        legend=(*_legend(view, rows, placed, smallest=smallest), *legend),
        note=" ".join(filter(None, notes)),
    )


def spot(
    marks: Sequence[MapPoint | MapSite], *, title: str, at: datetime, legend: Sequence[LegendLine] = ()
) -> MapPicture | None:
    """Return a map of a few records with their surroundings; None where none of them has a place."""
    if not marks:
        return None
    lons, lats = [one.lon for one in marks], [one.lat for one in marks]
    west, south, east, north = _around((min(lons), min(lats), max(lons), max(lats)))
    return MapPicture(
        title=title,
        bbox=(west - _SMALLEST_DEG, south - _SMALLEST_DEG, east + _SMALLEST_DEG, north + _SMALLEST_DEG),
        at=at,
        points=tuple(one for one in marks if isinstance(one, MapPoint)),
        sites=tuple(one for one in marks if isinstance(one, MapSite)),
        legend=tuple(legend),
    )


def mark_of(one: Incident) -> list[MapPoint]:
    """Return an incident as a mark on a map, or none where it has no place."""
    if one.place is None:
        return []
    return [
        MapPoint(
            lon=one.place.lon,
            lat=one.place.lat,
            severity=int(one.severity),
            glyph=one.type.glyph,
            label=one.title[:80],
            accuracy_m=one.accuracy_m,
            done=one.status >= Status.RESOLVED,
            unplaced=one.located_by is LocatedBy.DEFAULT_POINT,
        )
    ]


def _around(extent: Box | None) -> Box:
    """Return a box with room at its edges; of one place, a few kilometres about it."""
    if extent is None:
        return _NOWHERE
    west, south, east, north = extent
    wide, high = max(east - west, _SMALLEST_DEG) * 0.06, max(north - south, _SMALLEST_DEG) * 0.06
    return (
        max(west - wide, -180.0),
        max(south - high, -85.0),
        min(east + wide, 180.0),
        min(north + high, 85.0),
    )


def _roughly(extent: Box | None) -> Box:
    """Return a box on whole half degrees: the outermost reports do not decide where its edges lie."""
    if extent is None:
        return _NOWHERE
    west, south, east, north = (side / _ROUGHLY_DEG for side in extent)
    low = (math.floor(west) * _ROUGHLY_DEG, math.floor(south) * _ROUGHLY_DEG)
    return (*low, math.ceil(east) * _ROUGHLY_DEG, math.ceil(north) * _ROUGHLY_DEG)


def _inside(view: View, box: Box) -> npt.NDArray[np.int32]:
    rows = view.located
    x, y = view.take(view.frame.x, rows), view.take(view.frame.y, rows)
    (west, east), (south, north) = mercator([box[0], box[2]], [box[1], box[3]])
    inside: npt.NDArray[np.int32] = rows[(x >= west) & (x <= east) & (y >= north) & (y <= south)]
    return inside


def _points(view: View, rows: npt.NDArray[np.int32], box: Box) -> tuple[MapPoint, ...]:
    if not len(rows):
        return ()
    if len(rows) <= _SINGLY:
        return tuple(_single(view, row) for row in rows.tolist())
    frame = view.frame
    (west, east), _ = mercator([box[0], box[2]], [box[1], box[3]])
    side = max(int(east - west) // _CIRCLES_ACROSS, 1)
    column, line = frame.x[rows] // side, frame.y[rows] // side
    _, inverse, many = np.unique(
        column.astype(np.int64) << 32 | line.astype(np.int64), return_inverse=True, return_counts=True
    )
    severity = frame.combos.severity[frame.combo[rows]]
    worst = np.zeros(len(many), dtype=np.int64)
    np.maximum.at(worst, inverse, severity)
    grave = np.bincount(inverse, weights=severity >= Severity.HIGH, minlength=len(many))
    x = np.bincount(inverse, weights=frame.x[rows]) / many
    y = np.bincount(inverse, weights=frame.y[rows]) / many
    lon, lat = inverse_mercator(x.astype(np.int64), y.astype(np.int64))
    alone = np.zeros(len(many), dtype=np.int64)
    alone[inverse] = rows
    made = []
    for place in range(len(many)):
        count = int(many[place])
        if count == 1:
            made.append(_single(view, int(alone[place])))
            continue
        made.append(
            MapPoint(
                lon=round(float(lon[place]), 6),
                lat=round(float(lat[place]), 6),
                severity=int(worst[place]),
                count=count,
                high=int(grave[place]),
            )
        )
    return tuple(made)


def _cells(
    view: View, rows: npt.NDArray[np.int32], box: Box, *, smallest: int, told: Told | None
) -> tuple[MapPoint, ...]:
    """Return the cells of which a number may be given.

    They are the same for every map of about this size, wherever its edges lie, and each is marked in its
    middle: a mean would tell of the places that it is made of.
    """
    if not len(rows):
        return ()
    frame = view.frame
    (west, east), _ = mercator([box[0], box[2]], [box[1], box[3]])
    side = 1 << max(int(east - west) // _CIRCLES_ACROSS, _SMALLEST_CELL).bit_length()
    column, line = frame.x[rows].astype(np.int64) // side, frame.y[rows].astype(np.int64) // side
    order = np.lexsort((column, line))
    edges = np.flatnonzero((np.diff(column[order]) != 0) | (np.diff(line[order]) != 0)) + 1
    parts = {f"{column[part[0]]}:{line[part[0]]}": part for part in np.split(order, edges)}
    sets = {key: frame.seq[rows[part]] for key, part in parts.items()}
    given = {key: len(seqs) for key, seqs in sets.items()} if told is None else told(sets)
    made = []
    for key, count in given.items():
        if count < smallest:
            continue
        at = parts[key][0]
        x, y = (column[at] + 0.5) * side, (line[at] + 0.5) * side
        lon, lat = inverse_mercator([int(x)], [int(y)])
        made.append(
            MapPoint(lon=round(float(lon[0]), 6), lat=round(float(lat[0]), 6), severity=0, count=count)
        )
    return tuple(made)


def _single(view: View, row: int) -> MapPoint:
    frame = view.frame
    lon, lat = inverse_mercator([int(frame.x[row])], [int(frame.y[row])])
    combo = int(frame.combo[row])
    accuracy = float(frame.accuracy_m[row])
    return MapPoint(
        lon=round(float(lon[0]), 6),
        lat=round(float(lat[0]), 6),
        severity=int(frame.combos.severity[combo]),
        glyph=view.snapshot.taxonomy.words("glyph")[int(frame.combos.type[combo])],
        accuracy_m=None if np.isnan(accuracy) else accuracy,
    )


def _sites(view: View, box: Box) -> tuple[MapSite, ...]:
    frame = view.snapshot.sites
    seen = frame.chosen(view.snapshot.scope_table(view.visible), sectors=frozenset())
    lon, lat = frame.lonlat
    near = (lon[seen] >= box[0]) & (lon[seen] <= box[2]) & (lat[seen] >= box[1]) & (lat[seen] <= box[3])
    rows = seen[near]
    # Where there are too many, those that somebody has said something of.
    rows = rows[np.argsort(-frame.status[rows].astype(np.int64), kind="stable")][:_MOST_SITES]
    return tuple(
        MapSite(
            lon=round(float(lon[row]), 6),
            lat=round(float(lat[row]), 6),
            glyph=str(frame.kind[row] or frame.sector[row]),
            sector=str(frame.sector[row]),
            status=_STATUS[SiteStatus(int(frame.status[row]))],
            name=str(frame.name[row]),
        )
        for row in rows.tolist()
    )


def _legend(
    view: View, rows: npt.NDArray[np.int32], sites: tuple[MapSite, ...], *, smallest: int
) -> list[LegendLine]:
    frame = view.frame
    if smallest:
        return [LegendLine(key="cluster", label="Reports in a cell")]
    counts = np.bincount(frame.combos.severity[frame.combo[rows]], minlength=len(Severity))
    lines = [
        LegendLine(key=f"severity:{level}", label=_SEVERITIES[level], count=int(counts[level]))
        for level in reversed(range(len(Severity)))
        if counts[level]
    ]
    if sites:
        lines.append(LegendLine(key="site", label="Sites", count=len(sites)))
    return lines


def hotspot_shapes(items: Iterable[dict[str, Any]]) -> tuple[MapShape, ...]:
    """Return the outlines of ranked hotspots; all of them passed their test."""
    return tuple(
        MapShape(
            geometry=one["outline"],
            role="hotspot",
            level=min(float(one["z"]) / 14.0, 1.0),
            claim=True,
            label=str(one["rank"]),
        )
        for one in items
    )
