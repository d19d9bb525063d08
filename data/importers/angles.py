r"""Latitudes and longitudes as people write them in a column: degrees, minutes, seconds, a letter or a sign.

Read are decimal degrees ("42.36", "42,36", "71.06 W"), degrees and minutes ("N42 21.5", "42°21,5'"), degrees,
minutes and seconds ("42°21'30\"N", "42 21 30 N", "42-21-30.5N", "-71:03:32"), and digits that run together
before a letter, as charts have them ("422130N", "4221.5N", "0710332W").
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from data.errors import BadCoordinates
from data.gazetteer import grids
from data.importers.base import as_float
from data.importers.numbers import floats, tidy

Axis = Literal["lat", "lon"]
Floats = npt.NDArray[np.float64]

_LETTERS: Final[dict[Axis, str]] = {"lat": "NS", "lon": "EW"}
_DEGREES_DIGITS: Final[dict[Axis, int]] = {"lat": 2, "lon": 3}
_ANGLE: Final = (
    r"^([NSEW])?\s*([+-])?\s*(\d{1,3}(?:\.\d*)?)"
    r"(?:(?:\s+|-)(\d{1,2}(?:\.\d*)?)(?:(?:\s+|-)(\d{1,2}(?:\.\d*)?))?)?\s*([NSEW])?$"
)
# "S" after seconds is their unit where D and M stand before it, else the south.
_UNIT_S: Final = r"D\s*(\d+)\s*M\s*(\d+(?:\.\d+)?)\s*S(?:EC(?:ONDS?)?)?\b"
_WORDS: Final = (
    (r"NORTH", "N"),
    (r"SOUTH", "S"),
    (r"EAST", "E"),
    (r"WEST", "W"),
    (r"DEG(?:REES?)?|MIN(?:UTES?)?|SEC(?:ONDS?)?|[DM]", " "),
    ("[°ºo˚*'’‘′´`\"”“″:]", " "),
    (r"\s+", " "),
)
_PAIR: Final = r"^[\s(\[]*(-?\d{1,3}(?:\.\d+)?)\s*[,;\s]\s*(-?\d{1,3}(?:\.\d+)?)[\s)\]]*$"
_SURELY_A_PAIR: Final = r"(?i)[°º]|[a-z]|\d\s*[,;]\s*-?\d|\.\d+[\s/]+-?\d|,\d+\s+-?\d+,\d"
_A_NUMBER: Final = r"^\s*\d+(?:,\d+)+(?:\.\d*)?\s*$"
_TWO_COMMAS: Final = re.compile(r"^([+-]?\d{1,3}),(\d+)\s*,\s+([+-]?\d{1,3}),(\d+)$")
_HYPHENS: Final = re.compile(r"(?<=\d)-(?=\d)")
_LOOKED_AT: Final = 200


@dataclass(frozen=True, slots=True)
class Pairs:
    """Latitude and longitude of each text and how coarse it says them, each NaN where it does not say."""

    lat: Floats
    lon: Floats
    accuracy_m: Floats


def degrees(column: pl.Series, axis: Axis) -> pl.Series:
    """Return a column of latitudes or longitudes as degrees, null where it cannot be read as one."""
    value = floats(column, groups=False)
    if column.dtype.is_numeric():
        return value
    odd = value.is_null() & column.is_not_null()
    if not odd.any():
        return value
    return value.scatter(odd.arg_true(), _parsed(tidy(column.filter(odd)), axis))


def fits(column: pl.Series, axis: Axis) -> float:
    """Return the share of values that can be read as a latitude or longitude."""
    given = column.drop_nulls()
    return as_float(degrees(given, axis).is_not_null().mean()) if given.len() else 0.0


def lettered(column: pl.Series, axis: Axis) -> float:
    """Return the share of values that are angles and say by their letter that they are of this axis."""
    given = column.drop_nulls()
    if not given.len() or given.dtype.is_numeric():
        return 0.0
    letter = given.cast(pl.String).str.to_uppercase().str.contains(rf"[{_LETTERS[axis]}]")
    return as_float((letter & _parsed(tidy(given), axis).is_not_null()).mean())


def _parsed(text: pl.Series, axis: Axis) -> pl.Series:
    text = text.str.to_uppercase().str.replace(_UNIT_S, " $1 $2 ")
    for pattern, by in _WORDS:
        text = text.str.replace_all(pattern, by)
    text = text.str.strip_chars()
    # A comma is the decimal one where it is the only one and there is no point.
    text = text.str.replace(r"^([^.,]*\d),(\d[^.,]*)$", "$1.$2")
    text = _spaced(text, axis)
    found = text.str.extract_groups(_ANGLE).struct.unnest()
    before, sign, d, m, s, after = (found[str(place)] for place in range(1, 7))
    letter = before.fill_null("") + after.fill_null("")
    value = _sum(d, m, s)
    west = letter.is_in(["S", "W"])
    wrong = (
        (letter.str.len_chars() > 1)
        | ((letter != "") & ~letter.is_in(list(_LETTERS[axis])))
        | ((sign == "-").fill_null(value=False) & (letter != "") & ~west)
        | ((sign == "+").fill_null(value=False) & west)
        | (d.str.contains(".", literal=True) & m.is_not_null()).fill_null(value=False)
        | (m.str.contains(".", literal=True) & s.is_not_null()).fill_null(value=False)
    )
    negative = west | (sign == "-").fill_null(value=False)
    return value.zip_with(~negative, -value).set(wrong.fill_null(value=True), None)


def _spaced(text: pl.Series, axis: Axis) -> pl.Series:
    """Return texts in which degrees, minutes and seconds that run together before a letter stand apart."""
    letters, digits = _LETTERS[axis], _DEGREES_DIGITS[axis]
    body = rf"(\d{{{digits}}})(\d{{2}})(\d{{2}})?(\.\d*)?"
    after = text.str.replace(rf"^{body}\s*([{letters}])$", "$1 $2 $3$4 $5")
    both = after.str.replace(rf"^([{letters}])\s*{body}$", "$1$2 $3 $4$5")
    # Without seconds the fraction is of the minutes.
    return both.str.replace(r"(\d) (\.\d*)", "$1$2").str.replace_all(r"\s+", " ")


def _sum(d: pl.Series, m: pl.Series, s: pl.Series) -> pl.Series:
    minutes, seconds = (part.cast(pl.Float64, strict=False).fill_null(0.0) for part in (m, s))
    value = d.cast(pl.Float64, strict=False) + minutes / 60 + seconds / 3600
    return value.set((minutes >= 60) | (seconds >= 60), None)


def pairs(column: pl.Series) -> Pairs:
    """Return the places of a column whose texts each are one: two angles in any notation, or a grid square.

    Latitude comes first unless the letters say otherwise.
    """
    text = tidy(column)
    groups = text.str.extract_groups(_PAIR).struct.unnest()
    lat, lon = (groups[str(place)].cast(pl.Float64, strict=False) for place in (1, 2))
    odd = lat.is_null() & text.is_not_null()
    accuracy = pl.Series([None], dtype=pl.Float64).new_from_index(0, len(text))
    if odd.any():
        at, said = odd.arg_true(), text.filter(odd)
        each = said.unique()
        fixes = [_fix(one) for one in each]
        for target, values in enumerate(zip(*fixes, strict=True)):
            full = said.replace_strict(each, pl.Series(values, dtype=pl.Float64), return_dtype=pl.Float64)
            if target == 0:
                lat = lat.scatter(at, full)
            elif target == 1:
                lon = lon.scatter(at, full)
            else:
                accuracy = accuracy.scatter(at, full)
    return Pairs(*(part.fill_null(np.nan).to_numpy() for part in (lat, lon, accuracy)))


def pairs_fit(column: pl.Series) -> float:
    """Return the share of texts that are surely places: "3,5" may be a number, "12:30 13:45" are hours."""
    given = column.drop_nulls().head(_LOOKED_AT)
    if not given.len() or given.dtype != pl.String:
        return 0.0
    sure = given.str.contains(_SURELY_A_PAIR) & ~given.str.contains(_A_NUMBER)
    return as_float((sure & pl.Series(~np.isnan(pairs(given).lat))).mean())


def _fix(text: str) -> tuple[float | None, float | None, float | None]:
    text = _TWO_COMMAS.sub(r"\1.\2, \3.\4", _HYPHENS.sub(" ", text.strip("()[] ")))
    try:
        found = grids.read(text)
    except BadCoordinates:
        return None, None, None
    if found is None:
        return None, None, None
    coarse = found.accuracy_m if found.notation is grids.Notation.USNG else None
    return found.place.lat, found.place.lon, coarse
