"""Excess over the same place's own past: where more came than is usual there, whatever lives there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from scipy.stats import norm

from data.mirror import View
from layers.analytics.getis_ord import GiResult, gi_star
from layers.analytics.own_past import OwnPast, enough_of, own_past
from layers.hotspots.answer import Hotspots, shown
from layers.hotspots.asked import Asked
from layers.hotspots.cells import Cells, Table, any_of_four, cells_for, gathered, spread_to_four
from layers.hotspots.counted import Counted, counted
from layers.hotspots.earlier import Earlier, Look, earlier, in_window, period
from layers.hotspots.layer import Against
from layers.hotspots.mask import Mask, Validity, validity
from layers.hotspots.tested import FULL, AgainstPast, Tested, coarser
from layers.hotspots.window import Window
from layers.hotspots.words import plural

PERIODS: Final = 8  # as many weeks as a place can be expected to stay as it is
_YEARS: Final = 3


def beyond_usual(view: View, asked: Asked, look: Look) -> Hotspots:
    """Return where the period of a view holds more than the same places' earlier ones, which `look` brings.

    Raise BadFilter where the filter names no period.
    """
    now = period(view)
    periods = _YEARS if asked.against is Against.YEAR else PERIODS
    before = earlier(view, now, asked.against, periods=periods, look=look)
    found, *past = (
        counted(look(in_window(view.query, window)), duplicates=asked.duplicates)
        for window in (now, *before.windows)
    )
    cells = cells_for(found, bbox=asked.bbox, cell_m=asked.cell_m)
    if cells is None:
        return Hotspots(asked, found, now, more=_more(found, past, before, 0.0, zone=asked.zone))
    fine = np.stack([cells.fine.counts(each.x, each.y) for each in (found, *past)])
    finest = validity(view, cells.fine, fine.sum(axis=0) > 0, within=asked.within)
    return _answer(asked, cells, fine, finest, _Facts(found, tuple(past), now, before))


@dataclass(frozen=True, slots=True)
class _Facts:
    found: Counted
    past: tuple[Counted, ...]
    now: Window
    before: Earlier


def _answer(asked: Asked, cells: Cells, fine: Table, finest: Validity, facts: _Facts) -> Hotspots:
    valid = coarser(finest)
    counts = np.stack([gathered(table) for table in fine])
    here = _beyond(counts, valid.valid)
    smaller = _beyond(fine, finest.valid)
    larger = _beyond(np.stack([gathered(table) for table in counts]), any_of_four(valid.valid))
    agreeing = (any_of_four(smaller.claim), here.claim, spread_to_four(larger.claim))
    made, shape = here.made, valid.valid.shape
    columns = {
        "count": here.now,
        "expected": made.expected.reshape(shape),
        "ratio": made.ratio.reshape(shape),
        "low": made.lower.reshape(shape),
        "high": made.upper.reshape(shape),
        "z": norm.isf(np.clip(made.p.reshape(shape), 1e-300, 1 - 1e-16)),
        "p": made.p.reshape(shape),
        "q": made.q.reshape(shape),
        "claim": here.claim,
        "robust": np.sum(agreeing, axis=0, dtype=np.int8),
        "own": counts[0],
        "own_expected": np.round(counts[1:].mean(axis=0), 2),
        "edge": valid.valid & (here.gi.neighbours < FULL),
    }
    ranks = Tested(
        cells=cells,
        counts=counts[0],
        validity=valid,
        gi=replace(here.gi, z=columns["z"]),
        p=columns["p"],
        q=columns["q"],
        claim=here.claim,
        scales=agreeing,
        tests=made.tests,
        exact=True,
        expected=counts[1:].mean(axis=0),
    )
    which = valid.valid & ((counts.sum(axis=0) > 0) | here.claim)
    strength = np.nan_to_num(columns["z"], nan=-9.0) + 1e6 * here.claim
    return Hotspots(
        asked,
        facts.found,
        facts.now,
        cells,
        valid,
        *shown(columns, which=which, strength=strength),
        reports=int(counts[0].sum()),
        tests=made.tests,
        more=_more(facts.found, facts.past, facts.before, made.spread, zone=asked.zone),
        past=AgainstPast(ranks, "would be usual there"),
    )


@dataclass(frozen=True)
class _Beyond:
    """Per cell (ny × nx) with its neighbours."""

    now: Table
    gi: GiResult
    made: OwnPast
    claim: Mask


def _beyond(counts: Table, valid: Mask) -> _Beyond:
    each = [gi_star(table, mask=valid) for table in counts]
    sums = np.stack([np.where(valid, one.local_sum, 0) for one in each]).astype(np.int64)
    made = own_past(sums[0].ravel(), sums[1:].reshape(len(counts) - 1, -1))
    sure = enough_of(int(counts[0].sum()), int(counts[1:].sum()))
    return _Beyond(sums[0], each[0], made, made.claim.reshape(valid.shape) & valid & sure)


def _more(
    found: Counted, past: tuple[Counted, ...] | list[Counted], before: Earlier, spread: float, *, zone: str
) -> tuple[tuple[str, str], ...]:
    many, total = len(past), sum(len(each.x) for each in past)
    first, last = before.windows[-1], before.windows[0]
    times = last.text(zone)
    if many > 1:
        times = f"{many} of them, the earliest {first.text(zone)}, the latest {times}"
    known = "" if total else " Nothing is known of that time, so there are no claims."
    model = (
        f"Places differ from period to period more than Poisson allows (relative variance {spread:.2g}): "
        "negative binomial"
        if spread
        else "Periods differ no more than Poisson allows"
    )
    return (
        (
            "Expected",
            f"The mean of {before.name}: {times}. {plural(len(found.x), 'report')} now, "
            f"{total / many:,.1f} in each then on average.{known}",
        ),
        (
            "Numbers",
            "Of each cell and its eight neighbours. The ratio has an exact (Garwood) 95 % interval of what "
            f"is seen now. {model}; that a mean of {plural(many, 'period')} is itself unsure is counted in. "
            "A rise of the whole map is a rise of each place.",
        ),
    )
