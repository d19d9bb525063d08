"""Gi* with claims over the cells of a map, checked at half and double the cell size."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt
from shapely.geometry.base import BaseGeometry

from data.mirror import View
from layers.analytics.claims import Claims, claims
from layers.analytics.getis_ord import GiResult, gi_star
from layers.hotspots.cells import Cells, Table, any_of_four, gathered, spread_to_four
from layers.hotspots.counted import Counted
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
    def mean(self) -> float:
        """The count that each valid cell would have, were all reports dealt out evenly."""
        return float(self.counts.sum() / max(self.gi.n, 1))


def tested(view: View, cells: Cells, found: Counted, *, within: BaseGeometry | None) -> Tested:
    """Return the tested map of the reports that count."""
    fine = cells.fine.counts(found.x, found.y)
    counts = gathered(fine)
    coarse = gathered(counts)
    finest = validity(view, cells.fine, fine > 0, within=within)
    valid = _coarser(finest)
    gi, claimed, claim = _claims(counts, valid.valid)
    _, _, fine_claim = _claims(fine, finest.valid)
    _, _, coarse_claim = _claims(coarse, any_of_four(valid.valid))
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
    )


def _coarser(fine: Validity) -> Validity:
    """Return the validity in cells of double the size; what is partly valid is valid."""
    valid = any_of_four(fine.valid)
    water = any_of_four(fine.water) & ~valid
    return Validity(valid, water, ~valid & ~water, fine.water_known)


def _claims(counts: Table, valid: Mask) -> tuple[GiResult, Claims, Mask]:
    gi = gi_star(counts, mask=valid)
    found = claims(counts[valid], gi.local_sum[valid].astype(np.int64), gi.neighbours[valid])
    claim = np.zeros(counts.shape, dtype=np.bool_)
    claim[valid] = found.claim
    return gi, found, claim
