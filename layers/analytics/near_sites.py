"""Near sites: whether incidents of a type are nearer to sites of a sector than incidents are in general.

The null is inhomogeneous: incidents happen where people are, and so do sites. Which incidents are of the
type is therefore shuffled among all incidents, and the places stay as they are. The number of that type
within reach of a site is then hypergeometric, so that p is exact and needs no draws.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import false_discovery_control, hypergeom

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class NearSites:
    """One cell of the table: a type beside a sector."""

    sector: str
    type: str
    near: int
    total: int
    expected: float
    ratio: float
    p: float
    q: float


def near_sites(
    near: Mapping[str, BoolArray],
    types: npt.NDArray[np.integer],
    *,
    names: Mapping[int, str],
    minimum: int = 5,
) -> list[NearSites]:
    """Return for each sector and type how many incidents lie near, how many would by chance, p and q.

    `near[sector]` says of each incident whether it lies within reach of a site of that sector; `types` is
    the type of each incident. Types with fewer than `minimum` incidents make no claim and are left out.
    q is p after Benjamini-Hochberg over the whole table; the list is by q, then by ratio.
    """
    everything = len(types)
    counts = {code: int(np.count_nonzero(types == code)) for code in names}
    cells: list[tuple[str, str, int, int, float, float]] = []
    for sector, mask in near.items():
        within = int(np.count_nonzero(mask))
        for code, total in counts.items():
            if total < minimum or not within:
                continue
            seen = int(np.count_nonzero(mask & (types == code)))
            expected = total * within / everything
            p = float(hypergeom.sf(seen - 1, everything, within, total))
            cells.append((sector, names[code], seen, total, expected, p))
    if not cells:
        return []
    q_values = false_discovery_control(np.minimum([cell[5] for cell in cells], 1.0))
    table = [
        NearSites(sector, name, seen, total, expected, seen / expected, p, float(q))
        for (sector, name, seen, total, expected, p), q in zip(cells, q_values, strict=True)
    ]
    return sorted(table, key=lambda cell: (cell.q, -cell.ratio))
