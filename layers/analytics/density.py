"""Where reports are: counts per square kilometre, and a smoothed surface. Says nothing of significance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter

from data.geo import FloatArray

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Density:
    """Reports per km² in each cell, as counted and smoothed; NaN where the mask is false."""

    per_km2: FloatArray
    smoothed: FloatArray


def density(
    counts: npt.ArrayLike, *, area_km2: float, mask: Mask | None = None, bandwidth_cells: float = 1.0
) -> Density:
    """Return the density of counts; the Gaussian surface loses nothing over an edge or into a masked cell.

    Each cell is divided by the share of its kernel that lies on valid cells (Diggle's edge correction).
    """
    table = np.asarray(counts, dtype=np.float64)
    valid = np.ones(table.shape, dtype=np.bool_) if mask is None else mask
    per_km2 = np.where(valid, table, 0.0) / area_km2
    share = gaussian_filter(valid.astype(np.float64), bandwidth_cells, mode="constant")
    spread = gaussian_filter(per_km2, bandwidth_cells, mode="constant")
    with np.errstate(divide="ignore", invalid="ignore"):
        smoothed = spread / share
    return Density(np.where(valid, per_km2, np.nan), np.where(valid, smoothed, np.nan))
