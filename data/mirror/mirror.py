"""The mirror: follows the store's changes, and answers filters for actors."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime
from threading import Event, Lock, Thread

from sqlalchemy.exc import SQLAlchemyError

from data.access import Actor
from data.clock import to_ms
from data.mirror.follow import advanced, first_snapshot
from data.mirror.frame import IncidentFrame
from data.mirror.geography import Geography
from data.mirror.lru import Lru
from data.mirror.selection import RowTests, select
from data.mirror.sites import SiteFrame
from data.mirror.snapshot import Snapshot
from data.mirror.view import View
from data.query import Near, Query
from data.store import Store

logger = logging.getLogger(__name__)

_VIEW_BYTES = 192 << 20
_MASK_BYTES = 96 << 20
_REST = 3  # after a refresh, rest so many times what it took: following may not starve answering


class Mirror:
    """One worker's copy of what is on the map; a request keeps the snapshot that it started with."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._snapshot: Snapshot | None = None
        self._geography: Geography | None = None
        self._views: Lru[View] = Lru(limit_bytes=_VIEW_BYTES, size=lambda view: view.nbytes)
        self._refreshing = Lock()
        self._stopping = Event()
        self._thread: Thread | None = None
        self._listeners: list[Callable[[], None]] = []
        self.checked_at: datetime | None = None  # when the store last said what is new

    # ── following the store ──────────────────────────────────────────────────────────────────────

    def refresh(self) -> bool:
        """Take in what changed in the store; return whether anything did."""
        with self._refreshing:
            before = self._snapshot
            after = first_snapshot(self._store) if before is None else advanced(self._store, before)
            self.checked_at = self._store.clock.now()
            if after is before:
                return False
            geography = Geography(after.incidents, after.sites, limit_bytes=_MASK_BYTES)
            self._snapshot, self._geography = after, geography
            self._views.clear()
        for listener in list(self._listeners):
            listener()
        return True

    def start(self) -> None:
        """Load, then follow the store in a thread of its own."""
        self.refresh()
        self._stopping.clear()
        self._thread = Thread(target=self._follow, name="mirror", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop following."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(timeout=10)
            self._thread = None

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener`, from the following thread, after each new snapshot; return what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def _follow(self) -> None:
        pause = poll_s = self._store.settings.mirror_poll_ms / 1000
        while not self._stopping.wait(pause):
            began = time.monotonic()
            try:
                self.refresh()
            except SQLAlchemyError:
                # The database is away: what is shown keeps its age, and it is asked again.
                logger.exception("the mirror cannot read the store; it will try again")
            pause = max(poll_s, _REST * (time.monotonic() - began))

    # ── answering ────────────────────────────────────────────────────────────────────────────────

    @property
    def snapshot(self) -> Snapshot:
        """The newest snapshot, loaded now where none was."""
        if self._snapshot is None:
            self.refresh()
        assert self._snapshot is not None  # noqa: S101  # refresh() has just set it
        return self._snapshot

    @property
    def incidents(self) -> IncidentFrame:
        """All incidents, hidden ones too: for this house's own use, never for an answer."""
        return self.snapshot.incidents

    @property
    def sites(self) -> SiteFrame:
        """All sites, hidden ones too: for this house's own use, never for an answer."""
        return self.snapshot.sites

    def token(self, actor: Actor) -> str:
        """Return a word that changes exactly when something that the actor may see did."""
        snapshot = self.snapshot
        return snapshot.token(snapshot.visible(actor))

    def view(self, actor: Actor, query: Query, *, now: datetime | None = None) -> View:
        """Return the incidents that the filter lets the actor see.

        Raise BadFilter on an unknown type, and NotFound on an area that is not there for this actor.
        """
        snapshot = self.snapshot
        now_ms = to_ms(now or self._store.clock.now()) // 60_000 * 60_000
        visible = snapshot.visible(actor)
        moving = now_ms if query.last_ms is not None else 0
        key = (snapshot.counter, visible, query.canonical(), moving)
        return self._views.get(key, lambda: self._answer(actor, snapshot, query, visible, now_ms))

    def _answer(
        self, actor: Actor, snapshot: Snapshot, query: Query, visible: frozenset[int], now_ms: int
    ) -> View:
        tests = self._tests(actor, snapshot, query, visible)
        selection = select(snapshot, query, visible=visible, now_ms=now_ms, tests=tests)
        return View(selection, query, visible=visible, now_ms=now_ms)

    def _tests(self, actor: Actor, snapshot: Snapshot, query: Query, visible: frozenset[int]) -> RowTests:
        geography = self._geography_of(snapshot)
        return RowTests(
            text=lambda: geography.text(query.text, self._store.incidents.matching),
            areas=lambda: geography.areas([self._store.areas.geometry(actor, area) for area in query.areas]),
            shapes=lambda: geography.shapes(query.shapes),
            near=lambda: geography.near(query.near or Near("*", "", 0.0), snapshot.scope_table(visible)),
        )

    def _geography_of(self, snapshot: Snapshot) -> Geography:
        """Return the kept masks if they are of this snapshot; a request that was overtaken makes its own."""
        kept = self._geography
        if kept is not None and kept.is_of(snapshot.incidents):
            return kept
        return Geography(snapshot.incidents, snapshot.sites, limit_bytes=_MASK_BYTES)
