"""What a brief's maps show as a file for other maps: reports, sites, lines and areas, page by page."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC
from pathlib import Path
from typing import Any, Final

import shapely
from shapely.geometry import shape as shape_of

from data.errors import Invalid
from layers.briefs.document import Document, DocumentPage, MapPicture
from layers.export.forms import Form, Product, write
from layers.export.text import plain
from layers.export.typeset import caveats, recalled
from layers.style import severity_scale

FORMS: Final = (Form.GPKG, Form.KML, Form.GEOJSON)
_COLUMNS: Final = (
    "kind",
    "title",
    "severity",
    "status",
    "reports",
    "high_or_extreme",
    "accuracy_m",
    "role",
    "level",
    "claim",
    "page",
    "page_title",
    "as_of",
    "marking",
)
_Row = tuple[dict[str, Any], shapely.Geometry]


def write_shown(document: Document, path: Path, form: str) -> None:
    """Write what the maps show as GeoPackage, KML or GeoJSON; raise Invalid where there is no map."""
    if form not in FORMS:
        raise Invalid(
            f"What is shown cannot be written as {form[:20]!r}.", hint=f"Forms: {', '.join(FORMS)}."
        )
    rows = [row for number, page in enumerate(document.pages, start=1) for row in _rows(page, number)]
    if not rows:
        raise Invalid("Nothing of this brief lies on a map.", hint="Make it as PDF or PPTX.")
    product = Product(
        name="shown",
        rows=[row for row, _ in rows],
        geometries=[shape for _, shape in rows],
        columns=_COLUMNS,
        marking=plain(document.marking, most=40),
        notes=_notes(document),
    )
    write(product, Form(form), path)
    if form == Form.GPKG:
        _made_at(path, document)


def _rows(page: DocumentPage, number: int) -> Iterator[_Row]:
    if page.map is None:
        return
    about = {
        "page": number,
        "page_title": plain(page.headline, most=300),
        "as_of": page.map.at.astimezone(UTC).isoformat(timespec="seconds"),
        "marking": plain(page.marking, most=40),
    }
    for row, shape in _shown(page.map):
        yield {**dict.fromkeys(_COLUMNS), **row, **about}, shape


def _shown(picture: MapPicture) -> Iterator[_Row]:
    labels = severity_scale().labels
    for point in picture.points:
        row = {
            "kind": "report" if point.count == 1 else "reports",
            "title": plain(point.label, most=300),
            "severity": labels[point.severity] if 0 <= point.severity < len(labels) else labels[0],
            "reports": point.count,
            "high_or_extreme": point.high,
            "accuracy_m": point.accuracy_m,
        }
        yield row, shapely.Point(point.lon, point.lat)
    for site in picture.sites:
        row = {"kind": "site", "title": plain(site.name, most=300), "status": plain(site.status, most=20)}
        yield row, shapely.Point(site.lon, site.lat)
    for shape in picture.shapes:
        row = {"kind": "shape", "title": plain(shape.label, most=300), "role": shape.role}
        row |= {"level": float(shape.level), "claim": "yes" if shape.claim else "no"}
        yield row, shape_of(shape.geometry)


def _notes(document: Document) -> dict[str, str]:
    """Return what the file says of itself, in the order in which it is read."""
    said = {
        "title": plain(document.title, most=200),
        "center": plain(document.center, most=120),
        "made": document.made_at.astimezone(UTC).isoformat(timespec="seconds"),
        "about": plain(document.subtitle, most=300),
        "caveats": "; ".join(caveats(document)),
        "recalled": recalled(document),
        "notes": " ".join(
            dict.fromkeys(plain(page.map.note) for page in document.pages if page.map is not None)
        ),
    }
    return {name: words for name, words in said.items() if words.strip()}


def _made_at(path: Path, document: Document) -> None:
    """Say when the brief was made, not when this file was: the same brief gives the same bytes."""
    made = document.made_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE gpkg_contents SET last_change = ?", (made,))
        database.execute("UPDATE gpkg_metadata_reference SET timestamp = ?", (made,))
