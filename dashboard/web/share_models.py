"""What the routes of recipients and releases take."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from dashboard.web.models import Line, Moment, RevisionNumber, StoreName, Taken, TlpName, tlp_of
from data.model import StoreKind
from data.release import Approval, Channel, NewRecipient, Recipient, RecipientKind

Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2_000)]
Said = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)]
FilterText = Annotated[str, StringConstraints(max_length=8_000)]
What = Literal["incidents", "sites", "brief", "hotspots", "photos"]
FormName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]{2,10}$")]
Number = Annotated[int, Field(ge=1, le=2**31 - 1)]


class ChannelIn(Taken):
    """Where a recipient is told of recalls and corrections."""

    kind: Literal["smtp", "webhook"]
    address: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=500)]


class ApprovalIn(Taken):
    """What waits for a second person."""

    always: bool = False
    above: TlpName | None = None
    law_enforcement: bool = False
    forms: Annotated[list[FormName], Field(max_length=20)] = []  # noqa: RUF012  # pydantic copies it

    def approval(self) -> Approval:
        """Return it as the store keeps it."""
        return Approval(
            always=self.always,
            above=None if self.above is None else tlp_of(self.above),
            law_enforcement=self.law_enforcement,
            forms=frozenset(self.forms),
        )


class RecipientChange(Taken):
    """What changes about a recipient."""

    name: Name | None = None
    kind: Literal["agency", "person", "public"] | None = None
    agency_id: Number | None = None
    clearance: TlpName | None = None
    law_enforcement: bool | None = None
    stores: Annotated[list[StoreName], Field(max_length=4)] | None = None
    granted_by: Annotated[list[Number], Field(max_length=500)] | None = None
    until: Moment | None = None
    agreement: Line | None = None
    contact: Line | None = None
    channels: Annotated[list[ChannelIn], Field(max_length=20)] | None = None
    approval: ApprovalIn | None = None
    smallest_cell: Annotated[int, Field(ge=0, le=10_000)] | None = None
    ended: bool | None = None

    def over(self, known: Recipient | NewRecipient) -> NewRecipient:
        """Return the recipient with what changes."""
        given = {name for name in self.model_fields_set if getattr(self, name) is not None}
        until: datetime | None = self.until if "until" in self.model_fields_set else known.until
        return NewRecipient(
            key=known.key,
            name=self.name or known.name,
            kind=RecipientKind(self.kind) if self.kind else known.kind,
            agency_id=self.agency_id if "agency_id" in self.model_fields_set else known.agency_id,
            clearance=tlp_of(self.clearance) if self.clearance else known.clearance,
            law_enforcement=(known.law_enforcement if self.law_enforcement is None else self.law_enforcement),
            stores=known.stores if self.stores is None else frozenset(map(StoreKind, self.stores)),
            granted_by=known.granted_by if self.granted_by is None else frozenset(self.granted_by),
            until=until,
            agreement=self.agreement if self.agreement is not None else known.agreement,
            contact=self.contact if self.contact is not None else known.contact,
            channels=(
                known.channels
                if self.channels is None
                else tuple(Channel(kind=one.kind, address=one.address) for one in self.channels)
            ),
            approval=self.approval.approval() if "approval" in given and self.approval else known.approval,
            smallest_cell=known.smallest_cell if self.smallest_cell is None else self.smallest_cell,
        )


class RecipientIn(RecipientChange):
    """A new recipient."""

    key: Key
    name: Name

    def new(self) -> NewRecipient:
        """Return it as the store takes it."""
        return self.over(NewRecipient(key=self.key, name=self.name))


class ProductIn(Taken):
    """What somebody wants to let out, and to whom."""

    what: What
    filter: FilterText = ""
    brief: UUID | None = None
    form: FormName = "csv"
    recipient: Key


class ReleaseIn(ProductIn):
    """The same, with what it is for."""

    purpose: Said
    authority: Note = ""


class PrintIn(Taken):
    """A map that is about to be put on paper."""

    filter: FilterText = ""


class NoteIn(Taken):
    """What somebody adds to a decision."""

    note: Note = ""


class SaidIn(Taken):
    """A correction in words."""

    note: Said


class RecallIn(Taken):
    """Why something is called back; `everywhere`: from all who got the same product."""

    reason: Said
    everywhere: bool = False


class AgencyAnswerIn(Taken):
    """What an agency was asked, or said."""

    agency: Number
    recipient: Key
    incident: UUID | None = None
    state: Literal["asked", "granted", "denied"]
    note: Note = ""


class SanitisedIn(Taken):
    """A sanitised version of an incident, written upon a revision of it."""

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000)]
    place: Literal["exact", "snapped", "town", "left_out"] = "town"
    photo: Literal["blurred", "left_out"] = "left_out"
    marking: TlpName
    revision: RevisionNumber
