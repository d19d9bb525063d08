"""A brief as slides: real text, native charts and tables, maps as pictures, the speaker's notes."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Literal

from pptx import Presentation
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.util import Mm, Pt

from data.errors import Invalid
from layers.briefs.document import Document, DocumentPage, Table
from layers.export.slide_charts import add_chart, rgb
from layers.export.static_map import Tiles, map_svg
from layers.export.static_map.compose import said_time
from layers.export.text import paragraphs, plain
from layers.export.typeset import (
    caveats,
    map_alt,
    marking_colour,
    picture_png,
    recalled,
    source_line,
    text_rows,
    tlp_label,
)
from layers.export.zipped import rezipped
from layers.style import Palette, palette

_WIDTH, _HEIGHT, _SIDE = 338.67, 190.5, 14.0
_INNER: Final = _WIDTH - 2 * _SIDE
_TOP, _FOOT = 20.0, 178.0
_HEADLINE_PT, _LINE_PT = 24.0, 15.0
_PPI: Final = 180
_PX_MM: Final = 0.26  # a slide is read from further away than a sheet
_FONT: Final = "Arial"  # on every machine that shows slides
_TITLE_ONLY: Final = 5
_ROWS_ON_A_SLIDE: Final = 11
_MOST_ROWS: Final = 220
_GRID_STYLE: Final = "{5940675A-B579-460E-94D1-54222C63F5DA}"  # no colour, thin lines
_LINES_BELOW: Final = 3.0


def write_pptx(document: Document, path: Path, *, theme: Literal["light", "dark"] = "light") -> None:
    """Write the brief as PPTX, the same bytes for the same document; long tables go on over more slides."""
    if not document.pages:
        raise Invalid("A brief without pages cannot be shown.", hint="Add a page first.")
    deck = _Deck(document, palette(theme))
    with Tiles() as tiles:
        for page in document.pages:
            deck.add(page, tiles)
    path.write_bytes(deck.packed())


class _Deck:
    """The slides as they grow."""

    def __init__(self, document: Document, look: Palette) -> None:
        self.document, self.look = document, look
        self.deck: Any = Presentation()
        self.deck.slide_width, self.deck.slide_height = Mm(_WIDTH), Mm(_HEIGHT)
        self._describe()

    def add(self, page: DocumentPage, tiles: Tiles) -> None:
        """Add a page: one slide, and more where its table does not fit."""
        headline = plain(page.headline, most=300) or plain(self.document.title, most=300) or "Brief"
        slide, top = self._slide(page, headline)
        figures = [kind for kind in ("map", "chart", "table") if getattr(page, kind) is not None]
        rows = list(page.table.rows[:_MOST_ROWS]) if page.table is not None else []
        apart = page.table is not None and len(figures) > 1 and len(rows) > _ROWS_ON_A_SLIDE // 2
        if apart:
            figures.remove("table")
        wide = (_INNER - 6 * (len(figures) - 1)) / max(1, len(figures))
        for place, kind in enumerate(figures):
            box = (_SIDE + place * (wide + 6), top, wide, _FOOT - 6 - top)
            if kind == "map":
                self._map(slide, page, box, tiles)
            elif kind == "chart" and page.chart is not None:
                add_chart(slide, page, box, self.look)
            elif page.table is not None:
                _add_table(slide, page.table, rows[:_ROWS_ON_A_SLIDE], box, self.look)
        if page.table is None:
            return
        done = 0 if apart else _ROWS_ON_A_SLIDE
        while done < len(rows):
            words = headline if apart and not done else f"{plain(headline, most=280)} (continued)"
            slide, top = self._slide(page, words, lines=False)
            box = (_SIDE, top, _INNER, _FOOT - 6 - top)
            _add_table(slide, page.table, rows[done : done + _ROWS_ON_A_SLIDE], box, self.look)
            done += _ROWS_ON_A_SLIDE

    def packed(self) -> bytes:
        """Return the file, with nothing in it of the machine or the moment that made it."""
        body = io.BytesIO()
        self.deck.save(body)
        return rezipped(body.getvalue())

    def _describe(self) -> None:
        about, document = self.deck.core_properties, self.document
        about.title, about.author = plain(document.title, most=160), plain(document.center, most=80)
        about.last_modified_by, about.keywords = about.author, plain(document.marking, most=40)
        about.subject = plain(document.subtitle, most=200)
        about.comments = plain(" ".join([document.marking, *caveats(document)]), most=250)
        about.category, about.revision, about.language = "Brief", 1, plain(document.language, most=8)
        about.created = about.modified = document.made_at.replace(tzinfo=None)
        # The empty deck that python-pptx begins with carries a picture and the printer of whoever made it.
        for part in (self.deck.part, self.deck.part.package):
            for key, rel in list(part._rels.items()):
                if rel.reltype in (RELATIONSHIP_TYPE.PRINTER_SETTINGS, RELATIONSHIP_TYPE.THUMBNAIL):
                    part._rels.pop(key)

    def _slide(self, page: DocumentPage, headline: str, *, lines: bool = True) -> tuple[Any, float]:
        """Return a new slide with its words, and where its figure may begin."""
        slide = self.deck.slides.add_slide(self.deck.slide_layouts[_TITLE_ONLY])
        fill = slide.background.fill
        fill.solid()
        fill.fore_color.rgb = rgb(self.look.panel if self.look.theme == "light" else self.look.ground)
        top = _TOP
        if self.document.recalled:
            self._words(
                slide, recalled(self.document), (_SIDE, top, _INNER, 7), size=12, bold=True, name="Recalled"
            )
            top += 8
        rows = text_rows(headline, size_pt=_HEADLINE_PT, weight=600, width_mm=_INNER)
        tall = rows * _HEADLINE_PT * 0.42 + 3.5
        title = slide.shapes.title
        title.left, title.top, title.width, title.height = Mm(_SIDE), Mm(top), Mm(_INNER), Mm(tall)
        self._fill(title.text_frame, [headline], size=_HEADLINE_PT, bold=True)
        top += tall
        said = [plain(line, most=500) for line in page.lines if line.strip()] if lines else []
        if said:
            rows = sum(text_rows(line, size_pt=_LINE_PT, weight=400, width_mm=_INNER) for line in said)
            tall = rows * _LINE_PT * 0.44 + len(said)
            box = slide.shapes.add_textbox(Mm(_SIDE), Mm(top), Mm(_INNER), Mm(tall))
            box.name = "Lines"
            self._fill(box.text_frame, said, size=_LINE_PT)
            top += tall
        self._banner(slide, page)
        if page.notes.strip() and lines:
            slide.notes_slide.notes_text_frame.text = paragraphs(page.notes)
        return slide, top + _LINES_BELOW

    def _banner(self, slide: Any, page: DocumentPage) -> None:
        document = self.document
        about = " · ".join(plain(part, most=90) for part in (document.center, document.title) if part)
        made = f"Made {said_time(document.made_at, document.zone)} · {len(self.deck.slides)}"
        if document.subtitle:
            made = f"{plain(document.subtitle, most=110)}\n{made}"
        self._words(
            slide, source_line(page), (_SIDE, _FOOT - 5.5, _INNER, 5), size=9, name="Source", muted=True
        )
        for top, said, where in ((6.0, about, "top"), (_FOOT + 2, made, "bottom")):
            self._words(slide, said, (_SIDE, top, 100, 8), size=9, muted=True, name=f"About, {where}")
            lines = caveats(document)
            if lines:
                box = slide.shapes.add_textbox(Mm(_SIDE + 90), Mm(top - 1), Mm(_INNER - 180), Mm(9))
                box.name = f"Caveats, {where}"
                self._fill(box.text_frame, lines, size=9, bold=True, align=PP_ALIGN.CENTER)
            self._label(slide, top, where)

    def _label(self, slide: Any, top: float, where: str) -> None:
        """Put the TLP label on black to the right, as FIRST asks."""
        marking = tlp_label(self.document)
        wide = max(28.0, len(marking) * 3.4 + 6)
        box = slide.shapes.add_textbox(Mm(_WIDTH - _SIDE - wide), Mm(top - 0.5), Mm(wide), Mm(8))
        box.name = f"Marking, {where}"
        box.fill.solid()
        box.fill.fore_color.rgb = rgb("#000000")
        self._fill(
            box.text_frame,
            [marking],
            size=13,
            bold=True,
            align=PP_ALIGN.CENTER,
            colour=marking_colour(marking),
        )

    def _map(
        self, slide: Any, page: DocumentPage, box: tuple[float, float, float, float], tiles: Tiles
    ) -> None:
        if page.map is None:
            return
        left, top, wide, tall = box
        drawn = map_svg(
            page.map,
            size_mm=(wide, tall),
            theme=self.look.theme,
            zone=self.document.zone,
            tiles=tiles,
            px_mm=_PX_MM,
        )
        picture = picture_png(drawn, width_mm=wide, height_mm=tall, ppi=_PPI)
        shape = slide.shapes.add_picture(io.BytesIO(picture), Mm(left), Mm(top), Mm(wide), Mm(tall))
        shape.name = "Map"
        shape._element._nvXxPr.cNvPr.set("descr", map_alt(page))

    def _words(
        self,
        slide: Any,
        words: str,
        box: tuple[float, float, float, float],
        *,
        size: float,
        name: str,
        bold: bool = False,
        muted: bool = False,
    ) -> None:
        shape = slide.shapes.add_textbox(*(Mm(each) for each in box))
        shape.name = name
        self._fill(
            shape.text_frame,
            words.split("\n"),
            size=size,
            bold=bold,
            colour=self.look.muted if muted else None,
        )

    def _fill(
        self,
        frame: Any,
        lines: Sequence[str],
        *,
        size: float,
        bold: bool = False,
        align: Any = PP_ALIGN.LEFT,
        colour: str | None = None,
    ) -> None:
        """Write lines into a frame, one paragraph each."""
        frame.word_wrap, frame.vertical_anchor = (
            True,
            MSO_ANCHOR.MIDDLE if align == PP_ALIGN.CENTER else MSO_ANCHOR.TOP,
        )
        frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = Mm(0)
        for index, line in enumerate(lines):
            paragraph = frame.paragraphs[0] if index == 0 else frame.add_paragraph()
            paragraph.alignment = align
            paragraph.space_after = Pt(3 if size >= _LINE_PT else 0)
            run = paragraph.add_run()
            run.text = line
            _style(run, size=size, bold=bold, colour=colour or self.look.text)


def _add_table(
    slide: Any,
    table: Table,
    rows: list[tuple[str, ...]],
    box: tuple[float, float, float, float],
    look: Palette,
) -> None:
    columns = table.columns
    left, top, wide, _ = box
    frame = slide.shapes.add_table(
        len(rows) + 1, len(columns), Mm(left), Mm(top), Mm(wide), Mm(8 * (len(rows) + 1))
    )
    frame.name = plain(table.title, most=120) or "Table"
    grid = frame.table
    frame._element.graphic.graphicData.tbl.tblPr.find(
        "{http://schemas.openxmlformats.org/drawingml/2006/main}tableStyleId"
    ).text = _GRID_STYLE
    lengths = [
        max([len(name), *(len(row[at]) if at < len(row) else 0 for row in rows)])
        for at, name in enumerate(columns)
    ]
    shares = [min(max(length, 6), 60) ** 0.75 for length in lengths]
    for at, share in enumerate(shares):
        grid.columns[at].width = Mm(wide * share / sum(shares))
    for down, row in enumerate([columns, *rows]):
        for at in range(len(columns)):
            cell = grid.cell(down, at)
            cell.margin_top = cell.margin_bottom = Mm(1.1)
            paragraph = cell.text_frame.paragraphs[0]
            paragraph.alignment = PP_ALIGN.RIGHT if at in table.numeric else PP_ALIGN.LEFT
            run = paragraph.add_run()
            run.text = plain(row[at], most=240) if at < len(row) else ""
            _style(run, size=11, bold=down == 0, colour=look.muted if down == 0 else look.text)


def _style(run: Any, *, size: float, bold: bool, colour: str) -> None:
    run.font.name, run.font.size, run.font.bold = _FONT, Pt(size), bold
    run.font.color.rgb = rgb(colour)
