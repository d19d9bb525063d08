"""How long it takes over a network from each of some places to each of others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from data.model import LonLat
from layers.roads.network import WALK_MPS, FloatArray, Network, Vehicle, graph

_AT_ONCE: Final = 4_000_000  # numbers held at a time
_PARKED_S: Final = 1e-6  # to leave the car: a way of no time would be none


def hours_between(
    network: Network,
    seconds: FloatArray,
    vehicle: Vehicle,
    *,
    starts: Sequence[LonLat],
    ends: Sequence[LonLat],
    walked: FloatArray | None = None,
    check: Callable[[], None] = lambda: None,
) -> FloatArray:
    """Return hours, starts × ends: infinity where no way leads, not-a-number far from every road.

    With seconds on foot as well (`walked`), one drives as far as one can and walks on from there; nobody
    finds another car on the way. `check` is called now and then, to give up.
    """
    table = np.full((len(starts), len(ends)), np.nan)
    if not network.junctions or not table.size:
        return table
    begin, walk_there = network.nearest([one.lon for one in starts], [one.lat for one in starts])
    end, walk_on = network.nearest([one.lon for one in ends], [one.lat for one in ends])
    rows, columns = np.flatnonzero(begin >= 0), np.flatnonzero(end >= 0)
    known, which = np.unique(begin[rows], return_inverse=True)
    ways = graph(network, seconds, vehicle)
    arrived = end[columns]
    if walked is not None:
        ways = _and_on_foot(ways, graph(network, walked, Vehicle.FOOT))
        arrived = arrived + network.junctions
    chunk = max(1, _AT_ONCE // ways.shape[0])
    for first in range(0, len(known), chunk):
        check()
        time = csgraph.dijkstra(ways, directed=True, indices=known[first : first + chunk])
        here = (which >= first) & (which < first + chunk)
        table[np.ix_(rows[here], columns)] = time[np.ix_(which[here] - first, arrived)]
    aside = (walk_there[:, None] + walk_on[None, :]) / WALK_MPS
    return np.asarray((table + aside) / 3600)


def _and_on_foot(drive: sparse.csr_array, walk: sparse.csr_array) -> sparse.csr_array:
    """Return both graphs as one: first all junctions in the car, then all on foot, and out of the car."""
    out = sparse.diags_array(np.full(drive.shape[0], _PARKED_S), format="csr")
    return sparse.csr_array(sparse.block_array([[drive, out], [None, walk]], format="csr"))
