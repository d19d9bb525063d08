"""The site nearest to each report, for lists."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial import KDTree

from data.geo import EARTH_RADIUS_M, FloatArray
from data.mirror import SiteFrame
from data.mirror.lru import Lru

REACH_M = 2_000.0


@dataclass(frozen=True, slots=True)
class Nearest:
    """A site and how far away it is."""

    name: str
    fid: int
    distance_m: float


class NearestSites:
    """Finds the nearest of the sites that an actor may see; keeps one search tree for each set of scopes."""

    def __init__(self) -> None:
        self._trees: Lru[_Tree] = Lru(limit_bytes=64 << 20, size=lambda tree: tree.nbytes)

    def find(
        self, sites: SiteFrame, visible: frozenset[int], *, lon: FloatArray, lat: FloatArray
    ) -> list[Nearest | None]:
        """Return the nearest visible site within 2 km of each place, None where there is none."""
        # The frame itself is in the value, so its id cannot be given to another frame while it is kept.
        tree = self._trees.get((id(sites), visible), lambda: _Tree(sites, visible))
        return tree.find(lon, lat)


class _Tree:
    def __init__(self, sites: SiteFrame, visible: frozenset[int]) -> None:
        self.sites = sites
        self.rows = np.flatnonzero(np.isin(sites.scope, sorted(visible)))
        lon, lat = sites.lonlat
        self.tree = KDTree(unit_vectors(lon[self.rows], lat[self.rows])) if len(self.rows) else None
        self.nbytes = 100 * len(self.rows) + 10_000

    def find(self, lon: FloatArray, lat: FloatArray) -> list[Nearest | None]:
        if self.tree is None or not len(lon):
            return [None] * len(lon)
        far, at = self.tree.query(unit_vectors(lon, lat), distance_upper_bound=chord(REACH_M))
        return [
            None if math.isinf(away) else self._nearest(int(place), float(away))
            for away, place in zip(far.tolist(), at.tolist(), strict=True)
        ]

    def _nearest(self, place: int, away: float) -> Nearest:
        row = int(self.rows[place])
        metres = 2.0 * EARTH_RADIUS_M * math.asin(min(away / 2.0, 1.0))
        return Nearest(
            name=str(self.sites.name[row]), fid=int(self.sites.fid[row]), distance_m=round(metres, 1)
        )


def unit_vectors(lon: FloatArray, lat: FloatArray) -> npt.NDArray[np.float64]:
    """Return places as vectors of the unit sphere, whose chords grow with the distance on it."""
    lam, phi = np.radians(lon), np.radians(lat)
    return np.column_stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])


def chord(metres: float) -> float:
    """Return how far apart such vectors are whose places are so many metres apart."""
    return 2.0 * math.sin(metres / EARTH_RADIUS_M / 2.0)
