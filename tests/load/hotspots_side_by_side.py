"""The hotspot kernels beside esda, scikit-learn, KDEpy and pymannkendall, in one run: `make bench`.

    python -m tests.load.hotspots_side_by_side

One million made-up incidents. Prints figures and fails on none of them. Where a rival would take minutes it
is given a part of the work and its time is scaled up, and the line says so.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pymannkendall
from KDEpy import FFTKDE
from sklearn.neighbors import KernelDensity

from dashboard.cli.bench_hotspots import LIMITS_MS, SIDE_M, best_ms, cube, grid, hotspots_of, measure, places
from layers.analytics.density import density
from layers.analytics.spacetime import space_time
from layers.analytics.trend import mann_kendall

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import esda
    from libpysal.weights import lat2W

PERMUTATIONS = 99  # of esda; our p is that of all permutations
SERIES, POINTS = 400, 200


def main() -> None:
    """Print our figures with their limits, then each rival's beside ours for the same work."""
    for name, ms in measure().items():
        print(f"{name:40}{ms:>12.1f} ms   limit {LIMITS_MS[name]:g}")
    print()
    for name, ours, theirs, note in _pairs():
        print(
            f"{name:58}{theirs:>12,.0f} ms   ours {ours:>8.1f} ms   {theirs / ours:>8,.0f} x {note}",
            flush=True,
        )


def _pairs() -> Iterator[tuple[str, float, float, str]]:
    x, y = places()
    cells = grid(20_000)
    counts = cells.counts(x, y)
    yield from _gi(x, y, counts)
    yield from _surface(x, y, counts)
    yield from _trend(cube(x, y))


def _gi(x: np.ndarray, y: np.ndarray, counts: np.ndarray) -> Iterator[tuple[str, float, float, str]]:
    ours = best_ms(lambda: hotspots_of(x, y, grid(20_000)), 3)
    ny, nx = counts.shape
    weights, made = _timed(lambda: lat2W(ny, nx, rook=False, silence_warnings=True))
    yield "esda: the weights of 20,000 cells", ours, made, "(of all our work)"

    def local(permutations: int) -> Callable[[], Any]:
        return lambda: esda.G_Local(
            counts.ravel(), weights, transform="B", star=True, permutations=permutations, seed=1
        )

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        analytic, plain = _timed(local(0))
        _, permuted = _timed(local(PERMUTATIONS))
    yield "esda: G_Local, normal approximation", ours, plain, "(ours: exact p and FDR)"
    yield f"esda: G_Local, {PERMUTATIONS} permutations", ours, permuted, "(ours: exact p and FDR)"
    from layers.analytics.getis_ord import gi_star

    apart = np.abs(analytic.Zs - gi_star(counts).z.ravel()).max()
    print(f"{'largest difference of z from esda':58}{apart:>12.1e}")


def _surface(x: np.ndarray, y: np.ndarray, counts: np.ndarray) -> Iterator[tuple[str, float, float, str]]:
    ours = best_ms(lambda: density(grid(20_000).counts(x, y), area_km2=1.0), 3)
    ny, nx = counts.shape
    width = SIDE_M / nx
    xy = np.column_stack([x, y])

    def transform() -> object:
        return FFTKDE(kernel="gaussian", bw=width).fit(xy).evaluate((nx, ny))

    _, fast = _timed(transform)
    yield "KDEpy: FFTKDE on 20,000 points of a grid", ours, fast, ""
    middles = (np.stack(np.meshgrid(np.arange(nx), np.arange(ny)), axis=-1).reshape(-1, 2) + 0.5) * width
    some = middles[np.random.default_rng(1).choice(len(middles), POINTS, replace=False)]
    model = KernelDensity(bandwidth=width, rtol=1e-3).fit(xy)
    _, part = _timed(lambda: model.score_samples(some))
    yield "scikit-learn: KernelDensity", ours, part * len(middles) / POINTS, f"(scaled from {POINTS} points)"


def _trend(through_time: np.ndarray) -> Iterator[tuple[str, float, float, str]]:
    series = space_time(through_time).z.reshape(-1, through_time.shape[2])
    ours = best_ms(lambda: mann_kendall(series), 3)
    _, part = _timed(lambda: [pymannkendall.original_test(row) for row in series[:SERIES]])
    note = f"(scaled from {SERIES} series)"
    yield "pymannkendall: 20,000 series of 24 steps", ours, part * len(series) / SERIES, note


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    began = time.perf_counter()
    made = work()
    return made, 1_000 * (time.perf_counter() - began)


if __name__ == "__main__":
    main()
