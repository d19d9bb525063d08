"""Bursts: when a count over a sliding window was too high, and which of those moments are a new cause.

A cause lasts as long as the condition does, and ends when it has been false for as long as the window is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data.geo import IntArray


@dataclass(frozen=True, slots=True)
class Burst:
    """A new cause: when it began and how many reports there were."""

    at_ms: int
    count: int


def counts_at_reports(times: IntArray, *, within_ms: int) -> IntArray:
    """Return, at each report of sorted times, how many there were in the window that ends with it."""
    before = np.searchsorted(times, times - within_ms, side="right")
    # Of reports of the same moment each sees all of them.
    return np.searchsorted(times, times, side="right") - before


def starts(moments: IntArray, *, rest_ms: int, last_ms: int | None = None) -> npt.NDArray[np.bool_]:
    """Return which of the sorted moments begin something new: more than `rest_ms` after the one before."""
    before = np.concatenate([[np.iinfo(np.int64).min // 2 if last_ms is None else last_ms], moments[:-1]])
    return np.asarray(moments - before > rest_ms, dtype=np.bool_)


def bursts(
    times: IntArray, *, above: int, within_ms: int, since_ms: int, last_ms: int | None
) -> tuple[list[Burst], int | None]:
    """Return the new causes among sorted times, and when the condition held last.

    Moments before `since_ms`, or not after `last_ms`, were judged before. A window that was full at one
    report may stay so for its whole length: false for another such length, the cause has ended.
    """
    counts = counts_at_reports(times, within_ms=within_ms)
    full = (counts > above) & (times >= since_ms)
    if last_ms is not None:
        full &= times > last_ms
    moments, many = times[full], counts[full]
    new = starts(moments, rest_ms=2 * within_ms, last_ms=last_ms)
    found = [Burst(int(at), int(n)) for at, n in zip(moments[new], many[new], strict=True)]
    return found, (int(moments[-1]) if len(moments) else last_ms)
