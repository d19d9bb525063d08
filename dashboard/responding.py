"""The board of people in need: households in order, and which of them may be the same people."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from dashboard.services import Services
from dashboard.ways import Ways
from data.access import Actor
from data.rescue_records import Call, Household
from layers.rescue.priority import Standing, is_own, standings
from layers.rescue.same_people import CallFacts, suggestions

_KEPT = 16  # actors who may see different things
_LONG_S = 0.5  # to compare all calls
_PAUSES = 10.0  # times as long as that until it is done again


@dataclass(frozen=True, slots=True)
class Likeness:
    """Two calls that are likely to be about the same people, by the households that came with them."""

    a: int
    b: int
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Two households that are likely to be the same people."""

    a: Household
    b: Household
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Kept:
    """What was found of which calls (seq and revision), and until when that is new enough."""

    calls: frozenset[tuple[int, int]]
    found: tuple[Likeness, ...]
    until: float


class Board:
    """Looks at the store anew at each question; only the comparing of calls is kept while they stay."""

    def __init__(self, services: Services, ways: Ways) -> None:
        self._services, self._ways = services, ways
        self._lock = threading.Lock()
        self._kept: dict[frozenset[int], _Kept] = {}

    def standings(self, actor: Actor) -> list[Standing]:
        """Return the households that the actor may see, those in most need first."""
        every = self._services.store.households.all(actor)
        cut_off = self._ways.cut_off(actor, every)
        told = [replace(one, cut_off=cut_off.get(one.id)) for one in every]
        return standings(told, now=self._services.clock.now())

    def standing(self, actor: Actor, household_id: UUID) -> Standing:
        """Return where a household stands among those that the actor may see; raise NotFound."""
        here = self._services.store.households.get(actor, household_id)
        return next(one for one in self.standings(actor) if one.household.id == here.id)

    def suggestions(self, households: Sequence[Household]) -> list[Suggestion]:
        """Return the open households that may be the same people, likeliest first; none that was refused."""
        waiting = [one for one in households if one.open]
        home = {call.home_seq: one for one in waiting for call in one.calls}
        refused = self._services.store.households.dismissed()
        best: dict[frozenset[UUID], Suggestion] = {}
        for like in self._likenesses(waiting):
            a, b = home.get(like.a), home.get(like.b)
            if a is None or b is None or a is b or (min(like.a, like.b), max(like.a, like.b)) in refused:
                continue
            key = frozenset((a.id, b.id))
            if key not in best or best[key].score < like.score:
                # The one that was called in first stands for both.
                first, second = sorted((a, b), key=lambda one: (one.calls[0].received, one.seq))
                best[key] = Suggestion(first, second, like.score, like.reasons)
        return sorted(best.values(), key=lambda one: (-one.score, one.a.seq, one.b.seq))

    def _likenesses(self, households: Sequence[Household]) -> tuple[Likeness, ...]:
        """Return the calls that are alike; of thousands of calls, perhaps as they were a moment ago."""
        calls = [call for one in households for call in one.calls]
        # Whoever sees calls of the same scopes sees the same calls.
        sees = frozenset(call.scope.id for call in calls)
        now = frozenset((call.seq, call.revision) for call in calls)
        with self._lock:  # a change is compared once, however many pages ask
            kept = self._kept.get(sees)
            if kept is None or (kept.calls != now and time.monotonic() >= kept.until):
                while len(self._kept) >= _KEPT:
                    del self._kept[next(iter(self._kept))]
                kept = self._kept[sees] = _kept_now(calls, now)
            return kept.found


def _kept_now(calls: Sequence[Call], now: frozenset[tuple[int, int]]) -> _Kept:
    began = time.monotonic()
    found = _compared(calls)
    ended = time.monotonic()
    took = ended - began
    # What takes seconds is not done anew for each call that comes in.
    return _Kept(now, found, ended + (_PAUSES * took if took > _LONG_S else 0.0))


def _compared(calls: Sequence[Call]) -> tuple[Likeness, ...]:
    homes = {str(call.id): call.home_seq for call in calls}
    return tuple(
        Likeness(homes[pair.a], homes[pair.b], pair.score, tuple(pair.reasons))
        for pair in suggestions([facts_of(call) for call in calls])
    )


def facts_of(call: Call) -> CallFacts:
    """Return what tells whether a call is about the same people as another one."""
    # Whoever calls for themselves is one of the people, and the telephone is theirs.
    own = is_own(call)
    names = [person.name for person in call.people] + ([call.caller.name] if own else [])
    return CallFacts(
        id=str(call.id),
        caller_phone=call.caller.phone,
        caller_name=call.caller.name,
        names=tuple(name for name in names if name.strip()),
        phones=(call.caller.phone,) if own and call.caller.phone.strip() else (),
        place=call.place,
        place_text=call.place_text,
        words=call.narrative,
        at=call.received,
    )
