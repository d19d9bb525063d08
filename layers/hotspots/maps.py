"""Density and Gi* of whatever is filtered, as a few thousand equal-area cells."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from data.errors import BadFilter
from data.geo import IntArray
from data.mirror import View
from layers.analytics.density import density
from layers.analytics.trend import MIN_STEPS
from layers.hotspots.answer import Hotspots, shown
from layers.hotspots.asked import Asked
from layers.hotspots.cells import Cells, cells_for
from layers.hotspots.compared import compared
from layers.hotspots.counted import Counted, counted
from layers.hotspots.course import course
from layers.hotspots.earlier import Look
from layers.hotspots.layer import Kind
from layers.hotspots.mask import validity
from layers.hotspots.tested import Tested, tested
from layers.hotspots.usual import beyond_usual
from layers.hotspots.window import Window, window_of

Columns = dict[str, npt.NDArray[Any]]

_OF_EARLIER = MappingProxyType({Kind.DIFFERENCE: compared, Kind.EXCESS: beyond_usual})
_FAINT = 0.01  # of the peak: below it a smoothed cell is not drawn
_QUIET_Z = 1.0  # below it a cell without reports is not drawn


def hotspots(view: View, asked: Asked, *, look: Look | None = None) -> Hotspots:
    """Return the map that was asked for, over a view's own extent or a given box.

    `look` brings the view of another filter of the same actor: what compares needs it.
    """
    if asked.kind in _OF_EARLIER:
        if look is None:
            raise ValueError("a comparison looks at other times too: give `look`")
        return _OF_EARLIER[asked.kind](view, asked, look)
    found = counted(view, duplicates=asked.duplicates)
    cells = cells_for(found, bbox=asked.bbox, cell_m=asked.cell_m)
    if cells is None:
        return Hotspots(asked, found, window_of(view, found))
    make = {Kind.DENSITY: _density, Kind.GI_STAR: _gi_star, Kind.TREND: _trend}[asked.kind]
    return make(view, asked, found, cells)


def _density(view: View, asked: Asked, found: Counted, cells: Cells) -> Hotspots:
    counts = cells.grid.counts(found.x, found.y)
    valid = validity(view, cells.grid, counts > 0, within=asked.within)
    made = density(counts, area_km2=cells.grid.area_km2, mask=valid.valid)
    smoothed = np.nan_to_num(made.smoothed)
    which = valid.valid & ((counts > 0) | (smoothed > _FAINT * float(smoothed.max(initial=0.0))))
    cell, columns = shown(
        {"count": counts, "per_km2": made.per_km2, "smoothed": made.smoothed}, which=which, strength=smoothed
    )
    return Hotspots(
        asked, found, window_of(view, found), cells, valid, cell, columns, reports=int(counts.sum())
    )


def _gi_star(view: View, asked: Asked, found: Counted, cells: Cells) -> Hotspots:
    made = tested(view, cells, found, within=asked.within, exposure=asked.exposure)
    window = window_of(view, found)
    strength = np.abs(np.nan_to_num(made.gi.z))
    which = made.validity.valid & ((made.counts > 0) | (strength >= _QUIET_Z) | made.claim)
    ran = course(made, found, window, only=which)
    # Claims come first when there are more cells than can be shown.
    values = gi_columns(made) | ({} if ran is None else {"trend": ran.words()})
    drawn = shown(values, which=which, strength=strength + 1e6 * made.claim)
    return _answer(asked, made, drawn, found=found, window=window)


def _trend(view: View, asked: Asked, found: Counted, cells: Cells) -> Hotspots:
    made, window = tested(view, cells, found, within=asked.within, exposure=None), window_of(view, found)
    ran = course(made, found, window)
    if ran is None:
        raise BadFilter(
            f"A trend needs at least {MIN_STEPS} steps of time, and a minute is the shortest.",
            hint="Choose a longer time.",
        )
    values = {
        "count": made.counts,
        "trend": ran.words(),
        "z": ran.z,
        "p": ran.p,
        "z_last": ran.last,
        "q": made.q,
        "claim": made.claim & (ran.category > 0),
        "robust": made.robust,
        "edge": made.edge,
    }
    which = made.validity.valid & ((made.counts > 0) | (ran.category != 0))
    drawn = shown(values, which=which, strength=np.abs(ran.last) + 1e6 * (ran.category != 0))
    more = (
        (
            "Steps",
            f"{ran.steps.text}, the last of which ends with the time. The z of a cell is that of its trend; "
            "a cell counts as hot or cold in a step where Gi* is beyond ±1.96.",
        ),
    )
    return _answer(asked, made, drawn, found=found, window=window, more=more)


def _answer(
    asked: Asked,
    made: Tested,
    drawn: tuple[IntArray, Columns],
    *,
    found: Counted,
    window: Window | None,
    more: tuple[tuple[str, str], ...] = (),
) -> Hotspots:
    return Hotspots(
        asked,
        found,
        window,
        made.cells,
        made.validity,
        *drawn,
        reports=int(made.counts.sum()),
        tests=made.tests,
        exact=made.exact,
        more=more,
    )


def gi_columns(made: Tested) -> Columns:
    """Return what is said of each cell; `around` is its neighbourhood's sum, the cell itself included."""
    return {
        "count": made.counts,
        "expected": made.expected,
        "z": made.gi.z,
        "around": made.gi.local_sum.astype(np.int64),
        "around_expected": made.around_expected,
        "p": made.p,
        "q": made.q,
        "claim": made.claim,
        "robust": made.robust,
        "edge": made.edge,
    }
