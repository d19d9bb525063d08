"""A demo scenario: what it fills a store with, and what keeps arriving."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import Connection, insert

from data.alert_records import NewWatchArea
from data.clock import from_ms, to_ms
from data.demo import places as where
from data.demo.before import Before, ordinary
from data.demo.board import BoardPlan, seed_board
from data.demo.calls import CallsPlan, seed_calls
from data.demo.compose import Report, compose, progress
from data.demo.draw import Ground, Window, draw, totals
from data.demo.flows import Flow
from data.demo.network import seed_roads
from data.demo.shapes import watch_areas
from data.demo.sites import Assessed, demo_sites
from data.demo.sources import Interned, SourcePlan, intern_sources
from data.demo.weather import Storm
from data.demo.write import add_areas, add_incidents, add_sites
from data.errors import Conflict
from data.model import LonLat, Role, StoreKind, Tlp
from data.records import NewArea, NewIncident, NewSite
from data.reference.load import load_areas
from data.store import tables as t
from data.store.store import Store

SEED = 20260
_CHUNK_MS = 900_000
_LATEST_MS = 12 * 3_600_000


@dataclass(frozen=True, slots=True)
class AgencyPlan:
    """An agency that takes part in the exercise."""

    name: str
    short_name: str
    law_enforcement: bool = False


@dataclass(frozen=True, slots=True)
class UserPlan:
    """Somebody whom the demo should let in; an empty agency is the center itself."""

    name: str
    display_name: str
    role: Role
    clearance: Tlp
    stores: frozenset[StoreKind]
    agency: str = ""


EVERY_DAY = frozenset({StoreKind.INCIDENT, StoreKind.OPEN})
WATCH_OFFICER = UserPlan("watch", "EXERCISE Watch officer", Role.WATCH_OFFICER, Tlp.AMBER, EVERY_DAY)
COORDINATOR = UserPlan("coordinator", "EXERCISE Coordinator", Role.COORDINATOR, Tlp.AMBER, EVERY_DAY)
LEADER = UserPlan("leader", "EXERCISE Leader", Role.VIEWER, Tlp.GREEN, EVERY_DAY)


@dataclass(frozen=True, slots=True)
class Seeded:
    """What a scenario put into a store."""

    incidents: int
    sites: int
    areas: int


@dataclass(frozen=True, slots=True)
class Play:
    """What the special reports of a scenario may refer to."""

    rng: np.random.Generator
    now: datetime
    ground: Ground
    storm: Storm
    sources: Mapping[str, Interned]
    sites: tuple[NewSite, ...]


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """An exercise, marked as such throughout, that a seed makes again to the letter."""

    key: str
    title: str
    summary: str
    center: LonLat
    zoom: float
    timezone: str
    days: float
    state_fips: str
    area_states: tuple[str, ...]
    area_code: str
    towns_file: str
    shore_file: str | None
    sites_file: str
    airports: tuple[str, ...]
    flows: tuple[Flow, ...]
    sources: tuple[SourcePlan, ...]
    agencies: tuple[AgencyPlan, ...]
    users: tuple[UserPlan, ...]
    storm: Callable[[datetime], Storm]
    slower: float  # how many times longer than in a bad storm people wait while it lasts
    specials: Callable[[Play], list[Report]]
    pace: float = 1.0  # how many times denser new incidents arrive than the scenario itself has them
    assessed: Mapping[str, Assessed] = field(default_factory=dict)
    before: Before | None = None
    calls: CallsPlan | None = None
    board: BoardPlan | None = None
    roads_file: str | None = None
    watches: tuple[NewWatchArea, ...] = ()  # what the first of its users has on watch

    def seed(self, store: Store, *, seed: int = SEED, now: datetime | None = None) -> Seeded:
        """Fill the store with the scenario as it stands at `now`; raise Conflict where one is in it."""
        if store.fact("scenario"):
            raise Conflict(
                "This store holds a demo scenario already.", hint="Choose an empty WATCHFLOOR_HOME."
            )
        moment = now or store.clock.now()
        sources = self._sources(store)
        sites = self._sites(store, moment)
        ground = self.ground()
        reports = self.reports(sources, ground=ground, sites=sites, seed=seed, now=moment)
        areas = load_areas(store, states=self.area_states)
        drawn = self._areas(store, ground)
        with store.transaction() as connection:
            areas += add_areas(store, connection, drawn, at=moment)
            added_sites = add_sites(store, connection, sites, at=moment)
            added = add_incidents(store, connection, reports)
            self._note(connection, seed, moment)
        if self.calls is not None:
            # Of a storm that still stands overhead people call all the same.
            peak = min(from_ms(self.storm(moment).peak_ms), moment - timedelta(hours=36))
            seed_calls(
                store, self.calls, ground.towns, seed=seed, peak=peak, now=moment, area_code=self.area_code
            )
        if self.roads_file is not None:
            seed_roads(store, self.roads_file)
        if self.board is not None:
            seed_board(store, self.board, now=moment)
        return Seeded(added, added_sites, areas)

    def reports(
        self,
        sources: Mapping[str, Interned],
        *,
        ground: Ground,
        sites: list[NewSite],
        seed: int,
        now: datetime,
    ) -> list[Report]:
        """Return every report of the scenario until `now`, in the order in which they came in."""
        rng = np.random.default_rng(seed)
        storm, window = self.storm(now), self._window(now)
        total = totals(ground, storm, self._kernels(), over=window)
        drawn = draw(rng, self.flows, ground, storm, window=window, total=total)
        usual = compose(rng, drawn, sources, prefix="EX")
        usual += self.specials(Play(rng, now, ground, storm, sources, tuple(sites)))
        now_ms = to_ms(now)
        here = sorted((r for r in usual if r.entered_ms <= now_ms), key=lambda r: r.entered_ms)
        busy_ms = storm.peak_ms - 12 * 3_600_000
        done = progress(rng, here, now_ms=now_ms, busy_ms=busy_ms, slower=self.slower)
        if self.before is None:
            return done
        past = ordinary(
            self.before, self.flows, ground, storm, until_ms=window.start_ms, total=total, seed=seed
        )
        own = np.random.default_rng([seed, 1])
        known = compose(own, past, sources, prefix="EX-PAST")
        done += progress(own, known, now_ms=now_ms, busy_ms=busy_ms, slower=self.slower)
        return sorted(done, key=lambda report: report.entered_ms)

    def arrivals(
        self, store: Store, *, seed: int = SEED, start: datetime | None = None
    ) -> Iterator[NewIncident]:
        """Yield new incidents without end, in order; each is due at its `reported` time.

        The storm goes on from the moment at which the scenario was seeded. The same seed yields the same
        incidents however often it is started, each from `start` on.
        """
        begin_ms = to_ms(start or store.clock.now())
        anchor = from_ms(int(store.fact("scenario_now_ms") or begin_ms))
        sources, ground, storm = self._sources(store), self.ground(), self.storm(anchor)
        whole = totals(ground, storm, self._kernels(), over=self._window(anchor))
        total = {kernel: rate / self.pace for kernel, rate in whole.items()}
        waiting: list[tuple[datetime, int, NewIncident]] = []
        # some are told of hours later: what happened a while before the start may still be on its way
        for chunk in count((begin_ms - _LATEST_MS) // _CHUNK_MS):
            rng = np.random.default_rng([seed, chunk])
            window = Window(chunk * _CHUNK_MS, (chunk + 1) * _CHUNK_MS)
            drawn = draw(rng, self.flows, ground, storm, window=window, total=total)
            for number, report in enumerate(compose(rng, drawn, sources, prefix=f"EX-{chunk}")):
                due = report.new.reported or report.new.occurred
                if to_ms(due) > begin_ms:
                    heappush(waiting, (due, chunk * _CHUNK_MS + number, report.new))
            # nothing that happens later can be told of before the end of this window
            while waiting and to_ms(waiting[0][0]) < window.end_ms:
                yield heappop(waiting)[2]

    def ground(self) -> Ground:
        """Return the places and the land of the scenario."""
        shore = where.shore(self.shore_file) if self.shore_file else None
        towns = where.towns(self.towns_file, shore=shore)
        return Ground(towns, shore, where.land_of(self.state_fips), ZoneInfo(self.timezone))

    def _kernels(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(flow.kernel for flow in self.flows))

    def _window(self, now: datetime) -> Window:
        return Window(to_ms(now - timedelta(days=self.days)), to_ms(now))

    def _sources(self, store: Store) -> dict[str, Interned]:
        actor = store.system_actor()
        ids = {agency.short_name: agency.id for agency in store.agencies.all()}
        for plan in self.agencies:
            if plan.short_name not in ids:
                ids[plan.short_name] = store.agencies.add(
                    actor, plan.name, short_name=plan.short_name, law_enforcement=plan.law_enforcement
                )
        return intern_sources(store, self.sources, agencies=ids)

    def _sites(self, store: Store, now: datetime) -> list[NewSite]:
        scope_id = store.scopes.intern(StoreKind.OPEN, Tlp.GREEN)
        source_id = store.sources.intern(
            f"exercise-{self.key}-sites",
            name="EXERCISE Site list",
            kind="sites",
            scope_id=scope_id,
            licence="Names and places: public knowledge; contacts and status: made up",
        )
        return demo_sites(
            self.sites_file,
            airports=self.airports,
            assessed=self.assessed,
            source_id=source_id,
            scope_id=scope_id,
            area_code=self.area_code,
            now=now,
        )

    def _areas(self, store: Store, ground: Ground) -> list[NewArea]:
        scope_id = store.scopes.intern(StoreKind.OPEN, Tlp.GREEN)
        source_id = store.sources.intern(
            f"exercise-{self.key}-areas", name="EXERCISE Watch areas", kind="areas", scope_id=scope_id
        )
        return watch_areas(ground, source_id=source_id, scope_id=scope_id)

    def _note(self, connection: Connection, seed: int, now: datetime) -> None:
        """Keep in the store that it holds an exercise, and which."""
        facts = {
            "exercise": "1",
            "scenario": self.key,
            "scenario_seed": str(seed),
            "scenario_now_ms": str(to_ms(now)),
        }
        connection.execute(insert(t.fact), [{"key": key, "value": value} for key, value in facts.items()])
