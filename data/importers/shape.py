"""From a file's rows to records: every row ends up as a record or among the bad ones, none in between."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping as Map
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl
import shapely

from data.importers import dates, places
from data.importers.base import MAX_FIELD_CHARS, BadRow, GeometryArray, Sheet
from data.importers.locate import Located, locate, located_by
from data.importers.mapping import Mapping
from data.importers.taxonomy import Taxonomy
from data.importers.texts import Columns, kept, titles
from data.model import Status, TimePrecision
from data.reference.sites import site_kinds

_PRECISIONS: Final = {name.lower(): int(value) for name, value in TimePrecision.__members__.items()}
_STATUSES: Final = {name.lower(): int(value) for name, value in Status.__members__.items()}
_NO_KIND_SECTOR: Final = "commercial-facilities"

REASONS: Final[Map[str, str]] = {
    "zero_coordinates": "the coordinates are 0, 0: nothing was entered",
    "swapped_axes": "longitude and latitude look swapped",
    "metres_in_degrees": "the coordinates are metres, not degrees",
    "outside_earth": "the coordinates are no place on Earth",
    "outside_area": "the place lies outside the area that this source reports on",
    "unreadable_coordinates": "the coordinates cannot be read as numbers",
    "missing_date": "nothing says when it happened",
    "unreadable_date": "the date cannot be read",
    "impossible_date": "there is no such date, or its year is before 1800 or after 2100",
    "missing_name": "the area has no name",
    "not_an_area": "the row has no polygon",
    "bad_geometry": "the geometry is broken",
    "wrong_number_of_fields": "the row has more or fewer fields than the header",
    "field_too_long": "a field has more than a million characters",
    "nul_character": "a field holds a NUL character",
}


@dataclass(frozen=True, slots=True)
class Shaped:
    """Rows as records: `frame` holds one line per record in the columns of its table, `shapes` their outlines."""

    kind: str
    frame: pl.DataFrame
    shapes: GeometryArray | None
    bad: Sequence[BadRow]
    mapping: Mapping  # as resolved: what was found out about dates is written down in it
    raw_text: pl.Series  # of each row without an id, in order: what it is known by
    unlocated: int = 0
    default_points: Sequence[Map[str, Any]] = ()
    unmapped_types: Map[str, int] = field(default_factory=dict)
    notes: Sequence[str] = ()


def shape(
    sheet: Sheet, mapping: Mapping, *, taxonomy: Taxonomy, zone: str, find_defaults: bool = True
) -> Shaped:
    """Return the sheet's rows as records of the mapping's kind; raise NeedsAnswer where a person must decide."""
    columns = Columns(sheet.frame, mapping)
    located = locate(sheet, columns)
    address = columns.text("address")
    flags, points = _defaults(located, address, find=find_defaults and mapping.kind == "incidents")
    reason = located.reason.copy()
    base = {
        "row": pl.Series(sheet.rows),
        "source_id": columns.text("id", separator="/"),
        "lon": pl.Series(located.lon).fill_nan(None),
        "lat": pl.Series(located.lat).fill_nan(None),
        "located_by": located_by(located, flags, columns, address.fill_null("")),
        "accuracy_m": _accuracy(columns, mapping),
        "extra": kept(columns),
    }
    build = {"incidents": _incidents, "sites": _sites, "areas": _areas}[mapping.kind]
    built = build(sheet, columns, located, taxonomy=taxonomy, zone=zone)
    for name, flagged in built.faults:
        reason[flagged & np.equal(reason, None)] = name
    for name, flagged in _text_faults(built.columns):
        reason[flagged & np.equal(reason, None)] = name
    good = np.equal(reason, None)
    frame = pl.DataFrame({**base, **built.columns}).filter(pl.Series(good))
    shapes = located.shapes[good] if located.shapes is not None else None
    bad = [*sheet.bad, *_bad_rows(sheet, reason)]
    notes = [*sheet.notes, *built.notes]
    if located.repaired:
        notes.append(f"{located.repaired} outlines crossed themselves and were made valid")
    return Shaped(
        kind=mapping.kind,
        frame=frame,
        shapes=shapes,
        bad=sorted(bad, key=lambda row: row.row),
        mapping=built.mapping,
        raw_text=_raw_text(sheet, base["source_id"].is_null() & pl.Series(good)),
        unlocated=int(frame["lon"].null_count()),
        default_points=points,
        unmapped_types=built.unmapped,
        notes=notes,
    )


@dataclass(frozen=True, slots=True)
class _Built:
    columns: dict[str, pl.Series]
    mapping: Mapping
    faults: Sequence[tuple[str, npt.NDArray[np.bool_]]] = ()
    unmapped: Map[str, int] = field(default_factory=dict)
    notes: Sequence[str] = ()


def _incidents(sheet: Sheet, columns: Columns, located: Located, *, taxonomy: Taxonomy, zone: str) -> _Built:
    del located
    mapping = columns.mapping
    when = _when(columns, mapping, zone)
    typed = taxonomy.typed(columns.text("type", separator=": "), mapping, columns.raw("severity"))
    narrative = columns.text("narrative").fill_null("")
    title = columns.text("title").fill_null(narrative.str.slice(0, 100)).fill_null("")
    title, narrative = titles(
        pl.select(pl.when(title == "").then(typed.code).otherwise(title).alias("title"))["title"], narrative
    )
    end, notes = _end(columns, mapping, zone, when.order)
    faults = [
        (name, (when.reason == name).fill_null(value=False).to_numpy())
        for name in ("missing_date", "unreadable_date", "impossible_date")
    ]
    precision = when.precision
    if mapping.time_precision:
        # What a source writes may claim more than it knows: ":00" seconds, the first of the month.
        coarsest = pl.select(
            pl.max_horizontal(precision, pl.lit(_PRECISIONS[mapping.time_precision], dtype=pl.Int8)).alias(
                "p"
            )
        )
        precision = coarsest["p"]
    status = columns.text("status").str.to_lowercase()
    known = {**_STATUSES, **{k.lower(): _STATUSES[v] for k, v in mapping.statuses.items() if v in _STATUSES}}
    persons = columns.raw("persons_affected")
    built = {
        "type_code": typed.code,
        "severity": typed.severity,
        "status": status.replace_strict(known, default=int(Status.NEW), return_dtype=pl.Int8),
        "title": title,
        "narrative": narrative,
        "address": columns.text("address").fill_null(""),
        "occurred_ms": when.ms,
        "occurred_end_ms": end,
        "time_precision": precision,
        "persons_affected": _whole(persons, sheet.frame.height),
    }
    resolved = mapping.model_copy(
        update={"date_order": when.order or None, "timezone": mapping.timezone or zone}
    )
    return _Built(built, resolved, faults, typed.unmapped, [*when.notes, *notes])


def _when(columns: Columns, mapping: Mapping, zone: str) -> dates.Dates:
    moments = columns.raw("occurred")
    if moments is None:
        moments = columns.text("occurred")
    zones = None
    if mapping.zone_column and (own := columns.named(mapping.zone_column)):
        zones = (
            columns.frame[own]
            .cast(pl.String)
            .replace_strict(dict(mapping.zones), default=mapping.timezone or zone)
        )
    return dates.parse(
        moments,
        zone=mapping.timezone or zone,
        order=mapping.date_order,
        times=columns.raw("occurred_time"),
        zones=zones,
    )


def _end(columns: Columns, mapping: Mapping, zone: str, order: str) -> tuple[pl.Series, Sequence[str]]:
    moments = columns.raw("occurred_end")
    if moments is None:
        return pl.Series("e", [None], dtype=pl.Int64).new_from_index(0, columns.frame.height), ()
    found = dates.parse(
        moments,
        zone=mapping.timezone or zone,
        order=order if order in ("ymd", "dmy", "mdy") else None,
        times=columns.raw("occurred_end_time"),
        field="occurred_end",
    )
    unread = int((found.reason != "missing_date").fill_null(value=False).sum())
    return found.ms, [f"{unread} end times could not be read and were left empty"] if unread else ()


def _sites(sheet: Sheet, columns: Columns, located: Located, *, taxonomy: Taxonomy, zone: str) -> _Built:
    del located, taxonomy, zone
    mapping = columns.mapping
    own = (
        columns.text("kind")
        if columns.of("kind")
        else pl.Series([None], dtype=pl.String).new_from_index(0, sheet.frame.height)
    )
    said = own.str.to_lowercase().str.split(", ").list.first()
    fixed = mapping.values.get("kind", "")
    known = site_kinds()
    to_kind = {**{name: name for name in known}, **{row.label.lower(): name for name, row in known.items()}}
    to_kind |= {key.lower(): kind for key, kind in mapping.kinds.items() if kind in known or not kind}
    kind = said.replace_strict(to_kind, default=None, return_dtype=pl.String).fill_null(fixed)
    about = {name: known.get(name) for name in kind.unique().to_list()}

    def of(attribute: str, default: str = "") -> pl.Series:
        values = {name: getattr(row, attribute) if row else default for name, row in about.items()}
        return kind.replace_strict(values, return_dtype=pl.String)

    label = kind.replace_strict(
        {name: row.label if row else "site" for name, row in about.items()}, return_dtype=pl.String
    )
    address = columns.text("address").fill_null("")
    fallback = pl.select(
        pl.when(address != "")
        .then(pl.concat_str([label, address], separator=", "))
        .otherwise(pl.concat_str([pl.lit("Unnamed "), label.str.to_lowercase()]))
        .alias("n")
    )["n"]
    unmapped = Counter(
        w
        for w, k in zip(said.to_list(), kind.to_list(), strict=True)
        if w and w not in to_kind and k == fixed
    )
    closed = (
        columns.text("closed")
        .str.to_lowercase()
        .is_in(["closed", "closed permanently", "inactive", "retired", "demolished"])
    )
    built = {
        "name": columns.text("name").fill_null(fallback),
        "kind": kind,
        "sector": of("sector", mapping.values.get("sector", _NO_KIND_SECTOR)),
        "subsector": of("subsector"),
        "lifeline": of("lifeline"),
        "component": of("component"),
        "address": address,
        "owner": columns.text("owner").fill_null(""),
        "contacts": _contacts(columns.text("phone"), columns.text("contact")),
        "closed": closed.fill_null(value=False),
        "vintage": pl.Series("v", [mapping.vintage]).new_from_index(0, sheet.frame.height),
    }
    return _Built(built, mapping, (), dict(unmapped.most_common(200)))


def _contacts(phone: pl.Series, name: pl.Series) -> pl.Series:
    rows = [
        json.dumps(
            [{"role": "Main number", "name": who or "", "phone": number or "", "email": "", "always": ""}]
        )
        if number or who
        else None
        for number, who in zip(phone.to_list(), name.to_list(), strict=True)
    ]
    return pl.Series("contacts", rows, dtype=pl.String)


def _areas(sheet: Sheet, columns: Columns, located: Located, *, taxonomy: Taxonomy, zone: str) -> _Built:
    del taxonomy, zone
    mapping = columns.mapping
    height = sheet.frame.height
    shapes = located.shapes if located.shapes is not None else np.full(height, None, dtype=object)
    polygon = np.isin(shapely.get_type_id(shapes), (3, 6))
    bounds = shapely.bounds(np.where(polygon, shapes, None))
    name = columns.text("name")
    built = {
        "name": name.fill_null(""),
        "kind": columns.text("kind").fill_null("area"),
        "parent": columns.text("parent").fill_null(""),
        **{side: pl.Series(side, bounds[:, i]) for i, side in enumerate(("west", "south", "east", "north"))},
    }
    faults = [("not_an_area", ~polygon), ("missing_name", name.is_null().to_numpy())]
    return _Built(built, mapping, faults)


def _defaults(
    located: Located, address: pl.Series, *, find: bool
) -> tuple[npt.NDArray[np.bool_], Sequence[Map[str, Any]]]:
    if not find:
        return np.zeros(len(located.lon), dtype=np.bool_), ()
    wrong = ~np.equal(located.reason, None)
    lon, lat = np.where(wrong, np.nan, located.lon), np.where(wrong, np.nan, located.lat)
    flags, points = places.default_points(lon, lat, address)
    return flags, points.head(100).to_dicts()


def _accuracy(columns: Columns, mapping: Mapping) -> pl.Series:
    own = columns.raw("accuracy_m")
    usual = pl.Series("accuracy_m", [mapping.accuracy_m], dtype=pl.Float64).new_from_index(
        0, columns.frame.height
    )
    return usual if own is None else own.cast(pl.String).cast(pl.Float64, strict=False).fill_null(usual)


def _whole(column: pl.Series | None, height: int) -> pl.Series:
    if column is None:
        return pl.Series("n", [None], dtype=pl.Int64).new_from_index(0, height)
    number = column.cast(pl.String).cast(pl.Float64, strict=False).round().cast(pl.Int64, strict=False)
    return pl.select(pl.when(number.is_between(0, 10_000_000)).then(number).alias("n"))["n"]


def _text_faults(built: Map[str, pl.Series]) -> list[tuple[str, npt.NDArray[np.bool_]]]:
    out = []
    for column in built.values():
        if column.dtype == pl.String:
            out.append(
                ("nul_character", column.str.contains("\0", literal=True).fill_null(value=False).to_numpy())
            )
            out.append(
                (
                    "field_too_long",
                    (column.str.len_bytes() > 2 * MAX_FIELD_CHARS).fill_null(value=False).to_numpy(),
                )
            )
    return out


def _bad_rows(sheet: Sheet, reason: npt.NDArray[np.object_]) -> list[BadRow]:
    at = np.flatnonzero(~np.equal(reason, None))
    originals = sheet.frame[at.tolist()].to_dicts() if at.size else []
    out = []
    for original, index in zip(originals, at.tolist(), strict=True):
        flat = {name: plain(value) for name, value in original.items() if value is not None}
        if sheet.geometry is not None and sheet.geometry[index] is not None:
            flat["geometry"] = shapely.to_wkt(sheet.geometry[index], rounding_precision=9)[:100_000]
        name = str(reason[index])
        out.append(BadRow(int(sheet.rows[index]), flat, name, REASONS.get(name, "")))
    return out


def plain(value: Any) -> Any:
    """Return a cell as JSON can hold it: numbers that are finite stay, everything else becomes text."""
    if isinstance(value, bool | int) or (isinstance(value, float) and np.isfinite(value)):
        return value
    return str(value).replace("\0", "\\0")


def _raw_text(sheet: Sheet, wanted: pl.Series) -> pl.Series:
    """Return each wanted row as one text, columns by name: the same row in any file gives the same text."""
    names = sorted(sheet.frame.columns)
    parts = [pl.col(name).cast(pl.String).fill_null("\x1e") for name in names]
    text = sheet.frame.filter(wanted).select(pl.concat_str(parts, separator="\x1f").alias("raw"))["raw"]
    if sheet.geometry is None:
        return text
    outlines = shapely.to_wkb(sheet.geometry[wanted.to_numpy()], hex=True)
    return text + "\x1f" + pl.Series(["" if wkb is None else wkb for wkb in outlines], dtype=pl.String)
