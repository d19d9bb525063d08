"""A brief as one HTML file that asks nothing of anybody: live maps, real text, and no request."""

from __future__ import annotations

import base64
import hashlib
import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import jinja2
from markupsafe import Markup

from data.errors import Invalid, Unavailable
from layers.basemap.style import ATTRIBUTION
from layers.briefs.document import Document, DocumentPage, MapPicture, Table
from layers.export.charts import chart_svg
from layers.export.page_map import Signs, page_map, water
from layers.export.static_map import Tiles, furniture, surfaces, svg
from layers.export.static_map.compose import said_time
from layers.export.text import plain
from layers.export.typeset import (
    caveats,
    chart_alt,
    map_alt,
    marking_colour,
    recalled,
    source_line,
    tlp_label,
)
from layers.style import DIST, Palette, palette

_FACES: Final = ((400, "inter-latin-400-normal.woff2"), (600, "inter-latin-600-normal.woff2"))
_CHART_MM: Final = (270.0, 120.0)
_MOST_ROWS: Final = 2_000
_MOST_CELL: Final = 1_000


def write_html(document: Document, path: Path) -> None:
    """Write the brief as one HTML file, the same bytes for the same document.

    Its policy allows the scripts inside by their hashes and nothing else: no request, no other script.
    """
    if not document.pages:
        raise Invalid("A brief without pages cannot be shown.", hint="Add a page first.")
    look, signs = palette("light"), Signs()
    scripts: list[str] = []
    with Tiles() as tiles:
        pages = [
            _page(document, page, place=place, tiles=tiles, signs=signs, scripts=scripts)
            for place, page in enumerate(document.pages)
        ]
    if scripts:
        drawn, said = (_in_script(each) for each in (signs.drawn, signs.words))
        scripts = [
            _built("leaflet.js"),
            f"window.watchfloorSigns = {drawn}; window.watchfloorWords = {said};",
            *scripts,
        ]
    # The hash is of what stands between the tags: a script that closes its own tag would break out of it.
    scripts = [script.replace("</script", "<\\/script") for script in scripts]
    template = _environment().from_string(
        files("layers.export").joinpath("brief.html").read_text(encoding="utf-8")
    )
    words = {**_frame(document, look), "pages": pages, "scripts": [_ours(script) for script in scripts]}
    path.write_text(template.render(words, policy=_policy(scripts)), encoding="utf-8", newline="\n")


def _frame(document: Document, look: Palette) -> dict[str, Any]:
    language = document.language
    return {
        "language": language if language.isalpha() and len(language) in (2, 3) else "en",
        "title": plain(document.title, most=200) or "Brief",
        "center": plain(document.center, most=120),
        "subtitle": plain(document.subtitle, most=200),
        "marking": plain(document.marking, most=40),
        "tlp": tlp_label(document),
        "tlp_colour": marking_colour(tlp_label(document)),
        "caveats": caveats(document),
        "warning": recalled(document),
        "made": f"Made {said_time(document.made_at, document.zone)}",
        "look": look,
        "water": water(look.theme),
        "hatch": _ours(
            svg.tag("svg", svg.tag("defs", surfaces.patterns(look)), width=0, height=0, aria_hidden="true")
        ),
        "leaflet_css": _ours(_built("leaflet.css")),
        "faces": _ours("".join(_face(weight, name) for weight, name in _FACES)),
    }


def _page(
    document: Document, page: DocumentPage, *, place: int, tiles: Tiles, signs: Signs, scripts: list[str]
) -> dict[str, Any]:
    look = palette("light")
    shown: dict[str, Any] = {
        "headline": plain(page.headline, most=300) or plain(document.title, most=200),
        "lines": [plain(line) for line in page.lines if line.strip()],
        "source": source_line(page),
        "table": _table(page.table) if page.table is not None else None,
    }
    if page.map is not None:
        where, script = page_map(page.map, name=f"page_{place}", tiles=tiles, signs=signs, theme=look.theme)
        scripts.append(script)
        shown |= {"map": _ours(where), "map_alt": map_alt(page), "legend": _legend(page.map, look)}
        shown["under"] = _under(page.map, document)
    if page.chart is not None:
        drawn = chart_svg(page.chart, size_mm=_CHART_MM)
        # Several drawings in one page must not share the names of their patterns.
        own = drawn.replace('id="hatch', f'id="p{place}-hatch').replace("url(#hatch", f"url(#p{place}-hatch")
        shown |= {"chart": _ours(own), "chart_alt": chart_alt(page)}
    return shown


def _legend(picture: MapPicture, look: Palette) -> list[dict[str, Any]]:
    entries = []
    for line in picture.legend:
        sign = svg.tag(
            "svg",
            furniture.swatch(line.key, 16, 15, look),
            width=32,
            height=30,
            viewBox="0 0 32 30",
            aria_hidden="true",
        )
        entries.append({"sign": _ours(sign), "label": furniture.words_of(line)})
    return entries


def _under(picture: MapPicture, document: Document) -> str:
    parts = [
        furniture.signs_words(picture),
        plain(picture.note, most=300),
        f"As of {said_time(picture.at, document.zone)}.",
        f"Map: {ATTRIBUTION}.",
    ]
    return " ".join(part for part in parts if part)


def _table(table: Table) -> dict[str, Any]:
    rows = [[plain(cell, most=_MOST_CELL) for cell in row] for row in table.rows[:_MOST_ROWS]]
    columns = [plain(name, most=120) for name in table.columns]
    return {
        "title": plain(table.title, most=200),
        "columns": columns,
        "rows": rows,
        "numeric": set(table.numeric),
    }


def _policy(scripts: list[str]) -> str:
    hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    allowed = " ".join(f"'sha256-{each}'" for each in dict.fromkeys(hashes)) or "'none'"
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data:; "
        "font-src data:; base-uri 'none'; form-action 'none'"
    )


def _face(weight: int, name: str) -> str:
    packed = base64.b64encode((DIST / "fonts" / name).read_bytes()).decode()
    source = f"url(data:font/woff2;base64,{packed}) format('woff2')"
    return f"@font-face {{ font-family: Inter; font-weight: {weight}; src: {source}; }}\n"


def _built(name: str) -> str:
    try:
        return (DIST / name).read_text(encoding="utf-8")
    except OSError as error:
        raise Unavailable(
            "The map for files has not been built.", hint="Run: python assets/build_bundle.py"
        ) from error


def _in_script(data: Any) -> str:
    """Return data as JavaScript that no tag can end."""
    return json.dumps(data, separators=(",", ":")).replace("<", "\\u003c")


def _ours(text: str) -> Markup:
    """Return text that we made ourselves, with every foreign word escaped, fit to stand in the page."""
    return Markup(text)  # noqa: S704 - whatever else is put into the template is escaped by it


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.ChainableUndefined
    )
