"""KML and KMZ: placemarks only. No entities, no network links, no archives within archives."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from xml.etree.ElementTree import Element, ParseError

import numpy as np
import shapely
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse
from shapely.errors import GEOSException
from shapely.geometry.base import BaseGeometry

from data.errors import TooLarge, UnreadableFile
from data.importers.archive import extract, members
from data.importers.base import BadRow, Sheet
from data.importers.gather import Gathered
from data.importers.geojson import BadGeometry

_MAX_BYTES: Final = 64 * 1024**2
_MAX_DEPTH: Final = 200
_SIMPLE: Final = ("name", "description", "address", "phoneNumber")


def read_kmz(path: Path) -> Sheet:
    """Return the placemarks of the first KML document of a KMZ archive."""
    names = [entry.filename for entry in members(path) if entry.filename.lower().endswith(".kml")]
    if not names:
        raise UnreadableFile(
            "The KMZ holds no KML document.", hint="An archive within an archive is not opened."
        )
    main = "doc.kml" if "doc.kml" in names else names[0]
    with TemporaryDirectory(prefix="watchfloor-") as folder:
        (document,) = extract(path, [main], to=Path(folder), limit=_MAX_BYTES)
        sheet = read(document)
    skipped = [name for name in names if name != main]
    notes = [
        *sheet.notes,
        *([f"Only {main} was read; the archive also holds {len(skipped)} other"] if skipped else []),
    ]
    return Sheet("kmz", sheet.frame, sheet.rows, sheet.bad, sheet.geometry, notes=notes)


def read(path: Path) -> Sheet:
    """Return the placemarks of a KML document, in document order."""
    if path.stat().st_size > _MAX_BYTES:
        raise TooLarge(f"The KML is over {_MAX_BYTES // 1024**2} MB.", hint="Send it as GeoPackage.")
    good = Gathered()
    bad: list[BadRow] = []
    links = 0
    try:
        for number, kind, element in _elements(path):
            if kind == "NetworkLink":
                links += 1
                continue
            record = _record(element)
            try:
                geometry = _geometry(element)
            except BadGeometry as error:
                bad.append(BadRow(number, record, "bad_geometry", str(error)))
                continue
            good.take(number, record, geometry)
    except DefusedXmlException as error:
        raise UnreadableFile("The XML declares entities or a document type: refused.") from error
    except (ParseError, UnicodeDecodeError, LookupError) as error:
        raise UnreadableFile(f"This is no XML: {error}.", hint="Was it cut off?") from error
    notes = [f"{links} network links were not followed"] if links else []
    return Sheet(
        "kml",
        good.frame(),
        good.rows(),
        bad=bad,
        geometry=good.geometry(),
        notes=notes,
    )


def _elements(path: Path) -> Iterator[tuple[int, str, Element]]:
    depth = number = 0
    root = ""
    for event, element in iterparse(str(path), events=("start", "end"), forbid_dtd=True):
        tag = _local(element)
        if event == "start":
            root = root or tag
            if root != "kml" and root not in ("Document", "Placemark", "Folder"):
                raise UnreadableFile(f"This is XML, but no KML: it begins with <{root[:60]}>.")
            depth += 1
            if depth > _MAX_DEPTH:
                raise UnreadableFile("The XML is nested without end: refused.")
            continue
        depth -= 1
        if tag in ("Placemark", "NetworkLink"):
            number += tag == "Placemark"
            yield number, tag, element
            element.clear()


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _children(element: Element, name: str) -> list[Element]:
    return [child for child in element if _local(child) == name]


def _first_text(element: Element, name: str) -> str | None:
    for child in element.iter():
        if _local(child) == name and child.text and child.text.strip():
            return child.text.strip()
    return None


def _record(element: Element) -> dict[str, Any]:
    record: dict[str, Any] = {}
    if element.get("id"):
        record["feature id"] = element.get("id")
    for name in _SIMPLE:
        found = _children(element, name)
        record[name] = found[0].text.strip() if found and found[0].text else None
    for child in element.iter():
        if _local(child) == "Data" and child.get("name"):
            record[str(child.get("name"))] = _first_text(child, "value")
        elif _local(child) == "SimpleData" and child.get("name"):
            record[str(child.get("name"))] = (child.text or "").strip() or None
    for name in ("when", "begin", "end"):
        text = _first_text(element, name)
        if text and _local(element) == "Placemark":
            record[name] = text
    return record


def _geometry(element: Element) -> BaseGeometry | None:
    found = [part for child in element if (part := _part(child)) is not None]
    if not found:
        return None
    return found[0] if len(found) == 1 else shapely.geometrycollections(found)


def _part(element: Element) -> BaseGeometry | None:
    kind = _local(element)
    try:
        if kind == "Point":
            # Placemarks with an address and an empty point are exported by address books.
            return (
                shapely.Point(_positions(element, least=1)[0])
                if _first_text(element, "coordinates")
                else None
            )
        if kind in ("LineString", "LinearRing"):
            return shapely.LineString(_positions(element, least=2))
        if kind == "Polygon":
            return _polygon(element)
        if kind == "Track":
            places = [(c.text or "").split() for c in element if _local(c) == "coord"]
            return _line([_numbers(place) for place in places])
        if kind in ("MultiGeometry", "MultiTrack"):
            parts = [part for child in element if (part := _part(child)) is not None]
            return shapely.geometrycollections(parts) if parts else None
    except BadGeometry:
        raise
    except (GEOSException, ValueError) as error:
        raise BadGeometry(f"the {kind} cannot be built: {str(error)[:120]}") from error
    return None


def _line(places: list[tuple[float, float]]) -> BaseGeometry | None:
    if not places:
        return None
    return shapely.LineString(places) if len(places) > 1 else shapely.Point(places[0])


def _polygon(element: Element) -> BaseGeometry:
    outer = _children(element, "outerBoundaryIs")
    if not outer:
        raise BadGeometry("the Polygon has no outer boundary")
    holes = [_positions(hole, least=4) for hole in _children(element, "innerBoundaryIs")]
    ring = _positions(outer[0], least=4)
    if ring[0] != ring[-1]:
        raise BadGeometry("the outer ring is not closed: it ends elsewhere than it begins")
    return shapely.Polygon(ring, holes)


def _positions(element: Element, *, least: int) -> list[tuple[float, float]]:
    text = _first_text(element, "coordinates") or ""
    places = [_numbers(place.split(",")) for place in text.split()]
    if len(places) < least:
        raise BadGeometry(f"{len(places)} positions where {least} are needed")
    return places


def _numbers(parts: list[str]) -> tuple[float, float]:
    try:
        lon, lat = float(parts[0]), float(parts[1])
    except (ValueError, IndexError) as error:
        raise BadGeometry(f"{','.join(parts)[:60]!r} is no position") from error
    if not (np.isfinite(lon) and np.isfinite(lat)):
        raise BadGeometry("a position holds no finite number")
    return lon, lat
