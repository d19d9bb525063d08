"""Merged households as trees: who stands for whom, and the strictest of the markings beneath."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, select, update

from data.errors import Conflict
from data.model import Scope, Tlp
from data.store.call_rows import Directory
from data.store.tables_rescue import call, household


def root_of(connection: Connection, seq: int) -> int:
    """Return the household that stands for this one: itself, or the one it was merged into."""
    while True:
        above = connection.execute(select(household.c.merged_into).where(household.c.seq == seq)).scalar()
        if above is None:
            return seq
        seq = int(above)


def members_of(connection: Connection, seq: int) -> tuple[int, ...]:
    """Return this household and all that were merged into it, directly or not, in order of seq."""
    found, level = {seq}, [seq]
    while level:
        query = select(household.c.seq).where(household.c.merged_into.in_(level))
        level = [int(one) for one in connection.execute(query).scalars()]
        found.update(level)
    return tuple(sorted(found))


def roots(parents: Mapping[int, int | None]) -> dict[int, int]:
    """Return the root of each household; one whose root is not among them is left out."""
    found: dict[int, int] = {}
    for seq in parents:
        path, here = [], seq
        while here in parents and here not in found:
            path.append(here)
            above = parents[here]
            if above is None:
                found[here] = here
                break
            here = above
        if here in found:
            found.update(dict.fromkeys(path, found[here]))
    return found


def rescope(connection: Connection, seq: int) -> None:
    """Give a household, and those it was merged into, the strictest scope of the calls in them.

    Raise Conflict where no scope is: of two agencies' closed records neither contains the other.
    """
    scopes = Directory.read(connection).scopes
    here: int | None = seq
    while here is not None:
        own = select(call.c.scope_id).where(call.c.home_seq.in_(members_of(connection, here)))
        strict = strictest([scopes[one] for one in connection.execute(own).scalars()])
        connection.execute(update(household).where(household.c.seq == here).values(scope_id=strict.id))
        here = connection.execute(select(household.c.merged_into).where(household.c.seq == here)).scalar()


def strictest(scopes: Sequence[Scope]) -> Scope:
    """Return the one of the scopes whose readers may read all of them; raise Conflict where there is none."""
    found = scopes[0]
    for one in scopes[1:]:
        if within(one, found):
            continue
        if not within(found, one):
            raise Conflict(
                "These calls are marked so that nobody could see them together.",
                hint="Their originators would have to change a marking first.",
            )
        found = one
    return found


def within(wide: Scope, strict: Scope) -> bool:
    """Return whether everybody who may see records of `strict` may see those of `wide`."""
    return (
        wide.store is strict.store
        and wide.tlp <= strict.tlp
        and wide.law_enforcement <= strict.law_enforcement
        and (wide.tlp < Tlp.AMBER_STRICT or wide.agency_id == strict.agency_id)
    )


def under(root: Mapping[int, int]) -> dict[int, list[int]]:
    """Return the members of each root."""
    found: dict[int, list[int]] = {}
    for seq, top in root.items():
        found.setdefault(top, []).append(seq)
    return found


def pairs(low: Iterable[int], high: Iterable[int]) -> list[tuple[int, int]]:
    """Return every pair of one of each, the smaller first."""
    return [(min(a, b), max(a, b)) for a in low for b in high if a != b]
