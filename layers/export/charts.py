"""A brief's chart as SVG: bars, stacks or lines, and behind them what would be usual."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import Any, Final

from layers.briefs.document import Chart, Series
from layers.export.static_map import PX_MM, svg
from layers.export.text import plain
from layers.style import Palette, palette, series_colors

_TOP, _RIGHT, _BOTTOM = 62.0, 14.0, 44.0
_TICKS: Final = 5
_MOST_LABELS: Final = 16
# Beside its colour each series has a hatch or a dash of its own: on a grey printer they are still told apart.
_HATCHES: Final = ("", "M0 8L8 0", "M0 0L8 8", "M0 4H8", "M4 0V8", "M0 8L8 0M0 0L8 8")
_DASHES: Final = (None, "8 4", "2 3", "10 3 2 3", "5 5", "1 4")
_MARKS: Final = 3.5


def chart_svg(
    chart: Chart, *, size_mm: tuple[float, float], theme: str = "light", px_mm: float = PX_MM
) -> str:
    """Return a chart as SVG of this size; the same every time."""
    width, height = size_mm[0] / px_mm, size_mm[1] / px_mm
    body = _Plot(chart, width, height, palette(theme)).drawn()
    title = svg.tag("title", escape(plain(chart.title), quote=False)) if chart.title else ""
    return svg.tag(
        "svg",
        title + body,
        xmlns="http://www.w3.org/2000/svg",
        width=f"{size_mm[0]:g}mm",
        height=f"{size_mm[1]:g}mm",
        viewBox=f"0 0 {width:.2f} {height:.2f}",
        font_family="Inter",
    )


class _Plot:
    """A chart on its sheet, with its scale."""

    def __init__(self, chart: Chart, width: float, height: float, look: Palette) -> None:
        self.chart, self.width, self.height, self.look = chart, width, height, look
        self.drawn_series = [series for series in chart.series if not series.usual]
        self.alone = len(self.drawn_series) <= 1
        self.step = _round_step(self._most() / _TICKS)
        self.top_value = max(self.step, math.ceil(self._most() / self.step) * self.step)
        ticks = [f"{value:,g}" for value in (0, self.top_value, self.step)]
        self.left = max(svg.width_of(words, size=11) for words in ticks) + 18

    def drawn(self) -> str:
        """Return title, key, axes, bars or lines."""
        return "".join([self._hatches(), self._head(), self._axes(), self._bars_or_lines(), self._usual()])

    def _most(self) -> float:
        if self.chart.kind == "stacked":
            sums = [
                sum(value or 0 for value in column)
                for column in zip(*(one.values for one in self.drawn_series), strict=False)
            ]
        else:
            sums = []
        single = [
            value
            for one in self.chart.series
            if one.usual or self.chart.kind != "stacked"
            for value in one.values
            if value is not None
        ]
        return max([1.0, *sums, *single])

    def _y(self, value: float) -> float:
        room = self.height - _TOP - _BOTTOM
        return self.height - _BOTTOM - room * max(0.0, value) / self.top_value

    def _slot(self) -> float:
        return (self.width - self.left - _RIGHT) / max(1, len(self.chart.labels))

    def _x(self, index: int) -> float:
        return self.left + self._slot() * (index + 0.5)

    def _colour(self, index: int) -> str:
        colours = series_colors()
        return self.look.accent if self.alone else colours[index % len(colours)]

    def _head(self) -> str:
        title = svg.text(plain(self.chart.title, most=110), 4, 18, size=14, weight=600, fill=self.look.text)
        x = 4.0
        parts: list[str] = []
        named = (
            [(one, self._colour(place), place) for place, one in enumerate(self.drawn_series)]
            if not self.alone
            else []
        )
        for series, colour, place in named:
            x += self._key(parts, series, x, colour=colour, hatch=self._hatch_id(place))
        for series in (one for one in self.chart.series if one.usual):
            line = svg.tag(
                "path",
                d=f"M{x:.1f} 38H{x + 16:.1f}",
                stroke=self.look.text,
                stroke_width=1.5,
                stroke_dasharray="2 3",
            )
            parts.append(line)
            x += self._name(parts, series, x)
        return title + "".join(parts)

    def _key(self, parts: list[str], series: Series, x: float, *, colour: str, hatch: str) -> float:
        box = {"x": x, "y": 32, "width": 16, "height": 11}
        parts.append(svg.tag("rect", **box, fill=colour))
        if hatch:
            parts.append(svg.tag("rect", **box, fill=f"url(#{hatch})"))
        return self._name(parts, series, x)

    def _name(self, parts: list[str], series: Series, x: float) -> float:
        words = plain(series.name, most=32)
        parts.append(svg.text(words, x + 21, 42, size=11, fill=self.look.text))
        return 21 + svg.width_of(words, size=11) + 16

    def _axes(self) -> str:
        parts, value = [], 0.0
        while value <= self.top_value + self.step / 2:
            y = self._y(value)
            line = {"stroke": self.look.line if value else self.look.muted, "stroke_width": 1}
            parts.append(svg.tag("path", d=f"M{self.left:.1f} {y:.1f}H{self.width - _RIGHT:.1f}", **line))
            parts.append(
                svg.text(f"{value:,g}", self.left - 7, y + 4, size=11, fill=self.look.muted, anchor="end")
            )
            value += self.step
        every = max(
            1,
            math.ceil(len(self.chart.labels) / _MOST_LABELS),
            math.ceil(self._widest_label() / self._slot()),
        )
        for index, label in list(enumerate(self.chart.labels))[::every]:
            words = plain(label, most=24)
            parts.append(
                svg.text(
                    words,
                    self._x(index),
                    self.height - _BOTTOM + 17,
                    size=11,
                    fill=self.look.muted,
                    anchor="middle",
                )
            )
        unit = plain(self.chart.unit, most=40)
        return "".join(parts) + svg.text(unit, self.left, self.height - 6, size=10, fill=self.look.muted)

    def _widest_label(self) -> float:
        return (
            max((svg.width_of(plain(label, most=24), size=11) for label in self.chart.labels), default=0) + 8
        )

    def _bars_or_lines(self) -> str:
        if self.chart.kind == "line":
            return "".join(self._line(series, place) for place, series in enumerate(self.drawn_series))
        floors = [0.0] * len(self.chart.labels)
        wide = self._slot() * 0.72
        shares = 1 if self.chart.kind == "stacked" else max(1, len(self.drawn_series))
        parts = []
        for place, series in enumerate(self.drawn_series):
            for index, value in enumerate(series.values[: len(floors)]):
                if not value or value < 0:
                    continue
                floor = floors[index] if self.chart.kind == "stacked" else 0.0
                left = self._x(index) - wide / 2 + (0 if shares == 1 else wide / shares * place)
                parts.append(self._bar(left, wide / shares, floor, floor + value, place))
                floors[index] += value
        return "".join(parts)

    def _bar(self, left: float, wide: float, low: float, high: float, place: int) -> str:
        top, bottom = self._y(high), self._y(low)
        box: dict[str, Any] = {"x": left, "y": top, "width": max(wide - 1, 0.8), "height": bottom - top}
        bar = svg.tag("rect", **box, fill=self._colour(place))
        hatch = self._hatch_id(place)
        return bar + (svg.tag("rect", **box, fill=f"url(#{hatch})") if hatch else "")

    def _line(self, series: Series, place: int) -> str:
        colour, parts = self._colour(place), []
        style = {"fill": "none", "stroke": colour, "stroke_width": 2.5, "stroke_linejoin": "round"}
        dash = None if self.alone else _DASHES[place % len(_DASHES)]
        for run in _runs(series.values[: len(self.chart.labels)]):
            points = [[self._x(index), self._y(value)] for index, value in run]
            parts.append(
                svg.tag("path", d=svg.polyline(points, closed=False), stroke_dasharray=dash, **style)
            )
            parts += [svg.disc(x, y, _MARKS, fill=colour) for x, y in points]
        return "".join(parts)

    def _usual(self) -> str:
        """Return what would be usual as steps over the bars: they show where it was passed."""
        half, parts = self._slot() / 2, []
        for series in (one for one in self.chart.series if one.usual):
            for run in _runs(series.values[: len(self.chart.labels)]):
                points = [
                    [self._x(index) + side, self._y(value)] for index, value in run for side in (-half, half)
                ]
                line = {
                    "fill": "none",
                    "stroke": self.look.text,
                    "stroke_width": 1.5,
                    "stroke_dasharray": "2 3",
                }
                parts.append(svg.tag("path", d=svg.polyline(points, closed=False), **line))
        return "".join(parts)

    def _hatch_id(self, place: int) -> str:
        return "" if self.alone or not _HATCHES[place % len(_HATCHES)] else f"hatch-{place % len(_HATCHES)}"

    def _hatches(self) -> str:
        patterns = [
            svg.tag(
                "pattern",
                svg.tag(
                    "path", d=lines, fill="none", stroke=self.look.panel, stroke_width=1.6, stroke_opacity=0.7
                ),
                id=f"hatch-{place}",
                width=8,
                height=8,
                patternUnits="userSpaceOnUse",
            )
            for place, lines in enumerate(_HATCHES)
            if lines
        ]
        return svg.tag("defs", "".join(patterns))


def _runs(values: Sequence[float | None]) -> list[list[tuple[int, float]]]:
    """Return the stretches without a gap: what is not known is not drawn as nothing."""
    runs: list[list[tuple[int, float]]] = [[]]
    for index, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((index, value))
    return [run for run in runs if run]


def _round_step(rough: float) -> float:
    """Return the next round step: 1, 2 or 5 times a power of ten, and never a part of a report."""
    power = 10 ** math.floor(math.log10(max(rough, 1e-9)))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)
    return max(1.0, float(step))
