"""Releases as the rest of the house sees them: what left, for whom, and what became of it since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from data.model import Tlp

Item = tuple[str, int, int]  # kind, seq and revision of a record that is inside


class State(StrEnum):
    """Whether something left."""

    HELD = "held"  # made, and waiting for a second person
    RELEASED = "released"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRelease:
    """Something that is about to leave: everything its manifest says, and the records that are in it."""

    id: UUID
    recipient_id: int
    purpose: str
    authority: str
    form: str
    kind: str  # what it is: "incident", "site", "hotspots", "brief", "alert", "api", …
    filter: str
    file: str
    sha256: str
    size: int
    marking: Tlp
    law_enforcement: bool
    manifest: Mapping[str, Any]
    records: Sequence[Item]
    count: int | None = None  # of records, where they are not written down one by one
    why_held: str = ""  # why a second person is asked; empty: it leaves at once
    product: str = ""  # the same for what several recipients got of one product


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A line of the dissemination log."""

    id: UUID
    at: datetime
    by: str
    by_id: int
    recipient: str  # its key
    recipient_name: str
    purpose: str
    authority: str
    form: str
    kind: str
    filter: str
    file: str
    sha256: str
    size: int
    marking: Tlp
    law_enforcement: bool
    records: int
    recalled: datetime | None
    recalled_by: str
    recall_reason: str
    state: State
    why_held: str
    decided: datetime | None
    decided_by: str
    decision_note: str
    product: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """One attempt to tell a recipient of a notice."""

    channel: str
    address: str
    attempt: int
    due: datetime
    at: datetime | None
    outcome: str  # "waiting", "sending", "sent", "failed", "given_up"
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A recall or a correction that a recipient is told of, or a file that is mailed to them."""

    seq: int
    id: UUID
    release: UUID
    file: str
    sha256: str
    marking: Tlp
    recipient_name: str
    kind: str  # "recall", "correction" or "file"
    text: str
    at: datetime
    by: str
    tellings: tuple[Telling, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyAnswer:
    """What an agency was asked, or said, about passing its records on."""

    id: UUID
    agency_id: int
    agency: str
    recipient: str
    recipient_id: int
    incident: UUID | None
    incident_seq: int | None
    state: str  # "asked", "granted", "denied"
    note: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sanitised:
    """What a record says of itself where the original may not go."""

    seq: int
    id: UUID
    incident_seq: int
    of_revision: int
    text: str
    place: str  # "exact", "snapped", "town", "left_out"
    photo: str  # "blurred", "left_out"
    tlp: Tlp
    at: datetime
    by: str
