"""How long the hotspot kernels take on a million incidents; made up, clustered, the same each time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from layers.analytics.claims import claims
from layers.analytics.getis_ord import gi_star
from layers.analytics.planar import PlanarGrid
from layers.analytics.spacetime import space_time

INCIDENTS: Final = 1_000_000
SIDE_M: Final = 100_000.0
LIMITS_MS: Final = {
    "Gi* with p, 20,000 cells": 100.0,
    "Gi* with p, 1,000,000 cells": 300.0,
    "trend, 20,000 cells x 24 steps": 200.0,
}
Places = tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]


def places(count: int = INCIDENTS, *, seed: int = 1) -> Places:
    """Return x and y of incidents, half of them spread out and half round three hundred places."""
    random = np.random.default_rng(seed)
    even = random.uniform(0, SIDE_M, (count // 2, 2))
    centres = random.uniform(0, SIDE_M, (300, 2))
    near = centres[random.integers(0, 300, count - len(even))] + random.normal(
        0, 1_500, (count - len(even), 2)
    )
    xy = np.concatenate([even, np.clip(near, 0, SIDE_M - 1)])
    return np.ascontiguousarray(xy[:, 0]), np.ascontiguousarray(xy[:, 1])


def grid(cells: int) -> PlanarGrid:
    """Return a square grid of about so many cells."""
    side = round(cells**0.5)
    return PlanarGrid(0.0, 0.0, side, side, SIDE_M / side)


def hotspots_of(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], cells: PlanarGrid) -> int:
    """Count, compute Gi* and test every cell; return how many claims there are."""
    counts = cells.counts(x, y).astype(np.int64)
    found = gi_star(counts)
    sums = found.local_sum.astype(np.int64).ravel()
    return int(claims(counts.ravel(), sums, found.neighbours.ravel()).claim.sum())


def cube(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], *, steps: int = 24) -> npt.NDArray[Any]:
    """Return the incidents in 20,000 cells and steps of time."""
    cells = grid(20_000)
    at = cells.locate(x, y) * steps + np.random.default_rng(2).integers(0, steps, len(x))
    return np.bincount(at, minlength=cells.nx * cells.ny * steps).reshape(cells.ny, cells.nx, steps)


def measure(*, incidents: int = INCIDENTS, rounds: int = 5) -> dict[str, float]:
    """Return the best of some rounds in ms, by what was measured."""
    x, y = places(incidents)
    through_time = cube(x, y)
    work: dict[str, Callable[[], object]] = {
        "Gi* with p, 20,000 cells": lambda: hotspots_of(x, y, grid(20_000)),
        "Gi* with p, 1,000,000 cells": lambda: hotspots_of(x, y, grid(1_000_000)),
        "trend, 20,000 cells x 24 steps": lambda: space_time(through_time),
    }
    return {name: round(best_ms(each, rounds), 1) for name, each in work.items()}


def best_ms(work: Callable[[], object], rounds: int) -> float:
    """Return the shortest time that work took, in ms: what else the machine did is no part of it."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        times.append(1_000 * (time.perf_counter() - began))
    return min(times)
