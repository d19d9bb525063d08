"""A brief of every kind of page, with words that the test chooses."""

from __future__ import annotations

from datetime import UTC, datetime

from layers.briefs.document import (
    Chart,
    Document,
    DocumentPage,
    LegendLine,
    MapPicture,
    MapPoint,
    MapShape,
    MapSite,
    Series,
    Table,
)
from tests.support.records import HOSTILE

BOSTON_BOX = (-71.2, 42.27, -70.95, 42.42)
AT = datetime(2026, 11, 22, 19, 32, tzinfo=UTC)
# Beside the list for every form: what a spreadsheet, a link maker or a decoder would stumble over.
HOSTILE_WORDS = (
    *HOSTILE,
    "nul\x00nul",
    "lone \ud800 surrogate",
    "https://evil.example/x",
    '=HYPERLINK("http://e/")',
    "x" * 20_000,
)


def square(west: float, south: float, side: float = 0.02) -> dict[str, object]:
    ring = [
        [west, south],
        [west + side, south],
        [west + side, south + side],
        [west, south + side],
        [west, south],
    ]
    return {"type": "Polygon", "coordinates": [ring]}


def picture(words: str = "Gas leak", *, bbox: tuple[float, float, float, float] = BOSTON_BOX) -> MapPicture:
    west, south, east, north = bbox
    lon, lat = (west + east) / 2, (south + north) / 2
    return MapPicture(
        title=words,
        bbox=bbox,
        at=AT,
        points=(
            MapPoint(lon=lon, lat=lat, severity=5, glyph="fire-station", label=words, accuracy_m=900),
            MapPoint(lon=west, lat=north, severity=3, glyph=words, label=words, alert=True),
            MapPoint(lon=east, lat=south, severity=1, glyph="water", label=words, unplaced=True, count=3),
            MapPoint(lon=lon + 0.03, lat=lat, count=1284, high=200, label=words),
        ),
        sites=(MapSite(lon=lon - 0.04, lat=lat, glyph="", sector=words, status="red", name=words),),
        shapes=(
            MapShape(geometry=square(lon, lat), role="hotspot", level=0.9, claim=True, label=words),
            MapShape(geometry=square(lon - 0.02, lat), role="hotspot", level=0.3, label=words),
            MapShape(geometry=square(west, south), role="watch_area", label=words),
        ),
        legend=(
            LegendLine(key="severity:5", label=words, count=1),
            LegendLine(key="role:hotspot", label="Hotspots"),
            LegendLine(key=words, label="Site"),
        ),
        note=words,
    )


def brief(words: str = "Gas leak", *, marking: str = "TLP:AMBER", recalled: str = "") -> Document:
    """A brief of a map, a chart and a table in which everything that people can write is `words`."""
    chart = Chart(
        kind="stacked",
        title=words,
        labels=(words, "07:00", "08:00"),
        series=(
            Series(name=words, values=(3.0, None, 5.0)),
            Series(name="Power", values=(1.0, 2.0, 0.0)),
            Series(name="Usual", values=(2.0, 2.0, 2.0), usual=True),
        ),
        unit=words,
    )
    table = Table(
        title=words, columns=(words, "Reports"), rows=((words, "1,284"), ("Energy", "-3")), numeric=(1,)
    )
    about = {
        "headline": words,
        "lines": (words, "Two hospitals run on generators."),
        "notes": words,
        "source": words,
    }
    return Document(
        title=words,
        center=words,
        made_at=AT,
        zone="America/New_York",
        marking=marking,
        subtitle=words,
        caveats=words,
        exercise=True,
        recalled=recalled,
        pages=(
            DocumentPage(**about, marking="TLP:GREEN", map=picture(words)),
            DocumentPage(**about, marking=marking, chart=chart),
            DocumentPage(**about, marking="TLP:CLEAR", table=table),
        ),
    )
