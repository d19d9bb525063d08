"""Gi* with claims over the cells of a map, checked at half and double the cell size."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.stats import norm
from shapely.geometry.base import BaseGeometry

from data.mirror import View
from layers.analytics.claims import LEVEL, MIN_INCIDENTS, MIN_NEIGHBOURHOOD, Claims, claims
from layers.analytics.excess import excess
from layers.analytics.getis_ord import GiResult, gi_star
from layers.hotspots.cells import Cells, Table, any_of_four, gathered, spread_to_four
from layers.hotspots.counted import Counted
from layers.hotspots.exposure import Exposure, people_in
from layers.hotspots.mask import Mask, Validity, validity

FULL: Final = 9  # cells in a whole neighbourhood
FloatTable = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Tested:
    """Per cell (ny × nx) of `cells.grid`: count, z, p, q, claim; `scales` are claims at ½×, 1× and 2×."""

    cells: Cells
    counts: Table
    validity: Validity
    gi: GiResult
    p: FloatTable
    q: FloatTable
    claim: Mask
    scales: tuple[Mask, Mask, Mask]
    tests: int
    exact: bool
    expected: FloatTable  # in each cell: evenly dealt out, or by exposure

    @cached_property
    def robust(self) -> npt.NDArray[np.int8]:
        """At how many of the three scales each cell is in a claim, its own size included."""
        total: npt.NDArray[np.int8] = np.sum(self.scales, axis=0, dtype=np.int8)
        return total

    @cached_property
    def edge(self) -> Mask:
        """Which cells lack a part of their neighbourhood: at the rim, the shore or the filter's border."""
        rim: Mask = self.validity.valid & (self.gi.neighbours < FULL)
        return rim

    @cached_property
    def around_expected(self) -> FloatTable:
        """What is expected of each cell with its neighbours."""
        return gi_star(self.expected, mask=self.validity.valid).local_sum


@dataclass(frozen=True)
class AgainstPast:
    """A map tested against earlier times, as the list ranks it: only where more came, z being that of p.

    `periods` is how many earlier ones a difference sums up; None where a place's past is its expectation.
    """

    made: Tested
    than: str
    periods: int | None = None


def tested(
    view: View,
    cells: Cells,
    found: Counted,
    *,
    within: BaseGeometry | None,
    exposure: Exposure | None,
) -> Tested:
    """Return the tested map of the reports that count, against an even spread or against an exposure."""
    fine = cells.fine.counts(found.x, found.y)
    people = None if exposure is None else people_in(exposure, cells.fine)
    if people is not None:
        fine = np.where(people > 0, fine, 0)  # where nobody is counted there is nothing to hold it against
    counts = gathered(fine)
    coarse = gathered(counts)
    finest = validity(view, cells.fine, fine > 0, within=within)
    if people is not None:
        finest = _peopled(finest, people > 0)
    valid = coarser(finest)
    gi, claimed, claim, expected = _claims(counts, valid.valid, None if people is None else gathered(people))
    fine_claim = _claims(fine, finest.valid, people)[2]
    coarse_people = None if people is None else gathered(gathered(people))
    coarse_claim = _claims(coarse, any_of_four(valid.valid), coarse_people)[2]
    p, q = np.full(counts.shape, np.nan), np.full(counts.shape, np.nan)
    p[valid.valid], q[valid.valid] = claimed.p, claimed.q
    return Tested(
        cells=cells,
        counts=counts,
        validity=valid,
        gi=gi,
        p=p,
        q=q,
        claim=claim,
        scales=(any_of_four(fine_claim), claim, spread_to_four(coarse_claim)),
        tests=claimed.tests,
        exact=claimed.exact,
        expected=expected,
    )


def _peopled(found: Validity, peopled: Mask) -> Validity:
    valid = found.valid & peopled
    return Validity(valid, found.water, found.outside | (found.valid & ~peopled), found.water_known)


def coarser(fine: Validity) -> Validity:
    """Return the validity in cells of double the size; what is partly valid is valid."""
    valid = any_of_four(fine.valid)
    water = any_of_four(fine.water) & ~valid
    return Validity(valid, water, ~valid & ~water, fine.water_known)


def _claims(
    counts: Table, valid: Mask, people: FloatTable | None
) -> tuple[GiResult, Claims, Mask, FloatTable]:
    gi = gi_star(counts, mask=valid)
    if people is None:
        expected = np.where(valid, counts.sum() / max(gi.n, 1), 0.0)
        found = claims(counts[valid], gi.local_sum[valid].astype(np.int64), gi.neighbours[valid])
    else:
        known = np.where(valid, people, 0.0)
        expected = known * (counts[valid].sum() / max(float(known.sum()), 1e-12))
        gi, found = _beyond(counts, valid, expected, gi)
    claim = np.zeros(counts.shape, dtype=np.bool_)
    claim[valid] = found.claim
    return gi, found, claim, expected


def _beyond(counts: Table, valid: Mask, expected: FloatTable, gi: GiResult) -> tuple[GiResult, Claims]:
    """Return the excess of each neighbourhood over what is expected of it; z is that of its p."""
    seen = gi.local_sum[valid]
    usual = gi_star(expected, mask=valid).local_sum[valid]
    made = excess(seen, usual)
    p, q = np.nan_to_num(made.p, nan=1.0), np.nan_to_num(made.q, nan=1.0)
    z = np.full(counts.shape, np.nan)
    z[valid] = norm.isf(np.clip(p, 1e-300, 1 - 1e-16))
    claim = (q <= LEVEL) & (seen >= MIN_NEIGHBOURHOOD) & (counts[valid].sum() >= MIN_INCIDENTS)
    return replace(gi, z=z), Claims(p=p, q=q, claim=claim, tests=len(p), exact=True)
