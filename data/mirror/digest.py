"""Fingerprints of what each scope holds.

A token made of change counters would move with changes that the actor may not see. These are sums over
the rows themselves: equal for equal content, in whatever order and in whichever worker it was read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

Digests = Mapping[int, tuple[int, int]]  # scope id -> (rows, sum of their fingerprints modulo 2^64)

_MASK = (1 << 64) - 1
_WORDS = npt.NDArray[np.uint64]


def _mixed(value: _WORDS) -> _WORDS:
    """Return each word well mixed (the finaliser of SplitMix64, by Steele, Lea and Flood)."""
    v = value + np.uint64(0x9E3779B97F4A7C15)
    v = (v ^ (v >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    v = (v ^ (v >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return v ^ (v >> np.uint64(31))


def fingerprints(*columns: npt.NDArray[Any]) -> _WORDS:
    """Return one word per row that changes when any of the integer columns does."""
    word = np.zeros(len(columns[0]), dtype=np.uint64)
    for column in columns:
        word = _mixed(word ^ column.astype(np.int64).view(np.uint64))
    return word


def digests(scope: npt.NDArray[np.int32], words: _WORDS) -> dict[int, tuple[int, int]]:
    """Return the number of rows and the sum of fingerprints per scope."""
    found: dict[int, tuple[int, int]] = {}
    for each in np.unique(scope).tolist():
        of_scope = words[scope == each]
        found[each] = (len(of_scope), int(of_scope.sum(dtype=np.uint64)))
    return found


def after(before: Digests, *, gone: Digests, arrived: Digests) -> dict[int, tuple[int, int]]:
    """Return the digests when some rows went and others came."""
    result: dict[int, tuple[int, int]] = {}
    for scope in {*before, *arrived}:
        rows, total = before.get(scope, (0, 0))
        minus, plus = gone.get(scope, (0, 0)), arrived.get(scope, (0, 0))
        left = rows - minus[0] + plus[0]
        if left:
            result[scope] = (left, (total - minus[1] + plus[1]) & _MASK)
    return result
