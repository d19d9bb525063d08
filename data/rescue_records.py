"""Calls and households as the rest of the house sees them: who is in need, where, since when, who said so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from data.model import LocatedBy, LonLat, Scope
from data.records import Source

# Without the letters that are taken for digits over the radio (Crockford's alphabet).
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class HouseholdStatus(StrEnum):
    """How far the help for a household is; the last five leave the working list."""

    UNVERIFIED = "unverified"
    LOCATED = "located"
    ASSIGNED = "assigned"
    REACHED = "reached"
    EVACUATED = "evacuated"
    SAFE = "safe"
    DUPLICATE = "duplicate"
    DECEASED = "deceased"


WORKING: Final = (HouseholdStatus.UNVERIFIED, HouseholdStatus.LOCATED, HouseholdStatus.ASSIGNED)


class Channel(StrEnum):
    """How a call came in."""

    PHONE = "phone"
    FORM = "form"
    TEXT = "text"
    RADIO = "radio"
    SOCIAL = "social"
    IN_PERSON = "in_person"
    IMPORT = "import"


class Hazard(StrEnum):
    """What threatens the people where they are."""

    FIRE = "fire"
    FLOOD = "flood"
    LANDSLIDE = "landslide"
    COLLAPSE = "collapse"
    GAS = "gas"
    ELECTRICITY = "electricity"
    VIOLENCE = "violence"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One of the people that a call is about."""

    name: str = ""
    age: int | None = None
    medical: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who calls, and from where: never where the people are."""

    name: str = ""
    phone: str = ""
    relation: str = ""
    place_text: str = ""
    place: LonLat | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What the people have left and what they need."""

    water_until: datetime | None = None
    food_until: datetime | None = None
    power_until: datetime | None = None
    medical: str = ""
    hazards: tuple[Hazard, ...] = ()
    pets: str = ""
    trapped: bool = False
    contact_windows: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCall:
    """A call as it comes in; with an `id` that the caller's device made it is never taken twice."""

    scope_id: int
    source_id: int
    source_key: str | None = None
    id: UUID | None = None
    received: datetime | None = None
    channel: Channel = Channel.PHONE
    language: str = "en"
    caller: Caller = field(default_factory=Caller)
    people: tuple[Person, ...] = ()
    people_count: int | None = None
    place_text: str = ""
    place: LonLat | None = None
    accuracy_m: float | None = None
    located_by: LocatedBy = LocatedBy.UNKNOWN
    needs: Needs = field(default_factory=Needs)
    last_contact: datetime | None = None
    narrative: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call as it is known now; `home_seq` is the household that was made with it."""

    seq: int
    id: UUID
    home_seq: int
    scope: Scope
    source: Source
    source_key: str
    received: datetime
    channel: Channel
    language: str
    caller: Caller
    people: tuple[Person, ...]
    people_count: int | None
    place_text: str
    place: LonLat | None
    accuracy_m: float | None
    located_by: LocatedBy
    needs: Needs
    last_contact: datetime | None
    narrative: str
    entered: datetime
    updated: datetime
    revision: int

    @property
    def people_known(self) -> int:
        """Return how many people the call is about: one at least."""
        return max(self.people_count or 0, len(self.people), 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """Where the evidence puts a household: its best place, and how large the 95 % area is."""

    place: LonLat
    accuracy_m: float | None = None
    area95_km2: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Household:
    """The people who are together somewhere: one call, or calls that a person has merged.

    `scope` is the strictest of its calls. `calls` are in order of receipt.
    """

    seq: int
    id: UUID
    scope: Scope
    status: HouseholdStatus
    status_by: str | None
    status_at: datetime | None
    contact_at: datetime | None  # when somebody of ours last spoke with them
    follow_up_at: datetime | None  # set by a contact; without one the clock alone decides
    located: Located | None
    task_id: UUID | None
    cut_off: bool | None  # whether no road leads there, as far as who looks may know; None: not known
    calls: tuple[Call, ...]
    entered: datetime
    updated: datetime
    revision: int

    @property
    def number(self) -> str:
        """Return a short number for the radio, which says nothing of how many there are."""
        return number_of(self.id)

    @property
    def open(self) -> bool:
        """Return whether it stands on the working list."""
        return self.status in WORKING

    @property
    def whereabouts(self) -> Located | None:
        """Return where they are: as the evidence has it, or else as the surest of the calls says."""
        if self.located is not None:
            return self.located
        placed = [one for one in self.calls if one.place is not None]
        best = min(placed, key=lambda one: one.accuracy_m or 1e9, default=None)
        if best is None or best.place is None:
            return None
        return Located(place=best.place, accuracy_m=best.accuracy_m)

    @property
    def people_count(self) -> int:
        """Return how many people there are: the most that one call tells of, or that are named in all."""
        named = {p.name.casefold().strip() for call in self.calls for p in call.people} - {""}
        return max([len(named), *(call.people_known for call in self.calls)])


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdEvent:
    """Something that happened to a household; events are only ever added."""

    seq: int
    id: UUID
    household_seq: int
    at: datetime
    who: str
    kind: str  # "made", "status", "contact", "merge", "unmerge", "evidence", "task", …
    detail: Mapping[str, Any]
    undone: bool  # a merge that was taken back


def number_of(household_id: UUID) -> str:
    """Return the short number of a household: six characters of its id's random end."""
    bits = household_id.int
    letters = "".join(_ALPHABET[(bits >> shift) & 31] for shift in (25, 20, 15, 10, 5, 0))
    return f"{letters[:3]}-{letters[3:]}"
