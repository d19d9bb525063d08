"""The columns of each kind of record, built from a file's rows: what an incident, a site, an area says."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping as Map
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl
import shapely

from data.importers import dates
from data.importers.base import Sheet
from data.importers.locate import Located
from data.importers.mapping import Mapping
from data.importers.numbers import floats
from data.importers.taxonomy import Taxonomy
from data.importers.texts import Columns, titles
from data.model import Status, TimePrecision
from data.reference.sites import site_kinds

_PRECISIONS: Final = {name.lower(): int(value) for name, value in TimePrecision.__members__.items()}
_STATUSES: Final = {name.lower(): int(value) for name, value in Status.__members__.items()}
_NO_KIND_SECTOR: Final = "commercial-facilities"


@dataclass(frozen=True, slots=True)
class Built:
    """The columns of one kind of record, what is wrong with which rows, and the mapping as resolved."""

    columns: dict[str, pl.Series]
    mapping: Mapping
    faults: Sequence[tuple[str, npt.NDArray[np.bool_]]] = ()
    unmapped: Map[str, int] = field(default_factory=dict)
    notes: Sequence[str] = ()


def _incidents(sheet: Sheet, columns: Columns, located: Located, *, taxonomy: Taxonomy, zone: str) -> Built:
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
    return Built(built, resolved, faults, typed.unmapped, [*when.notes, *notes])


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


def _sites(sheet: Sheet, columns: Columns, located: Located, *, taxonomy: Taxonomy, zone: str) -> Built:
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
    return Built(built, mapping, (), dict(unmapped.most_common(200)))


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


def _areas(sheet: Sheet, columns: Columns, located: Located, *, taxonomy: Taxonomy, zone: str) -> Built:
    del taxonomy, zone
    mapping = columns.mapping
    height = sheet.frame.height
    shapes = located.shapes if located.shapes is not None else np.full(height, None, dtype=object)
    polygon = np.isin(shapely.get_type_id(shapes), (3, 6))
    outlines = shapes.copy()
    outlines[~polygon] = None
    bounds = shapely.bounds(outlines)
    name = columns.text("name")
    built = {
        "name": name.fill_null(""),
        "kind": columns.text("kind").fill_null("area"),
        "parent": columns.text("parent").fill_null(""),
        **{side: pl.Series(side, bounds[:, i]) for i, side in enumerate(("west", "south", "east", "north"))},
    }
    faults = [("not_an_area", ~polygon), ("missing_name", name.is_null().to_numpy())]
    return Built(built, mapping, faults)


def _whole(column: pl.Series | None, height: int) -> pl.Series:
    if column is None:
        return pl.Series("n", [None], dtype=pl.Int64).new_from_index(0, height)
    number = floats(column).round().cast(pl.Int64, strict=False)
    return pl.select(pl.when(number.is_between(0, 10_000_000)).then(number).alias("n"))["n"]


# Adding a kind of record is a function here and its line.
BUILDERS: Final = {"incidents": _incidents, "sites": _sites, "areas": _areas}
