"""Counts over time, and what is usual for that hour of the week."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data.geo import IntArray

_MINUTE = 60_000
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR
_WEEK = 7 * _DAY
_STEPS_MS = (
    *(m * _MINUTE for m in (1, 2, 5, 10, 15, 30)),
    *(h * _HOUR for h in (1, 2, 3, 6, 12)),
    *(d * _DAY for d in (1, 2, 7, 14, 28, 91, 182, 365, 730, 1825, 3650, 18250)),
)
_WEEK_HOURS = 168
_PIECE = 1 << 16
_DAY_HOURS = 24
_USUAL_MAX_WEEKS = 12
# Under this many weeks, weekdays are not told apart: one Sunday is no habit.
WEEKDAYS_FROM_WEEKS = 4


@dataclass(frozen=True, slots=True)
class Timeline:
    """Counts per root type and bin, and what is usual there, where it is known.

    `usual` is the mean of the same hours over the `usual_weeks` before: of the same hour of the week from
    `WEEKDAYS_FROM_WEEKS` on, of the same hour of the day under that.
    """

    start_ms: int
    step_ms: int
    keys: tuple[str, ...]
    counts: IntArray  # one row per key
    usual: npt.NDArray[np.float64] | None
    usual_weeks: int = 0


def bins_for(first_ms: int, last_ms: int, *, most: int) -> tuple[int, int, int]:
    """Return start, step and number of bins that hold both moments: round steps, at most `most` bins."""
    for step in _STEPS_MS:
        start = first_ms // step * step
        count = (last_ms - start) // step + 1
        if count <= most:
            return start, step, count
    step = -(-(last_ms - first_ms + 1) // most)
    return first_ms, step, most


def count_over_time(
    occurred_ms: IntArray, root: npt.NDArray[np.int32], *, roots: int, start_ms: int, step_ms: int, bins: int
) -> IntArray:
    """Return the counts per root and bin; moments outside the bins are left out."""
    counts = np.zeros(roots * bins, dtype=np.int64)
    # A piece at a time stays in the processor's cache, where the whole of ten million rows would not.
    for at in range(0, len(occurred_ms), _PIECE):
        place = (occurred_ms[at : at + _PIECE] - start_ms) // step_ms
        key = root[at : at + _PIECE] * np.int64(bins) + place
        within = (place >= 0) & (place < bins)
        counts += np.bincount(key if within.all() else key[within], minlength=len(counts))
    return counts.reshape(roots, bins)


def usual_level(
    occurred_ms: IntArray, among: npt.NDArray[np.bool_], *, start_ms: int, step_ms: int, bins: int
) -> tuple[npt.NDArray[np.float64] | None, int]:
    """Return the mean count of each bin's hours over the weeks before, and how many weeks those are.

    None and 0 for less than one week. `among` says which of the moments pass the same filter without its
    time. Hours are of UTC.
    """
    earliest = int(occurred_ms.min(where=among, initial=start_ms))
    weeks = min((start_ms - earliest) // _WEEK, _USUAL_MAX_WEEKS)
    if weeks < 1:
        return None, 0
    # Whole weeks in either case: each weekday weighs the same.
    recent = occurred_ms[among & (occurred_ms < start_ms) & (occurred_ms >= start_ms - weeks * _WEEK)]
    profile = np.bincount(recent // _HOUR % _WEEK_HOURS, minlength=_WEEK_HOURS) / weeks
    if weeks < WEEKDAYS_FROM_WEEKS:
        profile = np.tile(profile.reshape(-1, _DAY_HOURS).mean(axis=0), _WEEK_HOURS // _DAY_HOURS)
    return _in_bins(profile, start_ms=start_ms, step_ms=step_ms, bins=bins), weeks


def _in_bins(
    profile: npt.NDArray[np.float64], *, start_ms: int, step_ms: int, bins: int
) -> npt.NDArray[np.float64]:
    """Return what a profile by hour of the week expects in each bin."""
    if step_ms <= _HOUR:
        hours = (start_ms + step_ms * np.arange(bins)) // _HOUR % _WEEK_HOURS
        return np.asarray(profile[hours] * (step_ms / _HOUR))
    per_bin = step_ms // _HOUR
    # Whole weeks add up to the same whatever the start: only the rest has to be summed hour by hour.
    whole, rest = divmod(per_bin, _WEEK_HOURS)
    first = (start_ms // _HOUR + per_bin * np.arange(bins)) % _WEEK_HOURS
    running = np.concatenate([[0.0], np.cumsum(np.tile(profile, 2))])
    return np.asarray(whole * profile.sum() + running[first + rest] - running[first])
