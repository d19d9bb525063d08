"""Watch areas, alerts and their deliveries, as the rest of the house sees them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from data.alert_rules import Budget, Channel, Escalation, Geography, QuietHours, Rule, Shift
from data.model import Severity, Tlp


@dataclass(frozen=True, slots=True, kw_only=True)
class NewWatchArea:
    """A watch area as an officer asks for it; `tells` holds user ids and, perhaps, "agency"."""

    name: str
    geography: Geography
    rule: Rule
    filter: str = ""
    agency_id: int | None = None  # shared with
    budget: Budget | None = None
    quiet_hours: QuietHours | None = None
    shifts: tuple[Shift, ...] = ()
    tells: tuple[int | str, ...] = ()
    escalation: Escalation | None = None
    channels: tuple[Channel, ...] = ()
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchArea(NewWatchArea):
    """A watch area as it stands; changes after `from_counter` are what it looks at."""

    seq: int
    id: UUID
    owner_id: int
    owner_name: str
    owner_agency_id: int
    revision: int
    created: datetime
    updated: datetime
    watched_since: datetime  # its geography, filter and rule are as they are since then
    from_counter: int

    def named(self) -> frozenset[int]:
        """Return the ids of everybody who is told by name, the owner included."""
        people = {self.owner_id, *(one for one in self.tells if isinstance(one, int))}
        for shift in self.shifts:
            people.update(shift.tells)
        return frozenset(people)

    def agencies(self) -> frozenset[int]:
        """Return the agencies whose people are all told."""
        found = {self.agency_id} if self.agency_id is not None else set()
        if "agency" in self.tells:
            found.add(self.owner_agency_id)
        return frozenset(found)


class AlertState(StrEnum):
    """The life of an alert."""

    OPEN = "open"
    ESCALATED = "escalated"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What an evaluation found; `cause` is what nothing is told of twice."""

    at: datetime
    cause: str
    reason: str
    count: int
    expected: float | None
    severity: Severity
    incidents: tuple[int, ...]  # seqs
    scopes: tuple[int, ...]  # of everything that was looked at to find it
    marking: Tlp
    restricted: bool  # law-enforcement sensitive, or of a store that is not told of outside


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One attempt to tell somebody through a channel."""

    seq: int
    id: UUID
    alert_seq: int
    channel: str
    address: str
    attempt: int
    due: datetime
    at: datetime | None
    outcome: str  # "waiting", "sending", "sent", "failed", "given_up", "silent"
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Something that people were told of, and who took it."""

    seq: int
    id: UUID
    watch_area_id: UUID
    watch_area_name: str
    at: datetime
    cause: str
    reason: str
    count: int
    expected: float | None
    severity: Severity
    incidents: tuple[int, ...]
    scopes: tuple[int, ...]
    marking: Tlp
    restricted: bool
    silent: bool
    state: AlertState
    acknowledged_by: str | None
    acknowledged_at: datetime | None
    escalate_at: datetime | None
    escalated_at: datetime | None
    closed_at: datetime | None
    updated: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchState:
    """What the watcher remembers of an area between two looks; plain JSON."""

    memory: Mapping[str, Any] = field(default_factory=dict)
    model: Mapping[str, Any] | None = None  # threshold, rate expected, when it was made
