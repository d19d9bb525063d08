"""Partners' programs: a bearer token that is bound to a recipient reads what they may have, and is logged."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Lock
from typing import Final

from dashboard.services import Services
from data.access import Actor
from data.errors import Forbidden
from data.model import Role, new_id
from data.release import Recipient, generalises
from data.release_records import NewRelease
from layers.release import narrowed

_ID: Final = r"[0-9a-fA-F-]{36}"
# What holds records alone, each of which passes the row filter: no comments, no history, no people.
_READABLE: Final = re.compile(
    rf"/api/v1/(incidents(/{_ID})?|features/(incidents|sites)/\d+|sites(/{_ID})?|areas(/{_ID})?"
    r"|summary|hotspots(/ranked)?|types)|/tiles/(incidents|sites)/.*"
)
_WRITTEN_EVERY_S: Final = 30.0


@dataclass
class _Hour:
    """Answers of one token in one hour, and how many of them are not in the log yet."""

    hour: datetime
    written_s: float
    waiting: int = 0


@dataclass
class Partners:
    """Narrows the actor of a partner's program, and counts its answers hour by hour."""

    services: Services
    _hours: dict[tuple[int, str], _Hour] = field(default_factory=dict)
    _counting: Lock = field(default_factory=Lock)

    def standing(self, actor: Actor, *, method: str, path: str) -> Actor:
        """Return who the program is; raise Forbidden for what partners may not ask, or not any more."""
        if actor.for_recipient is None:
            return actor
        if method not in ("GET", "HEAD") or not _READABLE.fullmatch(path):
            raise Forbidden("A partner's token does not read this.", hint="It reads incidents and sites.")
        store = self.services.store
        recipient = store.recipients.by_id(actor.for_recipient)
        if generalises(recipient) or recipient.smallest_cell:
            raise Forbidden("What is agreed is coarser than this.", hint="Files are sent instead.")
        made = replace(narrowed(store, actor, recipient), role=Role.VIEWER)
        # Before it is answered: nothing goes out that the log does not know of.
        self._count(made, recipient)
        return made

    def _count(self, actor: Actor, recipient: Recipient) -> None:
        now = self.services.clock.now().replace(minute=0, second=0, microsecond=0)
        key = (recipient.id, actor.session)
        with self._counting:
            here = self._hours.get(key)
            if here is None or here.hour != now:
                if here is not None and here.waiting:
                    self._write(actor, recipient, here.hour, here.waiting)
                self._hours[key] = _Hour(now, time.monotonic())
                self._write(actor, recipient, now, 1)
                return
            here.waiting += 1
            if time.monotonic() - here.written_s > _WRITTEN_EVERY_S:
                self._write(actor, recipient, here.hour, here.waiting)
                here.waiting, here.written_s = 0, time.monotonic()

    def _write(self, actor: Actor, recipient: Recipient, hour: datetime, many: int) -> None:
        """Add to the line of this hour: the first answer makes it, later ones are added every half minute."""
        new = NewRelease(
            id=new_id(),
            recipient_id=recipient.id,
            purpose="API answers",
            authority=recipient.agreement,
            form="api",
            kind="api",
            filter=f"{hour:%Y-%m-%d %H}Z",
            file="",
            sha256="",
            size=0,
            marking=recipient.clearance,
            law_enforcement=recipient.law_enforcement,
            manifest={"recipient": recipient.name},
            records=(),
            product=f"api:{recipient.id}:{actor.session[-9:]}:{hour:%Y%m%d%H}",
        )
        self.services.store.releases.count_answers(actor, new, many)
