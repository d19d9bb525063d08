"""Briefs that are made by themselves: of all workers the one that holds the lease makes what is due.

A run is made of steps that are each done once: the brief is found again by its schedule, a release by its
brief, recipient and form. A worker that is killed in between leaves the rest to the next one, which neither
makes a second brief nor lets anything out twice.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
from datetime import timedelta
from threading import Event, Thread

from sqlalchemy.exc import SQLAlchemyError

from dashboard.briefing.compose import Briefing, Wanted
from dashboard.briefing.leaving import BriefsOut
from dashboard.services import Services
from dashboard.wishes import Wish
from data.access import Actor
from data.brief_records import Brief, Schedule
from data.errors import NotFound, WatchfloorError
from data.release_records import Release, State
from data.store.releases import Wanted as Lines
from layers.briefs.words import listed

logger = logging.getLogger(__name__)

LEASE_LIFE = timedelta(minutes=3)  # longer than a brief takes in one form, however large the store
_TICK_S = 5.0
_MOST_LINES = 500


class LostLease(Exception):
    """Another worker runs the schedules now."""


class Runner:
    """Looks every few seconds whether a brief is due. Any worker may be killed at any moment."""

    def __init__(self, services: Services, *, life: timedelta = LEASE_LIFE) -> None:
        self.services, self.life = services, life
        self.name = f"{socket.gethostname()[:40]}.{os.getpid()}.{secrets.token_hex(4)}"
        self._stopping = Event()
        self._thread: Thread | None = None
        self._holding = False

    def start(self) -> None:
        """Make what is due until stopped."""
        self._thread = Thread(target=self._follow, name="briefs", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop, and let another worker take over at once."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(timeout=5)
        if self._holding:
            try:
                self.services.store.brief_schedules.let_go(self.name)
            except SQLAlchemyError:
                logger.warning("the lease of the briefs could not be given back; it ends by itself")

    def _follow(self) -> None:
        while not self._stopping.wait(_TICK_S):
            if self.services.mirror.checked_at is None:
                continue  # not loaded yet: a brief of nothing would be a false one
            try:
                self.look()
            except LostLease:
                logger.info("another worker makes the briefs now")
            except SQLAlchemyError:
                logger.exception("the schedules of briefs could not be read; it is tried again")

    def look(self) -> int:
        """Make every brief that is due, and return how many schedules were run by this worker."""
        schedules = self.services.store.brief_schedules
        due = schedules.due()
        if not due or not self._hold():
            return 0
        # Read again: whoever held the lease a moment ago may have done some.
        for one in (waiting := schedules.due()):
            self._hold_on()
            self._run(one)
            if self._stopping.is_set():
                break
        return len(waiting)

    def _run(self, one: Schedule) -> None:
        schedules = self.services.store.brief_schedules
        made = None
        try:
            owner = self._owner(one)
            made = self._brief(owner, one)
            outcome = self._let_out(owner, one, made)
        except WatchfloorError as error:
            outcome = f"Not made: {error.message}" if made is None else f"Made; {error.message}"
        except (SQLAlchemyError, LostLease):
            raise  # the store is away, or somebody else goes on: nothing is written down
        except Exception:
            # One brief that cannot be made must not keep the others from being made.
            logger.exception("the scheduled brief %s could not be made", one.id)
            outcome = "Not made: it failed. The log of the server says why."
        schedules.settle(one, outcome=outcome, brief_id=None if made is None else made.id)

    def _owner(self, one: Schedule) -> Actor:
        people = self.services.store.watch_areas.people()
        found = next((person for person in people if person.user_id == one.owner_id), None)
        if found is None:
            raise NotFound("whose it is may not sign in any more.", hint="Make the schedule anew.")
        return found

    def _brief(self, owner: Actor, one: Schedule) -> Brief:
        """Return the brief of this time: the one that a killed worker left behind, or a new one, frozen."""
        store = self.services.store
        left = store.brief_schedules.made(one)
        if left is not None:
            made = store.briefs.get(owner, left)
        else:
            wanted = Wanted(
                template=one.template, title=one.title, filter=one.filter, shared=True, schedule=one.id
            )
            made = Briefing(self.services).make(owner, wanted)
        return made if made.frozen else store.briefs.freeze(owner, made.id, revision=made.revision)

    def _let_out(self, owner: Actor, one: Schedule, made: Brief) -> str:
        """Let the brief out to everybody in every form, and return what came of it."""
        if not one.recipients:
            return "Made, and kept here."
        said = []
        before = {(line.recipient, line.form) for line in self._lines(owner, made)}
        for key in one.recipients:
            for form in one.forms:
                if (key, form) not in before:
                    self._hold_on()
                    said += self._one_out(owner, one, made, key=key, form=form)
        lines = self._lines(owner, made)
        gone = [line for line in lines if line.state is State.RELEASED]
        held = [line for line in lines if line.state is State.HELD]
        told = []
        if gone:
            told.append(f"released to {_names(gone)}")
        mailed = [line for line in gone if self.services.store.notices.hand_over(owner, line.id)]
        if mailed:
            told.append(f"mail is on its way to {_names(mailed)}")
        if held:
            told.append(f"waits for a person before it goes to {_names(held)}")
        return f"Made; {'; '.join([*told, *said])}."

    def _one_out(self, owner: Actor, one: Schedule, made: Brief, *, key: str, form: str) -> list[str]:
        try:
            wish = Wish(
                actor=owner,
                what="brief",
                form=form,
                recipient=self.services.store.recipients.get(owner, key),
                brief=made.id,
                purpose=f"Schedule: {one.title}",
                hold="the schedule asks for a person" if one.hold else "",
            )
            BriefsOut().make(self.services, wish)
        except WatchfloorError as error:
            return [f"not to {key} as {form}: {error.message.rstrip('.')}"]
        return []

    def _lines(self, owner: Actor, made: Brief) -> list[Release]:
        wanted = Lines(product=str(made.id))
        return self.services.store.releases.page(owner, wanted, limit=_MOST_LINES)[0]

    def _hold(self) -> bool:
        self._holding = self.services.store.brief_schedules.hold(self.name, life=self.life)
        return self._holding

    def _hold_on(self) -> None:
        if not self._hold():
            raise LostLease


def _names(lines: list[Release]) -> str:
    return listed(list(dict.fromkeys(line.recipient_name for line in lines)))
