"""The circular scan statistic (Kulldorff 1997; space-time permutation: Kulldorff et al. 2005).

Every circle round every place, up to a share of everything, is a window; the most likely cluster is the
window whose log-likelihood ratio is largest, and its p comes from replicates of the null.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from layers.analytics.progress import Told, draws, untold

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]

# A tie in the log-likelihood ratio must not be decided by the last bit of a float.
_SAME: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Cluster:
    """Places that have more cases than their share; `start` and `end` are steps of time, inclusive."""

    members: tuple[int, ...]
    cases: int
    expected: float
    llr: float
    relative_risk: float
    p: float
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Windows:
    """Circles as prefixes: row i of `order` is the places by distance from i; `fits` marks those in use."""

    order: IntArray
    fits: npt.NDArray[np.bool_]


def circles(xy: FloatArray, population: FloatArray, *, max_share: float) -> Windows:
    """Return all circles round places that hold at most `max_share` of the population.

    Places at one and the same distance enter together, so that no window cuts through a tie.
    """
    places = len(xy)
    distance, order = cKDTree(xy).query(xy, k=places)
    distance, order = distance.reshape(places, places), order.reshape(places, places)
    inside = np.cumsum(population[order], axis=1) <= max_share * population.sum() * (1 + _SAME)
    inside[:, :-1] &= distance[:, 1:] > distance[:, :-1]
    widest = max(1, int(np.flatnonzero(inside.any(axis=0)).max(initial=0)) + 1)
    return Windows(order[:, :widest], inside[:, :widest])


def scan_poisson(
    xy: FloatArray,
    cases: FloatArray,
    population: FloatArray,
    *,
    max_share: float = 0.5,
    replicates: int = 999,
    seed: int = 1,
    at: Told = untold,
) -> list[Cluster]:
    """Return clusters of cases given a population, most likely first, none overlapping another.

    p = (1 + replicates whose best window is at least as likely) / (1 + replicates); the same null of best
    windows serves the secondary clusters, which makes their p conservative.
    """
    windows = circles(xy, population, max_share=max_share)
    total = float(cases.sum())
    expected = total * population / population.sum()
    expected_in = np.cumsum(expected[windows.order], axis=1)

    def ratios(counts: FloatArray) -> FloatArray:
        seen = np.cumsum(counts[windows.order], axis=1)
        return np.where(windows.fits, log_likelihood_ratio(seen, expected_in, total), 0.0)

    rng = np.random.default_rng(seed)
    share = population / population.sum()
    null = _null(
        lambda: float(ratios(rng.multinomial(int(total), share).astype(np.float64)).max()), replicates, at
    )
    table = ratios(cases)

    def cluster(centre: int, size: int) -> Cluster:
        members = windows.order[centre, : size + 1]
        return _cluster(members, cases[members].sum(), expected[members].sum(), total=total, null=null)

    return _apart(table, lambda flat: cluster(*divmod(flat, table.shape[1])))


def scan_permutation(
    xy: FloatArray,
    place: IntArray,
    step: IntArray,
    *,
    max_share: float = 0.5,
    max_steps: int = 7,
    replicates: int = 999,
    seed: int = 1,
    at: Told = untold,
) -> list[Cluster]:
    """Return clusters in space and time from cases alone, most likely first, none overlapping another.

    `place` and `step` are, of each case, its place (row of `xy`) and its step of time from 0. Expected in a
    cylinder = cases in its circle × cases in its days / all cases. The null permutes the steps of cases.
    """
    places, steps, total = len(xy), int(step.max()) + 1, len(step)
    per_place = np.bincount(place, minlength=places).astype(np.float64)
    windows = circles(xy, per_place, max_share=max_share)
    in_circle = np.cumsum(per_place[windows.order], axis=1)
    per_step = np.bincount(step, minlength=steps).astype(np.float64)
    spans = [
        (start, start + length) for length in range(1, max_steps + 1) for start in range(steps - length + 1)
    ]
    in_days = np.array([per_step[start:end].sum() for start, end in spans])
    # A cylinder holds at most half of all days, or "everything, always" would be the likeliest of all.
    usable = [index for index, (start, end) in enumerate(spans) if end - start <= max(1, steps // 2)]

    def best(order_of_steps: IntArray) -> tuple[FloatArray, IntArray]:
        """Return of each circle the largest ratio over its days, and which days those are."""
        table = np.bincount(place * steps + order_of_steps, minlength=places * steps).reshape(places, steps)
        running = np.zeros((*windows.order.shape, steps + 1))
        np.cumsum(np.cumsum(table[windows.order], axis=1), axis=2, out=running[:, :, 1:])
        top, which = np.zeros(windows.order.shape), np.zeros(windows.order.shape, dtype=np.intp)
        for index in usable:
            start, end = spans[index]
            seen = running[:, :, end] - running[:, :, start]
            ratio = log_likelihood_ratio(seen, in_circle * in_days[index] / total, float(total))
            better = ratio > top + _SAME
            top[better], which[better] = ratio[better], index
        return np.where(windows.fits, top, 0.0), which

    rng = np.random.default_rng(seed)
    null = _null(lambda: float(best(rng.permutation(step))[0].max()), replicates, at)
    table, which = best(step)

    def cluster(flat: int) -> Cluster:
        centre, size = divmod(flat, table.shape[1])
        members, (start, end) = windows.order[centre, : size + 1], spans[which[centre, size]]
        cases = int((np.isin(place, members) & (step >= start) & (step < end)).sum())
        expected = in_circle[centre, size] * in_days[which[centre, size]] / total
        return _cluster(members, cases, expected, total=float(total), null=null, days=(start, end - 1))

    return _apart(table, cluster)


def log_likelihood_ratio(seen: FloatArray, expected: FloatArray, total: float) -> FloatArray:
    """Return log(L/L0) of windows with more cases than expected, 0 elsewhere (Kulldorff 1997, eq. 5)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        inside = np.where(seen > 0, seen * np.log(seen / expected), 0.0)
        rest = total - seen
        outside = np.where(rest > 0, rest * np.log(rest / (total - expected)), 0.0)
    result: FloatArray = np.where(seen > expected * (1 + _SAME), inside + outside, 0.0)
    return result


def _null(draw: Callable[[], float], replicates: int, at: Told) -> FloatArray:
    return np.sort([draw() for _ in draws(replicates, at)])


def _cluster(
    members: IntArray,
    cases: float,
    expected: float,
    *,
    total: float,
    null: FloatArray,
    days: tuple[int, int] | None = None,
) -> Cluster:
    llr = float(log_likelihood_ratio(np.array([cases]), np.array([expected]), total)[0])
    at_least = len(null) - int(np.searchsorted(null, llr - _SAME))
    rest_expected = total - expected
    rest = (total - cases) / rest_expected if rest_expected > 0 else float("nan")
    return Cluster(
        members=tuple(int(member) for member in members),
        cases=int(cases),
        expected=float(expected),
        llr=llr,
        relative_risk=float(cases / expected / rest) if rest else float("inf"),
        p=(1 + at_least) / (1 + len(null)),
        start=days[0] if days else None,
        end=days[1] if days else None,
    )


def _apart(table: FloatArray, make: Callable[[int], Cluster]) -> list[Cluster]:
    """Return clusters from the likeliest window down, without those that share a place with one before."""
    flat = table.ravel()
    found: list[Cluster] = []
    taken: set[int] = set()
    # Stable, so that of equal windows the first centre wins on every machine.
    for index in np.argsort(-flat, kind="stable"):
        if flat[index] <= _SAME:
            break
        width = table.shape[1]
        if int(index) // width in taken:  # its own centre is taken: it overlaps without looking
            continue
        candidate = make(int(index))
        if taken.isdisjoint(candidate.members):
            found.append(candidate)
            taken.update(candidate.members)
    return found
