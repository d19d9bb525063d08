"""Density and Gi* of whatever is filtered, as a few thousand equal-area cells."""

from __future__ import annotations

import numpy as np

from data.mirror import View
from layers.analytics.density import density
from layers.hotspots.answer import Hotspots, shown
from layers.hotspots.asked import Asked
from layers.hotspots.cells import Cells, cells_for
from layers.hotspots.counted import Counted, counted
from layers.hotspots.layer import Kind
from layers.hotspots.mask import validity
from layers.hotspots.tested import Tested, tested
from layers.hotspots.window import window_of

_FAINT = 0.01  # of the peak: below it a smoothed cell is not drawn
_QUIET_Z = 1.0  # below it a cell without reports is not drawn


def hotspots(view: View, asked: Asked) -> Hotspots:
    """Return density or Gi* of a view, over its own extent or a given box, in cells chosen by the data."""
    found = counted(view, duplicates=asked.duplicates)
    cells = cells_for(found, bbox=asked.bbox, cell_m=asked.cell_m)
    if cells is None:
        return Hotspots(asked, found, window_of(view, found))
    make = _density if asked.kind is Kind.DENSITY else _gi_star
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
    made = tested(view, cells, found, within=asked.within)
    strength = np.abs(np.nan_to_num(made.gi.z))
    which = made.validity.valid & ((made.counts > 0) | (strength >= _QUIET_Z) | made.claim)
    # Claims come first when there are more cells than can be shown.
    cell, columns = shown(gi_columns(made), which=which, strength=strength + 1e6 * made.claim)
    return Hotspots(
        asked,
        found,
        window_of(view, found),
        cells,
        made.validity,
        cell,
        columns,
        reports=int(made.counts.sum()),
        tests=made.tests,
        exact=made.exact,
    )


def gi_columns(made: Tested) -> dict[str, np.ndarray]:
    """Return what is said of each cell; `around` is its neighbourhood's sum, the cell itself included."""
    return {
        "count": made.counts,
        "expected": np.full(made.counts.shape, made.mean),
        "z": made.gi.z,
        "around": made.gi.local_sum.astype(np.int64),
        "around_expected": made.mean * made.gi.neighbours,
        "p": made.p,
        "q": made.q,
        "claim": made.claim,
        "robust": made.robust,
        "edge": made.edge,
    }
