"""The row filter: who may see and do what. There is no other.

A record carries a scope id (store, marking, caveat, originator). `visible_scopes` decides once per
actor; SQL says `scope_id IN (…)`, the mirror indexes a boolean table with its scope column, and both
give the same rows because they were given the same set.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt
from sqlalchemy import ColumnElement, literal

from data.errors import Forbidden
from data.model import Role, Scope, StoreKind, Tlp


class Permission(StrEnum):
    """Something that a role allows; every route and callback names one."""

    VIEW = "view"
    REPORT = "report"
    TRIAGE = "triage"
    IMPORT = "import"
    EXPORT = "export"
    EDIT_SITE = "edit_site"
    SHARE_VIEW = "share_view"
    ADMINISTER = "administer"
    READ_AUDIT = "read_audit"
    TAKE_CALL = "take_call"  # and read calls: they hold names and medical facts
    RESPOND = "respond"


_VIEWER = frozenset({Permission.VIEW})
_RESCUE = frozenset({Permission.TAKE_CALL, Permission.RESPOND})
_OFFICER = (
    _VIEWER | _RESCUE | {Permission.REPORT, Permission.TRIAGE, Permission.EXPORT, Permission.SHARE_VIEW}
)
_COORDINATOR = _OFFICER | {Permission.EDIT_SITE}
_ANALYST = _OFFICER | {Permission.IMPORT, Permission.EDIT_SITE}
_SUPERVISOR = _ANALYST | {Permission.READ_AUDIT}

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.VIEWER: _VIEWER,
    Role.WATCH_OFFICER: _OFFICER,
    Role.COORDINATOR: _COORDINATOR,
    Role.ANALYST: _ANALYST,
    Role.SUPERVISOR: _SUPERVISOR,
    Role.ADMINISTRATOR: _SUPERVISOR | {Permission.ADMINISTER},
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who is signed in, as far as access is concerned."""

    user_id: int
    name: str
    role: Role
    agency_id: int
    law_enforcement: bool
    clearance: Tlp
    stores: frozenset[StoreKind]
    session: str = ""
    # Of what the actor may see, these scopes alone: what is made for a recipient is made by such an actor,
    # so that no count, tile or hotspot in it comes from a record that the recipient is not given.
    only: frozenset[int] | None = None
    for_recipient: int | None = None  # a partner's program asks: id of the recipient that it speaks for
    passes_on: bool = False  # what this actor sees goes to a recipient: fields of other agencies stay sealed
    plain: bool = False  # what this actor sees is kept for others: whatever is marked above its record is not

    def may(self, permission: Permission) -> bool:
        """Return whether the actor's role allows `permission`."""
        return permission in ROLE_PERMISSIONS[self.role]


def require(actor: Actor, permission: Permission) -> None:
    """Raise Forbidden unless the actor's role allows `permission`."""
    if not actor.may(permission):
        raise Forbidden(
            f"The role {actor.role.value.replace('_', ' ')} does not allow this ({permission.value}).",
            hint="Ask an administrator for a role that allows it.",
        )


def may_see(actor: Actor, scope: Scope) -> bool:
    """Return whether the actor may see records of this scope (TLP 2.0, deny by default).

    RED and AMBER+STRICT stay with the originating agency; law-enforcement-sensitive records go to
    law-enforcement agencies alone; nothing above the actor's clearance; nothing of a store that was
    not granted by name.
    """
    if actor.only is not None and scope.id not in actor.only:
        return False
    if scope.store not in actor.stores or scope.tlp > actor.clearance:
        return False
    if scope.law_enforcement and not actor.law_enforcement:
        return False
    return scope.tlp < Tlp.AMBER_STRICT or scope.agency_id == actor.agency_id


def may_see_field(actor: Actor, scope: Scope, marking: Tlp) -> bool:
    """Return whether the actor may see a field that is marked by itself, of a record that they may see."""
    if marking <= scope.tlp:
        return True
    if actor.plain or marking > actor.clearance or (actor.passes_on and scope.agency_id != actor.agency_id):
        return False
    return marking < Tlp.AMBER_STRICT or scope.agency_id == actor.agency_id


def visible_scopes(actor: Actor, scopes: Iterable[Scope]) -> frozenset[int]:
    """Return the ids of the scopes whose records the actor may see."""
    return frozenset(scope.id for scope in scopes if may_see(actor, scope))


def sql_filter(column: ColumnElement[int], visible: frozenset[int]) -> ColumnElement[bool]:
    """Return the WHERE clause that keeps visible rows; of nothing visible, no row."""
    return column.in_(sorted(visible)) if visible else literal(False)  # SQL's false


def mask_table(visible: frozenset[int], *, size: int) -> npt.NDArray[np.bool_]:
    """Return a boolean table of length `size`, true at visible scope ids; index it with a scope column."""
    table = np.zeros(size, dtype=np.bool_)
    ids = [scope for scope in visible if scope < size]
    table[ids] = True
    return table


def together(actors: Iterable[Actor]) -> Actor:
    """Return an actor who may see exactly what every one of these may see; of nobody, nothing.

    Holds for any scope: each condition of `may_see` is met by this actor if and only if all meet it.
    """
    people = list(actors)
    agencies = {one.agency_id for one in people}
    narrow = [one.only for one in people if one.only is not None]
    return Actor(
        user_id=-1,
        name="everybody told",
        role=Role.VIEWER,
        agency_id=agencies.pop() if len(agencies) == 1 else -1,  # no record is of agency -1
        law_enforcement=bool(people) and all(one.law_enforcement for one in people),
        clearance=min((one.clearance for one in people), default=Tlp.CLEAR),
        stores=frozenset.intersection(*(one.stores for one in people)) if people else frozenset(),
        only=frozenset.intersection(*narrow) if narrow else None,
        passes_on=any(one.passes_on for one in people),
        plain=any(one.plain for one in people),
    )
