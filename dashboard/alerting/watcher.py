"""The watcher: of all workers the one that holds the lease looks at the watch areas, tells and escalates."""

from __future__ import annotations

import logging
import os
import secrets
import socket
from datetime import datetime, timedelta
from threading import Event, Lock, Thread

from sqlalchemy.exc import SQLAlchemyError

from dashboard.alerting.deliver import deliver_due
from dashboard.alerting.evaluator import Evaluator
from dashboard.alerting.history import learnt, stale
from dashboard.alerting.messages import escalated
from dashboard.alerting.notices import deliver_notices
from dashboard.services import Services
from data.access import together
from data.alert_records import WatchArea, WatchState
from data.errors import Conflict
from data.mirror import Snapshot
from data.store.evaluations import Held, Result
from data.store.watch_areas import everybody
from layers.alerts.lookout import Lookout

logger = logging.getLogger(__name__)

LEASE_LIFE = timedelta(seconds=15)
_RENEW = timedelta(seconds=5)
_TICK_S = 1.0


class Watcher:
    """Looks whenever the mirror took something in. Any worker may be killed at any moment."""

    def __init__(self, services: Services, *, life: timedelta = LEASE_LIFE) -> None:
        self.services, self.life = services, life
        self.name = f"{socket.gethostname()[:40]}.{os.getpid()}.{secrets.token_hex(4)}"
        self._evaluator = Evaluator(services)
        self._held: Held | None = None
        self._looked = 0  # the change up to which was looked, of which less may be written down yet
        self._renewed: datetime | None = None
        self._areas: list[WatchArea] = []
        self._states: dict[int, WatchState] = {}
        self._areas_at = -1
        self._failed: dict[int, int] = {}  # revision of areas whose past could not be learnt of
        self._looking = Lock()
        self._wake, self._stopping = Event(), Event()
        self._threads: list[Thread] = []

    # ── in a thread of its own ───────────────────────────────────────────────────────────────────

    def start(self) -> None:
        """Follow the mirror until stopped."""
        # Messages have a thread of their own: a mail server that hangs must not keep anybody from watching.
        self._threads = [
            Thread(target=self._follow, name="alerts", daemon=True),
            Thread(target=self._send, name="messages", daemon=True),
            Thread(target=self._study, name="learning", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop, and let another worker take over at once."""
        self._stopping.set()
        self._wake.set()
        for thread in self._threads:
            thread.join(timeout=5)
        if self._held is not None:
            try:
                self.services.store.evaluations.give_back(self._held)
            except SQLAlchemyError:
                logger.warning("the lease of the watch areas could not be given back; it ends by itself")

    def _follow(self) -> None:
        unsubscribe = self.services.mirror.subscribe(self._wake.set)
        try:
            while not self._stopping.is_set():
                self._wake.wait(_TICK_S)
                self._wake.clear()
                if not self._stopping.is_set():
                    self._safely()
        finally:
            unsubscribe()

    def _send(self) -> None:
        while not self._stopping.wait(_TICK_S):
            try:
                # Whoever claims a notice sends it: there may be none who watches.
                deliver_notices(self.services)
                if self._held is not None:  # who watches sends
                    deliver_due(self.services)
            except SQLAlchemyError:
                logger.exception("messages could not be read or written down; it is tried again")
            except Exception:
                # A message that cannot be sent must not end the sending of all others for good.
                logger.exception("sending messages failed; it is tried again")

    def _study(self) -> None:
        while not self._stopping.wait(_TICK_S):
            try:
                while not self._stopping.is_set() and self.learn():
                    pass
            except SQLAlchemyError:
                logger.exception("the past of the watch areas cannot be read; it is tried again")

    def _safely(self) -> None:
        try:
            self.look()
        except SQLAlchemyError:
            logger.exception("the watch areas could not be looked at; it is tried again")
        except Exception:
            # One area that cannot be judged must not end the watching of all others for good.
            logger.exception("looking at the watch areas failed; it is tried again")
            self._areas_at = -1

    # ── one look ─────────────────────────────────────────────────────────────────────────────────

    def look(self) -> bool:
        """Look at what came in since the last look; return whether this worker is the one who does."""
        with self._looking:
            snapshot = self.services.mirror.snapshot
            self._load_areas(snapshot)
            if not self._areas:
                return False
            held = self._hold()
            if held is None:
                return False
            self._evaluate(held, snapshot)
            self._escalate()
            return True

    def _load_areas(self, snapshot: Snapshot) -> None:
        """Read the areas again when one of them was changed."""
        store = self.services.store
        if self._areas_at >= 0:
            changes = store.changes.since(self._areas_at)
            newest = changes[-1].counter if changes else self._areas_at
            if not any(one.kind == "watch_area" for one in changes):
                self._areas_at = newest
                return
        # Counted first: a change that comes between is read twice, never missed.
        counter = store.changes.counter()
        self._areas = [area for area in store.watch_areas.all() if area.active]
        self._states = store.watch_areas.states()
        self._areas_at = max(counter, snapshot.counter)

    def _hold(self) -> Held | None:
        """Return the lease, renewed when it is time; None while another worker has it."""
        now = self.services.clock.now()
        fresh = self._held is not None and self._renewed is not None and now - self._renewed < _RENEW
        if fresh and self._held is not None:
            return self._held
        before = self._held
        self._held = self.services.store.evaluations.take(self.name, life=self.life)
        self._renewed = now
        if self._held is None or before is None or self._held.position > self._looked:
            # Taken over: what the one before wrote down is what is known.
            self._evaluator = Evaluator(self.services)
            self._states = self.services.store.watch_areas.states()
            self._looked = 0 if self._held is None else self._held.position
        return self._held

    def _evaluate(self, held: Held, snapshot: Snapshot) -> None:
        start = max(self._looked, min(area.from_counter for area in self._areas))
        if snapshot.counter <= start and not self._due(held):
            return
        changes = [one for one in self.services.store.changes.since(start) if one.counter <= snapshot.counter]
        people = self.services.store.watch_areas.people()
        results = self._evaluator.look(
            self._areas, self._states, snapshot=snapshot, changes=changes, people=people
        )
        self._looked = max(start, snapshot.counter)
        if results or self._due(held):
            self._write(held, results)

    def learn(self) -> bool:
        """Let one area whose model is missing or a day old learn of its past; return whether there was one.

        It takes seconds over a large store, in which others are looked at all the same.
        """
        with self._looking:
            chosen = self._to_learn(self.services.mirror.snapshot)
        if chosen is None:
            return False
        area, lookout = chosen
        made = None
        try:
            made = learnt(self.services, area, lookout)
        except SQLAlchemyError:
            raise  # the store is away: it is tried again
        except Exception:
            # One area with a strange past must not keep the others from learning.
            logger.exception("the past of the watch area %s cannot be learnt of", area.id)
        with self._looking:
            if made is None:
                self._failed[area.seq] = area.revision
            elif self._held is not None:
                self._write(self._held, [Result(area_seq=area.seq, revision=area.revision, model=made)])
        return True

    def _to_learn(self, snapshot: Snapshot) -> tuple[WatchArea, Lookout] | None:
        if self._held is None:
            return None
        people, now = self.services.store.watch_areas.people(), self.services.clock.now()
        for area in self._areas:
            model = self._states.get(area.seq, WatchState()).model
            audience = together(everybody(area, people))
            if self._failed.get(area.seq) != area.revision and stale(model, audience, now=now):
                lookout = self._evaluator.lookout(area, snapshot, people)
                if lookout is not None:
                    return area, lookout
        return None

    def _due(self, held: Held) -> bool:
        """Return whether how far it got is to be written down, though nothing was found."""
        return self._looked > held.position and self.services.clock.now() >= held.until - self.life + _RENEW

    def _write(self, held: Held, results: list[Result]) -> None:
        evaluations = self.services.store.evaluations
        try:
            self._held = evaluations.record(held, position=self._looked, results=results, life=self.life)
        except Conflict:
            logger.info("another worker looks at the watch areas now")
            self._held, self._renewed = None, None
            return
        self._renewed = self.services.clock.now()
        for result in results:
            old = self._states.get(result.area_seq, WatchState())
            self._states[result.area_seq] = WatchState(
                memory=old.memory if result.memory is None else result.memory,
                model=old.model if result.model is None else result.model,
            )

    def _escalate(self) -> None:
        evaluations, now = self.services.store.evaluations, self.services.clock.now()
        by_id = {area.id: area for area in self._areas}
        for late in evaluations.overdue():
            area = by_id.get(late.watch_area_id)
            if area is not None:
                evaluations.escalate(late, escalated(self.services, area, now=now))
