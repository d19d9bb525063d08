"""Who may be given what: the one judgement on whatever leaves, denying by default.

A record leaves when its scope may: `why_not` answers for a scope, so that SQL, the mirror and a file keep
back exactly the same records. What the actor may not see is not even kept back: it does not exist.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from data.access import Actor, visible_scopes
from data.errors import Forbidden
from data.model import Scope, StoreKind, Tlp


class RecipientKind(StrEnum):
    """Whom something is given to."""

    AGENCY = "agency"
    PERSON = "person"
    PUBLIC = "public"
    OWN = "own"  # the people of an agency that signs in here, who take with them what they see


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """Which releases to a recipient wait for a second person's yes."""

    always: bool = False
    above: Tlp | None = None  # this marking, and whatever is above it
    law_enforcement: bool = False
    forms: frozenset[str] = frozenset()

    def why(self, marking: Tlp, *, law_enforcement: bool, form: str) -> str:
        """Return in words why a second person is asked; empty where nobody is."""
        asked = {
            "everything for this recipient": self.always,
            f"marked {marking.label}": self.above is not None and marking >= self.above,
            "law-enforcement sensitive": self.law_enforcement and law_enforcement,
            f"as {form}": form in self.forms,
        }
        return ", ".join(words for words, true in asked.items() if true)


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """Where a recipient is told of a recall or a correction."""

    kind: str  # "smtp" or "webhook"
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRecipient:
    """Somebody who may be given records, and what is agreed with them."""

    key: str
    name: str
    kind: RecipientKind = RecipientKind.AGENCY
    agency_id: int | None = None
    clearance: Tlp = Tlp.CLEAR
    law_enforcement: bool = False
    stores: frozenset[StoreKind] = frozenset({StoreKind.OPEN})
    # Agencies that have said yes to their records being passed on to this recipient (third-agency rule).
    granted_by: frozenset[int] = frozenset()
    until: datetime | None = None  # when the agreement ends
    agreement: str = ""  # what it is called: "MOU 2026-14"
    contact: str = ""
    channels: tuple[Channel, ...] = ()
    approval: Approval = Approval()
    smallest_cell: int = 0  # counts of fewer records than this are not given; 0: any count is


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient(NewRecipient):
    """A recipient as it is kept."""

    id: int
    ended: datetime | None = None


class Withheld(StrEnum):
    """Why a record is kept back, in words for whoever releases."""

    STORE = "records of this store are not agreed with the recipient"
    INTELLIGENCE = "criminal intelligence leaves by name and need to know alone (28 CFR Part 23)"
    MARKING = "marked above what is agreed with the recipient"
    ORIGINATOR_ONLY = "stays with the agency that it comes from (TLP:RED, TLP:AMBER+STRICT)"
    LAW_ENFORCEMENT = "law-enforcement sensitive, and the recipient is not law enforcement"
    THIRD_AGENCY = "comes from another agency, which has not agreed to its passing on (third-agency rule)"
    DENIED = "its agency has said no to its passing on (third-agency rule)"


# What a recipient who is the public gets of a record: what, when, and roughly where.
SNAP_M: Final = 1_000.0


def why_not(home_agency_id: int, recipient: NewRecipient, scope: Scope) -> Withheld | None:
    """Return why records of this scope are kept back from the recipient; None when they may leave."""
    own = {home_agency_id, recipient.agency_id, *recipient.granted_by}
    holds = {
        Withheld.INTELLIGENCE: scope.store is StoreKind.INTEL,
        Withheld.STORE: scope.store not in recipient.stores,
        Withheld.ORIGINATOR_ONLY: scope.tlp >= Tlp.AMBER_STRICT and recipient.agency_id != scope.agency_id,
        Withheld.MARKING: scope.tlp > recipient.clearance,
        Withheld.LAW_ENFORCEMENT: scope.law_enforcement and not recipient.law_enforcement,
        Withheld.THIRD_AGENCY: scope.tlp > Tlp.CLEAR and scope.agency_id not in own,
    }
    return next((reason for reason, true in holds.items() if true), None)


def check_agreement(recipient: Recipient, now: datetime) -> None:
    """Raise Forbidden when nothing may go to this recipient any more."""
    if recipient.ended is not None:
        raise Forbidden(
            f"{recipient.name} is no longer a recipient.", hint="Name another one, or add them again."
        )
    if recipient.until is not None and recipient.until <= now:
        raise Forbidden(
            f"The agreement with {recipient.name} ended on {recipient.until:%Y-%m-%d}.",
            hint="Renew the agreement: watchfloor release recipient KEY --until DATE.",
        )


def passing(actor: Actor, recipient: NewRecipient, scopes: Iterable[Scope]) -> dict[int, Withheld | None]:
    """Return, for every scope that the actor may see, why its records are kept back, or None."""
    known = {scope.id: scope for scope in scopes}
    # What somebody takes along for their own agency is what its people see, and no more.
    own = recipient.kind is RecipientKind.OWN and recipient.agency_id == actor.agency_id
    return {
        number: None if own else why_not(actor.agency_id, recipient, known[number])
        for number in visible_scopes(actor, known.values())
    }


def standing_for(actor: Actor, recipient: NewRecipient, scopes: Iterable[Scope]) -> Actor:
    """Return an actor who sees of what this one sees exactly what the recipient may be given.

    Whatever is made for a recipient (a brief, a count, a hotspot) is made by this actor.
    """
    passed = [number for number, reason in passing(actor, recipient, scopes).items() if reason is None]
    if recipient.kind is RecipientKind.OWN and recipient.agency_id == actor.agency_id:
        return replace(actor, only=frozenset(passed))
    # Of a record that passes, a field may still be marked above what is agreed, or stay with its agency.
    most = Tlp.RED if recipient.agency_id == actor.agency_id else Tlp.AMBER
    clearance = min(actor.clearance, recipient.clearance, most)
    return replace(actor, only=frozenset(passed), clearance=clearance, passes_on=True)


def generalises(recipient: NewRecipient) -> bool:
    """Return whether records lose their exact place and whatever names people before they leave."""
    return recipient.kind is RecipientKind.PUBLIC
