"""A brief's chart as a native chart of a slide, whose workbook holds text and numbers and no formula."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any, Final

import xlsxwriter
from lxml import etree
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION
from pptx.enum.dml import MSO_PATTERN
from pptx.oxml.ns import qn
from pptx.util import Mm, Pt

from layers.briefs.document import Chart, DocumentPage
from layers.export.text import plain
from layers.export.typeset import chart_alt
from layers.export.zipped import rezipped
from layers.style import Palette, series_colors

_KINDS: Final = {
    "bar": XL_CHART_TYPE.COLUMN_CLUSTERED,
    "stacked": XL_CHART_TYPE.COLUMN_STACKED,
    "line": XL_CHART_TYPE.LINE_MARKERS,
}
# Beside its colour, each series of bars has a pattern: in greyscale the colours look alike.
_PATTERNS: Final = (
    None,
    MSO_PATTERN.WIDE_UPWARD_DIAGONAL,
    MSO_PATTERN.DARK_HORIZONTAL,
    MSO_PATTERN.LARGE_CHECKER_BOARD,
    MSO_PATTERN.WIDE_DOWNWARD_DIAGONAL,
    MSO_PATTERN.DARK_VERTICAL,
    MSO_PATTERN.PERCENT_50,
)
_MOST_LABELS: Final = 12
_FONT: Final = "Arial"
_ANY_DAY: Final = datetime(2000, 1, 1)  # noqa: DTZ001 - a workbook's date has no zone


def add_chart(slide: Any, page: DocumentPage, box: tuple[float, float, float, float], look: Palette) -> None:
    """Add the page's chart to a slide; what would be usual is a dotted line over the bars."""
    chart = page.chart
    if chart is None:
        return
    data = CategoryChartData()
    data.categories = [_label(label) for label in chart.labels]
    for series in chart.series:
        data.add_series(_label(series.name), series.values[: len(chart.labels)])
    frame = slide.shapes.add_chart(_KINDS[chart.kind], *(Mm(each) for each in box), data)
    frame.name = plain(chart.title, most=120) or "Chart"
    frame._element.nvGraphicFramePr.cNvPr.set("descr", chart_alt(page))
    native = frame.chart
    native.part.chart_workbook.update_from_xlsx_blob(_workbook(chart))
    _dress(native, chart, look)
    if chart.kind != "line":
        _usual_as_lines(native, chart)


def _label(words: str) -> str:
    """Return words that may be the category or the name of a series: never empty, never a formula's."""
    return plain(words, most=60) or "–"


def _workbook(chart: Chart) -> bytes:
    """Return the numbers behind a chart as a workbook in which every word is text.

    python-pptx would write a label that begins with "=" as a formula, and an address as a link.
    """
    body = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(body, options) as book:
        book.set_properties({"created": _ANY_DAY})
        sheet = book.add_worksheet("Sheet1")
        sheet.write_column(1, 0, [_label(label) for label in chart.labels])
        for column, series in enumerate(chart.series, start=1):
            sheet.write_string(0, column, _label(series.name))
            for row, value in enumerate(series.values[: len(chart.labels)], start=1):
                if value is not None:
                    sheet.write_number(row, column, value)
    return rezipped(body.getvalue())


def _dress(native: Any, chart: Chart, look: Palette) -> None:
    """Give the chart the look of the brief."""
    native.font.size, native.font.name = Pt(11), _FONT
    native.font.color.rgb = rgb(look.text)
    native.has_title = bool(chart.title.strip())
    if native.has_title:
        run = native.chart_title.text_frame.paragraphs[0].add_run()
        run.text = plain(chart.title, most=110)
        run.font.size, run.font.bold = Pt(13), True
    native.has_legend = len(chart.series) > 1
    if native.has_legend:
        native.legend.position, native.legend.include_in_layout = XL_LEGEND_POSITION.TOP, False
    values = native.value_axis
    values.major_gridlines.format.line.color.rgb = rgb(look.line)
    values.format.line.fill.background()
    values.minimum_scale, values.tick_labels.number_format = 0, "#,##0"
    values.tick_labels.number_format_is_linked = False
    values.has_title = True
    title = values.axis_title.text_frame.paragraphs[0].add_run()
    title.text = plain(chart.unit, most=40) or "reports"
    title.font.size, title.font.bold = Pt(10), False
    native.category_axis.format.line.color.rgb = rgb(look.muted)
    every = -(-len(chart.labels) // _MOST_LABELS)
    if every > 1:
        skip = etree.Element(qn("c:tickLblSkip"))
        skip.set("val", str(every))
        native.category_axis._element.find(qn("c:noMultiLvlLbl")).addprevious(skip)
    _colours(native, chart, look)


def _colours(native: Any, chart: Chart, look: Palette) -> None:
    colours, alone = series_colors(), sum(not series.usual for series in chart.series) == 1
    plot = native.plots[0]
    if chart.kind != "line":
        plot.gap_width = 40
    drawn = 0
    for series, shape in zip(chart.series, plot.series, strict=True):
        if series.usual:
            continue
        colour = rgb(look.accent if alone else colours[drawn % len(colours)])
        pattern = None if alone else _PATTERNS[drawn % len(_PATTERNS)]
        drawn += 1
        if chart.kind == "line":
            shape.smooth = False
            shape.format.line.color.rgb, shape.format.line.width = colour, Pt(2.5)
            shape.marker.format.fill.solid()
            shape.marker.format.fill.fore_color.rgb = colour
        elif pattern is None:
            shape.format.fill.solid()
            shape.format.fill.fore_color.rgb = colour
        else:
            shape.format.fill.patterned()
            shape.format.fill.pattern = pattern
            shape.format.fill.fore_color.rgb = colour
            shape.format.fill.back_color.rgb = rgb(look.panel)


def _usual_as_lines(native: Any, chart: Chart) -> None:
    """Move the series of what would be usual from the bars into a line chart on the same axes."""
    bars = native.plots[0]._element
    usual = [
        shape for series, shape in zip(chart.series, bars.findall(qn("c:ser")), strict=True) if series.usual
    ]
    if not usual:
        return
    lines = etree.Element(qn("c:lineChart"))
    etree.SubElement(lines, qn("c:grouping")).set("val", "standard")
    etree.SubElement(lines, qn("c:varyColors")).set("val", "0")
    for shape in usual:
        bars.remove(shape)
        for name in ("c:invertIfNegative", "c:spPr"):
            for extra in shape.findall(qn(name)):
                shape.remove(extra)
        for part in (_unmarked(), _dotted()):
            shape.insert(list(shape).index(shape.find(qn("c:tx"))) + 1, part)
        etree.SubElement(shape, qn("c:smooth")).set("val", "0")
        lines.append(shape)
    etree.SubElement(lines, qn("c:marker")).set("val", "1")
    for axis in bars.findall(qn("c:axId")):
        etree.SubElement(lines, qn("c:axId")).set("val", axis.get("val"))
    bars.addnext(lines)


def _dotted() -> Any:
    """Return the look of a line of what would be usual."""
    drawn = etree.Element(qn("c:spPr"))
    line = etree.SubElement(drawn, qn("a:ln"), w="19050")
    fill = etree.SubElement(line, qn("a:solidFill"))
    etree.SubElement(fill, qn("a:srgbClr")).set("val", "586374")
    etree.SubElement(line, qn("a:prstDash")).set("val", "sysDash")
    return drawn


def _unmarked() -> Any:
    mark = etree.Element(qn("c:marker"))
    etree.SubElement(mark, qn("c:symbol")).set("val", "none")
    return mark


def rgb(colour: str) -> Any:
    """Return a colour as python-pptx takes it."""
    made: Any = RGBColor
    return made.from_string(colour.removeprefix("#"))
