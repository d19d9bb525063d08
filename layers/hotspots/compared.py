"""This period against an earlier one: where more or fewer reports came than chance would explain."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from scipy.stats import norm

from data.mirror import View
from layers.analytics.difference import Difference, difference, enough
from layers.analytics.getis_ord import GiResult, gi_star
from layers.hotspots.answer import Hotspots, shown
from layers.hotspots.asked import Asked
from layers.hotspots.cells import Cells, Table, any_of_four, cells_for, gathered, spread_to_four
from layers.hotspots.counted import Counted, counted, joined
from layers.hotspots.earlier import Earlier, Look, earlier, in_window, period
from layers.hotspots.layer import Against
from layers.hotspots.mask import Mask, validity
from layers.hotspots.tested import FULL, AgainstPast, Tested, coarser
from layers.hotspots.window import Window
from layers.hotspots.words import plural

_WEEKS: Final = 4


def compared(view: View, asked: Asked, look: Look) -> Hotspots:
    """Return the difference between the period of a view and earlier ones, which `look` brings.

    Raise BadFilter where the filter names no period, or nothing is known of an earlier one.
    """
    now = period(view)
    periods = _WEEKS if asked.against is Against.WEEKS else 1
    before = earlier(view, now, asked.against, periods=periods, look=look)
    found = _counted_in(look(in_window(view.query, now)), asked)
    past = joined([_counted_in(look(in_window(view.query, window)), asked) for window in before.windows])
    cells = cells_for(joined([found, past]), bbox=asked.bbox, cell_m=asked.cell_m)
    if cells is None:
        return Hotspots(asked, found, now, more=_more(found, past, before, asked.zone))
    return _answer(view, asked, found, past, cells, now=now, before=before)


def _counted_in(view: View, asked: Asked) -> Counted:
    return counted(view, duplicates=asked.duplicates)


def _answer(
    view: View, asked: Asked, found: Counted, past: Counted, cells: Cells, *, now: Window, before: Earlier
) -> Hotspots:
    fine, fine_before = (cells.fine.counts(each.x, each.y) for each in (found, past))
    finest = validity(view, cells.fine, (fine + fine_before) > 0, within=asked.within)
    valid, periods = coarser(finest), len(before.windows)
    counts, then = gathered(fine), gathered(fine_before)
    here = _changes(counts, then, valid.valid, periods=periods)
    smaller = _changes(fine, fine_before, finest.valid, periods=periods)
    larger = _changes(gathered(counts), gathered(then), any_of_four(valid.valid), periods=periods)
    made, more, shape = here.made, here.more, valid.valid.shape
    columns = {
        "count": here.now,
        "before": np.round(here.before / periods, 2),
        "own": counts,
        "own_before": np.round(then / periods, 2),
        "ratio": made.ratio,
        "low": made.lower,
        "high": made.upper,
        "p": made.p,
        "q": made.q,
        "claim": here.claim,
        "robust": _agreeing(smaller, here, larger),
        "sign": np.where(more, 1, -1),
        "edge": valid.valid & (here.gi.neighbours < FULL),
    }
    which = valid.valid & ((counts > 0) | (then > 0) | here.claim)
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
        more=_more(found, past, before, asked.zone),
        past=AgainstPast(
            Tested(
                cells=cells,
                counts=counts,
                validity=valid,
                gi=replace(here.gi, z=norm.isf(np.clip(made.p.reshape(shape) / 2, 1e-300, 0.5))),
                p=made.p.reshape(shape),
                q=made.q.reshape(shape),
                claim=here.claim & more,
                scales=_scales(smaller, here, larger),
                tests=made.tests,
                exact=True,
                expected=then / periods,
            ),
            "came in the period before" if periods == 1 else f"came then on average of {periods} periods",
            periods,
        ),
    )


@dataclass(frozen=True)
class _Changes:
    """Per cell (ny × nx) with its neighbours: both counts, whether it is a claim, and of more or of fewer."""

    now: Table
    before: Table
    gi: GiResult
    made: Difference
    claim: Mask
    more: Mask


def _changes(counts: Table, before: Table, valid: Mask, *, periods: int) -> _Changes:
    later, earlier = gi_star(counts, mask=valid), gi_star(before, mask=valid)
    around, around_before = (np.where(valid, each.local_sum, 0).astype(np.int64) for each in (later, earlier))
    made = difference(around.ravel(), around_before.ravel(), now_time=1.0, before_time=float(periods))
    claim = made.claim.reshape(valid.shape) & valid & enough(int(counts.sum()), int(before.sum()))
    return _Changes(around, around_before, later, made, claim, around * periods >= around_before)


def _agreeing(smaller: _Changes, here: _Changes, larger: _Changes) -> Table:
    """Return at how many of the three scales each cell is in a claim of a change the same way."""

    def at_scales(*, more: bool) -> Table:
        return np.asarray(np.sum(_scales(smaller, here, larger, more=more), axis=0, dtype=np.int64))

    return np.where(here.more, at_scales(more=True), at_scales(more=False))


def _scales(
    smaller: _Changes, here: _Changes, larger: _Changes, *, more: bool = True
) -> tuple[Mask, Mask, Mask]:
    """Return where each scale claims a change this way, in cells of the middle one."""
    fine, own, coarse = (each.claim & (each.more == more) for each in (smaller, here, larger))
    return any_of_four(fine), own, spread_to_four(coarse)


def _more(found: Counted, past: Counted, before: Earlier, zone: str) -> tuple[tuple[str, str], ...]:
    periods = len(before.windows)
    times = "; ".join(window.text(zone) for window in before.windows)
    each = "" if periods == 1 else f", {len(past.x) / periods:,.1f} in each on average"
    known = "" if len(past.x) else " Nothing is known of that time, so there are no claims."
    return (
        (
            "Compared with",
            f"{before.name}: {times}. "
            f"{plural(len(found.x), 'report')} now, {len(past.x):,} then{each}.{known}",
        ),
        (
            "Numbers",
            "Of each cell and its eight neighbours; earlier ones as the average of a period. "
            "The ratio has an exact 95 % interval. A change of the whole map is a change of each place.",
        ),
    )
