"""Briefs as they are kept: pages that say something, and the numbers in them with what is behind each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
import numpy.typing as npt

from data.model import Tlp

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """The records behind a number: `kind` is their table, `seq` ascending, `revision` of each as it was."""

    kind: str
    seq: Ints
    revision: Ints

    def __len__(self) -> int:
        return len(self.seq)


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefFigure:
    """A number that a page says: its query, its time, and the records that it was counted from."""

    key: str
    label: str
    value: float
    unit: str
    query: str
    at: datetime
    behind: Behind


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPage:
    """A page that is about to be kept: `content` is a DocumentPage as JSON, `view` what it was made from."""

    kind: str
    view: Mapping[str, Any]
    content: bytes
    proposed: Mapping[str, Any]  # headline and lines, as the data would say it
    scopes: frozenset[int]  # of everything that it shows or counts
    figures: tuple[BriefFigure, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefPage(NewPage):
    """A page as it is kept; `edited` when somebody's own words stand on it."""

    id: UUID
    edited: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBrief:
    """A brief that is about to be kept."""

    title: str
    template: str
    filter: str
    bbox: tuple[float, float, float, float] | None
    period_from: datetime
    period_to: datetime
    since: UUID | None = None
    shared: bool = False
    schedule: UUID | None = None
    pages: tuple[NewPage, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """A brief as it is kept. Frozen, it says for ever what it said then."""

    seq: int
    id: UUID
    title: str
    template: str
    filter: str
    bbox: tuple[float, float, float, float] | None
    period_from: datetime
    period_to: datetime
    since: UUID | None
    owner_id: int
    by: str
    agency_id: int | None
    made: datetime
    frozen: datetime | None
    revision: int
    marking: Tlp
    law_enforcement: bool
    scopes: frozenset[int]
    page_count: int
    pages: tuple[BriefPage, ...] = field(default=())

    @property
    def shared(self) -> bool:
        """Return whether the owner's agency may read it."""
        return self.agency_id is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefQuestion:
    """A question that was asked while a brief was given."""

    id: UUID
    page: UUID | None
    text: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSchedule:
    """A brief that is made by itself, at a time of day, on days of the week (0 is Monday)."""

    title: str
    template: str
    filter: str
    at: str  # "06:00"
    zone: str
    days: tuple[int, ...]
    recipients: tuple[str, ...]
    forms: tuple[str, ...]
    hold: bool
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule(NewSchedule):
    """A schedule as it is kept, with its last run."""

    id: UUID
    owner_id: int
    by: str
    due: datetime | None  # when it runs next
    ran: datetime | None
    outcome: str
    brief: UUID | None
    revision: int
