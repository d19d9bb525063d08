"""This period against an earlier one: where more or fewer reports came than chance would explain."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from data.errors import BadFilter
from data.mirror import View
from data.query import Dimension, Query
from layers.analytics.difference import Difference, difference, enough
from layers.analytics.getis_ord import gi_star
from layers.hotspots.answer import Hotspots, shown
from layers.hotspots.asked import Asked
from layers.hotspots.cells import Cells, Table, any_of_four, cells_for, gathered, spread_to_four
from layers.hotspots.counted import Counted, counted, joined
from layers.hotspots.layer import Against
from layers.hotspots.mask import Mask, validity
from layers.hotspots.tested import FULL, coarser
from layers.hotspots.window import Window
from layers.hotspots.words import plural

Look = Callable[[Query], View]

_DAY = 86_400_000
_WEEKS: Final = 4
_EARLIEST_MS: Final = -62_135_596_800_000  # the year 1


@dataclass(frozen=True, slots=True)
class Earlier:
    """Periods as long as the one asked about, the nearest first, and what they are called."""

    windows: tuple[Window, ...]
    name: str


def compared(view: View, asked: Asked, look: Look) -> Hotspots:
    """Return the difference between the period of a view and earlier ones, which `look` brings.

    Raise BadFilter where the filter names no period, or nothing is known of an earlier one.
    """
    now = _period(view)
    earlier = _known(view, _earlier(now, asked.against), look)
    found = _counted_in(look(_in(view.query, now)), asked)
    past = joined([_counted_in(look(_in(view.query, window)), asked) for window in earlier.windows])
    cells = cells_for(joined([found, past]), bbox=asked.bbox, cell_m=asked.cell_m)
    if cells is None:
        return Hotspots(asked, found, now, more=_more(found, past, earlier, asked.zone))
    return _answer(view, asked, found, past, cells, now=now, earlier=earlier)


def _period(view: View) -> Window:
    start, end = view.query.window_ms(view.now_ms)
    if view.query.last_ms is not None:
        end = view.now_ms  # what is dated ahead has no counterpart earlier
    if start is not None and end is None:
        end = view.now_ms
    if Dimension.TIME in view.query.inverted or start is None or end is None or start >= end:
        raise BadFilter(
            "A comparison needs a period of time.", hint="Filter by last=24h, or by from= and to=."
        )
    return Window(start, end, asked=True)


def _earlier(now: Window, against: Against) -> Earlier:
    """Return the periods to compare with; none of them overlaps the one asked about."""
    if against is Against.PREVIOUS:
        return Earlier((_shifted(now, now.length_ms),), "the period before")
    cycle = 7 * _DAY if against is Against.WEEKS else 364 * _DAY  # whole weeks: the same weekdays
    cycle *= -(-now.length_ms // cycle)
    if against is Against.YEAR:
        return Earlier((_shifted(now, cycle),), "the same days 52 weeks before")
    windows = tuple(_shifted(now, cycle * back) for back in range(1, _WEEKS + 1))
    return Earlier(windows, "the same days of earlier weeks")


def _shifted(window: Window, ms: int) -> Window:
    return Window(window.start_ms - ms, window.end_ms - ms, asked=True)


def _known(view: View, earlier: Earlier, look: Look) -> Earlier:
    """Return the earlier periods that begin after the first report that the filter lets through at all.

    Before it nothing was collected, and nothing is not "none happened". The nearest stays in any case.
    """
    if earlier.windows[-1].start_ms < _EARLIEST_MS:
        raise BadFilter("There is no time so early to compare with.", hint="Ask about a shorter period.")
    first = look(replace(view.query, last_ms=None, from_ms=None, to_ms=None)).time_range
    known = [window for window in earlier.windows if first is not None and window.start_ms >= first[0]]
    return replace(earlier, windows=tuple(known) or earlier.windows[:1])


def _in(query: Query, window: Window) -> Query:
    return replace(query, last_ms=None, from_ms=window.start_ms, to_ms=window.end_ms)


def _counted_in(view: View, asked: Asked) -> Counted:
    return counted(view, duplicates=asked.duplicates)


def _answer(
    view: View, asked: Asked, found: Counted, past: Counted, cells: Cells, *, now: Window, earlier: Earlier
) -> Hotspots:
    fine, fine_before = (cells.fine.counts(each.x, each.y) for each in (found, past))
    finest = validity(view, cells.fine, (fine + fine_before) > 0, within=asked.within)
    valid, periods = coarser(finest), len(earlier.windows)
    counts, before = gathered(fine), gathered(fine_before)
    here = _changes(counts, before, valid.valid, periods=periods)
    smaller = _changes(fine, fine_before, finest.valid, periods=periods)
    larger = _changes(gathered(counts), gathered(before), any_of_four(valid.valid), periods=periods)
    made, more = here.made, here.more
    columns = {
        "count": here.now,
        "before": np.round(here.before / periods, 2),
        "own": counts,
        "own_before": np.round(before / periods, 2),
        "ratio": made.ratio,
        "low": made.lower,
        "high": made.upper,
        "p": made.p,
        "q": made.q,
        "claim": here.claim,
        "robust": _agreeing(smaller, here, larger),
        "sign": np.where(more, 1, -1),
        "edge": valid.valid & (here.neighbours < FULL),
    }
    which = valid.valid & ((counts > 0) | (before > 0) | here.claim)
    strength = -np.nan_to_num(np.log10(np.maximum(made.p, 1e-300)), nan=0.0)
    cell, held = shown(columns, which=which, strength=strength)
    return Hotspots(
        asked,
        found,
        now,
        cells,
        valid,
        cell,
        held,
        reports=int(counts.sum()),
        tests=made.tests,
        more=_more(found, past, earlier, asked.zone),
    )


@dataclass(frozen=True)
class _Changes:
    """Per cell (ny × nx) with its neighbours: both counts, whether it is a claim, and of more or of fewer."""

    now: Table
    before: Table
    neighbours: Table
    made: Difference
    claim: Mask
    more: Mask


def _changes(counts: Table, before: Table, valid: Mask, *, periods: int) -> _Changes:
    later, earlier = gi_star(counts, mask=valid), gi_star(before, mask=valid)
    around, around_before = (np.where(valid, each.local_sum, 0).astype(np.int64) for each in (later, earlier))
    made = difference(around.ravel(), around_before.ravel(), now_time=1.0, before_time=float(periods))
    claim = made.claim.reshape(valid.shape) & valid & enough(int(counts.sum()), int(before.sum()))
    return _Changes(around, around_before, later.neighbours, made, claim, around * periods >= around_before)


def _agreeing(smaller: _Changes, here: _Changes, larger: _Changes) -> Table:
    """Return at how many of the three scales each cell is in a claim of a change the same way."""

    def at_scales(way: Callable[[_Changes], Mask]) -> Table:
        claims = (any_of_four(way(smaller)), way(here), spread_to_four(way(larger)))
        return np.asarray(np.sum(claims, axis=0, dtype=np.int64))

    more = at_scales(lambda each: each.claim & each.more)
    return np.where(here.more, more, at_scales(lambda each: each.claim & ~each.more))


def _more(found: Counted, past: Counted, earlier: Earlier, zone: str) -> tuple[tuple[str, str], ...]:
    periods = len(earlier.windows)
    times = "; ".join(window.text(zone) for window in earlier.windows)
    each = "" if periods == 1 else f", {len(past.x) / periods:,.1f} in each on average"
    known = "" if len(past.x) else " Nothing is known of that time, so there are no claims."
    return (
        (
            "Compared with",
            f"{earlier.name}: {times}. "
            f"{plural(len(found.x), 'report')} now, {len(past.x):,} then{each}.{known}",
        ),
        (
            "Numbers",
            "Of each cell and its eight neighbours; earlier ones as the average of a period. "
            "The ratio has an exact 95 % interval. A change of the whole map is a change of each place.",
        ),
    )
