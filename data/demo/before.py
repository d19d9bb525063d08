"""The ordinary weeks before a disaster: what is usual can only be known where there is a past."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from data.demo.draw import Drawn, Ground, Window, draw
from data.demo.flows import Flow
from data.demo.weather import Storm
from data.reference import areas

_ORDINARY = frozenset({"usual", "office"})
_WEEK_MS = 7 * 24 * 3_600_000


@dataclass(frozen=True, slots=True)
class Before:
    """How many weeks before the scenario are known, and of which county: the archive of one dispatch."""

    weeks: int
    county: str  # its code in the census


def ordinary(
    before: Before,
    flows: Sequence[Flow],
    ground: Ground,
    storm: Storm,
    *,
    until_ms: int,
    total: Mapping[str, float],
    seed: int,
) -> list[Drawn]:
    """Return what happened in the county in the weeks before, as often as in the scenario, storm apart."""
    kept = [flow for flow in flows if flow.kernel in _ORDINARY]
    county = next(area for area in areas(kinds=("county",)) if area.geoid == before.county)
    here = replace(ground, towns=ground.towns.within(county.geometry))
    # Numbers of their own: the scenario is the same with and without its past.
    rng = np.random.default_rng([seed, before.weeks])
    return [
        one
        for window in _weeks(before, until_ms)
        for one in draw(rng, kept, here, storm, window=window, total=total)
    ]


def _weeks(before: Before, until_ms: int) -> Iterator[Window]:
    """Yield week by week, so that a change of clocks falls into its own."""
    for back in range(before.weeks, 0, -1):
        yield Window(until_ms - back * _WEEK_MS, until_ms - (back - 1) * _WEEK_MS)
