"""The allocation of several alike resources by an interior-point method, where exchanging one by one creeps.

No library that fits: general solvers take minutes for what is block-diagonal plus one row per resource here.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from layers.rescue.grid import FloatArray

_ROUNDS: Final = 200
_CENTRE, _TO_THE_WALL = 0.1, 0.995
_CLOSE = 1e-13  # of what there is to gain: near where doubles end


class _Point(NamedTuple):
    """Shares of each resource's time (areas × resources), their multipliers, and the price per resource."""

    share: FloatArray
    slack: FloatArray
    price: FloatArray


def interior(poa: FloatArray, effectiveness: FloatArray, effort: FloatArray) -> FloatArray:
    """Return times (areas × resources) that maximise Σ p·(1 - exp(-Σ e·t)), all effort spent.

    Every area has a POA, and every resource effort and somewhere that it finds. Primal-dual steps; each
    area's Hessian is a diagonal plus rank one, so a step costs areas × resources² and no more.
    """
    p, e = poa / poa.sum(), effectiveness * effort  # in shares of each effort: all numbers alike in size
    areas = len(e)
    gain = p[:, None] * e
    at = _Point(np.full(e.shape, 1.0 / areas), np.ones(e.shape) * gain.max(axis=0), 2.0 * gain.max(axis=0))
    for _ in range(_ROUNDS):
        mu = float((at.share * at.slack).mean())
        if mu < _CLOSE * float(at.price.max()) / areas:
            break
        following = _next(p, e, at, target=_CENTRE * mu)
        if following is None:
            break
        at = following
    times: FloatArray = at.share / at.share.sum(axis=0) * effort
    return times


def _next(p: FloatArray, e: FloatArray, at: _Point, *, target: float) -> _Point | None:
    """Return the next point, None where resources differ by so much that doubles tell no way to it."""
    try:
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            found = _stepped(p, e, at, target=target)
    except np.linalg.LinAlgError:
        return None
    return found if all(np.isfinite(part).all() for part in found) else None


def _stepped(p: FloatArray, e: FloatArray, at: _Point, *, target: float) -> _Point:
    left = p * np.exp(-(e * at.share).sum(axis=1))
    toward = left[:, None] * e - at.price + target / at.share
    free = at.share / at.slack  # the inverse of each area's diagonal
    pull = e * free
    rank = left / (1.0 + left * (e * pull).sum(axis=1))

    def solved(v: FloatArray) -> FloatArray:
        return np.asarray(free * v - pull * (rank * (pull * v).sum(axis=1))[:, None])

    schur = np.diag(free.sum(axis=0)) - pull.T @ (pull * rank[:, None])
    missing = 1.0 - at.share.sum(axis=0)
    price = np.linalg.solve(schur, solved(toward).sum(axis=0) - missing)
    share = solved(toward - price)
    slack = target / at.share - at.slack - at.slack / at.share * share
    far, dual = _longest(at.share, share), _longest(at.slack, slack)
    return _Point(at.share + far * share, at.slack + dual * slack, at.price + dual * price)


def _longest(value: FloatArray, change: FloatArray) -> float:
    """Return how far one may go before a value reaches nought, 1 at most."""
    falls = change < 0
    return min(1.0, _TO_THE_WALL * float((value[falls] / -change[falls]).min(initial=np.inf)))
