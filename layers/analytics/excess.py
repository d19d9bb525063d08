"""Excess: more (or fewer) than expected from population, exposure or the same place's own past."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import chi2, false_discovery_control, nbinom, poisson

FloatArray = npt.NDArray[np.float64]

# Pearson's statistic per degree of freedom above which Poisson would call ordinary unrest an excess.
OVERDISPERSED = 1.5


@dataclass(frozen=True, slots=True)
class Excess:
    """Per cell: observed, expected, ratio with its 95 % interval, one-sided p of an excess, and q.

    `dispersion` is Pearson's statistic per degree of freedom; `model` names the distribution behind p.
    """

    observed: FloatArray
    expected: FloatArray
    ratio: FloatArray
    lower: FloatArray
    upper: FloatArray
    p: FloatArray
    q: FloatArray
    dispersion: float
    model: str


def excess(observed: npt.ArrayLike, expected: npt.ArrayLike, *, confidence: float = 0.95) -> Excess:
    """Return the excess of counts over what was expected; cells with nothing expected make no claim (NaN).

    Interval of the ratio: exact Poisson (Garwood 1936). p: exact Poisson P(X ≥ observed), or negative
    binomial with the same mean and a dispersion by moments where the counts are over-dispersed.
    """
    seen = np.asarray(observed, dtype=np.float64)
    usual = np.asarray(expected, dtype=np.float64)
    known = usual > 0
    alpha = 1 - confidence
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(known, seen / usual, np.nan)
        lower = np.where(known, np.where(seen > 0, chi2.ppf(alpha / 2, 2 * seen) / 2, 0.0) / usual, np.nan)
        upper = np.where(known, chi2.ppf(1 - alpha / 2, 2 * (seen + 1)) / 2 / usual, np.nan)
    dispersion = _dispersion(seen[known], usual[known])
    p = np.full(seen.shape, np.nan)
    if dispersion > OVERDISPERSED:
        model, size = "negative binomial", _size(seen[known], usual[known])
        p[known] = nbinom.sf(seen[known] - 1, size, size / (size + usual[known]))
    else:
        model = "poisson"
        p[known] = poisson.sf(seen[known] - 1, usual[known])
    q = np.full(seen.shape, np.nan)
    if known.any():
        q[known] = false_discovery_control(p[known])
    return Excess(seen, usual, ratio, lower, upper, p, q, dispersion, model)


def _dispersion(seen: FloatArray, usual: FloatArray) -> float:
    if len(seen) < 2:  # one cell has no spread
        return 1.0
    # The largest twentieth is left out: real excesses must not argue themselves away as unrest.
    terms = np.sort((seen - usual) ** 2 / usual)
    kept = terms[: max(1, int(np.ceil(len(terms) * 0.95)))]
    return float(kept.mean())


def _size(seen: FloatArray, usual: FloatArray) -> float:
    """Return the negative binomial's size k by moments: Var = mu + mu² / k."""
    surplus = float(((seen - usual) ** 2 - usual).sum())
    return float((usual**2).sum() / surplus) if surplus > 0 else float("inf")
