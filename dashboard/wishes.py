"""What somebody wants to let out, and what can make it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from dashboard.services import Services
from dashboard.web.records_json import Json
from data.access import Actor
from data.release import Recipient
from layers.release import Left


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants to let out, and to whom."""

    actor: Actor
    what: str
    form: str
    recipient: Recipient
    filter: str = ""
    brief: UUID | None = None
    purpose: str = "preview"
    authority: str = ""
    hold: str = ""  # why it waits for a person in any case


class Maker(Protocol):
    """One kind of product."""

    def preview(self, services: Services, wish: Wish) -> Json:
        """Return what the actor sees, what the recipient would get, and what is missing and why."""

    def make(self, services: Services, wish: Wish) -> Left:
        """Make the product and let it out by the release path."""
