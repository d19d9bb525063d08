"""The surface: where people may be, as log-probability per cell and one mass for "elsewhere"."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final

import numpy as np

from data.errors import Invalid
from layers.rescue.evidence import Evidence
from layers.rescue.grid import FloatArray, Grid
from layers.rescue.likelihoods import Likelihood, checked_weight, likelihood
from layers.rescue.resampling import near, resampled

ELSEWHERE: Final = 0.1  # before any evidence: that they are not in the area at all
_LEAST_PRIOR: Final = 1e-12  # of an even share: where a prior says nobody is, somebody may be


@dataclass(frozen=True)
class Prior:
    """What is believed before any evidence: even over the grid unless weights say otherwise."""

    elsewhere: float = ELSEWHERE
    weights: FloatArray | None = None  # rows × columns, any scale: for example people per cell

    def log_p(self, grid: Grid) -> tuple[FloatArray, float]:
        """Return the log-probability of each cell and of "elsewhere"; raise Invalid where it is none."""
        if not (math.isfinite(self.elsewhere) and 0 < self.elsewhere < 1):
            raise Invalid("The prior of elsewhere must lie between 0 and 1.", hint="0.1 is a usual one.")
        here = math.log1p(-self.elsewhere)
        if self.weights is None:
            return np.full(grid.shape, here - math.log(len(grid))), math.log(self.elsewhere)
        weights = np.asarray(self.weights, dtype=np.float64)
        if weights.shape != grid.shape or not np.isfinite(weights).all() or (weights < 0).any():
            raise Invalid("The prior needs a number from 0 for each cell.", hint="rows × columns of them.")
        total = float(weights.sum())
        if total <= 0:
            raise Invalid("The prior puts nobody anywhere.", hint="Leave it out for an even one.")
        share = np.maximum(weights / total, _LEAST_PRIOR / len(grid))
        return np.log(share / share.sum()) + here, math.log(self.elsewhere)


@dataclass(frozen=True)
class Contribution:
    """What one piece of evidence did, beside the surface without it: bits learned, and mass it moved."""

    evidence_id: str
    bits: float
    moved: float


@dataclass(frozen=True)
class Surface:
    """Log-probability of each cell (rows × columns, south first) and the probability of "elsewhere"."""

    grid: Grid
    log_p: FloatArray
    elsewhere: float
    contributions: tuple[Contribution, ...] = ()

    @property
    def p(self) -> FloatArray:
        """The probability of each cell; with "elsewhere" they sum to 1."""
        return np.exp(self.log_p)


def combine(
    grid: Grid,
    prior: Prior | None,
    evidence: Iterable[Evidence],
    now: datetime,
    *,
    contributions: bool = True,
) -> Surface:
    """Return prior × every likelihood that is switched on, and what each of them contributed.

    The order of the evidence does not matter to the last bit, and evidence that is taken back leaves the
    surface exactly as it was: it is always computed anew, summed in the order of the evidence's ids.
    """
    used = _in_order(evidence)
    log_p, log_beyond = (prior or Prior()).log_p(grid)
    found = [_Log.of(each, likelihood(grid, each, now)) for each in used]
    # A piece's patch is written beside its base, which all cells share: only the cells near it are touched.
    for each in found:
        log_p[each.where] += each.near - each.base
    log_p += math.fsum(each.base for each in found)
    log_beyond += math.fsum(each.beyond for each in found)
    most = max(float(log_p.max()), log_beyond)
    p = np.exp(log_p - most)
    total = float(p.sum()) + math.exp(log_beyond - most)
    log_p -= most + math.log(total)
    p /= total
    log_beyond -= most + math.log(total)
    beyond = math.exp(log_beyond)
    gained = [
        _heavy_contribution(each, log_p, log_beyond) if each.heavy else _contribution(each, p, beyond)
        for each in (found if contributions else [])
    ]
    return Surface(grid, log_p, beyond, tuple(gained))


def expected_people(surfaces: Sequence[Surface], people: Sequence[float], grid: Grid) -> FloatArray:
    """Return the expected people in each cell of a grid (rows × columns): households' surfaces summed.

    Mass whose place lies outside of the grid is left out; nobody is counted twice.
    """
    if len(surfaces) != len(people):
        raise Invalid("There must be as many numbers of people as surfaces.", hint="Give one for each.")
    if not all(math.isfinite(count) and count >= 0 for count in people):
        raise Invalid("A number of people must be from 0 upward.", hint="Mend it.")
    total = np.zeros(len(grid))
    close = near(grid, [one.grid for one in surfaces])
    for at in np.flatnonzero(close):
        surface, count = surfaces[int(at)], people[int(at)]
        total += count * (
            surface.p.ravel() if surface.grid == grid else resampled(surface.p, surface.grid, grid)
        )
    return total.reshape(grid.shape)


def _in_order(evidence: Iterable[Evidence]) -> list[Evidence]:
    used = sorted((each for each in evidence if each.on), key=lambda each: each.id)
    if any(one.id == other.id for one, other in pairwise(used)):
        raise Invalid("Two pieces of evidence have the same id.", hint="Give each its own.")
    return used


@dataclass(frozen=True)
class _Log:
    """A piece of evidence as weighted log-likelihoods: near it, in all other cells, and "elsewhere"."""

    evidence_id: str
    where: tuple[slice, slice]
    near: FloatArray
    base: float
    beyond: float
    heavy: bool  # weighs more than once: its powers may leave the range of doubles

    @classmethod
    def of(cls, evidence: Evidence, told: Likelihood) -> _Log:
        weight = checked_weight(evidence)
        near = np.log(told.patch.values)
        return cls(
            evidence.id,
            told.patch.where,
            near if weight == 1.0 else weight * near,
            weight * math.log(told.base),
            weight * math.log(told.elsewhere),
            weight > 1.0,
        )


def _contribution(told: _Log, p: FloatArray, beyond: float) -> Contribution:
    """Return how far the surface lies from the one without this piece: KL divergence in bits, moved mass.

    Without it each p is p / l, over Z = Σ p / l; so KL = Σ p·ln l + ln Z, and no surface is made again.
    """
    near = p[told.where]
    rest = max(0.0, 1.0 - beyond - float(near.sum()))
    least = min(float(told.near.min(initial=math.inf)), told.base, told.beyond)  # no exponential overflows
    without = np.exp(least - told.near)
    without *= near
    rest_without, beyond_without = rest * math.exp(least - told.base), beyond * math.exp(least - told.beyond)
    z = float(without.sum()) + rest_without + beyond_without
    nats = (
        float(np.einsum("ij,ij->", near, told.near))
        + rest * told.base
        + beyond * told.beyond
        + math.log(z)
        - least
    )
    without /= z
    without -= near
    moved = float(np.abs(without, out=without).sum()) + abs(rest - rest_without / z)
    moved += abs(beyond - beyond_without / z)
    return Contribution(told.evidence_id, max(0.0, nats / math.log(2)), min(1.0, moved / 2))


def _heavy_contribution(told: _Log, log_p: FloatArray, log_beyond: float) -> Contribution:
    """Return the same in logarithms throughout: slower, and right where p is too small for a double."""
    log_q = log_p - told.base
    log_q[told.where] += told.base - told.near
    beyond_q = log_beyond - told.beyond
    most = max(float(log_q.max()), beyond_q)
    log_z = most + math.log(float(np.exp(log_q - most).sum()) + math.exp(beyond_q - most))
    log_q -= log_z
    p, beyond = np.exp(log_p), math.exp(log_beyond)
    nats = float((p * (log_p - log_q)).sum()) + beyond * (log_beyond - beyond_q + log_z)
    moved = float(np.abs(p - np.exp(log_q)).sum()) + abs(beyond - math.exp(beyond_q - log_z))
    return Contribution(told.evidence_id, max(0.0, nats / math.log(2)), min(1.0, moved / 2))
