"""Tracks that a team recorded: GPX, or Cursor on Target events one after the other."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from xml.etree.ElementTree import Element, ParseError

import shapely
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from shapely.geometry.base import BaseGeometry

from data.errors import Invalid, TooLarge, UnreadableFile

MAX_MB: Final = 20
MAX_PLACES: Final = 200_000
_DECLARATION: Final = re.compile(rb"<\?xml[^>]{0,200}\?>")
_LATEST: Final = datetime.max.replace(tzinfo=UTC)
_HOW: Final = "Send a GPX track, or Cursor on Target events."

Fix = tuple[float, float, datetime | None]  # longitude, latitude, time where it is told


@dataclass(frozen=True)
class Track:
    """Where a team went, as lines in degrees, and when it set out and stopped where the file tells."""

    line: BaseGeometry
    places: int
    begin: datetime | None
    end: datetime | None

    @property
    def hours(self) -> float | None:
        """How long it took."""
        if self.begin is None or self.end is None:
            return None
        return (self.end - self.begin).total_seconds() / 3600


def read_track(content: bytes) -> Track:
    """Return the track in a GPX or CoT file; raise an error of ours where there is none."""
    if len(content) > MAX_MB * 1024**2:
        raise TooLarge(f"The track is over {MAX_MB} MB.", hint="Send one task's track at a time.")
    runs = [run for run in _runs(_root(content)) if len(run) > 1]
    places = sum(len(run) for run in runs)
    if not runs:
        raise Invalid("The file holds no track of two places or more.", hint=_HOW)
    if places > MAX_PLACES:
        raise TooLarge(f"The track has more than {MAX_PLACES:,} places.", hint="Thin it out first.")
    lines = shapely.MultiLineString([[(lon, lat) for lon, lat, _ in run] for run in runs])
    times = [time for run in runs for _, _, time in run if time is not None]
    return Track(lines, places, min(times, default=None), max(times, default=None))


def _root(content: bytes) -> Element:
    try:
        try:
            root = fromstring(content)
        except ParseError:
            # CoT is a stream: one document after the other, each perhaps with its own declaration.
            root = fromstring(b"<events>" + _DECLARATION.sub(b"", content) + b"</events>")
    except DefusedXmlException as error:
        raise UnreadableFile("The XML declares entities or a document type: refused.", hint=_HOW) from error
    except (ParseError, UnicodeDecodeError, LookupError, ValueError) as error:
        raise UnreadableFile(f"This is no XML: {error}.", hint=_HOW) from error
    found: Element = root
    return found


def _runs(root: Element) -> Iterator[list[Fix]]:
    events = [each for each in root.iter() if _name(each) == "event"]
    if events:
        yield from _of_events(events)
        return
    for each in root.iter():
        if _name(each) in {"trkseg", "rte"}:
            yield [
                _fix(place, time=_time_within(place)) for place in each if _name(place) in {"trkpt", "rtept"}
            ]


def _of_events(events: list[Element]) -> Iterator[list[Fix]]:
    """Yield one run for each unit that reported, in order of time."""
    by_unit: dict[str, list[Fix]] = defaultdict(list)
    for event in events:
        at = next((child for child in event if _name(child) == "point"), None)
        if at is not None:
            by_unit[event.get("uid", "")].append(_fix(at, time=_time(event.get("time"))))
    for run in by_unit.values():
        yield sorted(run, key=lambda fix: fix[2] or _LATEST)


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _fix(place: Element, *, time: datetime | None) -> Fix:
    try:
        lon, lat = float(place.get("lon", "")), float(place.get("lat", ""))
    except ValueError as error:
        raise Invalid("A place of the track has no longitude and latitude.", hint=_HOW) from error
    if not (math.isfinite(lon) and abs(lon) <= 180 and abs(lat) <= 90):
        raise Invalid(f"Longitude {lon:g}, latitude {lat:g} is outside the Earth.", hint=_HOW)
    return lon, lat, time


def _time_within(place: Element) -> datetime | None:
    return next((_time(child.text) for child in place if _name(child) == "time"), None)


def _time(text: str | None) -> datetime | None:
    try:
        time = datetime.fromisoformat((text or "").strip())
    except ValueError:
        return None
    # GPX and CoT both speak of UTC where they leave the zone out.
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
