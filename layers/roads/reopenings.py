"""Which reopening frees most people, and the next, and the next.

A closure frees those who are reached once it is lifted; an edge under two closures stays closed until both
are. Where no single one frees anybody, the smallest sets that do are looked for: all pairs of up to 63
closures, all threes of up to 23; of more, only the first 2,000 sets, so that "none" means none of those.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, islice
from typing import Final

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from data.model import LonLat
from layers.roads.closures import Closure, stops, touched
from layers.roads.network import FloatArray, IntArray, Mask, Network, Vehicle
from layers.roads.reach import People

MOST_TOGETHER: Final = 3
_MOST_SETS: Final = 2_000  # tried when no single closure frees anybody


@dataclass(frozen=True, slots=True)
class Reopening:
    """Closures that, lifted after those before, let people be reached; `people` are the new ones alone."""

    closures: tuple[str, ...]
    places: int
    people: float
    cumulative_people: float


@dataclass(frozen=True)
class _Beyond:
    """What is not reached yet: its ways, with all that is reached drawn together into node 0."""

    tail: IntArray
    head: IntArray
    edge: IntArray
    people: FloatArray
    places: IntArray
    nodes: IntArray  # the junction of each node from 1 on

    def freed(self, opened: Mask) -> Mask:
        """Return which nodes are reached over the ways whose edges are open."""
        usable = opened[self.edge]
        ones = np.ones(int(usable.sum()), dtype=np.int8)
        size = len(self.people)
        ways = sparse.csr_array((ones, (self.tail[usable], self.head[usable])), shape=(size, size))
        found = np.zeros(size, dtype=np.bool_)
        found[csgraph.breadth_first_order(ways, 0, return_predecessors=False)] = True
        found[0] = False
        return found


def reopenings(  # the same six as `reach`, and how many
    network: Network,
    *,
    closures: Sequence[Closure],
    bases: Sequence[LonLat],
    people: People,
    vehicle: Vehicle,
    most: int = 5,
) -> list[Reopening]:
    """Return up to `most` reopenings, each the best after those before it; ties go to the first named."""
    stopping = [one for one in closures if stops(one, vehicle)]
    if not stopping:
        return []
    on = touched(network, stopping).tocsr()
    passable = np.isfinite(network.seconds(vehicle))
    starts, _ = network.nearest([b.lon for b in bases], [b.lat for b in bases])
    held = _held(network, people)
    left = set(range(len(stopping)))
    reached = _reached(network, _open(on, left, passable), starts, vehicle)
    made: list[Reopening] = []
    while left and len(made) < most:
        beyond = _beyond(network, passable, reached, vehicle=vehicle, held=held)
        best, freed = _best(beyond, on, left=left, passable=passable)
        if not best:
            break
        left -= set(best)
        reached = reached.copy()
        reached[beyond.nodes[np.flatnonzero(freed) - 1]] = True
        gain = float(beyond.people[freed].sum())
        before = made[-1].cumulative_people if made else 0.0
        names = tuple(stopping[number].id for number in best)
        made.append(Reopening(names, int(beyond.places[freed].sum()), gain, before + gain))
    return made


def _best(
    beyond: _Beyond, on: sparse.csr_array, *, left: set[int], passable: Mask
) -> tuple[tuple[int, ...], Mask]:
    """Return the closures to lift together and what that frees; no closures where nothing frees anybody."""
    nothing: tuple[tuple[int, ...], Mask] = ((), np.zeros(len(beyond.people), dtype=np.bool_))
    for together in range(1, min(MOST_TOGETHER, len(left)) + 1):
        best, most = nothing, 0.0
        for chosen in _sets(left, together):
            freed = beyond.freed(_open(on, left - set(chosen), passable))
            gain = float(beyond.people[freed].sum())
            if gain > most:
                best, most = (chosen, freed), gain
        if best[0]:
            return best
    return nothing


def _sets(left: Iterable[int], together: int) -> Iterable[tuple[int, ...]]:
    every = combinations(sorted(left), together)
    return every if together == 1 else islice(every, _MOST_SETS)


def _open(on: sparse.csr_array, left: set[int], passable: Mask) -> Mask:
    """Return which edges no remaining closure stops."""
    closed = np.zeros(len(passable), dtype=np.bool_)
    for number in left:
        closed[on.indices[on.indptr[number] : on.indptr[number + 1]]] = True
    return passable & ~closed


def _held(network: Network, people: People) -> tuple[FloatArray, IntArray]:
    """Return the people and the places at each junction."""
    junction, _ = network.nearest(people.lon, people.lat)
    known = junction >= 0
    size = network.junctions
    return (
        np.bincount(junction[known], weights=people.count[known], minlength=size).astype(np.float64),
        np.bincount(junction[known], minlength=size).astype(np.int64),
    )


def _ways(network: Network, vehicle: Vehicle) -> tuple[IntArray, IntArray, IntArray]:
    """Return tail, head and edge of every direction that one may go."""
    way = network.directions(vehicle)
    there, back = np.flatnonzero(way >= 0), np.flatnonzero(way <= 0)
    tail = np.concatenate([network.start[there], network.end[back]]).astype(np.int64)
    head = np.concatenate([network.end[there], network.start[back]]).astype(np.int64)
    return tail, head, np.concatenate([there, back])


def _reached(network: Network, opened: Mask, starts: IntArray, vehicle: Vehicle) -> Mask:
    """Return the junctions that are reached from the bases over open edges."""
    tail, head, edge = _ways(network, vehicle)
    usable = opened[edge]
    known = np.unique(starts[starts >= 0])
    # One more node leads to every base, so that one search starts from all of them.
    source = network.junctions
    tail = np.concatenate([tail[usable], np.full(len(known), source)])
    head = np.concatenate([head[usable], known])
    ones = np.ones(len(tail), dtype=np.int8)
    ways = sparse.csr_array((ones, (tail, head)), shape=(source + 1, source + 1))
    found = np.zeros(source + 1, dtype=np.bool_)
    found[csgraph.breadth_first_order(ways, source, return_predecessors=False)] = True
    return found[:source]


def _beyond(
    network: Network,
    passable: Mask,
    reached: Mask,
    *,
    vehicle: Vehicle,
    held: tuple[FloatArray, IntArray],
) -> _Beyond:
    nodes = np.flatnonzero(~reached)
    number = np.zeros(network.junctions, dtype=np.int64)
    number[nodes] = np.arange(1, len(nodes) + 1)
    tail, head, edge = _ways(network, vehicle)
    inner = (number[head] > 0) & passable[edge]
    people, places = held
    return _Beyond(
        tail=number[tail[inner]],
        head=number[head[inner]],
        edge=edge[inner],
        people=np.concatenate([[0.0], people[nodes]]),
        places=np.concatenate([[0], places[nodes]]),
        nodes=nodes,
    )
