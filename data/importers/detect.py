"""Which column is what: by its name and by what stands in it, each with how sure and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from data.importers import angles
from data.importers.base import Question, Sheet
from data.importers.gather import NO_PROPERTIES
from data.importers.looks import LOOKS, WKT, area_kind, best, kind_of_file, look, numeric, share
from data.importers.mapping import Kind, Mapping, SourceInfo, folded
from data.importers.numbers import floats
from data.importers.profiles import recognise
from data.reference.sites import site_kinds

NO_PROFILE: Final = "none"  # told instead of a profile's name: go by the columns, whatever would fit
_SAMPLE: Final = 2_000
_SURE: Final = 0.8
_LAT: Final = r"^lat(itude?)?$|^point_y$|^y_?coord_?wgs|^(gps|geo|stop|dec)_?lat|^lat_(deg|dms|dd)|^breite"
_LON: Final = (
    r"^lon(g|gitude?)?$|^lng$|^point_x$|^(gps|geo|stop|dec)_?l(on|ng)|^lon_(deg|dms|dd)|^l(ae|_)nge$"
)
_MERCATOR_MAX_M: Final = 20_048_967


@dataclass(frozen=True, slots=True)
class Finding:
    """A field, the columns that were taken for it, how sure that is (0 to 1), and the reason."""

    field: str
    columns: tuple[str, ...]
    confidence: float
    reason: str


@dataclass(frozen=True, slots=True)
class Detected:
    """A proposed mapping with the reasons for it, and what a person must decide first."""

    mapping: Mapping
    findings: tuple[Finding, ...]
    questions: tuple[Question, ...]


def detect(sheet: Sheet, *, kind: Kind, stem: str, profile: str = "") -> Detected:
    """Return the mapping of a known profile, or one proposed from the columns' names and contents.

    With `profile` only that one is asked; NO_PROFILE asks none.
    """
    asked = profile != NO_PROFILE
    known = recognise(kind, sheet.frame.columns, stem, name=profile) if asked else None
    if known is not None:
        why = f"the columns are those of {known.label}"
        findings = [
            Finding(field, tuple(columns), 1.0, why)
            for field, columns in known.mapping.fields.items()
            if columns
        ]
        return Detected(_named(known.mapping, stem), tuple(findings), ())
    return _propose(sheet, kind, stem)


def _named(mapping: Mapping, stem: str) -> Mapping:
    safe = folded(stem).replace("_", "-")[:40] or "file"
    source = mapping.source
    filled = SourceInfo(
        key=(source.key or "{stem}").replace("{stem}", safe)[:80],
        name=(source.name or "{stem}").replace("{stem}", stem[:60]),
        url=source.url,
        licence=source.licence,
    )
    return mapping.model_copy(update={"source": filled})


def _propose(sheet: Sheet, kind: Kind, stem: str) -> Detected:
    # Lines that merely repeat say nothing against an id.
    frame = sheet.frame.head(_SAMPLE).unique(maintain_order=True)
    findings: list[Finding] = []
    taken: set[str] = {NO_PROPERTIES}
    more: dict[str, object] = {}
    questions: list[Question] = []
    if sheet.geometry is None and kind != "areas":
        place, updates, asked = _place(frame, taken)
        findings += place
        more |= updates
        questions += asked
    for field, wanted in LOOKS[kind].items():
        found = best(frame, wanted, taken)
        if found:
            findings.append(Finding(field, (found[0],), found[1], found[2]))
            taken.add(found[0])
    fields = {finding.field: finding.columns for finding in findings}
    if kind == "incidents" and "occurred" not in fields:
        questions.append(Question("occurred", "No column says when it happened.", tuple(frame.columns[:50])))
    if kind == "areas" and "name" not in fields:
        questions.append(Question("name", "No column names the areas.", tuple(frame.columns[:50])))
    values = {}
    if kind == "sites" and "kind" not in fields:
        guess = kind_of_file(stem)
        if guess:
            values["kind"] = guess
            findings.append(Finding("kind", (), 0.7, f"the name of the file says {guess.replace('_', ' ')}"))
        else:
            questions.append(
                Question("kind", "Nothing says what kind of sites these are.", tuple(site_kinds()))
            )
    if kind == "areas" and "kind" not in fields:
        values["kind"] = area_kind(fields.get("name", ("",))[0], sheet.layer or stem)
    mapping = Mapping.model_validate({"kind": kind, "fields": fields, "values": values, **more})
    return Detected(_named(mapping, stem), tuple(findings), tuple(questions))


def _place(frame: pl.DataFrame, taken: set[str]) -> tuple[list[Finding], dict[str, object], list[Question]]:
    lat = best(frame, look(_LAT, lambda column: angles.fits(column, "lat")), taken)
    lon = best(frame, look(_LON, lambda column: angles.fits(column, "lon")), taken)
    if lat and lon:
        return _pair(frame, lon[0], lat[0], taken, named_xy=False)
    found = _by_letters(frame, taken) or _in_one(frame, taken)
    if found:
        return found, {}, []
    x = best(frame, look(r"^x(_?coord(inate)?)?$|^easting$|^x_", numeric), taken)
    y = best(frame, look(r"^y(_?coord(inate)?)?$|^northing$|^y_", numeric), taken)
    return _pair(frame, x[0], y[0], taken, named_xy=True) if x and y else ([], {}, [])


def _by_letters(frame: pl.DataFrame, taken: set[str]) -> list[Finding]:
    """Return the columns whose angles say by their letters what they are, whatever the columns are called."""
    found = []
    axes: tuple[tuple[angles.Axis, str], ...] = (("lat", "N or S"), ("lon", "E or W"))
    for axis, letters in axes:
        for name in frame.columns:
            fits = angles.lettered(frame[name], axis) if name not in taken else 0.0
            if fits >= _SURE:
                found.append(Finding(axis, (name,), fits, f"{name!r} holds degrees with {letters}"))
                break
    if len(found) < len(axes):
        return []
    taken |= {name for finding in found for name in finding.columns}
    return found


def _in_one(frame: pl.DataFrame, taken: set[str]) -> list[Finding]:
    """Return the column that holds whole places: two angles, a grid reference, or WKT."""
    for name in frame.columns:
        fits = angles.pairs_fit(frame[name])
        if fits >= _SURE:
            taken.add(name)
            return [
                Finding("latlon", (name,), fits, f"{name!r} holds places, two angles or a grid reference")
            ]
    for name in frame.columns:
        fits = share(frame[name], WKT)
        if fits >= _SURE:
            taken.add(name)
            return [Finding("wkt", (name,), fits, f"{name!r} holds WKT")]
    return []


def _pair(
    frame: pl.DataFrame, x: str, y: str, taken: set[str], *, named_xy: bool
) -> tuple[list[Finding], dict[str, object], list[Question]]:
    taken |= {x, y}
    east, north = _reach(frame[x], "lon"), _reach(frame[y], "lat")
    columns = [
        Finding("lon", (x,), 0.95, f"{x!r} is called so and holds degrees"),
        Finding("lat", (y,), 0.95, f"{y!r} is called so and holds degrees"),
    ]
    if east <= 180 and north <= 90:
        return columns, {}, []
    if east <= 90 and north <= 180:
        why = f"{y!r} goes beyond 90 degrees and {x!r} does not: the two are swapped"
        return [Finding("lon", (y,), 0.8, why), Finding("lat", (x,), 0.8, why)], {"swapped": True}, []
    # UTM, state plane in metres and national grids stay below a million metres east.
    if 1_000_000 < east <= _MERCATOR_MAX_M and north <= _MERCATOR_MAX_M:
        why = "the numbers are Web Mercator metres (EPSG:3857)"
        return [Finding("lon", (x,), 0.7, why), Finding("lat", (y,), 0.7, why)], {"crs": "EPSG:3857"}, []
    named = "metres or feet of an unnamed grid" if named_xy else "no degrees"
    question = Question(
        "crs", f"{x!r} and {y!r} hold {named}; say which.", ("EPSG:<code>", "local:<lon>,<lat>")
    )
    return [Finding("lon", (x,), 0.4, named), Finding("lat", (y,), 0.4, named)], {}, [question]


def _reach(column: pl.Series, axis: angles.Axis) -> float:
    """Return what nearly all values stay within: a stray one is the row's fault, not the column's."""
    value = angles.degrees(column, axis).fill_null(floats(column)).abs().quantile(0.9)
    return float(value or 0)
