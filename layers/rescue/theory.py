"""Search theory: what a search of some coverage finds, and what finding nothing says (Koopman, Stone)."""

from __future__ import annotations

import math
from typing import Final, Literal, NamedTuple, overload

import numpy as np
import numpy.typing as npt
from scipy.special import erf

from data.errors import Invalid
from layers.rescue.grid import FloatArray

Model = Literal["random", "inverse-cube", "definite"]
MODELS: Final[tuple[str, ...]] = ("random", "inverse-cube", "definite")
# So far may probabilities written with few decimals miss their sum.
TOLERANCE: Final = 1e-6


class Posterior(NamedTuple):
    """POA of each area and of "elsewhere" after a search that found nobody, and the POS that it had."""

    poa: FloatArray
    elsewhere: float
    pos: float


@overload
def pod(coverage: float, model: str = ...) -> float: ...


@overload
def pod(coverage: FloatArray, model: str = ...) -> FloatArray: ...


def pod(coverage: float | FloatArray, model: str = "random") -> float | FloatArray:
    """Return the probability of detection of a coverage C = W·v·t/A.

    random 1 - e^-C; inverse-cube erf(√π·C/2), the best that parallel tracks can do by eye; definite
    min(C, 1). Raise Invalid for a coverage below 0 or no number, and for an unknown model.
    """
    given = np.asarray(coverage, dtype=np.float64)
    if np.isnan(given).any() or (given < 0).any():
        raise Invalid("The coverage must be a number from 0 upward.", hint="It is W·v·t/A.")
    if model == "random":
        found = -np.expm1(-given)
    elif model == "inverse-cube":
        found = erf(math.sqrt(math.pi) / 2 * given)
    elif model == "definite":
        found = np.minimum(given, 1.0)
    else:
        raise Invalid(f"{model!r} is no model of detection.", hint=f"Use one of: {', '.join(MODELS)}.")
    return float(found) if given.ndim == 0 else np.asarray(found)


def after_searches(pods: npt.ArrayLike, *, axis: int = 0) -> FloatArray:
    """Return the POD of several searches of the same ground together: 1 - Π(1 - POD)."""
    return np.asarray(1.0 - np.prod(1.0 - _shares("pod", pods), axis=axis))


def pos(poa: npt.ArrayLike, pod: npt.ArrayLike) -> float:
    """Return the probability of success: Σ POA·POD."""
    where, seen = _pair(poa, pod)
    return math.fsum((where * seen).ravel().tolist())


def updated(poa: npt.ArrayLike, pod: npt.ArrayLike, elsewhere: float = 0.0) -> Posterior:
    """Return POA' = POA·(1 - POD)/(1 - POS) after a search that found nobody, "elsewhere" included.

    POA and "elsewhere" may sum to less than 1 (what is left is nobody's); to more than 1 is Invalid, and so
    is a search that could not have failed.
    """
    where, seen = _pair(poa, pod)
    beyond = float(_shares("elsewhere", elsewhere))
    if math.fsum(where.ravel().tolist()) + beyond > 1.0 + TOLERANCE:
        raise Invalid("The POA of all areas and elsewhere is more than 1.", hint="Divide each by their sum.")
    success = pos(where, seen)
    if success >= 1.0 - 1e-12:
        raise Invalid("This search could not have failed: its POS is 1.", hint="No POD is quite 1.")
    return Posterior(where * (1.0 - seen) / (1.0 - success), beyond / (1.0 - success), success)


def _pair(poa: npt.ArrayLike, pod: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    where, seen = _shares("poa", poa), _shares("pod", pod)
    if where.shape != seen.shape:
        raise Invalid("There must be as many POD as POA.", hint="Give both for each area.")
    return where, seen


def _shares(name: str, values: npt.ArrayLike) -> FloatArray:
    given = np.asarray(values, dtype=np.float64)
    # Written so that NaN fails as well.
    if not ((given >= 0) & (given <= 1)).all():
        raise Invalid(f"Every {name} must be a number from 0 to 1.", hint="Mend the one that is not.")
    return given
