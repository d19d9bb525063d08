"""What a brief is when it is shown, printed or sent: pages with words, and a map, a chart or a table.

Plain values alone, so that a brief can be frozen as JSON and read back years later as it was.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

import msgspec

MOST_LINES: Final = 3
MOST_POINTS: Final = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class MapPoint:
    """An incident on a map, or several that lie together (`count`)."""

    lon: float
    lat: float
    severity: int = 0  # data.model.Severity
    glyph: str = ""  # name of the type's symbol, as in the map's sprite
    label: str = ""
    count: int = 1
    accuracy_m: float | None = None  # None: unknown, drawn dashed
    alert: bool = False  # a public alert is a triangle, what happened a diamond
    done: bool = False  # resolved or closed: steps back
    unplaced: bool = False  # on a stand-in point of its source: drawn as a question mark
    high: int = 0  # of `count`, how many are high or extreme: the rim of a cluster


@dataclass(frozen=True, slots=True, kw_only=True)
class MapSite:
    """A site on a map, by sector, with its status."""

    lon: float
    lat: float
    glyph: str = ""
    status: str = "grey"  # data.model.SiteStatus
    name: str = ""
    sector: str = ""  # its sign stands for the site where `glyph` is empty


@dataclass(frozen=True, slots=True, kw_only=True)
class MapShape:
    """A line or an area on a map; `level` is a step of its role's ramp (0 lowest, 1 highest)."""

    geometry: dict[str, Any]  # GeoJSON, WGS 84
    role: Literal["hotspot", "surface", "expected", "area", "watch_area", "closure", "segment", "pocket"]
    level: float = 0.0
    claim: bool = False  # hatched and outlined: it passed its test
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegendLine:
    """A line of a map's legend; `key` says how its swatch is drawn: "severity:3", "role:hotspot", "site"."""

    key: str
    label: str
    count: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MapPicture:
    """A map as it was: everything on it, so that it can be drawn again without the store."""

    title: str
    bbox: tuple[float, float, float, float]  # west, south, east, north
    at: datetime
    points: tuple[MapPoint, ...] = ()
    sites: tuple[MapSite, ...] = ()
    shapes: tuple[MapShape, ...] = ()
    legend: tuple[LegendLine, ...] = ()
    note: str = ""  # the line that every layer must say: "not adjusted for population", "12 without a place"


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One line or one set of bars; `usual` is drawn behind, as what would be expected."""

    name: str
    values: tuple[float | None, ...]
    usual: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A chart: bars, stacked bars or lines over the same labels."""

    kind: Literal["bar", "stacked", "line"]
    title: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str = "reports"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of text; the columns numbered in `numeric` are set to the right."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentPage:
    """One page: a sentence, a figure, three lines at most, and where it all comes from."""

    headline: str
    lines: tuple[str, ...] = ()
    notes: str = ""  # for the speaker; in PPTX the notes page, never in a picture
    source: str = ""  # "CAD, 1,284 reports, 22 Nov 14:32 EST (19:32Z)"
    marking: str = "TLP:CLEAR"
    map: MapPicture | None = None
    chart: Chart | None = None
    table: Table | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A brief ready for paper: made for one recipient, holding nothing that they may not have."""

    title: str
    center: str
    made_at: datetime
    zone: str  # IANA name of the center's time zone
    marking: str  # the highest of the pages, as it stands in the banner
    subtitle: str = ""  # period covered, recipient
    caveats: str = ""  # "UNCLASSIFIED//LAW ENFORCEMENT SENSITIVE": a line of its own above the TLP line
    exercise: bool = False
    recalled: str = ""  # why it was called back, when it was
    language: str = "en"
    pages: tuple[DocumentPage, ...] = field(default=())


def as_json(document: Document) -> bytes:
    """Return the document as JSON, to be frozen."""
    return msgspec.json.encode(document)


def from_json(text: bytes) -> Document:
    """Return a frozen document."""
    return msgspec.json.decode(text, type=Document)


def page_json(page: DocumentPage) -> bytes:
    """Return one page as JSON."""
    return msgspec.json.encode(page)


def page_from_json(text: bytes) -> DocumentPage:
    """Return a frozen page."""
    return msgspec.json.decode(text, type=DocumentPage)
