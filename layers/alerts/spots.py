"""New hotspots: places that are hot now, were not before, and are so beyond their own past.

Three things have to hold of a cell and the eight round it, within a day. Its count is a claim against its own
past (exact, negative binomial, Benjamini-Hochberg over all cells) and rarer than the budget's threshold. It
is hotter than the places round about: a Gi* claim where a day has sixty reports, a positive z otherwise. And
nothing within two cells was hot in the ten days before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy.stats import false_discovery_control

from data.alert_rules import DAY_MS, HOUR_MS, Budget
from data.geo import FloatArray, IntArray
from layers.alerts.budget import Replay, Threshold, rarity, threshold
from layers.alerts.lookout import Reports
from layers.alerts.past import Past, Usual, drawn, past_of, pasts_like, per_bin
from layers.alerts.permuted import around, grid_of
from layers.alerts.unusual import Model as UsualModel
from layers.alerts.unusual import windows
from layers.analytics.cells import Grid
from layers.analytics.claims import LEVEL, MIN_INCIDENTS, MIN_NEIGHBOURHOOD, claims
from layers.analytics.getis_ord import gi_star

WITHIN_MS = DAY_MS
STEP_MS = WITHIN_MS // 4
MEMORY_STEPS = 40  # ten days: within them a place is no news
REACH = 2  # cells: a hotspot that grows is the same one
MOST_CELLS = 900
_PRIOR = 0.5  # reports in each cell that nothing was ever reported from
_FUTURE_HOURS = 672
_ROWS = 60


@dataclass(frozen=True)
class Model:
    """Cells, the share of the reports that each has, what is usual, and how rare a count has to be."""

    grid: Grid
    own: FloatArray
    usual: Usual
    threshold: float

    @cached_property
    def share(self) -> FloatArray:
        """The share of each cell with the eight round it."""
        return np.asarray(around(self.own[None, :], self.grid)[0])

    def as_json(self) -> dict[str, Any]:
        """Return the model as the store keeps it."""
        names = ("parallel", "cell_m", "column", "row", "nx", "ny")
        return UsualModel(self.usual, WITHIN_MS, self.threshold).as_json() | {
            "grid": {name: getattr(self.grid, name) for name in names},
            "own": np.round(self.own, 8).tolist(),
        }

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Model:
        """Return the model that was kept."""
        inner = UsualModel.of(kept)
        own = np.asarray(kept["own"], dtype=np.float64)
        return cls(Grid(**kept["grid"]), own, inner.usual, inner.threshold)


@dataclass(frozen=True)
class Spots:
    """The new hotspots at one moment: their cells, and what was seen and usual in all of them together."""

    step: int
    cells: IntArray
    count: int
    expected: float
    seqs: IntArray
    score: float


class Hot:
    """Where it was hot, and when last; a cell by its place on Earth, a time by its step."""

    def __init__(self, kept: Mapping[str, int] | None = None) -> None:
        self._last = {cell: int(step) for cell, step in (kept or {}).items()}

    def new(self, grid: Grid, cells: Iterable[int], step: int) -> list[int]:
        """Return those of the hot cells that are news, and remember all of them."""
        places = [(cell, grid.column + cell % grid.nx, grid.row + cell // grid.nx) for cell in cells]
        fresh = [cell for cell, x, y in places if not self._was_hot(x, y, step)]
        for _, x, y in places:
            self._last[f"{x},{y}"] = step
        return fresh

    def _was_hot(self, x: int, y: int, step: int) -> bool:
        near = range(-REACH, REACH + 1)
        return any(
            step - self._last.get(f"{x + dx},{y + dy}", step - MEMORY_STEPS - 1) <= MEMORY_STEPS
            for dx in near
            for dy in near
        )

    def kept(self, step: int) -> dict[str, int]:
        """Return what still counts."""
        return {cell: last for cell, last in self._last.items() if step - last <= MEMORY_STEPS}


def learn(
    reports: Reports, *, until_ms: int, budget: Budget, zone: str, cell_m: float | None, seed: int = 1
) -> tuple[Model, Threshold, Past] | None:
    """Return the model of the last twelve weeks; None for too little of it."""
    located = reports.where(reports.located)
    past = past_of(located.occurred_ms, until_ms=until_ms, zone=zone)
    if past is None:
        return None
    recent = located.between(past.first_hour * HOUR_MS, (past.first_hour + past.hours) * HOUR_MS)
    grid = grid_of(recent, most=MOST_CELLS, cell_m=cell_m)
    if grid is None:
        return None
    counts = np.bincount(grid.locate(recent.x, recent.y), minlength=len(grid)).astype(np.float64)
    share = _shares(counts[None, :])[0]
    replay = _replay(past, recent, share, grid)
    found = _threshold(past, share, grid, budget=budget, replay=replay, seed=seed)
    return Model(grid, share, past.usual, found.score), found, past


def _shares(counts: FloatArray) -> FloatArray:
    return np.asarray((counts + _PRIOR) / (counts + _PRIOR).sum(axis=1, keepdims=True))


def _replay(past: Past, recent: Reports, share: FloatArray, grid: Grid) -> Replay:
    """Return the past itself, scored as the future will be."""
    first = past.first_hour * HOUR_MS // STEP_MS
    bins = past.hours * HOUR_MS // STEP_MS
    place = recent.occurred_ms // STEP_MS - first
    inside = (place >= 0) & (place < bins)
    cells = grid.locate(recent.x, recent.y)[inside]
    counts = np.bincount(place[inside] * len(grid) + cells, minlength=bins * len(grid))
    seen = around(windows(counts.reshape(bins, len(grid)).T.astype(np.float64)).T, grid)
    usual = windows(past.usual.per_bin(first, bins, step_ms=STEP_MS))
    step, cell = np.nonzero(seen >= MIN_NEIGHBOURHOOD)
    known = around(share[None, :], grid)[0]
    score = rarity(seen[step, cell], usual[step] * known[cell], spread=past.usual.spread(WITHIN_MS))

    def count(at_least: float) -> int:
        return _alarms(grid, cell[score >= at_least], step[score >= at_least])

    return Replay(_peaks(step, score, bins), count, bins * STEP_MS / HOUR_MS)


def _threshold(
    past: Past, share: FloatArray, grid: Grid, *, budget: Budget, replay: Replay, seed: int
) -> Threshold:
    """Return the threshold by futures like the past in each cell; the other conditions only lessen alarms."""
    rng = np.random.default_rng(seed)
    bins, first = _FUTURE_HOURS * HOUR_MS // STEP_MS, (past.first_hour + past.hours) * HOUR_MS // STEP_MS
    learnt = pasts_like(past, _ROWS, rng)
    means = drawn(past.worse, first, bins + 3, step_ms=STEP_MS, rows=_ROWS, rng=rng)
    usual = windows(per_bin(learnt.rates, learnt.zone, first, bins + 3, step_ms=STEP_MS))
    spread = learnt.spread(WITHIN_MS)
    entries: list[tuple[IntArray, IntArray, FloatArray]] = []
    for row in range(_ROWS):
        known = around(_shares(rng.multinomial(past.reports, share)[None, :].astype(np.float64)), grid)[0]
        counts = rng.poisson(means[row][:, None] * share[None, :]).astype(np.float64)
        seen = around(windows(counts.T).T, grid)
        step, cell = np.nonzero(seen >= MIN_NEIGHBOURHOOD)
        score = rarity(seen[step, cell], usual[row][step] * known[cell], spread=spread[row])
        entries.append((step, cell, score))

    def count(at_least: float) -> int:
        return sum(
            _alarms(grid, cell[score >= at_least], step[score >= at_least]) for step, cell, score in entries
        )

    return threshold(
        np.concatenate([_peaks(step, score, bins) for step, _, score in entries]),
        count,
        hours=_ROWS * bins * STEP_MS / HOUR_MS,
        budget=budget,
        tests=_ROWS * bins * len(grid),
        replay=replay,
    )


def _peaks(steps: IntArray, scores: FloatArray, bins: int) -> FloatArray:
    """Return the highest score of each step: between two of them the alarms do not change much."""
    highest = np.zeros(bins)
    np.maximum.at(highest, steps, scores)
    return highest


def _alarms(grid: Grid, cells: IntArray, steps: IntArray) -> int:
    """Return in how many steps there was something new; steps are sorted."""
    hot, alarms = Hot(), 0
    for step in np.unique(steps).tolist():
        alarms += bool(hot.new(grid, cells[steps == step].tolist(), step))
    return alarms


def spots_at(model: Model, reports: Reports, hot: Hot, *, step: int) -> Spots | None:
    """Return the new hotspots in the day that ends with this step; what is hot is remembered."""
    recent = reports.where(reports.located).between((step - 3) * STEP_MS, (step + 1) * STEP_MS)
    cells = model.grid.locate(recent.x, recent.y)
    inside = cells >= 0
    if inside.sum() < MIN_NEIGHBOURHOOD:
        return None
    grid = model.grid
    counts = np.bincount(cells[inside], minlength=len(grid))
    gi = gi_star(counts.reshape(grid.ny, grid.nx))
    seen, neighbours = gi.local_sum.ravel().astype(np.int64), gi.neighbours.ravel()
    expected = model.share * windows(model.usual.per_bin(step - 3, 4, step_ms=STEP_MS))[0]
    score = rarity(seen, expected, spread=model.usual.spread(WITHIN_MS))
    beyond = (false_discovery_control(10.0**-score) <= LEVEL) & (seen >= MIN_NEIGHBOURHOOD)
    beyond &= score >= model.threshold
    if not beyond.any():
        return None
    if counts.sum() >= MIN_INCIDENTS:
        hotter = claims(counts, seen, neighbours).claim
    else:
        hotter = np.nan_to_num(gi.z.ravel()) > 0
    found = np.flatnonzero(beyond & hotter)
    new = np.array(hot.new(grid, found.tolist(), step), dtype=np.int64)
    if not len(new):
        return None
    mask = np.zeros((1, len(grid)))
    mask[0, new] = 1.0
    covered = around(mask, grid)[0] > 0
    held = covered[cells[inside]]
    per_report = expected.sum() / max(model.share.sum(), 1e-12)
    return Spots(
        step=step,
        cells=new,
        # Reports in the new cells and round them, each counted once.
        count=int(held.sum()),
        expected=float(per_report * model.own[covered].sum()),
        seqs=recent.where(inside).seq[held],
        score=float(score[new].max()),
    )
