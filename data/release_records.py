"""Releases as the rest of the house sees them: what left, for whom, and whether it was called back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from data.model import Tlp


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRelease:
    """A file that is about to leave: everything its manifest says, and the records that are in it."""

    id: UUID
    recipient_id: int
    purpose: str
    authority: str
    form: str
    kind: str  # of record: "incident", "site"
    filter: str
    file: str
    sha256: str
    size: int
    marking: Tlp
    law_enforcement: bool
    manifest: Mapping[str, Any]
    records: Sequence[tuple[int, int]]  # seq and revision of each


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A line of the dissemination log."""

    id: UUID
    at: datetime
    by: str
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
