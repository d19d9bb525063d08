"""What the API takes of watch areas; their parts are those of `data.alert_rules`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from dashboard.web.models import EARLIEST, Moment, RevisionNumber, Taken
from data.alert_records import NewWatchArea
from data.alert_rules import (
    Budget,
    Channel,
    Escalation,
    Geography,
    QuietHours,
    Rule,
    Shift,
    Told,
    UserId,
)
from data.errors import Invalid

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Filter = Annotated[str, StringConstraints(max_length=8_000)]


class WatchAreaDraft(Taken):
    """A watch area: where, which reports, which rule, and who is told of what it finds."""

    name: Name
    geography: Geography
    rule: Rule
    filter: Filter = Field(default="", description="Canonical filter; its time is left out.")
    budget: Budget | None = None
    agency_id: UserId | None = Field(default=None, description="One's own agency: share it with them.")
    quiet_hours: QuietHours | None = None
    shifts: Annotated[list[Shift], Field(max_length=20)] = Field(default_factory=list)
    tells: Annotated[list[Told], Field(max_length=200)] = Field(
        default_factory=list,
        description='Ids of people, and "agency" for everybody of one\'s own; the owner always.',
    )
    escalation: Escalation | None = None
    channels: Annotated[list[Channel], Field(max_length=10)] = Field(default_factory=list)
    active: bool = True

    def new(self) -> NewWatchArea:
        """Return the watch area as the store takes it."""
        return NewWatchArea(
            name=self.name,
            geography=self.geography,
            rule=self.rule,
            filter=self.filter,
            agency_id=self.agency_id,
            budget=self.budget,
            quiet_hours=self.quiet_hours,
            shifts=tuple(self.shifts),
            tells=tuple(dict.fromkeys(self.tells)),
            escalation=self.escalation,
            channels=tuple(self.channels),
            active=self.active,
        )


class WatchAreaChange(Taken):
    """A change to a watch area: the revision that it was made on, and the fields that change."""

    revision: RevisionNumber
    name: Name | None = None
    geography: Geography | None = None
    rule: Rule | None = None
    filter: Filter | None = None
    budget: Budget | None = None
    agency_id: UserId | None = None
    quiet_hours: QuietHours | None = None
    shifts: Annotated[list[Shift], Field(max_length=20)] | None = None
    tells: Annotated[list[Told], Field(max_length=200)] | None = None
    escalation: Escalation | None = None
    channels: Annotated[list[Channel], Field(max_length=10)] | None = None
    active: bool | None = None

    def changes(self) -> dict[str, object]:
        """Return the fields that were sent; None takes away what may be absent."""
        sent = {name: getattr(self, name) for name in self.model_fields_set if name != "revision"}
        absent = sorted(name for name, value in sent.items() if value is None and name not in _MAY_BE_ABSENT)
        if absent:
            raise Invalid(f"A watch area cannot be without its {absent[0]}.", hint="Leave the field out.")
        return {name: tuple(value) if isinstance(value, list) else value for name, value in sent.items()}


_MAY_BE_ABSENT = frozenset({"budget", "agency_id", "quiet_hours", "escalation"})


class Backtest(WatchAreaDraft):
    """A draft to be tried on its own past."""

    name: Name = "Draft"
    since: Moment | None = None

    def begins(self) -> datetime | None:
        """Return the moment from which alerts are counted."""
        if self.since is None:
            return None
        if self.since < EARLIEST:
            raise Invalid("The year is before 1800.", hint="Check the time.")
        return self.since.astimezone(UTC)
