"""How many people are unaccounted for: a range, because calls may be doubled and are not all verified."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from data.rescue_records import Household, HouseholdStatus


@dataclass(frozen=True, slots=True)
class Unaccounted:
    """People in open households.

    `high` counts every household by itself; `people` counts once those that are likely to be the same
    people; `low` leaves out, besides, the households that nobody has verified.
    """

    people: int
    low: int
    high: int
    households: int
    unverified_calls: int
    possible_duplicates: int


def unaccounted(households: Iterable[Household], likely: Sequence[tuple[UUID, UUID]]) -> Unaccounted:
    """Return the count; `likely` are pairs of households that are likely to be the same people."""
    waiting = {one.id: one for one in households if one.open}
    groups = _groups(waiting, likely)
    verified = [[one for one in group if one.status is not HouseholdStatus.UNVERIFIED] for group in groups]
    return Unaccounted(
        people=sum(max(one.people_count for one in group) for group in groups),
        low=sum(max(one.people_count for one in group) for group in verified if group),
        high=sum(one.people_count for one in waiting.values()),
        households=len(waiting),
        unverified_calls=sum(
            len(one.calls) for one in waiting.values() if one.status is HouseholdStatus.UNVERIFIED
        ),
        possible_duplicates=len(waiting) - len(groups),
    )


def _groups(waiting: dict[UUID, Household], likely: Sequence[tuple[UUID, UUID]]) -> list[list[Household]]:
    """Return the households in groups that the pairs hold together."""
    leader = {one: one for one in waiting}

    def lead(one: UUID) -> UUID:
        while leader[one] != one:
            leader[one] = leader[leader[one]]
            one = leader[one]
        return one

    for a, b in likely:
        if a in leader and b in leader:
            leader[lead(a)] = lead(b)
    groups: dict[UUID, list[Household]] = {}
    for one, record in waiting.items():
        groups.setdefault(lead(one), []).append(record)
    return list(groups.values())
