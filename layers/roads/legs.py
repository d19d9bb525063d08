"""How long it takes over a network from each of some places to each of others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from scipy.sparse import csgraph

from data.model import LonLat
from layers.roads.network import WALK_MPS, FloatArray, Network, Vehicle, graph

_AT_ONCE: Final = 4_000_000  # numbers held at a time


def hours_between(
    network: Network,
    seconds: FloatArray,
    vehicle: Vehicle,
    *,
    starts: Sequence[LonLat],
    ends: Sequence[LonLat],
) -> FloatArray:
    """Return hours, starts × ends: infinity where no way leads, not-a-number far from every road."""
    table = np.full((len(starts), len(ends)), np.nan)
    if not network.junctions or not table.size:
        return table
    begin, walk_there = network.nearest([one.lon for one in starts], [one.lat for one in starts])
    end, walk_on = network.nearest([one.lon for one in ends], [one.lat for one in ends])
    rows, columns = np.flatnonzero(begin >= 0), np.flatnonzero(end >= 0)
    known, which = np.unique(begin[rows], return_inverse=True)
    ways = graph(network, seconds, vehicle)
    chunk = max(1, _AT_ONCE // network.junctions)
    for first in range(0, len(known), chunk):
        time = csgraph.dijkstra(ways, directed=True, indices=known[first : first + chunk])
        here = (which >= first) & (which < first + chunk)
        found = time[np.ix_(which[here] - first, end[columns])]
        table[np.ix_(rows[here], columns)] = found
    walked = (walk_there[:, None] + walk_on[None, :]) / WALK_MPS
    return np.asarray((table + walked) / 3600)
