"""How each cell of a map ran hot and cold through the time that was asked for: the trend indicator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from layers.analytics.spacetime import space_time
from layers.analytics.trend import MIN_STEPS, Trend
from layers.hotspots.counted import Counted
from layers.hotspots.mask import Mask
from layers.hotspots.tested import FloatTable, Tested
from layers.hotspots.window import Window

_MINUTE = 60_000
_HOUR, _DAY = 60 * _MINUTE, 1_440 * _MINUTE
STEPS_MS: Final = (
    *(m * _MINUTE for m in (1, 2, 5, 10, 15, 30)),
    *(h * _HOUR for h in (1, 2, 3, 6, 12)),
    *(d * _DAY for d in (1, 2, 7, 14, 28, 91, 182, 364)),
)
MAX_STEPS: Final = 36
_HOURS: Final = ((_DAY, "day"), (_HOUR, "hour"), (_MINUTE, "minute"))


@dataclass(frozen=True, slots=True)
class Steps:
    """Equal steps that end with the time asked for; what is left over lies before the first."""

    start_ms: int
    step_ms: int
    count: int

    @property
    def text(self) -> str:
        """The steps in words: "14 steps of 12 hours"."""
        size, unit = next((size, unit) for size, unit in _HOURS if self.step_ms % size == 0)
        many = self.step_ms // size
        return f"{self.count} steps of {many} {unit}{'' if many == 1 else 's'}"


@dataclass(frozen=True, slots=True)
class Course:
    """Per cell: the category, the trend's z and p, and Gi* of the last step."""

    steps: Steps
    category: npt.NDArray[np.int8]
    z: FloatTable
    p: FloatTable
    last: FloatTable

    def words(self) -> npt.NDArray[Any]:
        """Return the category of each cell in words; coldspots say so."""
        return _WORDS[self.category + len(Trend) - 1]


def _word(kind: int) -> str:
    name = Trend(abs(kind)).name.lower()
    return f"cold {name}" if kind < 0 else name


_WORDS: Final = np.array([_word(kind) for kind in range(1 - len(Trend), len(Trend))], dtype=object)


def steps_in(window: Window | None) -> Steps | None:
    """Return the longest round steps of which the time holds ten at least; None where it is too short."""
    if window is None:
        return None
    fitting = [size for size in STEPS_MS if window.length_ms // size >= MIN_STEPS]
    if not fitting:
        return None
    step = max(fitting)
    count = min(window.length_ms // step, MAX_STEPS)
    return Steps(window.end_ms - count * step, step, count)


def course(made: Tested, found: Counted, window: Window | None, *, only: Mask | None = None) -> Course | None:
    """Return the course of the cells of a tested map; None where the time is too short for ten steps.

    Only the cells of `only` have one, where it is given.
    """
    steps = steps_in(window)
    if steps is None:
        return None
    grid = made.cells.grid
    cell = grid.locate(found.x, found.y)
    step = (found.occurred_ms - steps.start_ms) // steps.step_ms
    inside = (cell >= 0) & (step >= 0) & (step < steps.count)
    flat = np.bincount(cell[inside] * steps.count + step[inside], minlength=grid.nx * grid.ny * steps.count)
    made_of = space_time(flat.reshape(grid.ny, grid.nx, steps.count), mask=made.validity.valid, only=only)
    shape = (grid.ny, grid.nx)
    return Course(
        steps=steps,
        category=made_of.category.reshape(shape),
        z=made_of.trend.z.reshape(shape),
        p=made_of.trend.p.reshape(shape),
        last=made_of.z[:, :, -1],
    )
