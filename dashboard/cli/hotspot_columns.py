"""What each statistic of a grid writes: one array per column, in the order of cell ids."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from data.errors import Invalid
from layers.analytics.claims import LEVEL, MIN_INCIDENTS, MIN_NEIGHBOURHOOD
from layers.analytics.density import density
from layers.analytics.excess import excess
from layers.analytics.planar import FloatArray, PlanarGrid
from layers.analytics.robust import hotspots
from layers.analytics.spacetime import space_time
from layers.analytics.trend import Trend

Columns = dict[str, npt.NDArray[Any]]

_CLAIMS = (
    f"p is that of so many places were all counts dealt out anew over the cells, q after Benjamini-Hochberg; "
    f"a claim needs q of {LEVEL:.0%} at most, {MIN_INCIDENTS} places in all and {MIN_NEIGHBOURHOOD} in the "
    "neighbourhood. Nothing is masked as water or outside."
)
_METHODS = {
    "density": "Places per km², and a Gaussian surface one cell wide. Nothing is tested.",
    "gi": f"Getis-Ord Gi, binary weights, without the cell itself. z is no claim. {_CLAIMS}",
    "gi-star": f"Getis-Ord Gi*, binary weights, the cell itself included. z is no claim. {_CLAIMS}",
    "excess": "Observed against expected; exact interval of the ratio, Poisson or negative binomial p.",
    "trend": "Trend indicator: space-time Gi* and the tie-corrected Mann-Kendall test. It claims nothing.",
}


def method_text(statistic: str, *, exposure: bool) -> str:
    """Return how a statistic was come by, in words that go with its figures."""
    adjusted = "" if statistic == "excess" and exposure else " Not adjusted for population."
    return _METHODS[statistic] + adjusted


def statistic_columns(
    name: str,
    x: FloatArray,
    y: FloatArray,
    cells: PlanarGrid,
    *,
    at: FloatArray | None,
    step_days: float,
    exposure: FloatArray | None,
) -> Columns:
    """Return the columns of a statistic of places on a grid; raise Invalid where something is missing."""
    counts = cells.counts(x, y)
    if name == "density":
        found = density(counts, area_km2=(cells.cell_m / 1000) ** 2)
        return {"count": counts.ravel(), "per_km2": found.per_km2.ravel(), "smoothed": found.smoothed.ravel()}
    if name == "excess":
        if exposure is None or not exposure.sum():
            raise Invalid(
                "An excess needs an exposure.", hint="Give --exposure FILE with x, y and population."
            )
        return excess_columns(counts.ravel(), exposure.ravel() * counts.sum() / exposure.sum())
    if name == "trend":
        if at is None:
            raise Invalid("A trend needs times.", hint="Name the column of times with --time.")
        return _trend_columns(x, y, cells, at, step_days)
    spots = hotspots(x, y, cells, star=name == "gi-star")
    return {
        "count": spots.counts.ravel(),
        "neighbourhood": spots.gi.local_sum.ravel().astype(np.int64),
        "z": spots.gi.z.ravel(),
        "p": spots.claims.p,
        "q": spots.claims.q,
        "claim": spots.claims.claim,
        "robust": spots.robust.ravel(),
    }


def _trend_columns(
    x: FloatArray, y: FloatArray, cells: PlanarGrid, at: FloatArray, step_days: float
) -> Columns:
    step = np.floor((at - np.floor(at.min())) / step_days).astype(np.int64)
    steps = int(step.max()) + 1
    cell = cells.locate(x, y)
    inside = cell >= 0
    flat = np.bincount(cell[inside] * steps + step[inside], minlength=cells.nx * cells.ny * steps)
    try:
        found = space_time(flat.reshape(cells.ny, cells.nx, steps))
    except ValueError as error:
        raise Invalid(str(error), hint="Choose a shorter --step, or a longer time.") from error
    names = np.array([_trend_name(int(kind)) for kind in found.category])
    return {
        "count": flat.reshape(-1, steps).sum(axis=1),
        "z_last": found.z.reshape(-1, steps)[:, -1],
        "trend_z": found.trend.z,
        "trend_p": found.trend.p,
        "trend_indicator": names,
    }


def _trend_name(kind: int) -> str:
    if kind == 0:
        return "none"
    return f"{Trend(abs(kind)).name.lower()} {'hot' if kind > 0 else 'cold'}"


def excess_columns(seen: FloatArray, usual: FloatArray) -> Columns:
    """Return observed, expected, ratio with its interval, p and q of each cell."""
    found = excess(seen, usual)
    return {
        "observed": found.observed,
        "expected": found.expected,
        "ratio": found.ratio,
        "ratio_lower": found.lower,
        "ratio_upper": found.upper,
        "p": found.p,
        "q": found.q,
    }
