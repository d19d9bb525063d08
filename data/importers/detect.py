"""Which column is what: by its name and by what stands in it, each with how sure and why."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from data.importers import dates
from data.importers.base import Question, Sheet
from data.importers.geojson import NO_PROPERTIES
from data.importers.mapping import Kind, Mapping, SourceInfo, folded
from data.importers.profiles import recognise
from data.reference.sites import site_kinds

_SAMPLE: Final = 2_000
_ACCEPT: Final = 0.5
_PAIR: Final = r"^\s*[\(\[]?\s*-?\d{1,3}(?:\.\d+)?\s*[,;\s]\s*-?\d{1,3}(?:\.\d+)?\s*[\)\]]?\s*$"
_WKT: Final = r"(?i)^\s*(?:SRID=\d+;)?\s*(?:MULTI)?(?:POINT|LINESTRING|POLYGON)\s*Z?\s*\("
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


@dataclass(frozen=True, slots=True)
class _Look:
    """What a field looks like: names (surest first) and the share of values that fit."""

    names: tuple[str, ...]
    fits: Callable[[pl.Series], float]
    needs_content: float  # below this share of fitting values the name alone does not count
    by_content_alone: bool = False


def detect(sheet: Sheet, *, kind: Kind, stem: str, profile: str = "") -> Detected:
    """Return the mapping of a known profile, or one proposed from the columns' names and contents."""
    known = recognise(kind, sheet.frame.columns, stem, name=profile)
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
    for field, look in _LOOKS[kind].items():
        found = _best(frame, look, taken)
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
        guess = _kind_of_file(stem)
        if guess:
            values["kind"] = guess
            findings.append(Finding("kind", (), 0.7, f"the name of the file says {guess.replace('_', ' ')}"))
        else:
            questions.append(
                Question("kind", "Nothing says what kind of sites these are.", tuple(site_kinds()))
            )
    if kind == "areas" and "kind" not in fields:
        values["kind"] = _area_kind(fields.get("name", ("",))[0], sheet.layer or stem)
    mapping = Mapping.model_validate({"kind": kind, "fields": fields, "values": values, **more})
    return Detected(_named(mapping, stem), tuple(findings), tuple(questions))


# ── places ───────────────────────────────────────────────────────────────────────────────────────────


def _place(frame: pl.DataFrame, taken: set[str]) -> tuple[list[Finding], dict[str, object], list[Question]]:
    lat = _best(
        frame, _look(r"^lat(itude)?$|^point_y$|^y_?coord_?wgs|^(gps|geo|stop|dec)_?lat", _numeric), taken
    )
    lon = _best(
        frame, _look(r"^lon(g|gitude)?$|^lng$|^point_x$|^(gps|geo|stop|dec)_?l(on|ng)", _numeric), taken
    )
    if lat and lon:
        return _pair(frame, lon[0], lat[0], taken, named_xy=False)
    for field, pattern, why in (("latlon", _PAIR, "holds pairs of numbers"), ("wkt", _WKT, "holds WKT")):
        for name in frame.columns:
            share = _share(frame[name], pattern)
            if share >= 0.8 and (field == "wkt" or _is_pair(frame[name])):
                taken.add(name)
                return [Finding(field, (name,), share, f"{name!r} {why}")], {}, []
    x = _best(frame, _look(r"^x(_?coord(inate)?)?$|^easting$|^x_", _numeric), taken)
    y = _best(frame, _look(r"^y(_?coord(inate)?)?$|^northing$|^y_", _numeric), taken)
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


# ── the rest ─────────────────────────────────────────────────────────────────────────────────────────


def _numeric(column: pl.Series) -> float:
    given = column.drop_nulls()
    if not given.len():
        return 0.0
    return float(
        given.cast(pl.String).str.strip_chars().cast(pl.Float64, strict=False).is_not_null().mean() or 0
    )


def _texts(column: pl.Series) -> float:
    given = column.drop_nulls()
    return 1.0 - _numeric(column) if given.len() and not column.dtype.is_temporal() else 0.0


def _unique(column: pl.Series) -> float:
    given = column.drop_nulls()
    return given.n_unique() / max(column.len(), 1)


def _categories(column: pl.Series) -> float:
    given = column.drop_nulls()
    return 1.0 if given.len() and (given.n_unique() <= max(20, given.len() * 0.5)) else 0.2


def _anything(column: pl.Series) -> float:
    return 1.0 if column.drop_nulls().len() else 0.0


def _address(column: pl.Series) -> float:
    return max(_share(column, r"(?i)\d+\s+\w+|\b(st|street|ave|avenue|road|rd|blvd|hwy)\b|&|,"), 0.0)


def _share(column: pl.Series, pattern: str) -> float:
    given = column.drop_nulls()
    return float(given.cast(pl.String).str.contains(pattern).mean() or 0) if given.len() else 0.0


def _look(
    names: str, fits: Callable[[pl.Series], float], needs: float = 0.6, *, alone: bool = False
) -> _Look:
    # Alternatives are ranked: those outside of brackets, surest first.
    return _Look(tuple(re.split(r"\|(?![^()]*\))", names)), fits, needs, alone)


_LOOKS: Final[dict[Kind, dict[str, _Look]]] = {
    "incidents": {
        "occurred": _look(
            r"^occurred|occur|^incident_date|^event_(date|time)|^date_?time$|^datetime|^timestamp$|^time_?stamp|"
            r"^date$|^date_(from|single|start)|^date|^call_(date|time)|^open|^created|^begin$|^when$|^reported|^time$|^month$|_date$|date",
            dates.share_of_dates,
            0.7,
            alone=True,
        ),
        "occurred_time": _look(
            r"^time$|^time_(from|start)|^occurred_time",
            lambda c: _share(c, r"^\d{1,2}:?\d{2}(:\d{2})?$"),
            0.8,
        ),
        "occurred_end": _look(r"^date_to$|^end(_date)?$|^closed", dates.share_of_dates, 0.7),
        "occurred_end_time": _look(r"^time_(to|end)", lambda c: _share(c, r"^\d{1,2}:?\d{2}(:\d{2})?$"), 0.8),
        "id": _look(
            r"^(incident|case|report|event|crime|call)_?(id|number|no)$|^(uu|gu|u)?id$|^feature_id$|^serial$|^#$|^number$|_id$|^objectid$",
            _unique,
            0.8,
        ),
        "type": _look(
            r"^type$|^category|^incident_type|^(offen[cs]e|crime|call|event)_?(type|description|category)?$|_type$|^event$|^reason$|^primary",
            _categories,
            0.5,
        ),
        "title": _look(
            r"^title$|^(incident|case)_title|^headline|^summary$|^name$|^subject$|title", _texts, 0.5
        ),
        "address": _look(r"^address$|^addr|^location$|^street|^block$|^place$|address|location", _texts, 0.5),
        "narrative": _look(
            r"^desc(ription)?$|^narrative|^details?$|^notes?$|^comments?$|^text$|description", _texts, 0.5
        ),
        "severity": _look(r"^severity$|^priority$", _categories, 0.5),
        "status": _look(r"^(case_)?status$|^state$", _categories, 0.9),
        "persons_affected": _look(r"^persons|^people|^affected|^victims?$", _numeric, 0.8),
    },
    "sites": {
        "id": _look(
            r"^(site|facility|plant|record|object)_?id$|^global_?id$|^(uu|gu|u)?id$|^feature_id$|^icao$|_id$|^code$|^objectid(_1)?$|^fid$|^sub_id$",
            _unique,
            0.8,
        ),
        "name": _look(
            r"^name$|^(site|facility|plant|station|stop|dam|sub|school)_?name$|^site$|^station$|^title$|name",
            _texts,
            0.5,
        ),
        "address": _look(r"^address$|^addr|^street(_?address)?$|address|^street", _texts, 0.4),
        "phone": _look(r"^phone|^telephone|^tel$", lambda c: _share(c, r"\d{3}.?\d{4}"), 0.5),
        "owner": _look(r"^owner|^operator|^utility_name", _texts, 0.5),
    },
    "areas": {
        "name": _look(
            r"^name$|^town$|^(county|state|city|district|area|neighbou?rhood)(_name)?$|^name\d*$|^namelsad|name|^district|^a3$",
            _anything,
            0.5,
        ),
        "id": _look(
            r"^geo_?id\d*$|^feature_id$|^(town|county|state|district)_?id$|^fips|^global_?id$|^(uu|gu|u)?id$|_id$|^objectid$",
            _unique,
            0.8,
        ),
        "parent": _look(r"^parent$|^state(_?name)?$|^county(_?name)?$", _categories, 0.5),
    },
}


def _best(frame: pl.DataFrame, look: _Look, taken: set[str]) -> tuple[str, float, str] | None:
    best: tuple[str, float, str] | None = None
    for name in frame.columns:
        if name in taken:
            continue
        rank = next((i for i, pattern in enumerate(look.names) if re.search(pattern, folded(name))), None)
        if rank is None:
            continue
        fits = look.fits(frame[name])
        if fits < look.needs_content:
            continue
        confidence = (1.0 - 0.5 * rank / len(look.names)) * (0.5 + 0.5 * fits)
        if confidence >= _ACCEPT and (best is None or confidence > best[1]):
            best = (name, round(confidence, 2), f"{name!r} is called so, and {fits:.0%} of its values fit")
    if best is None and look.by_content_alone:
        for name in frame.columns:
            if name not in taken and frame[name].dtype.is_temporal():
                return name, 0.6, f"{name!r} holds dates"
    return best


_FILE_KINDS: Final = (
    ("hospital", "hospital"),
    ("police station", "police_station"),
    ("fire station", "fire_station"),
    ("college|universit", "college"),
    ("school", "school"),
    ("community center", "shelter"),
    ("shelter", "shelter"),
    ("mbta|subway|rail|gtfs|station", "rail_station"),
    ("airport", "airport"),
    ("hydrant", "hydrant"),
    ("librar", "library"),
    ("substation", "substation"),
    ("power plant", "power_plant"),
    ("dam", "dam"),
    ("pharmac", "pharmacy"),
    ("bridge", "bridge"),
)


def _kind_of_file(stem: str) -> str:
    said = re.sub(r"[^a-z]+", " ", stem.lower())
    for pattern, kind in _FILE_KINDS:
        if re.search(rf"\b(?:{pattern})", said):
            return kind
    return ""


def _area_kind(name_column: str, hint: str) -> str:
    said = f"{folded(name_column)} {folded(hint)}"
    kinds = (
        "county",
        "counties",
        "state",
        "town",
        "municipalit",
        "neighbo",
        "district",
        "tract",
        "block",
        "countr",
        "land",
        "zone",
    )
    words: Sequence[str] = (
        "county",
        "county",
        "state",
        "town",
        "town",
        "neighbourhood",
        "district",
        "census tract",
        "census block",
        "country",
        "land",
        "zone",
    )
    return next((word for key, word in zip(kinds, words, strict=True) if key in said), "area")
