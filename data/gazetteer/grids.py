"""Coordinates as people write them: decimal degrees, degrees-minutes-seconds, USNG/MGRS; read and written.

`read` answers None for text that is no coordinates, and raises BadCoordinates for text that plainly is
meant as such but names no place on Earth. A grid reference names a cell: its centre is returned, and
`accuracy_m` says how far its corners are.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import mgrs
from mgrs.core import MGRSError

from data.errors import BadCoordinates
from data.geo import checked
from data.model import LonLat

METRES_PER_DEGREE: Final = 111_320.0
MAX_PAIRS: Final = 5
MAX_CHARS: Final = 120

_USNG = re.compile(r"(\d{1,2}[C-HJ-NP-X]|[ABYZ])([A-HJ-NP-Z])([A-HJ-NP-Z])((?:\d{2}){0,5})")
_USNG_SPACED = re.compile(
    r"(?:\d{1,2}\s*[C-HJ-NP-X]|[ABYZ])[\s-]*[A-HJ-NP-Z]\s*[A-HJ-NP-Z][\s-]*(?:\d+|(\d{1,5})[\s-]+(\d{1,5}))?"
)
_NUMBER = r"[+-]?\d{1,7}(?:\.\d{0,15})?"
_TOKEN = re.compile(rf"\s*(?:({_NUMBER})|([NSEW])|([,;/|]))")
_DECIMAL_COMMAS = re.compile(
    r"\s*([+-]?\d{1,3}),(\d+)\s*°?\s*([NSEW]?)\s*[;\s/]\s*([+-]?\d{1,3}),(\d+)\s*°?\s*([NSEW]?)\s*"
)
_WORDS = (("LATITUDE", "LAT"), ("LONGITUDE", "LON"), ("LONG", "LON"), ("LNG", "LON"))
_COMPASS = (("NORTH", "N"), ("SOUTH", "S"), ("EAST", "E"), ("WEST", "W"))
_UNITS = re.compile(
    r"(?<=[\d\s.])(?:DEGREES|DEGREE|DEG|MINUTES|MINUTE|MIN|SECONDS|SECOND|SEC|D|M)(?=[\s\d,;.NSEW+-]|$)"
)
_MARKS = re.compile("[°ºo˚*'’‘′´`\"”“″:]|''")
_LETTERED = re.compile(r"(\d+)\s*D\s*(\d+(?:\.\d+)?)\s*M\s*(?:(\d+(?:\.\d+)?)\s*S(?=\s*[NSEW,]|$))?")
_MINUS = str.maketrans({"−": "-", "–": "-", "‐": "-", "‑": "-", "\u00a0": " ", "\u202f": " ", "，": ","})


class Notation(StrEnum):
    """How a place was written."""

    DECIMAL = "decimal"
    DMS = "dms"
    USNG = "usng"


@dataclass(frozen=True, slots=True)
class Fix:
    """A place read from text: the point, or the centre of the cell, and how far off it may be."""

    place: LonLat
    accuracy_m: float
    notation: Notation
    swapped: LonLat | None = None  # the other reading of two bare numbers, where that is a place too


def read(text: str) -> Fix | None:
    """Return the place that the text gives in any notation, or None when it is not coordinates."""
    if not any(char.isdigit() for char in text) or len(text) > MAX_CHARS:
        return None
    tidy = text.translate(_MINUS).strip().upper()
    if tidy.startswith("GEO:"):
        tidy = tidy[4:].split(";", 1)[0]
    if _USNG_SPACED.fullmatch(tidy):
        return _read_usng(tidy)
    return _read_degrees(tidy)


def decimal(place: LonLat, *, digits: int = 5) -> str:
    """Return latitude, longitude in decimal degrees, as maps and telephones expect them."""
    return f"{place.lat + 0.0:.{digits}f}, {place.lon + 0.0:.{digits}f}"


def dms(place: LonLat, *, digits: int = 1) -> str:
    """Return degrees, minutes and seconds with hemispheres: 42°21'36.4"N 71°03'32.0"W."""
    return f"{_sexagesimal(place.lat, 'NS', digits)} {_sexagesimal(place.lon, 'EW', digits)}"


def usng(place: LonLat, *, pairs: int = MAX_PAIRS) -> str:
    """Return the USNG reference with spaces; digits are cut off, never rounded, as the standard has it."""
    if not 0 <= pairs <= MAX_PAIRS:
        raise ValueError("a grid reference has 0 to 5 digit pairs")
    # Within a metre south of the equator GEOTRANS writes a row that it cannot read itself.
    lat = 0.0 if -1e-5 < place.lat < 0 else place.lat
    compact = mgrs.MGRS().toMGRS(lat, place.lon, MGRSPrecision=pairs)
    match = re.fullmatch(r"(\d*[A-Z])([A-Z]{2})(\d*)", compact)
    if match is None:
        raise BadCoordinates("This place has no grid reference.", hint="Write it in degrees.")
    zone, square, digits = match.groups()
    half = len(digits) // 2
    return " ".join(part for part in (zone, square, digits[:half], digits[half:]) if part)


def _read_usng(text: str) -> Fix:
    """Return the centre of the cell of a grid reference."""
    match = _USNG.fullmatch(re.sub(r"[\s-]", "", text))
    spaced = _USNG_SPACED.fullmatch(text)
    uneven = (
        spaced is not None and spaced.group(1) is not None and len(spaced.group(1)) != len(spaced.group(2))
    )
    if match is None or uneven:
        raise BadCoordinates(
            "The grid reference has an odd number of digits.",
            hint="Easting and northing have the same number of digits, 0 to 5 each: 19T CG 304 918.",
        )
    zone, column, row, digits = match.groups()
    try:
        lat, lon = mgrs.MGRS().toLatLon(f"{zone}{column}{row}{digits}")
    except MGRSError as error:
        raise BadCoordinates(
            f"There is no grid square {zone} {column}{row}.",
            hint="Check the zone and the two letters: 19T CG 304 918.",
        ) from error
    cell_m = 10.0 ** (MAX_PAIRS - len(digits) // 2)
    return Fix(checked(float(lon), float(lat)), cell_m * math.sqrt(0.5), Notation.USNG)


def _read_degrees(text: str) -> Fix | None:
    """Return the place of a pair of angles, or None when the text is not one."""
    text = _LETTERED.sub(r"\1 \2 \3 ", text)
    commas = _DECIMAL_COMMAS.fullmatch(text)
    if commas:
        a, b, first, c, d, second = commas.groups()
        text = f"{a}.{b} {first}, {c}.{d} {second}"
    marked = bool(_MARKS.search(text))
    swapped = False
    for word, short in _WORDS:
        text = text.replace(word, short)
    if "LAT" in text and "LON" in text:
        swapped = text.index("LON") < text.index("LAT")
        marked = True
        text = re.sub(r"(LAT|LON)[\s:=.]*", " , ", text).strip(" ,")
        text = re.sub(r",[\s,]*,", ",", text)
    for word, letter in _COMPASS:
        text = text.replace(word, letter)
    tokens = _tokens(_MARKS.sub(" ", _UNITS.sub(" ", text)))
    if tokens is None:
        return None
    groups = _groups(tokens)
    if groups is None:
        return None
    (first_letter, first_numbers), (second_letter, second_numbers) = groups
    plain = len(first_numbers) == 1 and not (first_letter or marked or "," in tokens)
    if plain and not any("." in number for number in first_numbers + second_numbers):
        return None  # "42 71" is a house number or a count, not a place
    return _fix(first_letter, first_numbers, second_letter, second_numbers, swapped=swapped)


def _tokens(text: str) -> list[str] | None:
    """Return numbers, hemisphere letters and separators (as a comma); None when there is anything else."""
    tokens: list[str] = []
    at = 0
    text = text.rstrip(" .,;")
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            return None
        number, letter, separator = match.groups()
        tokens.append(number or letter or ("," if separator else ""))
        at = match.end()
    return tokens


Group = tuple[str, list[str]]


def _groups(tokens: list[str]) -> tuple[Group, Group] | None:
    """Return the two angles, each with its hemisphere letter or ""; None when there are not two."""
    letters = [part for part in tokens if part in "NSEW"]
    if len(letters) not in (0, 2) or tokens.count(",") > 1:
        return None
    if letters:
        ordered = [part for part in tokens if part != ","]
        before = ordered[0] in "NSEW"
        where = [index for index, part in enumerate(ordered) if part in "NSEW"]
        cut = where[1] if before else where[0] + 1
        halves = [ordered[:cut], ordered[cut:]]
    elif "," in tokens:
        comma = tokens.index(",")
        halves = [tokens[:comma], tokens[comma + 1 :]]
    else:
        middle = len(tokens) // 2
        halves = [tokens[:middle], tokens[middle:]]
    found: list[Group] = []
    for half in halves:
        numbers = [part for part in half if part not in "NSEW"]
        if not 1 <= len(numbers) <= 3:
            return None
        found.append(("".join(part for part in half if part in "NSEW"), numbers))
    if len(found[0][1]) != len(found[1][1]) or any(len(letter) != len(letters) // 2 for letter, _ in found):
        return None
    return found[0], found[1]


def _fix(
    first_letter: str, first: list[str], second_letter: str, second: list[str], *, swapped: bool
) -> Fix | None:
    """Return the place of two angles; latitude comes first unless letters, words or sizes say otherwise."""
    if first_letter and (first_letter in "NS") == (second_letter in "NS"):
        raise BadCoordinates(
            "Both angles are of the same kind.", hint="Give one latitude (N/S) and one longitude (E/W)."
        )
    values = []
    for letter, numbers in ((first_letter, first), (second_letter, second)):
        value = _angle(letter, numbers)
        if value is None:
            return None
        values.append(value)
    lon_first = swapped or first_letter in ("E", "W")
    if not first_letter and not swapped and abs(values[0]) > 90 and abs(values[1]) <= 90:
        lon_first = True  # 90 < longitude <= 180 can be nothing else
    lon, lat = values if lon_first else values[::-1]
    place = checked(lon, lat)
    notation = Notation.DECIMAL if len(first) == 1 else Notation.DMS
    sure = bool(first_letter) or swapped or lon_first or len(first) > 1 or abs(lon) > 90
    other = None if sure else LonLat(lat, lon)
    return Fix(place, max(_step_m(first), _step_m(second)), notation, other)


def _angle(letter: str, numbers: list[str]) -> float | None:
    """Return degrees from one to three numbers; None when they are no angle at all."""
    if any("." in number for number in numbers[:-1]) or any(number[0] in "+-" for number in numbers[1:]):
        return None
    parts = [abs(float(number)) for number in numbers]
    if any(part >= 60 for part in parts[1:]):
        raise BadCoordinates(
            "Minutes and seconds go from 0 to 59.", hint="Check the digits after the degrees."
        )
    size = math.fsum(part / 60.0**power for power, part in enumerate(parts))
    negative = numbers[0].startswith("-")
    if letter in ("N", "E") and negative:
        raise BadCoordinates(
            f"A minus sign and {letter} contradict each other.", hint="Leave one of them out."
        )
    return -size if negative or letter in ("S", "W") else size


def _step_m(numbers: list[str]) -> float:
    """Return the worth of half the last digit, in metres along a meridian, at least one metre."""
    decimals = len(numbers[-1].partition(".")[2])
    return max(1.0, METRES_PER_DEGREE / 60.0 ** (len(numbers) - 1) / 10.0**decimals / 2)


def _sexagesimal(angle: float, letters: str, digits: int) -> str:
    """Return one angle in degrees, minutes, seconds; rounding carries over, never "60.0"."""
    units = round(abs(angle) * 3600 * 10**digits)
    whole, fraction = divmod(units, 10**digits)
    minutes, seconds = divmod(whole, 60)
    degrees, minutes = divmod(minutes, 60)
    tail = f".{fraction:0{digits}d}" if digits else ""
    return f"{degrees}°{minutes:02d}'{seconds:02d}{tail}\"{letters[0] if angle >= 0 else letters[1]}"
