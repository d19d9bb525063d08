"""The plan of a search as files: GPX, KML, GeoJSON and Cursor on Target, each saying its marking and time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from xml.etree.ElementTree import Element, SubElement, tostring

import orjson
from shapely.geometry import shape

# XML 1.0 knows none of these.
_NOT_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_UNKNOWN: Final = "9999999.0"  # CoT's height and error that nobody knows


@dataclass(frozen=True, slots=True)
class Line:
    """One task as it leaves the house."""

    id: str
    order: int
    resource: str
    radio: str
    what: str
    lon: float
    lat: float
    usng: str
    hours: float
    arrive_h: float
    area: dict[str, Any]
    why: str

    @property
    def title(self) -> str:
        """Return what a receiver shows on its map."""
        return f"{self.order} {self.resource}: {self.what}"

    @property
    def told(self) -> str:
        """Return the task in words."""
        radio = f" · radio {self.radio}" if self.radio else ""
        return f"USNG {self.usng} · {self.hours:.1f} h of search{radio}. {self.why}"


@dataclass(frozen=True, slots=True)
class Sheet:
    """Tasks, what they may be shown to, and when they were planned."""

    name: str
    marking: str
    made: datetime
    hours: float
    lines: Sequence[Line]

    @property
    def stamp(self) -> str:
        """Return the time in UTC."""
        return iso(self.made)

    @property
    def banner(self) -> str:
        """Return the marking line with the time."""
        return f"{self.marking} · {self.name} · made {self.stamp}"


def iso(at: datetime) -> str:
    """Return a time in UTC as every one of these files writes it."""
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")


def geojson(sheet: Sheet) -> bytes:
    """Return the tasks as GeoJSON; each feature says the marking too, as clients drop what is outside."""
    features = [
        {
            "type": "Feature",
            "id": one.id,
            "geometry": one.area,
            "properties": {
                "order": one.order,
                "resource": one.resource,
                "radio": one.radio,
                "task": one.what,
                "usng": one.usng,
                "lon": one.lon,
                "lat": one.lat,
                "hours": one.hours,
                "why": one.why,
                "marking": sheet.marking,
                "made": sheet.stamp,
            },
        }
        for one in sheet.lines
    ]
    body = {"type": "FeatureCollection", "name": sheet.name, "marking": sheet.marking, "made": sheet.stamp}
    return orjson.dumps(body | {"features": features})


def gpx(sheet: Sheet) -> bytes:
    """Return the tasks as GPX 1.1: a waypoint each, and the outline of its ground as a track."""
    root = Element(
        "gpx", {"xmlns": "http://www.topografix.com/GPX/1/1", "version": "1.1", "creator": "Watchfloor"}
    )
    about = SubElement(root, "metadata")
    _text(about, "name", sheet.banner)
    _text(about, "desc", sheet.marking)
    _text(about, "time", sheet.stamp)
    for one in sheet.lines:
        point = SubElement(root, "wpt", {"lat": f"{one.lat:.6f}", "lon": f"{one.lon:.6f}"})
        _text(point, "time", sheet.stamp)
        _text(point, "name", one.title)
        _text(point, "cmt", one.told)
        _text(point, "desc", f"{sheet.marking} · {one.told}")
        _text(point, "type", "Search task")
    for one in sheet.lines:
        track = SubElement(root, "trk")
        _text(track, "name", one.title)
        _text(track, "desc", sheet.marking)
        for ring in _rings(one.area):
            run = SubElement(track, "trkseg")
            for lon, lat in ring:
                SubElement(run, "trkpt", {"lat": f"{lat:.6f}", "lon": f"{lon:.6f}"})
    return _document(root)


def kml(sheet: Sheet) -> bytes:
    """Return the tasks as KML. Viewers render descriptions as HTML: there is none, only fields of data."""
    root = Element("kml", {"xmlns": "http://www.opengis.net/kml/2.2"})
    document = SubElement(root, "Document")
    _text(document, "name", sheet.banner)
    for one in sheet.lines:
        mark = SubElement(document, "Placemark")
        _text(mark, "name", one.title.replace("<", "‹").replace(">", "›"))
        SubElement(mark, "Snippet", {"maxLines": "0"})
        stamp = SubElement(mark, "TimeStamp")
        _text(stamp, "when", sheet.stamp)
        data = SubElement(mark, "ExtendedData")
        fields = {"marking": sheet.marking, "task": one.told, "usng": one.usng, "radio": one.radio}
        for name, value in fields.items():
            # Some viewers show a field as HTML: it holds no angle brackets.
            held = SubElement(data, "Data", {"name": name})
            _text(held, "value", value.replace("<", "‹").replace(">", "›"))
        every = SubElement(mark, "MultiGeometry")
        at = SubElement(every, "Point")
        _text(at, "coordinates", f"{one.lon:.6f},{one.lat:.6f}")
        for polygon in _polygons(one.area):
            drawn = SubElement(every, "Polygon")
            for number, ring in enumerate([polygon.exterior, *polygon.interiors]):
                side = SubElement(drawn, "innerBoundaryIs" if number else "outerBoundaryIs")
                line = SubElement(side, "LinearRing")
                _text(line, "coordinates", " ".join(f"{x:.6f},{y:.6f}" for x, y, *_ in ring.coords))
    return _document(root)


def cot(sheet: Sheet) -> bytes:
    """Return the tasks as Cursor on Target: a marker and the drawn ground of each, one event a line.

    TAK takes events one by one as they come over the wire: there is nothing round them.
    """
    events: list[Element] = []
    stale = iso(sheet.made + timedelta(hours=max(sheet.hours, 1.0) * 2))
    for one in sheet.lines:
        times = {"time": sheet.stamp, "start": sheet.stamp, "stale": stale, "how": "h-g-i-g-o"}
        events.append(_event(sheet, one, f"{one.id}", "b-m-p-s-m", times))
        for number, ring in enumerate(_rings(one.area)):
            drawn = _event(sheet, one, f"{one.id}-area-{number}", "u-d-f", times)
            for lon, lat in ring:
                SubElement(drawn[-1], "link", {"point": f"{lat:.6f},{lon:.6f}"})  # latitude first
            events.append(drawn)
    # A line break within an event would break its message.
    lines = [bytes(tostring(one, encoding="utf-8")).replace(b"\n", b" ") for one in events]
    return b"".join(line + b"\n" for line in lines)


def _event(sheet: Sheet, one: Line, uid: str, kind: str, times: dict[str, str]) -> Element:
    event = Element("event", {"version": "2.0", "type": kind, "uid": uid, **times})
    event.set("access", clean(sheet.marking))
    place = {
        "lat": f"{one.lat:.6f}",
        "lon": f"{one.lon:.6f}",
        "hae": _UNKNOWN,
        "ce": _UNKNOWN,
        "le": _UNKNOWN,
    }
    SubElement(event, "point", place)
    detail = SubElement(event, "detail")
    SubElement(detail, "contact", {"callsign": clean(one.title)})
    remarks = SubElement(detail, "remarks", {"source": "Watchfloor", "time": sheet.stamp})
    remarks.text = clean(f"{sheet.marking}. {one.told}")
    return event


def clean(text: str) -> str:
    """Return text without what XML cannot hold."""
    return _NOT_XML.sub("", text)


def _polygons(area: dict[str, Any]) -> list[Any]:
    made = shape(area)
    return [made] if made.geom_type == "Polygon" else list(getattr(made, "geoms", []))


def _rings(area: dict[str, Any]) -> list[list[tuple[float, float]]]:
    return [[(x, y) for x, y, *_ in polygon.exterior.coords] for polygon in _polygons(area)]


def _text(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = clean(text)


def _document(root: Element) -> bytes:
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))
