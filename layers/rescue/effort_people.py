"""Who goes where, in what order and for how long, so that most people are reached in time.

Choosing tours is hard in general. Here each resource that is free first takes what gains most per hour,
travel counted; then hours are shared out anew by the optimal allocation and neighbours in a tour swapped,
as long as it helps. An even split is tried as well, so a plan is never worse than one.

What is compared is what the chosen model of detection says; the sharing out is optimal for random search, and
for the other models one of the plans that are compared.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from data.errors import Invalid
from layers.rescue.effort import allocate
from layers.rescue.grid import FloatArray
from layers.rescue.tours import LEAST_H, Force, Stop, Tours, even_tours, fits, greedy_tours

_SWAPS: Final = 400
_HALVES_H = 24.0  # past the last water, the hours in which half of what is at stake is lost
_STEP_H = 0.25


@dataclass(frozen=True)
class Need:
    """Households: people, weight (vulnerability, 1 is usual), hours of water left, POA in each segment."""

    people: FloatArray
    weight: FloatArray
    hours_left: FloatArray  # infinite: not known to run out
    poa: FloatArray  # households × segments

    def __post_init__(self) -> None:
        rows = len(self.people)
        sound = self.poa.ndim == 2 and len(self.poa) == rows == len(self.weight) == len(self.hours_left)
        if not sound:
            raise Invalid("Every household needs people, weight, hours left and POA.", hint="Mend the list.")
        for name, given in (("people", self.people), ("weight", self.weight), ("POA", self.poa)):
            if not ((given >= 0) & (given < np.inf)).all():
                raise Invalid(f"Every {name} of a household must be a number from 0.", hint="Mend it.")
        if np.isnan(self.hours_left).any():
            raise Invalid("The hours of water left must be a number.", hint="Infinite where not known.")


class Step(NamedTuple):
    """One task: who, where, when, for how long, and what it may gain."""

    resource: int
    segment: int
    travel_h: float
    arrive_h: float
    hours: float
    pod: float  # of this stop, for whoever is there
    households: float  # expected to be found by it; for one household the POS
    people: float  # expected to be found by it in time


class SearchPlan(NamedTuple):
    """The tasks, resource by resource in order of time; people expected in time, and by an even split.

    `weighed` counts people by their vulnerability: it is what the plan makes as large as it can.
    """

    steps: tuple[Step, ...]
    people: float
    even_split: float
    weighed: float
    even_weighed: float


def plan_search(need: Need, force: Force, check: Callable[[], None] = lambda: None) -> SearchPlan:
    """Return the plan that reaches most people in time, weighed by vulnerability and water clock.

    `check` is called between steps, to give up.
    """
    if need.poa.shape[1] != force.segments:
        raise Invalid("Households and resources speak of different segments.", hint="Use the same ones.")
    worth = _Worth.of(need)
    even = even_tours(force, worth.at_once() > 0)
    tried = [even, greedy_tours(force, worth.left_at, check)]
    for tours in list(tried):
        check()
        tried.append(_shared_out(worth, force, tours))
    found = _swapped(worth, force, _best(worth, force, tried), check)
    found = _best(worth, force, [found, _shared_out(worth, force, found)])
    steps = worth.steps(force, found)
    by_even = sum(step.people for step in worth.steps(force, even))
    weighed = worth.of_tours(force, found), worth.of_tours(force, even)
    return SearchPlan(tuple(steps), sum(step.people for step in steps), by_even, *weighed)


@dataclass(frozen=True)
class _Worth:
    """Households gathered by when their water ends: rows are ends, columns segments."""

    ends_h: FloatArray
    value: FloatArray  # people × weight × POA
    people: FloatArray  # people × POA
    households: FloatArray  # POA

    @classmethod
    def of(cls, need: Need) -> _Worth:
        end = np.where(np.isfinite(need.hours_left), np.round(need.hours_left / _STEP_H) * _STEP_H, np.inf)
        ends, row = np.unique(np.maximum(end, 0.0), return_inverse=True)
        gathered = np.zeros((3, len(ends), need.poa.shape[1]))
        weights = np.stack([need.people * need.weight, need.people, np.ones(len(need.people))])
        for table, weight in zip(gathered, weights, strict=True):
            np.add.at(table, row, weight[:, None] * need.poa)
        return cls(ends, *gathered)

    def in_time(self, at_h: FloatArray | float) -> FloatArray:
        """Return how much of what is at stake is left at a time, for each end (last axis)."""
        late = np.maximum(0.0, np.asarray(at_h, dtype=np.float64)[..., None] - self.ends_h)
        return np.asarray(0.5 ** (late / _HALVES_H))

    def at_once(self) -> FloatArray:
        """Return the value in each segment, were it found now."""
        return np.asarray((self.value * self.in_time(0.0)[:, None]).sum(axis=0))

    def left_at(self, at_h: FloatArray) -> FloatArray:
        """Return the value in each segment at a time of its own."""
        return np.asarray(np.einsum("se,es->s", self.in_time(at_h), self.value))

    def of_tours(self, force: Force, tours: Tours) -> float:
        """Return the value of tours."""
        return sum(
            seen * float(self.in_time(stop.middle_h) @ self.value[:, stop.segment])
            for stop, seen in _seen(force, tours)
        )

    def steps(self, force: Force, tours: Tours) -> list[Step]:
        """Return the tasks of tours with what each gains."""
        gained = {id(stop): seen for stop, seen in _seen(force, tours)}
        return [self._step(force, stop, gained[id(stop)]) for tour in tours for stop in tour]

    def _step(self, force: Force, stop: Stop, seen: float) -> Step:
        return Step(
            stop.resource,
            stop.segment,
            stop.travel_h,
            stop.arrive_h,
            stop.hours,
            force.pod(stop),
            seen * float(self.households[:, stop.segment].sum()),
            seen * float(self.in_time(stop.middle_h) @ self.people[:, stop.segment]),
        )


def _seen(force: Force, tours: Tours) -> list[tuple[Stop, float]]:
    """Return each stop, earliest first, with the share of its segment's people that it finds."""
    left = np.ones(force.segments)
    found = []
    for stop in sorted((stop for tour in tours for stop in tour), key=lambda stop: stop.middle_h):
        seen = force.pod(stop)
        found.append((stop, float(left[stop.segment]) * seen))
        left[stop.segment] *= 1.0 - seen
    return found


def _best(worth: _Worth, force: Force, tried: Sequence[Tours]) -> Tours:
    possible = [tours for tours in tried if all(fits(force, tour) for tour in tours)]
    return max(possible, key=lambda tours: worth.of_tours(force, tours))


def _shared_out(worth: _Worth, force: Force, tours: Tours) -> Tours:
    """Return the tours with the hours shared out optimally among their stops, for values as of now."""
    stops = [stop for tour in tours for stop in tour]
    if not stops:
        return tours
    when = np.zeros(force.segments)
    visited = np.zeros((force.segments, len(tours)))
    for stop in stops:
        when[stop.segment] = max(when[stop.segment], stop.middle_h)
        visited[stop.segment, stop.resource] = 1.0
    hours = np.array([sum(stop.hours for stop in tour) for tour in tours])
    time = allocate(worth.left_at(when), force.effectiveness * visited, hours, tolerance=1e-6).time
    orders = [
        [stop.segment for stop in tour if time[stop.segment, number] >= LEAST_H]
        for number, tour in enumerate(tours)
    ]
    return [
        force.tour(number, order, [float(time[segment, number]) for segment in order], stretch=True)
        for number, order in enumerate(orders)
    ]


def _swapped(worth: _Worth, force: Force, tours: Tours, check: Callable[[], None]) -> Tours:
    """Return the tours with neighbours swapped wherever it helps."""
    best, left = worth.of_tours(force, tours), _SWAPS
    better = True
    while better and left > 0:
        better = False
        for number, tour in enumerate(tours):
            check()
            for place in range(len(tour) - 1):
                tried = _with_swap(force, tours, number, place)
                left -= 1
                value = worth.of_tours(force, tried) if fits(force, tried[number]) else -1.0
                if value > best * (1 + 1e-9):
                    tours, best, better = tried, value, True
                    break
    return tours


def _with_swap(force: Force, tours: Sequence[Sequence[Stop]], number: int, place: int) -> Tours:
    stops = list(tours[number])
    stops[place], stops[place + 1] = stops[place + 1], stops[place]
    swapped = force.tour(number, [stop.segment for stop in stops], [stop.hours for stop in stops])
    return [swapped if at == number else list(tour) for at, tour in enumerate(tours)]
