"""How much room a shelter has, as lists of shelters say it in columns of many names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

# Without separators, in lower case; the first that a list has is taken. Then as officers set it here.
CAPACITY: Final = (
    "capacity", "evacuationcapacity", "evaccapacity", "evaccap", "postimpactcapacity", "postcap",
    "totalcapacity", "maxcapacity", "sheltercapacity", "beds",
)  # fmt: skip
OCCUPANCY: Final = (
    "occupancy", "totalpopulation", "totalpop", "currentoccupancy", "shelterpopulation", "population",
    "occupied", "census",
)  # fmt: skip
_MOST: Final = 1_000_000


def capacity_of(extra: Mapping[str, Any] | None) -> int | None:
    """Return how many people a shelter holds, None where nobody says."""
    return _first(extra, CAPACITY)


def occupancy_of(extra: Mapping[str, Any] | None) -> int | None:
    """Return how many people are in a shelter, None where nobody says."""
    return _first(extra, OCCUPANCY)


def space_of(extra: Mapping[str, Any] | None) -> int | None:
    """Return how many more people fit in, None where its capacity is not known; unknown occupancy is 0."""
    capacity = capacity_of(extra)
    return None if capacity is None else max(0, capacity - (occupancy_of(extra) or 0))


def _first(extra: Mapping[str, Any] | None, names: tuple[str, ...]) -> int | None:
    told = {re.sub(r"[^a-z0-9]", "", str(key).casefold()): value for key, value in (extra or {}).items()}
    for name in names:
        number = _count(told.get(name))
        if number is not None:
            return number
    return None


def _count(value: Any) -> int | None:
    if value is None or isinstance(value, bool):
        return None
    try:
        number = float(str(value).replace(",", ""))
    except ValueError:
        return None
    # Lists write -1 or -999 where they do not know.
    return int(number) if 0 <= number <= _MOST else None


def with_space(
    extra: Mapping[str, Any] | None, *, capacity: int | None, occupancy: int | None
) -> dict[str, Any]:
    """Return what a list said more of a shelter, with the capacity or occupancy that somebody set."""
    made = dict(extra or {})
    for name, value in (("capacity", capacity), ("occupancy", occupancy)):
        if value is not None:
            made = {key: old for key, old in made.items() if str(key).casefold() != name} | {name: value}
    return made
