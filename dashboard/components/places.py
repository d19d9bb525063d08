"""Places in words: how sure they are, and their coordinates in the three ways the field writes them."""

from __future__ import annotations

import mgrs
from dash import html
from dash.development.base_component import Component

from data.model import LocatedBy, LonLat

_USNG_LIMIT = (-80.0, 84.0)

LOCATED_BY_WORDS = {
    LocatedBy.UNKNOWN: "How it was located is not recorded.",
    LocatedBy.GPS: "Measured by GPS.",
    LocatedBy.ADDRESS: "Found from its address.",
    LocatedBy.INTERSECTION: "Found from an intersection.",
    LocatedBy.PLACE_NAME: "Found from a place name: somewhere in that place.",
    LocatedBy.CENTROID: "The middle of an area: somewhere inside it.",
    LocatedBy.DRAWN: "Put on the map by hand.",
    LocatedBy.DEFAULT_POINT: "Its source puts unrelated reports on this spot: the true place is not known.",
}


def dms(place: LonLat) -> str:
    """Return degrees, minutes and seconds to a tenth, latitude first as people say it."""
    return f"{_dms(place.lat, 'NS')} {_dms(place.lon, 'EW')}"


def _dms(value: float, letters: str) -> str:
    tenths = round(abs(value) * 36_000)
    degrees, rest = divmod(tenths, 36_000)
    minutes, seconds = divmod(rest, 600)
    return f"{degrees}°{minutes:02d}′{seconds / 10:04.1f}″{letters[0] if value >= 0 else letters[1]}"


def usng(place: LonLat) -> str:
    """Return the 1-m US National Grid reference with its spaces, or "" near the poles."""
    if not _USNG_LIMIT[0] <= place.lat < _USNG_LIMIT[1]:
        return ""
    text = mgrs.MGRS().toMGRS(place.lat, place.lon, MGRSPrecision=5)
    text = text.decode() if isinstance(text, bytes) else str(text)
    zone, rest = text[:-12], text[-12:]
    return f"{zone} {rest[:2]} {rest[2:7]} {rest[7:]}"


def distance_text(metres: float) -> str:
    """Return a distance with its unit, as fine as it is worth."""
    if metres < 1000:
        return f"{metres:.0f} m"
    return f"{metres / 1000:.1f} km" if metres < 100_000 else f"{metres / 1000:,.0f} km"


def bearing_text(degrees: float) -> str:
    """Return a true bearing as a compass word and three digits: "NE 045°"."""
    names = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")
    return f"{names[round(degrees / 45) % 8]} {round(degrees) % 360:03d}°"


def accuracy_text(accuracy_m: float | None) -> str:
    """Return how far off the place may be."""
    return "Accuracy not recorded" if accuracy_m is None else f"± {distance_text(accuracy_m)}"


def coordinates(place: LonLat) -> Component:
    """Return the place in decimal degrees, DMS and USNG, each on its line and easy to copy."""
    lines = [f"{place.lat:.5f}, {place.lon:.5f}", dms(place), usng(place)]
    return html.Div([html.Div(line) for line in lines if line], className="coordinates mono")
