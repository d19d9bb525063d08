"""Earlier periods that a map is compared with: which they are, and what is known of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from data.errors import BadFilter
from data.mirror import View
from data.query import Dimension, Query
from layers.hotspots.layer import Against
from layers.hotspots.window import Window

Look = Callable[[Query], View]

_DAY = 86_400_000
_EARLIEST_MS: Final = -62_135_596_800_000  # the year 1
_NAMES: Final = {
    Against.PREVIOUS: ("the period before", "the periods before"),
    Against.WEEKS: ("the same days of earlier weeks", "the same days of earlier weeks"),
    Against.YEAR: ("the same days 52 weeks before", "the same days of earlier years (by 52 weeks)"),
}


@dataclass(frozen=True, slots=True)
class Earlier:
    """Periods as long as the one asked about, the nearest first, and what they are called."""

    windows: tuple[Window, ...]
    name: str


def period(view: View) -> Window:
    """Return the period that a filter asks about; raise BadFilter where it names none."""
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


def earlier(view: View, now: Window, against: Against, *, periods: int, look: Look) -> Earlier:
    """Return up to so many earlier periods, none of which overlaps the one asked about.

    Only those that begin after the first report which the filter lets through at all: before it nothing was
    collected, and nothing is not "none happened". The nearest stays in any case.
    """
    windows = [_shifted(now, _cycle(now, against) * back) for back in range(1, periods + 1)]
    if windows[0].start_ms < _EARLIEST_MS:
        raise BadFilter("There is no time so early to compare with.", hint="Ask about a shorter period.")
    first = look(replace(view.query, last_ms=None, from_ms=None, to_ms=None)).time_range
    known = [window for window in windows if first is not None and window.start_ms >= first[0]]
    return Earlier(tuple(known) or (windows[0],), _NAMES[against][periods > 1])


def in_window(query: Query, window: Window) -> Query:
    """Return the filter, asked about another time."""
    return replace(query, last_ms=None, from_ms=window.start_ms, to_ms=window.end_ms)


def _cycle(now: Window, against: Against) -> int:
    if against is Against.PREVIOUS:
        return now.length_ms
    cycle = 7 * _DAY if against is Against.WEEKS else 364 * _DAY  # whole weeks: the same weekdays
    return cycle * -(-now.length_ms // cycle)


def _shifted(window: Window, ms: int) -> Window:
    return Window(window.start_ms - ms, window.end_ms - ms, asked=True)
