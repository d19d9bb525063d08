"""Unusual for this part of the area at such a time: the space-time permutation (Kulldorff and others, 2005).

Of the reports in a window, how many lie in one part of the area is held against that part's share of all
reports at such hours of the week. The null deals the times out anew among the reports of the same hours, so
that neither a busy hour nor a busy place is an alarm by itself, nor a place that is busy at that hour.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import betainc

from data.alert_rules import HOUR_MS, Budget
from data.errors import BadFilter
from data.geo import FloatArray, IntArray, inverse_mercator
from layers.alerts.budget import Replay, Threshold, causes, threshold
from layers.alerts.lookout import Reports
from layers.alerts.past import MAX_WEEKS, MIN_REPORTS, MIN_WEEKS, WEEK_HOURS, hours_of_week
from layers.alerts.unusual import LEAST, REST, STEPS
from layers.analytics.cells import Grid, cell_size, grid_over

MOST_CELLS = 144
_DRAWS = 16
_KIND_HOURS = 4
_KINDS = 2 * 24 // _KIND_HOURS
_PRIOR = 100.0  # reports
_MARGIN = 0.1
_MOST_WORK = 6_000_000  # steps times cells of one draw


@dataclass(frozen=True)
class Model:
    """Cells, each one's share with its neighbours' by kind of hour, and how rare a count has to be."""

    grid: Grid
    share: FloatArray  # a row for each kind of hour
    zone: str
    within_ms: int
    threshold: float

    @property
    def step_ms(self) -> int:
        """The length of a step."""
        return self.within_ms // STEPS

    def as_json(self) -> dict[str, Any]:
        """Return the model as the store keeps it."""
        names = ("parallel", "cell_m", "column", "row", "nx", "ny")
        return {
            "grid": {name: getattr(self.grid, name) for name in names},
            "share": np.round(self.share, 6).tolist(),
            "zone": self.zone,
            "within_ms": self.within_ms,
            "threshold": self.threshold,
        }

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Model:
        """Return the model that was kept."""
        share = np.asarray(kept["share"], dtype=np.float64)
        return cls(
            Grid(**kept["grid"]), share, str(kept["zone"]), int(kept["within_ms"]), float(kept["threshold"])
        )


@dataclass(frozen=True)
class Best:
    """Of each window the part that stands out most."""

    score: FloatArray
    cell: IntArray
    count: IntArray
    expected: FloatArray


def grid_of(reports: Reports, *, most: int, cell_m: float | None = None) -> Grid | None:
    """Return the cells over located reports and a margin; None without any, or where that is too many."""
    x, y = reports.x[reports.located], reports.y[reports.located]
    if not len(x):
        return None
    lon, lat = inverse_mercator([x.min(), x.max()], [y.max(), y.min()])
    # What is new may lie beyond what was: a tenth of the width more on each side.
    wide, high = _MARGIN * float(lon[1] - lon[0]), _MARGIN * float(lat[1] - lat[0])
    extent = float(lon[0]) - wide, float(lat[0]) - high, float(lon[1]) + wide, float(lat[1]) + high
    try:
        return grid_over(extent, cell_m=cell_m or cell_size(extent, len(x), most=most))
    except BadFilter:
        return None


def around(table: FloatArray, grid: Grid) -> FloatArray:
    """Return, for rows of cells, the sum of each cell and the eight round it."""
    cells = table.reshape(-1, grid.ny, grid.nx)
    padded = np.pad(cells, ((0, 0), (1, 1), (1, 1)))
    rows = padded[:, :-2] + padded[:, 1:-1] + padded[:, 2:]
    total = rows[:, :, :-2] + rows[:, :, 1:-1] + rows[:, :, 2:]
    return np.asarray(total.reshape(table.shape), dtype=np.float64)


def kinds_of_hour(hours: IntArray, zone: str) -> IntArray:
    """Return the kind of each hour since 1970: four hours of the local day, of working days or weekends."""
    how = hours_of_week(hours, zone)
    weekend = np.isin(how // 24, (2, 3))  # 1970 began on a Thursday
    return np.asarray(how % 24 // _KIND_HOURS + weekend * (24 // _KIND_HOURS), dtype=np.int64)


def shares_of(cells: IntArray, kinds: IntArray, grid: Grid) -> FloatArray:
    """Return the share of the reports that lies round each cell, a row for each kind of hour."""
    table = np.bincount(kinds * len(grid) + cells, minlength=_KINDS * len(grid)).reshape(_KINDS, -1)
    overall = table.sum(axis=0) / max(len(cells), 1)
    # Kinds with few reports are drawn towards what holds for all hours.
    mixed = (table + _PRIOR * overall) / (table.sum(axis=1, keepdims=True) + _PRIOR)
    return around(mixed, grid)


def windows(model: Model, cells: IntArray, times: IntArray, *, first: int, last: int) -> Best:
    """Return the best part in each window that ends with the steps `first` to `last`."""
    grid, begin, bins = model.grid, first - STEPS + 1, last - first + STEPS
    place = times // model.step_ms - begin
    inside = (place >= 0) & (place < bins)
    table = np.bincount(place[inside] * len(grid) + cells[inside], minlength=bins * len(grid))
    kinds = kinds_of_hour((begin + np.arange(bins)) * model.step_ms // HOUR_MS, model.zone)
    counts = table.reshape(bins, len(grid)).astype(np.float64)
    expected = counts.sum(axis=1, keepdims=True) * model.share[kinds]
    seen = around(_sliding(counts), grid)
    return _best(seen, _sliding(counts.sum(axis=1, keepdims=True))[:, 0], _sliding(expected))


def _sliding(table: FloatArray) -> FloatArray:
    running = np.cumsum(table, axis=0)
    sums = running[STEPS - 1 :].copy()
    sums[1:] -= running[:-STEPS]
    return np.asarray(sums)


def _best(seen: FloatArray, total: FloatArray, expected: FloatArray) -> Best:
    scores = np.zeros(seen.shape)
    row, cell = np.nonzero(seen >= LEAST - 0.5)
    c, n = np.rint(seen[row, cell]), np.rint(total[row])
    q = np.clip(expected[row, cell] / n, 1e-9, 1 - 1e-9)
    # P(Bin(n, q) ≥ c): the hypergeometric of a window that is small beside the past.
    scores[row, cell] = -np.log10(np.maximum(betainc(c, n - c + 1, q), 1e-300))
    best = scores.argmax(axis=1)
    rows = np.arange(len(seen))
    count = np.rint(seen[rows, best]).astype(np.int64)
    return Best(scores[rows, best], best, count, expected[rows, best])


def _dealt(cells: IntArray, kinds: IntArray, rng: np.random.Generator) -> IntArray:
    """Return the cells dealt out anew among the reports of the same kind of hour."""
    dealt = np.empty_like(cells)
    dealt[np.argsort(kinds, kind="stable")] = cells[np.lexsort((rng.random(len(cells)), kinds))]
    return dealt


def learn(
    reports: Reports, *, until_ms: int, within_ms: int, budget: Budget, zone: str, seed: int = 1
) -> tuple[Model, Threshold] | None:
    """Return the model of the last twelve weeks; None for too little of it, or for all on one spot."""
    located = reports.where(reports.located)
    since = until_ms - MAX_WEEKS * WEEK_HOURS * HOUR_MS
    recent = located.between(since, until_ms)
    span = until_ms - int(recent.occurred_ms[0]) if len(recent) else 0
    if len(recent) < MIN_REPORTS or span < MIN_WEEKS * WEEK_HOURS * HOUR_MS:
        return None
    grid = grid_of(recent, most=MOST_CELLS)
    if grid is None:
        return None
    cells = grid.locate(recent.x, recent.y)
    kinds = kinds_of_hour(recent.occurred_ms // HOUR_MS, zone)
    model = Model(grid, shares_of(cells, kinds, grid), zone, within_ms, 0.0)
    first, last = int(recent.occurred_ms[0]) // model.step_ms + STEPS, until_ms // model.step_ms - 1
    first = max(first, last - _MOST_WORK // len(grid))
    rng = np.random.default_rng(seed)

    def scored(where: IntArray) -> FloatArray:
        return windows(model, where, recent.occurred_ms, first=first, last=last).score

    scores = np.stack([scored(_dealt(cells, kinds, rng)) for _ in range(_DRAWS)])
    real = scored(cells)[None, :]
    hours = model.step_ms / HOUR_MS
    found = threshold(
        scores,
        lambda score: causes(scores, at_least=score, rest=REST),
        hours=scores.size * hours,
        budget=budget,
        tests=int(scores.size),
        replay=Replay(real, lambda score: causes(real, at_least=score, rest=REST), real.size * hours),
    )
    return Model(grid, model.share, zone, within_ms, found.score), found
