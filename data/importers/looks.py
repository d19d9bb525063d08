"""What each field looks like: the names that columns have for it, and the values that fit."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from data.importers import dates
from data.importers.base import as_float
from data.importers.mapping import Kind, folded
from data.importers.numbers import floats

WKT: Final = r"(?i)^\s*(?:SRID=\d+;)?\s*(?:MULTI)?(?:POINT|LINESTRING|POLYGON)\s*Z?\s*\("
_ACCEPT: Final = 0.5


@dataclass(frozen=True, slots=True)
class Look:
    """What a field looks like: names (surest first) and the share of values that fit."""

    names: tuple[str, ...]
    fits: Callable[[pl.Series], float]
    needs_content: float  # below this share of fitting values the name alone does not count
    by_content_alone: bool = False


def look(names: str, fits: Callable[[pl.Series], float], needs: float = 0.6, *, alone: bool = False) -> Look:
    """Return a look from patterns of names, surest first, and the share of values that must fit."""
    # Alternatives are ranked: those outside of brackets, surest first.
    return Look(tuple(re.split(r"\|(?![^()]*\))", names)), fits, needs, alone)


def numeric(column: pl.Series) -> float:
    """Return the share of values that are numbers."""
    given = column.drop_nulls()
    if not given.len():
        return 0.0
    return as_float(floats(given).is_not_null().mean())


def _texts(column: pl.Series) -> float:
    given = column.drop_nulls()
    return 1.0 - numeric(column) if given.len() and not column.dtype.is_temporal() else 0.0


def _unique(column: pl.Series) -> float:
    given = column.drop_nulls()
    return given.n_unique() / max(column.len(), 1)


def _categories(column: pl.Series) -> float:
    given = column.drop_nulls()
    return 1.0 if given.len() and (given.n_unique() <= max(20, given.len() * 0.5)) else 0.2


def _anything(column: pl.Series) -> float:
    return 1.0 if column.drop_nulls().len() else 0.0


def _address(column: pl.Series) -> float:
    return max(share(column, r"(?i)\d+\s+\w+|\b(st|street|ave|avenue|road|rd|blvd|hwy)\b|&|,"), 0.0)


def share(column: pl.Series, pattern: str) -> float:
    """Return the share of values in which the pattern is found."""
    given = column.drop_nulls()
    return as_float(given.cast(pl.String).str.contains(pattern).mean()) if given.len() else 0.0


def best(frame: pl.DataFrame, look: Look, taken: set[str]) -> tuple[str, float, str] | None:
    """Return the free column that looks most like it, how sure that is, and why; or None."""
    found: tuple[str, float, str] | None = None
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
        if confidence >= _ACCEPT and (found is None or confidence > found[1]):
            found = (name, round(confidence, 2), f"{name!r} is called so, and {fits:.0%} of its values fit")
    if found is None and look.by_content_alone:
        for name in frame.columns:
            if name not in taken and frame[name].dtype.is_temporal():
                return name, 0.6, f"{name!r} holds dates"
    return found


LOOKS: Final[dict[Kind, dict[str, Look]]] = {
    "incidents": {
        "occurred": look(
            r"^occurred|occur|^incident_date|^event_(date|time)|^date_?time$|^datetime|^timestamp$|^time_?stamp|"
            r"^date$|^date_(from|single|start)|^date|^call_(date|time)|^open|^created|^begin$|^when$|^reported|^time$|^month$|_date$|date",
            dates.share_of_dates,
            0.7,
            alone=True,
        ),
        "occurred_time": look(
            r"^time$|^time_(from|start)|^occurred_time",
            lambda c: share(c, r"^\d{1,2}:?\d{2}(:\d{2})?$"),
            0.8,
        ),
        "occurred_end": look(r"^date_to$|^end(_date)?$|^closed", dates.share_of_dates, 0.7),
        "occurred_end_time": look(r"^time_(to|end)", lambda c: share(c, r"^\d{1,2}:?\d{2}(:\d{2})?$"), 0.8),
        "id": look(
            r"^(incident|case|report|event|crime|call)_?(id|number|no)$|^(uu|gu|u)?id$|^feature_id$|^serial$|^#$|^number$|_id$|^objectid$",
            _unique,
            0.8,
        ),
        "type": look(
            r"^type$|^category|^incident_type|^(offen[cs]e|crime|call|event)_?(type|description|category)?$|_type$|^event$|^reason$|^primary",
            _categories,
            0.5,
        ),
        "title": look(
            r"^title$|^(incident|case)_title|^headline|^summary$|^name$|^subject$|title", _texts, 0.5
        ),
        "address": look(r"^address$|^addr|^location$|^street|^block$|^place$|address|location", _texts, 0.5),
        "narrative": look(
            r"^desc(riptio?n?)?$|^narrative|^details?$|^notes?$|^comments?$|^text$|description", _texts, 0.5
        ),
        "severity": look(r"^severity$|^priority$", _categories, 0.5),
        "status": look(r"^(case_)?status$|^state$", _categories, 0.9),
        "persons_affected": look(r"^persons|^people|^affected|^victims?$", numeric, 0.8),
    },
    "sites": {
        "id": look(
            r"^(site|facility|plant|record|object)_?id$|^global_?id$|^(uu|gu|u)?id$|^feature_id$|^icao$|_id$|^code$|^objectid(_1)?$|^fid$|^sub_id$",
            _unique,
            0.8,
        ),
        "name": look(
            r"^name$|^(site|facility|plant|station|stop|dam|sub|school)_?name$|^site$|^station$|^title$|name",
            _texts,
            0.5,
        ),
        "address": look(r"^address$|^addr|^street(_?address)?$|address|^street", _texts, 0.4),
        "phone": look(r"^phone|^telephone|^tel$", lambda c: share(c, r"\d{3}.?\d{4}"), 0.5),
        "owner": look(r"^owner|^operator|^utility_name", _texts, 0.5),
    },
    "areas": {
        "name": look(
            r"^name$|^town$|^(county|state|city|district|area|neighbou?rhood)(_name)?$|^name\d*$|^namelsad|name|^district|^a3$",
            _anything,
            0.5,
        ),
        "id": look(
            r"^geo_?id\d*$|^feature_id$|^(town|county|state|district)_?id$|^fips|^global_?id$|^(uu|gu|u)?id$|_id$|^objectid$",
            _unique,
            0.8,
        ),
        "parent": look(r"^parent$|^state(_?name)?$|^county(_?name)?$", _categories, 0.5),
    },
}
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


def kind_of_file(stem: str) -> str:
    """Return the kind of sites that the name of a file speaks of, or ""."""
    said = re.sub(r"[^a-z]+", " ", stem.lower())
    for pattern, kind in _FILE_KINDS:
        if re.search(rf"\b(?:{pattern})", said):
            return kind
    return ""


def area_kind(name_column: str, hint: str) -> str:
    """Return what kind of areas these are, by the column that names them and by the file."""
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
