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
MUCH_RARER = 3.0  # times as many powers of ten: what was hot of late is news again
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
    """Where it was hot, when last and how rare that was; a cell by its place on Earth, a time by its step."""

    def __init__(self, kept: Mapping[str, Any] | None = None) -> None:
        self._known = {cell: _remembered(at) for cell, at in (kept or {}).items()}

    def new(self, grid: Grid, cells: Iterable[int], scores: Iterable[float], step: int) -> list[int]:
        """Return those of the hot cells that are news, and remember all of them."""
        places = [
            (cell, grid.column + cell % grid.nx, grid.row + cell // grid.nx, score)
            for cell, score in zip(cells, scores, strict=True)
        ]
        fresh = [cell for cell, x, y, score in places if self._news(x, y, score, step)]
        for _, x, y, score in places:
            last, rarest = self._known.get(f"{x},{y}", (step, score))
            held = step - last <= MEMORY_STEPS
            self._known[f"{x},{y}"] = (step, max(score, rarest) if held else score)
        return fresh

    def _news(self, x: int, y: int, score: float, step: int) -> bool:
        """Return whether nothing near was hot of late, or nothing by far as rare: a storm after a shower."""
        near = range(-REACH, REACH + 1)
        known = (self._known.get(f"{x + dx},{y + dy}") for dx in near for dy in near)
        return all(
            one is None or step - one[0] > MEMORY_STEPS or score >= MUCH_RARER * one[1] for one in known
        )

    def kept(self, step: int) -> dict[str, list[float]]:
        """Return what still counts."""
        return {
            cell: [last, round(score, 2)]
            for cell, (last, score) in self._known.items()
            if step - last <= MEMORY_STEPS
        }


def _remembered(kept: Any) -> tuple[int, float]:
    """Return a step and a score; of what was kept before there were scores, one that nothing exceeds."""
    return (int(kept[0]), float(kept[1])) if isinstance(kept, list | tuple) else (int(kept), 1e9)


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
        high = score >= at_least
        return _alarms(grid, cell[high], score[high], step[high])

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
        above = ((step, cell, score, score >= at_least) for step, cell, score in entries)
        return sum(_alarms(grid, cell[high], score[high], step[high]) for step, cell, score, high in above)

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


def _alarms(grid: Grid, cells: IntArray, scores: FloatArray, steps: IntArray) -> int:
    """Return in how many steps there was something new; steps are sorted."""
    hot, alarms = Hot(), 0
    for step in np.unique(steps).tolist():
        now = steps == step
        alarms += bool(hot.new(grid, cells[now].tolist(), scores[now].tolist(), step))
    return alarms


def spots_at(model: Model, reports: Reports, hot: Hot, *, step: int, rarer: float = 0.0) -> Spots | None:
    """Return the new hotspots in the day that ends with this step; what is hot is remembered.

    `rarer`: by how many powers of ten they have to be rarer than the threshold.
    """
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
    beyond &= score >= model.threshold + rarer
    if not beyond.any():
        return None
    if counts.sum() >= MIN_INCIDENTS:
        hotter = claims(counts, seen, neighbours).claim
    else:
        hotter = np.nan_to_num(gi.z.ravel()) > 0
    found = np.flatnonzero(beyond & hotter)
    new = np.array(hot.new(grid, found.tolist(), score[found].tolist(), step), dtype=np.int64)
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
