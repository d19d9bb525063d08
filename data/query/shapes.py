"""Shapes drawn on the map, as short text that fits in a URL."""

from __future__ import annotations

import math
from dataclasses import dataclass

from data.errors import BadCoordinates, BadFilter
from data.geo import checked
from data.model import LonLat

MAX_SHAPES = 20
MAX_VERTICES = 2_000
MAX_RADIUS_M = 20_100_000.0  # half way round the Earth
_DECIMALS = 7  # of a degree: 1.1 cm
_GRAMMAR = "Write p:lon,lat;lon,lat;… or r:west,south,east,north or c:lon,lat,metres; join several with |."


@dataclass(frozen=True, slots=True)
class Polygon:
    """A ring drawn by hand; not closed, may cross itself."""

    ring: tuple[LonLat, ...]

    def __str__(self) -> str:
        return "p:" + ";".join(f"{number_text(at.lon)},{number_text(at.lat)}" for at in self.ring)


@dataclass(frozen=True, slots=True)
class Rectangle:
    """Degrees of longitude and latitude; a west greater than the east crosses the antimeridian."""

    west: float
    south: float
    east: float
    north: float

    def __str__(self) -> str:
        return "r:" + ",".join(number_text(v) for v in (self.west, self.south, self.east, self.north))


@dataclass(frozen=True, slots=True)
class Circle:
    """Everything within `metres` of a place, on the sphere."""

    center: LonLat
    metres: float

    def __str__(self) -> str:
        return "c:" + ",".join(number_text(v) for v in (self.center.lon, self.center.lat, self.metres))


Shape = Polygon | Rectangle | Circle


def number_text(value: float) -> str:
    """Return a number with at most seven decimals and nothing after its last digit that counts."""
    text = f"{value:.{_DECIMALS}f}".rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def shapes_text(shapes: tuple[Shape, ...]) -> str:
    """Return shapes as the filter's text."""
    return "|".join(str(shape) for shape in shapes)


def parse_shapes(text: str) -> tuple[Shape, ...]:
    """Return the shapes that a text describes, sorted and each once; raise BadFilter otherwise."""
    parts = text.split("|")
    if len(parts) > MAX_SHAPES:
        raise BadFilter(f"The filter holds {len(parts)} shapes.", hint=f"At most {MAX_SHAPES} are taken.")
    return tuple(sorted({_shape(part) for part in parts}, key=str))


def _shape(text: str) -> Shape:
    kind, _, rest = text.partition(":")
    if kind == "p":
        return _polygon(rest)
    if kind == "r":
        west, south, east, north = _numbers(rest, count=4)
        _place(west, south), _place(east, north)
        if south > north:
            raise BadFilter("The rectangle's south is north of its north.", hint=_GRAMMAR)
        return Rectangle(west, south, east, north)
    if kind == "c":
        lon, lat, metres = _numbers(rest, count=3)
        if not 0 < metres <= MAX_RADIUS_M:
            raise BadFilter("The circle's radius is not a distance on Earth.", hint=_GRAMMAR)
        return Circle(_place(lon, lat), metres)
    raise BadFilter("A shape starts with p:, r: or c:.", hint=_GRAMMAR)


def _polygon(text: str) -> Polygon:
    corners = text.split(";")
    if len(corners) > MAX_VERTICES:
        raise BadFilter(
            f"The polygon has {len(corners)} corners.", hint=f"At most {MAX_VERTICES} are taken; simplify it."
        )
    ring = tuple(_place(*_numbers(corner, count=2)) for corner in corners)
    if len(ring) > 1 and ring[0] == ring[-1]:
        ring = ring[:-1]
    if len(set(ring)) < 3:
        raise BadFilter("A polygon needs three corners.", hint=_GRAMMAR)
    return Polygon(ring)


def _numbers(text: str, *, count: int) -> tuple[float, ...]:
    parts = text.split(",")
    try:
        values = tuple(round(float(part), _DECIMALS) + 0.0 for part in parts)
    except ValueError:
        raise BadFilter(f"A shape holds something that is no number: {text[:40]!r}.", hint=_GRAMMAR) from None
    if len(values) != count or not all(math.isfinite(value) for value in values):
        raise BadFilter(f"{count} numbers are needed: {text[:40]!r}.", hint=_GRAMMAR)
    return values


def _place(lon: float, lat: float) -> LonLat:
    try:
        return checked(lon, lat)
    except BadCoordinates as error:
        raise BadFilter(error.message, hint=error.hint) from None
