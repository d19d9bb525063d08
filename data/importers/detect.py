"""Which column is what: by its name and by what stands in it, each with how sure and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from data.importers.base import Question, Sheet
from data.importers.geojson import NO_PROPERTIES
from data.importers.looks import LOOKS, PAIR, WKT, area_kind, best, kind_of_file, look, numeric, share
from data.importers.mapping import Kind, Mapping, SourceInfo, folded
from data.importers.profiles import recognise
from data.reference.sites import site_kinds

NO_PROFILE: Final = "none"  # told instead of a profile's name: go by the columns, whatever would fit
_SAMPLE: Final = 2_000
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
    lat = best(
        frame, look(r"^lat(itude)?$|^point_y$|^y_?coord_?wgs|^(gps|geo|stop|dec)_?lat", numeric), taken
    )
    lon = best(frame, look(r"^lon(g|gitude)?$|^lng$|^point_x$|^(gps|geo|stop|dec)_?l(on|ng)", numeric), taken)
    if lat and lon:
        return _pair(frame, lon[0], lat[0], taken, named_xy=False)
    for field, pattern, why in (("latlon", PAIR, "holds pairs of numbers"), ("wkt", WKT, "holds WKT")):
        for name in frame.columns:
            fits = share(frame[name], pattern)
            if fits >= 0.8 and (field == "wkt" or _is_pair(frame[name])):
                taken.add(name)
                return [Finding(field, (name,), fits, f"{name!r} {why}")], {}, []
    x = best(frame, look(r"^x(_?coord(inate)?)?$|^easting$|^x_", numeric), taken)
    y = best(frame, look(r"^y(_?coord(inate)?)?$|^northing$|^y_", numeric), taken)
    return _pair(frame, x[0], y[0], taken, named_xy=True) if x and y else ([], {}, [])


def _pair(
    frame: pl.DataFrame, x: str, y: str, taken: set[str], *, named_xy: bool
) -> tuple[list[Finding], dict[str, object], list[Question]]:
    taken |= {x, y}
    east, north = _reach(frame[x]), _reach(frame[y])
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


def _reach(column: pl.Series) -> float:
    """Return what nearly all values stay within: a stray one is the row's fault, not the column's."""
    value = column.cast(pl.String).cast(pl.Float64, strict=False).abs().quantile(0.9)
    return float(value or 0)


def _is_pair(column: pl.Series) -> bool:
    return bool(
        column.cast(pl.String).drop_nulls().str.contains(r"\d\s*[,;]\s*-?\d|\.\d+\s+-?\d").mean() or 0
    )
