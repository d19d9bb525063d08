"""How likely evidence is where, relative to its being about anywhere: likelihood = r·L + (1-r)·uniform."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from functools import singledispatch
from typing import Final

import numpy as np
from shapely.geometry.base import BaseGeometry

from data.errors import Invalid
from layers.rescue import kernels, params
from layers.rescue.camera import footprint
from layers.rescue.evidence import Evidence
from layers.rescue.grid import FloatArray, Grid
from layers.rescue.kernels import PER_ACCURACY
from layers.rescue.raster import Patch, cover
from layers.rescue.theory import pod
from layers.rescue.tracks import coverage

# However reliable, evidence never says that they cannot be somewhere.
LEAST: Final = 1e-3
MAX_WEIGHT: Final = 100.0
_SOFT_SIGHT, _SOFT_LINE = 0.1, 0.25
_STALEST_M = 2_000_000.0
_CORRIDOR_M = 25.0  # to each side of a track whose sweep width nobody told


@dataclass(frozen=True)
class Likelihood:
    """Likelihood in the cells of a patch, in all other cells, and for "elsewhere": 1 tells nothing."""

    patch: Patch
    base: float
    elsewhere: float


def likelihood(grid: Grid, evidence: Evidence, now: datetime) -> Likelihood:
    """Return the likelihood of a piece of evidence, its reliability mixed in, never below LEAST."""
    share = _share(evidence)
    told = params.read_params(evidence.kind, evidence.params)
    if isinstance(told, params.Sighting):
        told = _grown(told, seen=told.at or evidence.at or now, now=now)
    alone = _relative(told, grid)
    values = np.maximum(share * alone.patch.values + (1 - share), LEAST)
    return Likelihood(
        Patch(alone.patch.row, alone.patch.column, values),
        max(share * alone.base + (1 - share), LEAST),
        max(share * alone.elsewhere + (1 - share), LEAST),
    )


def log_likelihood(grid: Grid, evidence: Evidence, now: datetime) -> tuple[FloatArray, float]:
    """Return the weighted log-likelihood of each cell (rows by columns) and of "elsewhere"."""
    found = likelihood(grid, evidence, now)
    weight = checked_weight(evidence)
    table = np.full(grid.shape, weight * math.log(found.base))
    table[found.patch.where] = weight * np.log(found.patch.values)
    return table, weight * math.log(found.elsewhere)


def checked_weight(evidence: Evidence) -> float:
    """Return the weight; raise Invalid where it is none."""
    if not (math.isfinite(evidence.weight) and 0 <= evidence.weight <= MAX_WEIGHT):
        raise Invalid(
            f"The weight of evidence must be from 0 to {MAX_WEIGHT:g}.", hint="1 takes it as it is."
        )
    return float(evidence.weight)


def _share(evidence: Evidence) -> float:
    if not (math.isfinite(evidence.reliability) and 0 <= evidence.reliability <= 1):
        raise Invalid("The reliability of evidence must be from 0 to 1.", hint="0.8 is a usual one.")
    return float(evidence.reliability)


def _grown(told: params.Sighting, *, seen: datetime, now: datetime) -> params.Point:
    """Return the place of a sighting, as wide as they may have gone since."""
    drift_m = min(told.speed_mps * max(0.0, (now - seen).total_seconds()), _STALEST_M)
    accuracy_m = math.hypot(told.accuracy_m, drift_m / PER_ACCURACY)
    return params.Point.model_construct(lon=told.lon, lat=told.lat, accuracy_m=accuracy_m)


def _located(grid: Grid, mass: Patch) -> Likelihood:
    """Return mass per cell relative to even mass; "elsewhere" is taken to be as much ground as the grid."""
    inside = min(1.0, float(mass.values.sum()))
    return Likelihood(Patch(mass.row, mass.column, mass.values * len(grid)), 0.0, 1.0 - inside)


def _inside(grid: Grid, shape: BaseGeometry, *, softness_m: float) -> Likelihood:
    patch = cover(grid, shape, softness_m=softness_m)
    return _located(grid, Patch(patch.row, patch.column, patch.values * (grid.cell_m**2 / shape.area)))


def _on_plane(grid: Grid, shape: BaseGeometry) -> BaseGeometry:
    placed = grid.project(shape)
    if not math.isfinite(placed.length) or placed.is_empty:
        raise Invalid("The shape lies on the other side of the Earth.", hint="Check its coordinates.")
    return placed


def _solid(grid: Grid, shape: BaseGeometry) -> BaseGeometry:
    placed = _on_plane(grid, shape)
    if not placed.area > 0:
        raise Invalid("The shape covers no ground.", hint="Draw a polygon with at least three corners.")
    return placed


def _normal(grid: Grid, at: params.Point) -> Patch:
    x, y = grid.to_plane([at.lon], [at.lat])
    return kernels.normal(grid, float(x[0]), float(y[0]), sigma_m=at.accuracy_m * PER_ACCURACY)


@singledispatch
def _relative(told: params.Params, grid: Grid) -> Likelihood:
    """Return the likelihood of what was told, were it certainly about them, relative to being anywhere."""
    del grid
    raise Invalid(f"{type(told).__name__} is no kind of evidence.", hint="Use one that is listed.")


@_relative.register
def _point(told: params.Point, grid: Grid) -> Likelihood:
    return _located(grid, _normal(grid, told))


@_relative.register
def _candidates(told: params.Candidates, grid: Grid) -> Likelihood:
    total = math.fsum(place.weight for place in told.places)
    patches = (kernels.scaled(_normal(grid, place), place.weight / total) for place in told.places)
    return _located(grid, kernels.added(grid, patches))


@_relative.register
def _bearing(told: params.Bearing, grid: Grid) -> Likelihood:
    return _located(grid, kernels.bearing(grid, told))


@_relative.register
def _cell_sector(told: params.CellSector, grid: Grid) -> Likelihood:
    return _located(grid, kernels.sector(grid, told))


@_relative.register
def _last_known(told: params.LastKnown, grid: Grid) -> Likelihood:
    return _located(grid, kernels.last_known(grid, told))


@_relative.register
def _footprint(told: params.Footprint, grid: Grid) -> Likelihood:
    return _located(grid, footprint(grid, told))


@_relative.register
def _area(told: params.Area, grid: Grid) -> Likelihood:
    return _inside(grid, _solid(grid, told.shape), softness_m=told.softness_m)


@_relative.register
def _near_line(told: params.NearLine, grid: Grid) -> Likelihood:
    strip = _on_plane(grid, told.line).buffer(told.metres)
    return _inside(grid, strip, softness_m=_SOFT_LINE * told.metres)


@_relative.register
def _visible_from(told: params.VisibleFrom, grid: Grid) -> Likelihood:
    x, y = grid.to_plane([told.lon], [told.lat])
    around = kernels.disc(float(x[0]), float(y[0]), told.max_m)
    if not math.isfinite(around.area):
        return _located(grid, Patch(0, 0, np.zeros((0, 0))))
    return _inside(grid, around, softness_m=_SOFT_SIGHT * told.max_m)


@_relative.register
def _damage(told: params.Damage, grid: Grid) -> Likelihood:
    patch = cover(grid, _solid(grid, told.shape))
    return Likelihood(Patch(patch.row, patch.column, 1.0 + (told.factor - 1.0) * patch.values), 1.0, 1.0)


@_relative.register
def _searched(told: params.Searched, grid: Grid) -> Likelihood:
    if told.track is not None and told.sweep_m is not None:
        patch = coverage(grid, _on_plane(grid, told.track), sweep_m=told.sweep_m)
        return Likelihood(Patch(patch.row, patch.column, 1.0 - pod(patch.values, told.model)), 1.0, 1.0)
    strip = None if told.track is None else _on_plane(grid, told.track).buffer(_CORRIDOR_M)
    patch = cover(grid, strip or _solid(grid, told.shape or grid.box))
    return Likelihood(Patch(patch.row, patch.column, 1.0 - (told.pod or 0.0) * patch.values), 1.0, 1.0)
