"""A document as typst takes it: everything that is said goes in as data, and none of it is ever code."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

import typst

from data.errors import Unavailable
from data.model import Tlp
from data.reference.markings import tlp_markings
from layers.briefs.document import Document, DocumentPage, Table
from layers.export.charts import chart_svg
from layers.export.static_map import Tiles, map_svg, svg
from layers.export.static_map.compose import said_time
from layers.export.text import plain
from layers.style import FONTS, palette

EXERCISE: Final = "EXERCISE EXERCISE EXERCISE"
_FAMILIES: Final = ("Inter", "DejaVu Sans Mono", "New Computer Modern")
_WRITTEN_OUT: Final = {"LES": "LAW ENFORCEMENT SENSITIVE", "FOUO": "FOR OFFICIAL USE ONLY"}
_MOST_ROWS: Final = 2_000
_MOST_COLUMNS: Final = 24
_MOST_CELL: Final = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The paper: its size and margins, and how large the headline is."""

    width_mm: float = 279.4
    height_mm: float = 215.9
    top_mm: float = 25.0
    bottom_mm: float = 22.0
    side_mm: float = 17.0
    headline_pt: float = 19.0
    numbered: bool = True
    theme: str = "light"

    @property
    def inner_mm(self) -> float:
        """Return the width between the margins."""
        return self.width_mm - 2 * self.side_mm


@dataclass(slots=True)
class Job:
    """What is given to typst: data as JSON, and the pictures by key."""

    document: Document
    sheet: Sheet
    pictures: dict[str, str] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)

    def words(self, text: str, *, most: int = 600) -> str:
        """Return words fit to be set, and remember their letters."""
        tidy = plain(text, most=most)
        self.said.append(tidy)
        return tidy


def compiled(
    job: Job, pages: tuple[DocumentPage, ...], *, form: Literal["pdf", "png"], ppi: float = 144
) -> bytes:
    """Return the pages set on their sheet; the same bytes for the same document."""
    with Tiles() as tiles:
        data = {**_frame(job), "pages": [_page(job, page, index, tiles) for index, page in enumerate(pages)]}
    known = all(_letters_known(words) for words in job.said)
    options: dict[str, Any] = (
        {"ppi": ppi} if form == "png" else {"timestamp": int(job.document.made_at.timestamp())}
    )
    if form == "pdf" and known:
        # PDF/UA promises that every letter has a shape: only our own font lets us know that beforehand.
        options["pdf_standards"] = ["ua-1"]
    try:
        made = typst.compile(
            files("layers.export").joinpath("brief.typ").read_bytes(),
            font_paths=_fonts(system=not known),
            sys_inputs={"data": json.dumps(data), **job.pictures},
            format=form,
            **options,
        )
    except typst.TypstError as error:
        raise Unavailable(
            f"The document could not be set: {plain(error.message, most=200)}.",
            hint="Make it as HTML or PPTX, and report this.",
        ) from error
    return made if isinstance(made, bytes) else made[0]


def picture_png(picture_svg: str, *, width_mm: float, height_mm: float, ppi: float) -> bytes:
    """Return a picture as PNG, for what takes no SVG."""
    source = b"#set page(width: float(sys.inputs.w) * 1mm, height: float(sys.inputs.h) * 1mm, margin: 0pt)\n"
    source += b'#image(bytes(sys.inputs.picture), format: "svg", width: 100%, height: 100%)'
    given = {"picture": picture_svg, "w": f"{width_mm:.2f}", "h": f"{height_mm:.2f}"}
    made = typst.compile(source, font_paths=_fonts(system=False), sys_inputs=given, format="png", ppi=ppi)
    return made if isinstance(made, bytes) else made[0]


def tlp_label(document: Document) -> str:
    """Return the TLP label alone, as it stands on black: FIRST has nothing else in it."""
    return plain(document.marking, most=80).partition(" ")[0]


def marking_colour(label: str) -> str:
    """Return the colour of a TLP label on black; what is no label is white."""
    by_label = {tlp.label: entry.hex for tlp, entry in tlp_markings().items()}
    return by_label.get(label, by_label[Tlp.CLEAR.label])


def caveats(document: Document) -> list[str]:
    """Return the lines that stand in every banner beside the TLP label."""
    beside = plain(document.marking, most=80).partition(" ")[2]
    written = plain(document.caveats)
    # "LES" behind the label is written out, once.
    more = (
        ""
        if beside in written or _WRITTEN_OUT.get(beside, beside) in written
        else _WRITTEN_OUT.get(beside, beside)
    )
    return [line for line in (written, more, EXERCISE if document.exercise else "") if line]


def map_alt(page: DocumentPage) -> str:
    """Return in words what a page's map shows, for who cannot see it."""
    picture = page.map
    if picture is None:
        return ""
    reports, sites = sum(point.count for point in picture.points), len(picture.sites)
    west, south, east, north = picture.bbox
    shown = [f"{reports:,} reports"] + ([f"{sites:,} sites"] if sites else [])
    legend = "; ".join(
        line.label + ("" if line.count is None else f" {line.count:,}") for line in picture.legend
    )
    where = f"from {south:.2f} to {north:.2f} north and {west:.2f} to {east:.2f} east"
    words = f"Map: {picture.title}. {', '.join(shown)}, {where}. {legend}. {picture.note}"
    return plain(words, most=900)


def chart_alt(page: DocumentPage) -> str:
    """Return in words what a page's chart says."""
    chart = page.chart
    if chart is None:
        return ""
    sums = [
        f"{series.name} {sum(value or 0 for value in series.values):,g}"
        for series in chart.series
        if not series.usual
    ]
    ends = f", {chart.labels[0]} to {chart.labels[-1]}" if chart.labels else ""
    return plain(f"Chart: {chart.title}{ends}. In {chart.unit}: {'; '.join(sums)}.", most=900)


def source_line(page: DocumentPage) -> str:
    """Return where a page comes from, and its own marking."""
    marking = "" if page.marking in page.source else page.marking
    return plain(" · ".join(part for part in (page.source, marking) if part), most=400)


def recalled(document: Document) -> str:
    """Return the warning of a document that was called back."""
    return (
        f"RECALLED. Do not use or pass on. {plain(document.recalled, most=300)}" if document.recalled else ""
    )


def _frame(job: Job) -> dict[str, Any]:
    document, sheet, look = job.document, job.sheet, palette(job.sheet.theme)
    title, center = job.words(document.title, most=160), job.words(document.center, most=80)
    subtitle = job.words(document.subtitle, most=160)
    return {
        "title": title or "Brief",
        "center": center or "Watchfloor",
        "description": " · ".join(part for part in (document.marking, *caveats(document), subtitle) if part),
        "marking": job.words(document.marking, most=80),
        "tlp": job.words(tlp_label(document), most=40),
        "tlp_colour": marking_colour(tlp_label(document)),
        "caveats": [job.words(line) for line in caveats(document)],
        "language": document.language
        if document.language.isalpha() and len(document.language) in (2, 3)
        else "en",
        "header": " · ".join(part for part in (center, title) if part),
        "footer": [line for line in (subtitle, f"Made {said_time(document.made_at, document.zone)}") if line],
        "numbered": sheet.numbered,
        "fonts": list(_FAMILIES),
        "ink": look.text,
        "muted": look.muted,
        "line": look.line,
        "paper": look.panel if sheet.theme == "light" else look.ground,
        "beside_mm": 78,
        **{
            name: getattr(sheet, name)
            for name in ("width_mm", "height_mm", "top_mm", "bottom_mm", "side_mm", "headline_pt")
        },
    }


def _page(job: Job, page: DocumentPage, index: int, tiles: Tiles) -> dict[str, Any]:
    lines = [job.words(line, most=500) for line in page.lines if line.strip()]
    headline = job.words(page.headline, most=300) or job.words(job.document.title, most=300) or "Brief"
    return {
        "warning": job.words(recalled(job.document)),
        "headline": headline,
        "lines": lines,
        "source": job.words(source_line(page), most=400),
        "figures": _figures(
            job, page, index, tiles, room_mm=_room(job.sheet, headline, lines, source_line(page))
        ),
        "table": _table(job, page.table) if page.table is not None else None,
    }


def _figures(
    job: Job, page: DocumentPage, index: int, tiles: Tiles, *, room_mm: float
) -> list[dict[str, str]]:
    """Draw the page's map and chart for the room that they have, and return their keys and what they show."""
    sheet, both = job.sheet, page.map is not None and page.chart is not None
    if page.table is not None:
        wide, tall = (sheet.inner_mm - 6) / (2 if both else 1), 78.0
        widths = (wide, wide)
    else:
        tall = room_mm
        widths = (
            ((sheet.inner_mm - 6) * 0.6, (sheet.inner_mm - 6) * 0.4)
            if both
            else (sheet.inner_mm, sheet.inner_mm)
        )
    found = []
    if page.map is not None:
        job.pictures[f"map-{index}"] = map_svg(
            page.map, size_mm=(widths[0], tall), theme=sheet.theme, zone=job.document.zone, tiles=tiles
        )
        found.append({"key": f"map-{index}", "alt": job.words(map_alt(page), most=900)})
    if page.chart is not None:
        job.pictures[f"chart-{index}"] = chart_svg(page.chart, size_mm=(widths[1], tall), theme=sheet.theme)
        found.append({"key": f"chart-{index}", "alt": job.words(chart_alt(page), most=900)})
    return found


def _room(sheet: Sheet, headline: str, lines: list[str], source: str) -> float:
    """Return how tall a figure may be under the words, which are set in the same font."""
    cap, mm_pt = 0.73, 25.4 / 72
    heads = text_rows(headline, size_pt=sheet.headline_pt, weight=600, width_mm=sheet.inner_mm)
    words = sheet.headline_pt * (heads * cap + (heads - 1) * 0.4)
    for line in lines:
        rows = text_rows(line, size_pt=11.5, weight=400, width_mm=sheet.inner_mm)
        words += 11.5 * (rows * cap + (rows - 1) * 0.55)
    below = text_rows(source, size_pt=8.5, weight=400, width_mm=sheet.inner_mm)
    words += 8.5 * (below * cap + (below - 1) * 0.55)
    gaps = (4 + 2.6 * (len(lines) - 1) if lines else 0) + 2 * 4.5 + 1
    return max(60.0, sheet.height_mm - sheet.top_mm - sheet.bottom_mm - words * mm_pt - gaps)


def text_rows(words: str, *, size_pt: float, weight: int, width_mm: float) -> int:
    """Return how many rows a line of text takes in a column."""
    long_pt = svg.width_of(words, size=1, weight=weight) * size_pt
    return max(1, -(-int(long_pt * 1.03) // int(width_mm / 25.4 * 72)))


def _table(job: Job, table: Table) -> dict[str, Any]:
    columns = table.columns[:_MOST_COLUMNS]
    rows = [
        tuple(job.words(cell, most=_MOST_CELL) for cell in row[: len(columns)])
        for row in table.rows[:_MOST_ROWS]
    ]
    longest = [
        max([len(name), *(len(row[at]) if at < len(row) else 0 for row in rows)])
        for at, name in enumerate(columns)
    ]
    return {
        "title": job.words(table.title, most=200),
        "columns": [job.words(name, most=80) for name in columns],
        "rows": [[*row, *[""] * (len(columns) - len(row))] for row in rows],
        "numeric": [at for at in table.numeric if at < len(columns)],
        "widths": [min(max(length, 6), 60) ** 0.75 for length in longest],
    }


def _letters_known(words: str) -> bool:
    return words.isascii() or _known_letters().issuperset(words)


@cache
def _known_letters() -> frozenset[str]:
    """Return the letters that the page's font has a shape for."""
    face, missing = svg.face(400), svg.face(400).getmask("\U000fffff")
    blank = bytes(missing), missing.size
    spans = (
        (0x20, 0x250),
        (0x1E00, 0x1F00),
        (0x2000, 0x2070),
        (0x20A0, 0x20C0),
        (0x2100, 0x2300),
        (0x2C60, 0x2C80),
    )

    def shaped(letter: str) -> bool:
        mask = face.getmask(letter)
        return letter.isspace() or (bytes(mask), mask.size) != blank

    return frozenset(
        chr(code)
        for low, high in spans
        for code in range(low, high)
        if chr(code).isprintable() and shaped(chr(code))
    )


@cache
def _fonts(*, system: bool) -> typst.Fonts:
    """Return the fonts to set in: the page's own, and only for letters that it lacks those of the machine."""
    return typst.Fonts(include_system_fonts=system, include_embedded_fonts=True, font_paths=[str(FONTS)])
