"""Where effort finds most people: optimal allocation over areas, for one resource or several.

The probability of success is Σ p_i·(1 - exp(-Σ_j e_ij·t_ij)) with Σ_i t_ij = T_j: concave, so what no
small exchange can better is the best there is.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from data.errors import Invalid
from layers.rescue.grid import FloatArray
from layers.rescue.interior import interior

TOLERANCE: Final = 1e-10  # of the POS: what better allocation there may be is less
_ROUNDS = 500


class Allocation(NamedTuple):
    """Time for each area and resource, the POS it has, and how much more any other could have at most."""

    time: FloatArray  # areas × resources
    pos: float
    short: float


def one_resource(poa: FloatArray, effectiveness: FloatArray, effort: float) -> FloatArray:
    """Return t_i = max(0, ln(p_i·e_i/λ)/e_i) with Σt = T (Charnes-Cooper, Stone), in closed form.

    Sorted by p·e, the areas worth searching are the first k: λ follows from their sums.
    """
    gain = poa * effectiveness
    time = np.zeros(len(gain))
    worth = np.flatnonzero(gain > 0)
    if effort <= 0 or not len(worth):
        return time
    order = worth[np.argsort(-gain[worth], kind="stable")]
    log_gain, per = np.log(gain[order]), 1.0 / effectiveness[order]
    # Relative to the best, so that sums over many areas lose nothing to cancellation.
    below = log_gain[0] - log_gain
    spent, share = np.cumsum(per * below), np.cumsum(per)
    log_lambda = (effort + spent) / share  # below the best gain, were the first k searched
    searched = int(np.flatnonzero(below < log_lambda)[-1]) + 1
    each = np.maximum(0.0, (log_lambda[searched - 1] - below[:searched]) * per[:searched])
    time[order[:searched]] = each * (effort / each.sum())
    return time


def allocate(
    poa: npt.ArrayLike, effectiveness: npt.ArrayLike, effort: npt.ArrayLike, *, tolerance: float = TOLERANCE
) -> Allocation:
    """Return the best time for each area and resource, exact to a tolerance that is proven, not hoped for.

    POA need not sum to 1. Effectiveness is areas × resources (or one number per area) per unit of the time
    that effort is given in, one effort per resource. Several resources: Washburn's forward and backward
    problem: an interior point first, then each in turn given its best while the others stay (his forward
    and backward iteration, which alone creeps where resources are alike), until the duality gap is closed.
    """
    p, e, total = _checked(poa, effectiveness, effort)
    time = np.zeros(e.shape)
    gain = p[:, None] * e
    areas, used = np.flatnonzero(gain.any(axis=1)), np.flatnonzero(gain.any(axis=0) & (total > 0))
    if len(used):
        rows = np.ix_(areas, used)
        time[rows] = _alone(p[areas], e[rows], total[used], tolerance=tolerance)
    return Allocation(time, success(p, e, time), _short(p, e, total, time))


def _alone(p: FloatArray, e: FloatArray, total: FloatArray, *, tolerance: float) -> FloatArray:
    """Return the best times where every area and resource can gain something."""
    if len(total) == 1:
        return one_resource(p, e[:, 0], float(total[0]))[:, None]
    time = interior(p, e, total)
    # The interior leaves a trace of time everywhere: given its best once more, each has true noughts.
    for _ in range(_ROUNDS):
        for j in range(len(total)):
            others = (e * time).sum(axis=1) - e[:, j] * time[:, j]
            time[:, j] = one_resource(p * np.exp(-np.maximum(others, 0.0)), e[:, j], float(total[j]))
        if _short(p, e, total, time) <= tolerance * float(p.sum()):
            break
    return time


def success(poa: FloatArray, effectiveness: FloatArray, time: FloatArray) -> float:
    """Return the POS of an allocation."""
    return float((poa * -np.expm1(-(effectiveness * time).sum(axis=1))).sum())


def _short(p: FloatArray, e: FloatArray, total: FloatArray, time: FloatArray) -> float:
    """Return how much more any allocation could have: no concave function rises above its tangent."""
    rate = (p * np.exp(-(e * time).sum(axis=1)))[:, None] * e
    return float(max(0.0, (total * rate.max(axis=0)).sum() - (rate * time).sum()))


def _checked(
    poa: npt.ArrayLike, effectiveness: npt.ArrayLike, effort: npt.ArrayLike
) -> tuple[FloatArray, FloatArray, FloatArray]:
    p, e = np.asarray(poa, dtype=np.float64), np.asarray(effectiveness, dtype=np.float64)
    total = np.atleast_1d(np.asarray(effort, dtype=np.float64))
    if e.ndim == 1:
        e = e[:, None]
    if p.ndim != 1 or e.ndim != 2 or not len(p) or e.shape != (len(p), len(total)):
        raise Invalid(
            "Every area needs a POA and one effectiveness per resource, and every resource an effort.",
            hint="areas: [{id, poa, effectiveness: [one per resource]}], effort: [one per resource].",
        )
    for name, given in (("POA", p), ("effectiveness", e), ("effort", total)):
        # Written so that NaN fails as well.
        if not ((given >= 0) & (given < np.inf)).all():
            raise Invalid(f"Every {name} must be a number from 0 upward.", hint="Mend the one that is not.")
    return p, e, total
