"""Tours of resources through segments: travel, search, travel on, and back before the hours are over."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from data.errors import Invalid
from layers.rescue.grid import FloatArray
from layers.rescue.theory import pod

# Lengths of a stop that are tried, as coverage: from a look round to nearly everybody found.
_COVERAGES: Final = np.array([0.1, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0])
LEAST_H: Final = 1 / 12  # to find a place and look round takes so long at least
_MOST_STOPS = 500
_ON_THE_ROAD = 0.5  # of its hours, the most that an even split travels
_NOTHING = 1e-9


class Stop(NamedTuple):
    """One resource's search of one segment; hours from the start of the plan."""

    resource: int
    segment: int
    travel_h: float
    arrive_h: float
    hours: float

    @property
    def middle_h(self) -> float:
        """The middle of the search: when, on the whole, it finds whom it finds."""
        return self.arrive_h + self.hours / 2


Tours = list[list[Stop]]


@dataclass(frozen=True)
class Force:
    """Resources: hours each, effectiveness W·v/A per hour in each segment, hours to get there and about.

    An infinite travel time, or an effectiveness of 0, means that it cannot go there or is of no use there.
    """

    hours: FloatArray  # resources
    effectiveness: FloatArray  # segments × resources, per hour
    from_base_h: FloatArray  # resources × segments; the way back takes as long
    between_h: FloatArray | None = None  # resources × segments × segments; None: by way of the base
    model: str = "random"  # how a search of some coverage detects

    def __post_init__(self) -> None:
        resources, segments = self.from_base_h.shape
        sound = self.effectiveness.shape == (segments, resources) and len(self.hours) == resources
        if not sound or (
            self.between_h is not None and self.between_h.shape != (resources, segments, segments)
        ):
            raise Invalid("Resources and segments do not fit together.", hint="One number for each pair.")
        ways = [self.from_base_h] if self.between_h is None else [self.from_base_h, self.between_h]
        good = ((self.effectiveness >= 0) & (self.effectiveness < np.inf)).all()
        # Written so that NaN fails as well.
        if not (good and (self.hours >= 0).all() and all((way >= 0).all() for way in ways)):
            raise Invalid("Hours and effectiveness must be numbers from 0.", hint="Mend what is not.")
        if not np.isfinite(self.hours).all():
            raise Invalid("The hours of a resource must be finite.", hint="Give its endurance.")

    @property
    def segments(self) -> int:
        """How many segments there are."""
        return int(self.from_base_h.shape[1])

    def pod(self, stop: Stop) -> float:
        """Return the probability that a stop detects who is there."""
        coverage = float(self.effectiveness[stop.segment, stop.resource]) * stop.hours
        # The usual model is asked thousands of times.
        return -math.expm1(-coverage) if self.model == "random" else float(pod(coverage, self.model))

    def ways(self, resource: int, here: int | None) -> FloatArray:
        """Return the hours from a segment (or the base) to each segment."""
        base = self.from_base_h[resource]
        if here is None:
            return np.asarray(base)
        if self.between_h is None:
            there = base[here] + base
            there[here] = 0.0
            return np.asarray(there)
        return np.asarray(self.between_h[resource, here])

    def tour(
        self, resource: int, order: Sequence[int], hours: Sequence[float], *, stretch: bool = False
    ) -> list[Stop]:
        """Return the stops of a tour; stretched, the time that it leaves over is searched through as well."""
        legs, here = [], None
        for segment in order:
            legs.append(float(self.ways(resource, here)[segment]))
            here = segment
        back = float(self.from_base_h[resource][order[-1]]) if order else 0.0
        search, free = sum(hours), float(self.hours[resource]) - sum(legs) - back
        factor = free / search if stretch and search > 0 and free > 0 else 1.0
        stops, now = [], 0.0
        for segment, leg, each in zip(order, legs, hours, strict=True):
            stops.append(Stop(resource, segment, leg, now + leg, each * factor))
            now += leg + each * factor
        return stops


def fits(force: Force, tour: Sequence[Stop]) -> bool:
    """Return whether the resource is back within its hours."""
    if not tour:
        return True
    last = tour[-1]
    back = last.arrive_h + last.hours + float(force.from_base_h[last.resource][last.segment])
    return back <= float(force.hours[last.resource]) * (1 + 1e-9)


def greedy_tours(
    force: Force, value_at: Callable[[FloatArray], FloatArray], check: Callable[[], None] = lambda: None
) -> Tours:
    """Return tours in which whoever is free first takes what gains most per hour, travel counted.

    `value_at` tells what there is to find in each segment at a time given for each.
    """
    tours: Tours = [[] for _ in force.hours]
    free_h = np.zeros(len(force.hours))
    left = np.ones(force.segments)
    at_work = np.ones(len(force.hours), dtype=np.bool_)
    for _ in range(_MOST_STOPS):
        check()
        if not at_work.any():
            break
        resource = int(np.argmin(np.where(at_work, free_h, np.inf)))
        here = tours[resource][-1].segment if tours[resource] else None
        stop = _next_stop(force, resource, here, float(free_h[resource]), lambda at: value_at(at) * left)
        if stop is None:
            at_work[resource] = False
            continue
        tours[resource].append(stop)
        left[stop.segment] *= 1.0 - force.pod(stop)
        free_h[resource] = stop.arrive_h + stop.hours
    return [_once(force, tour) for tour in tours]


def _next_stop(
    force: Force,
    resource: int,
    here: int | None,
    free_h: float,
    value_at: Callable[[FloatArray], FloatArray],
) -> Stop | None:
    travel = force.ways(resource, here)
    sees = force.effectiveness[:, resource]
    room = force.hours[resource] - free_h - travel - force.from_base_h[resource]
    open_ = np.flatnonzero((sees > 0) & (room > LEAST_H))
    if not len(open_):
        return None
    arrive = np.full(force.segments, free_h)
    arrive[open_] += travel[open_]
    value = value_at(arrive)[open_]
    hours = np.clip(_COVERAGES[None, :] / sees[open_, None], LEAST_H, room[open_, None])
    gain = value[:, None] * pod(sees[open_, None] * hours, force.model)
    rate = gain / (travel[open_, None] + hours)
    where, how = np.unravel_index(int(np.argmax(rate)), rate.shape)
    if not gain[where, how] > _NOTHING:
        return None
    segment = int(open_[where])
    return Stop(resource, segment, float(travel[segment]), float(arrive[segment]), float(hours[where, how]))


def _once(force: Force, tour: list[Stop]) -> list[Stop]:
    """Return the tour with each segment searched once, at its first stop: nobody is sent back and forth."""
    hours: dict[int, float] = {}
    for stop in tour:
        hours[stop.segment] = hours.get(stop.segment, 0.0) + stop.hours
    return force.tour(tour[0].resource, list(hours), list(hours.values()), stretch=True) if tour else []


def even_tours(force: Force, worth: npt.NDArray[np.bool_]) -> Tours:
    """Return what one would do without a plan: nearest first, the hours split evenly among them.

    It goes no further than that half of the hours are left to search.
    """
    tours: Tours = []
    for resource, hours in enumerate(force.hours):
        order: list[int] = []
        road = 0.0
        open_ = worth & (force.effectiveness[:, resource] > 0) & np.isfinite(force.from_base_h[resource])
        while open_.any():
            ways = np.where(open_, force.ways(resource, order[-1] if order else None), np.inf)
            segment = int(np.argmin(ways))
            whole = road + float(ways[segment]) + float(force.from_base_h[resource][segment])
            if not whole <= _ON_THE_ROAD * hours:
                break
            road += float(ways[segment])
            order.append(segment)
            open_[segment] = False
        tours.append(force.tour(resource, order, [1.0] * len(order), stretch=True) if order else [])
    return tours
