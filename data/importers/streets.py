"""Street files: lines with a name, house-number ranges and nodes, of any format that has lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely

from data.access import Actor, Permission, require
from data.errors import Invalid
from data.gazetteer.addresses import street_key
from data.geo import distance_m
from data.importers.base import Sheet
from data.importers.places import to_degrees
from data.importers.registry import read
from data.model import LonLat, StoreKind, Tlp
from data.store import Store

# Field → what street files call it, in lower case without separators. The first that a file has is taken.
NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "name": ("label", "fullname", "street", "streetname", "stname", "roadname", "name"),
    "place": ("city", "town", "muni", "municipality", "place", "placename"),
    "left_from": ("lfrom", "lfromadd", "lfadd", "fraddl", "leftfrom", "fromleft", "lfromaddr"),
    "left_to": ("lto", "ltoadd", "ltadd", "toaddl", "leftto", "toleft", "ltoaddr"),
    "right_from": ("rfrom", "rfromadd", "rfadd", "fraddr", "rightfrom", "fromright", "rfromaddr"),
    "right_to": ("rto", "rtoadd", "rtadd", "toaddr", "rightto", "toright", "rtoaddr"),
    "from_node": ("fromnode", "fnode", "tnidf", "startnode"),
    "to_node": ("tonode", "tnode", "tnidt", "endnode"),
}
_NUMBERS: Final = ("left_from", "left_to", "right_from", "right_to")


@dataclass(slots=True)
class StreetReport:
    """The counts of one import of streets; every line of the file is in one of `added` and `quarantined`."""

    file: str
    source: str
    columns: dict[str, str]
    read: int = 0
    added: int = 0
    replaced: int = 0
    quarantined: int = 0
    with_numbers: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    rejects: list[dict[str, Any]] = field(default_factory=list)
    dry_run: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Return the report as `--json` writes it."""
        return {**asdict(self), "reasons": dict(self.reasons)}


def run(
    store: Store,
    actor: Actor,
    path: Path,
    *,
    source_key: str = "",
    place: str = "",
    told: Mapping[str, str] | None = None,
    tlp: Tlp = Tlp.CLEAR,
    dry_run: bool = False,
    sheet: Sheet | None = None,
) -> StreetReport:
    """Return what came of a street file: its lines take the place of those that the source gave before.

    `told` names columns of fields; `place` is the town of a file that states none. Rows that have no name
    or no line are not taken in and are listed in the report. Raise Invalid where no column holds names.
    `sheet` are the rows of the file where they have been read.
    """
    require(actor, Permission.IMPORT)
    sheet = sheet or read(path)
    columns = _columns(sheet, told or {})
    key = source_key or source_of(path)
    report = StreetReport(path.name, key, columns, read=sheet.read, dry_run=dry_run)
    for bad in sheet.bad:
        _reject(report, bad.row, bad.reason)
    rows = list(_rows(sheet, columns, place, report))
    report.added, report.with_numbers = len(rows), sum(_has_numbers(row) for row in rows)
    report.quarantined = len(report.rejects)
    if not dry_run:
        scope = store.scopes.intern(StoreKind.OPEN, tlp, agency_id=actor.agency_id)
        source = store.sources.intern(key, name=path.name, kind="streets", scope_id=scope)
        named = [{**row, "scope_id": scope, "source_id": source} for row in rows]
        report.replaced = store.streets.replace(actor, source, named)
    return report


def source_of(path: Path) -> str:
    """Return the key of the source that a file is, when nobody says it."""
    return f"streets-{path.name.split('.')[0].lower()}"


def has_names(sheet: Sheet) -> bool:
    """Return whether a column of the file is called as names of streets are."""
    return any(_plain(column) in NAMES["name"] for column in sheet.frame.columns)


def _columns(sheet: Sheet, told: Mapping[str, str]) -> dict[str, str]:
    plain = {_plain(name): name for name in reversed(sheet.frame.columns)}
    found = {
        name: plain[known]
        for name, called in NAMES.items()
        for known in [next((c for c in called if c in plain), None)]
        if known is not None
    }
    for name, column in told.items():
        if name not in NAMES or column not in sheet.frame.columns:
            raise Invalid(
                f"{name}={column} names no field or no column.",
                hint=f"Fields: {', '.join(NAMES)}. Columns: {', '.join(sheet.frame.columns[:30])}.",
            )
        found[name] = column
    if "name" not in found or sheet.geometry is None:
        raise Invalid(
            "This file has no streets: it needs lines, and a column with their names.",
            hint="Say which column holds the name with --map name=COLUMN.",
        )
    return found


def _rows(
    sheet: Sheet, columns: Mapping[str, str], place: str, report: StreetReport
) -> Iterator[dict[str, Any]]:
    geometry = sheet.geometry if sheet.geometry is not None else np.empty(0, dtype=object)
    values = {name: sheet.frame[column].to_list() for name, column in columns.items()}
    for index, number in enumerate(sheet.rows.tolist()):
        name = str(values["name"][index] or "").strip()[:200]
        line = _line(geometry[index], sheet.crs)
        if line is None or not street_key(name):
            _reject(report, number, "no_line" if line is None else "no_name")
            continue
        lon, lat = line.xy
        steps = [
            float(distance_m(LonLat(lon[i], lat[i]), [lon[i + 1]], [lat[i + 1]])[0])
            for i in range(len(lon) - 1)
        ]
        yield {
            "name": name,
            "key": " ".join(street_key(name))[:200],
            "place": str(values["place"][index] or place)[:200] if "place" in values else place,
            **{field: _number(values[field][index]) if field in values else None for field in _NUMBERS},
            **{
                node: _node(values[node][index]) if node in values else None
                for node in ("from_node", "to_node")
            },
            "length_m": sum(steps),
            "geometry": shapely.to_wkb(line),
        }


def _line(geometry: Any, crs: str) -> shapely.LineString | None:
    """Return a line in degrees; pieces that meet are one line, and what is left in pieces is none."""
    if isinstance(geometry, shapely.MultiLineString):
        geometry = shapely.line_merge(geometry)
    if not isinstance(geometry, shapely.LineString) or geometry.is_empty or geometry.length == 0:
        return None
    xy = shapely.get_coordinates(geometry)
    lon, lat = to_degrees(xy[:, 0], xy[:, 1], crs)
    if not (np.isfinite(lon).all() and (np.abs(lon) <= 180).all() and (np.abs(lat) <= 90).all()):
        return None
    return shapely.LineString(np.column_stack([lon, lat]))


def _reject(report: StreetReport, row: int, reason: str) -> None:
    report.reasons[reason] += 1
    report.rejects.append({"row": row, "reason": reason})


def _has_numbers(row: Mapping[str, Any]) -> bool:
    return any(row[first] and row[last] for first, last in (_NUMBERS[:2], _NUMBERS[2:]))


def _number(value: Any) -> int | None:
    try:
        return int(float(value))
    except (TypeError, ValueError, OverflowError):
        return None


def _node(value: Any) -> str | None:
    if value is None:
        return None
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    return text[:40]


def _plain(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())
