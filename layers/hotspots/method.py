"""How sure is it: the method behind a map of hotspots, in words. Every export carries this text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from layers.analytics.claims import LEVEL, MIN_INCIDENTS, MIN_NEIGHBOURHOOD
from layers.hotspots.cells import WORK_CELLS, Cells
from layers.hotspots.counted import Counted
from layers.hotspots.exposure import Exposure
from layers.hotspots.layer import UNADJUSTED, Kind
from layers.hotspots.window import Window
from layers.hotspots.words import length, plural

_METHODS: Final = {
    Kind.DENSITY: (
        "Reports per km² in equal-area cells, and a Gaussian surface over them (one cell wide). "
        "Nothing is tested: it shows where reports are."
    ),
    Kind.GI_STAR: (
        "Getis-Ord Gi* with binary weights over each cell and its eight neighbours. z is for colour only. "
        "A claim needs the probability of so many reports were all counts dealt out anew over the cells"
    ),
    Kind.TREND: (
        "Trend indicator: space-time Gi* (each cell with its neighbours, at a step and the one before) and "
        "the tie-corrected Mann-Kendall test of its course. The categories describe, they are no tests; "
        "a claim is that of Gi* over the whole time: the probability of so many reports were all counts "
        "dealt out anew over the cells"
    ),
    Kind.DIFFERENCE: (
        "Reports in each cell and its eight neighbours in both times, per unit of time. A claim needs the "
        "exact two-sided conditional (binomial) probability of a split so uneven"
    ),
    Kind.EXCESS: (
        "Reports in each cell and its eight neighbours against the mean of earlier periods there. "
        "A claim needs the one-sided probability of so many, by a negative binomial count with the spread of "
        "those periods. z is that probability as a normal score, for colour only"
    ),
}
_EXPOSED: Final = (
    "Reports in each cell and its eight neighbours against what their share of the exposed would give. "
    "A claim needs the exact Poisson probability of so many, or the negative binomial one where places "
    "differ more than Poisson allows. z is that probability as a normal score, for colour only."
)
_TITLES: Final = {
    Kind.DENSITY: "Where reports are",
    Kind.GI_STAR: "How sure are these hotspots?",
    Kind.TREND: "How sure is this trend indicator?",
    Kind.DIFFERENCE: "How sure is this change?",
    Kind.EXCESS: "How sure is this excess?",
}


@dataclass(frozen=True)
class Facts:
    """What the words are made of."""

    kind: Kind
    zone: str
    window: Window | None
    counted: Counted
    reports: int
    cells: Cells | None
    masked: Mapping[str, int]
    water_known: bool
    tests: int
    exact: bool
    exposure: Exposure | None = None
    more: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Method:
    """A title, and lines with a label each."""

    title: str
    lines: tuple[tuple[str, str], ...]

    @property
    def text(self) -> str:
        """The whole as plain text, a line each."""
        return "\n".join([self.title, *(f"{label}: {text}" for label, text in self.lines)])

    def as_dict(self) -> dict[str, Any]:
        """Return it as the interface gives it."""
        lines = [{"label": label, "text": text} for label, text in self.lines]
        return {"title": self.title, "lines": lines, "text": self.text}


def method(facts: Facts) -> Method:
    """Return how an answer was come by: what was counted, left out, tested, and what it does not know."""
    return Method(_TITLES[facts.kind], tuple(_lines(facts)))


def _lines(facts: Facts) -> Iterator[tuple[str, str]]:
    yield "Method", _what(facts)
    when = facts.window
    said = "no reports" if when is None else when.text(facts.zone)
    yield "Time", said if when is None or when.asked else f"{said} (first to last report; none was asked for)"
    yield "Reports counted", f"{facts.reports:,} of {plural(facts.counted.filtered, 'report')} in the filter."
    yield "Left out", _left_out(facts)
    if facts.cells is not None:
        yield "Cells", _cells(facts, facts.cells)
    yield from facts.more
    if facts.kind is not Kind.DENSITY:
        yield "Tests", _tests(facts)
    if facts.kind is not Kind.DENSITY and facts.cells is not None:
        yield "Scales", _scales(facts.cells)
    yield "Exposure", _exposure(facts)
    yield (
        "Reporting",
        "Reports come from where people are, look and call. Few reports are not all clear, and a change of "
        "habit or of a source looks like a change of events.",
    )


def _exposure(facts: Facts) -> str:
    used = facts.exposure
    if used is None:
        return UNADJUSTED
    return (
        f"Adjusted for {used.name}: {used.total:,.0f} in {plural(len(used.people), 'area')}, spread "
        "evenly over each. "
        "Where nobody is counted, nothing is tested, and reports from there are left out."
    )


def _what(facts: Facts) -> str:
    if facts.exposure is not None:
        return _EXPOSED
    words = _METHODS[facts.kind]
    if facts.kind in (Kind.GI_STAR, Kind.TREND):
        return words + (
            " (computed exactly, without replacement)." if facts.exact else " (99,999 draws at least)."
        )
    return words if words.endswith(".") else words + "."


def _left_out(facts: Facts) -> str:
    found, masked = facts.counted, facts.masked
    water = plural(masked["masked_water"], "cell")
    parts = [
        "default points are counted, as asked"
        if found.with_default_points
        else f"{plural(found.default_points, 'report')} on default points (a source's stand-in for no place)",
        "reports known twice are counted, as asked"
        if found.with_duplicates
        else f"{plural(found.duplicates, 'duplicate')} (the same type, spot and moment from another source; "
        "what one source repeats is not stored)",
        f"{plural(found.unlocated, 'report')} without a place",
        f"{water} of water" if facts.water_known else "no water: the basemap could not be read",
        f"{plural(masked['masked_outside'], 'cell')} outside of the filter's ground",
    ]
    return "; ".join(parts) + ". A cell that holds a report is never masked."


def _cells(facts: Facts, cells: Cells) -> str:
    size = length(cells.grid.cell_m)
    why = (
        f"chosen by the data: about five reports a neighbourhood, at most {WORK_CELLS:,} cells"
        if cells.chosen
        else "chosen by hand"
    )
    edge = " Cells whose neighbourhood is cut off by rim, shore or filter are marked as edge."
    return f"{facts.masked['valid']:,} squares of {size}, equal in area; {why}.{edge}"


def _tests(facts: Facts) -> str:
    few = f"; none with fewer than {MIN_INCIDENTS} reports in all or {MIN_NEIGHBOURHOOD} in a neighbourhood"
    return (
        f"{facts.tests:,}, one for each place; corrected for their number by Benjamini-Hochberg at "
        f"{LEVEL:.0%} (of the claims on a map, about one in twenty may be false){few}."
    )


def _scales(cells: Cells) -> str:
    sizes = [length(cells.grid.cell_m * factor) for factor in (0.5, 1, 2)]
    return f"Tested at {sizes[0]}, {sizes[1]} and {sizes[2]}; robust: when two of them agree."
