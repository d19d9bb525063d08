"""Drawing when, where and what: the numbers behind a demo's incidents, before they get words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
from shapely.geometry.base import BaseGeometry

from data.demo.flows import Flow
from data.demo.places import Places, scatter
from data.demo.weather import STEP_MS, Storm, rates
from data.geo import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class Ground:
    """Where things happen: towns, the shore where the scenario has one, and the land under both."""

    towns: Places
    shore: Places | None
    land: BaseGeometry
    zone: ZoneInfo

    def of(self, kernel: str) -> Places:
        """Return the places that a kernel is spread over."""
        return self.shore if kernel == "tide" and self.shore is not None else self.towns


@dataclass(frozen=True, slots=True)
class Drawn:
    """One incident to be: its flow, its place, its point and when it happened."""

    flow: Flow
    places: Places
    place: int
    lon: float
    lat: float
    occurred_ms: int


@dataclass(frozen=True, slots=True)
class Window:
    """A span of time in milliseconds, the end left out."""

    start_ms: int
    end_ms: int

    def steps(self) -> IntArray:
        """Return the starts of the time steps that cover the window."""
        return np.arange(self.start_ms, self.end_ms, STEP_MS, dtype=np.int64)


def totals(ground: Ground, storm: Storm, kernels: Sequence[str], *, over: Window) -> dict[str, float]:
    """Return the sum of each kernel's rates over the scenario's own window, which its counts refer to."""
    at_ms = over.steps()
    return {
        kernel: float(rates(kernel, ground.of(kernel), at_ms, storm=storm, zone=ground.zone).sum())
        for kernel in kernels
    }


def draw(
    rng: np.random.Generator,
    flows: Sequence[Flow],
    ground: Ground,
    storm: Storm,
    *,
    window: Window,
    total: Mapping[str, float],
) -> list[Drawn]:
    """Return the incidents that happen in the window, in order of time (Poisson in space and time)."""
    drawn: list[Drawn] = []
    for kernel in dict.fromkeys(flow.kernel for flow in flows):
        mine = [flow for flow in flows if flow.kernel == kernel]
        places = ground.of(kernel)
        rate = rates(kernel, places, window.steps(), storm=storm, zone=ground.zone) / total[kernel]
        drawn.extend(_of_kernel(rng, mine, places, rate, ground=ground, window=window))
    drawn.sort(key=lambda one: one.occurred_ms)
    return drawn


def _of_kernel(
    rng: np.random.Generator,
    flows: Sequence[Flow],
    places: Places,
    rate: FloatArray,
    *,
    ground: Ground,
    window: Window,
) -> Iterator[Drawn]:
    counts = np.array([flow.count for flow in flows])
    cumulated = np.cumsum(rate.ravel())
    count = int(rng.poisson(counts.sum() * cumulated[-1]))
    # the last cell may fall short of the draw by rounding
    cell = np.minimum(np.searchsorted(cumulated, rng.random(count) * cumulated[-1]), len(cumulated) - 1)
    place, step = np.divmod(cell, rate.shape[1])
    which = rng.choice(len(flows), size=count, p=counts / counts.sum())
    occurred = window.start_ms + step * STEP_MS + rng.integers(0, STEP_MS, count)
    lon, lat = scatter(rng, places, place, land=ground.land)
    for i in range(count):
        yield Drawn(flows[which[i]], places, int(place[i]), float(lon[i]), float(lat[i]), int(occurred[i]))
