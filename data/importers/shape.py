"""From a file's rows to records: every row ends up as a record or among the bad ones, none in between."""

from __future__ import annotations

from collections.abc import Mapping as Map
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl
import shapely

from data.importers import places
from data.importers.base import MAX_FIELD_CHARS, BadRow, GeometryArray, Sheet
from data.importers.locate import Located, locate, located_by
from data.importers.mapping import Mapping
from data.importers.numbers import floats
from data.importers.records import BUILDERS
from data.importers.taxonomy import Taxonomy
from data.importers.texts import Columns, kept

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
    """Rows as records: `frame` holds one line per record, `shapes` their outlines."""

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
    """Return the rows as records of the mapping's kind; raise NeedsAnswer where a person must decide."""
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
        "accuracy_m": _accuracy(columns, located),
        "extra": kept(columns),
    }
    built = BUILDERS[mapping.kind](sheet, columns, located, taxonomy=taxonomy, zone=zone)
    for name, flagged in built.faults:
        reason[flagged & (reason == "")] = name
    for name, flagged in _text_faults(built.columns):
        reason[flagged & (reason == "")] = name
    good = reason == ""
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


def _defaults(
    located: Located, address: pl.Series, *, find: bool
) -> tuple[npt.NDArray[np.bool_], Sequence[Map[str, Any]]]:
    if not find:
        return np.zeros(len(located.lon), dtype=np.bool_), ()
    wrong = located.reason != ""
    lon, lat = np.where(wrong, np.nan, located.lon), np.where(wrong, np.nan, located.lat)
    flags, points = places.default_points(lon, lat, address)
    return flags, points.head(100).to_dicts()


def _accuracy(columns: Columns, located: Located) -> pl.Series:
    """Return how far off each place may be: as its row says, as its grid reference says, as is usual."""
    usual = pl.Series("accuracy_m", [columns.mapping.accuracy_m], dtype=pl.Float64)
    usual = usual.new_from_index(0, columns.frame.height)
    if located.accuracy_m is not None:
        usual = pl.Series("accuracy_m", located.accuracy_m).fill_nan(None).fill_null(usual)
    own = columns.raw("accuracy_m")
    return usual if own is None else floats(own).fill_null(usual)


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
    at = np.flatnonzero(reason != "")
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
