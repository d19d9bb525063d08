"""Where one place ends and the next begins in claims that touch: at the dip between their peaks."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from data.geo import IntArray
from layers.hotspots.mask import Mask

# Of the lower peak's z: a shallower dip than this is a place with two bumps, not two places.
DIP: Final = 0.2
# Standard deviations of a map of pure chance: what dips by less may be the dice.
LEAST_DIP: Final = 1.65


def places_of(claim: Mask, z: npt.NDArray[np.float64]) -> tuple[IntArray, list[int]]:
    """Return the number of the place of each claim (from 1; 0 is none), and each place's peak (row-major).

    The ground is flooded from the highest z down. Where two pools meet, the one with the lower peak is its
    own place if it rises above the meeting point by `DIP` of its z; otherwise both are one. Written
    here because no library that is about floods the way that needs no choice of markers beforehand.
    """
    nx = claim.shape[1]
    height = z.ravel()
    cells = np.flatnonzero(claim)
    # Of equally high ones the first: the same places each time.
    order = cells[np.argsort(-height[cells], kind="stable")].tolist()
    pool: dict[int, int] = {}  # cell to the peak that it drains to
    joined: dict[int, int] = {}  # peak to the peak of the place that took it in

    def top(peak: int) -> int:
        while peak in joined:
            peak = joined[peak]
        return peak

    for cell in order:
        row, column = divmod(cell, nx)
        near = [
            cell + down * nx + right
            for down in (-1, 0, 1)
            for right in (-1, 0, 1)
            if 0 <= column + right < nx and 0 <= row + down < claim.shape[0]
        ]
        wet = [other for other in near if other in pool]
        if not wet:
            pool[cell] = cell
            continue
        # It belongs to the neighbour it rises to most.
        home = top(pool[max(wet, key=lambda other: (height[other], -other))])
        pool[cell] = home
        highest, *lower = sorted({top(pool[other]) for other in wet}, key=lambda peak: (-height[peak], peak))
        bumps = [peak for peak in lower if height[peak] - height[cell] < max(LEAST_DIP, DIP * height[peak])]
        # To where this cell goes: what is joined hangs together by it.
        into = highest if home in bumps else home
        joined.update(dict.fromkeys(bumps, into))
    peaks = sorted({top(peak) for peak in pool.values()})
    number = {peak: place for place, peak in enumerate(peaks, start=1)}
    numbers = np.zeros(claim.shape, dtype=np.int64)
    for cell, peak in pool.items():
        numbers.flat[cell] = number[top(peak)]
    return numbers, peaks
