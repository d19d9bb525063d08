"""Looks at every watch area when something came in: only at what changed, not at the store."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy.exc import SQLAlchemyError

from dashboard.alerting.messages import planned
from dashboard.services import Services
from data.access import Actor, together
from data.alert_records import Finding, WatchArea, WatchState
from data.alert_rules import LinkedSiteRule
from data.clock import to_ms
from data.errors import NotFound
from data.geo import IntArray
from data.mirror import IncidentFrame, Snapshot
from data.mirror.follow import seq_ranges
from data.model import LonLat
from data.query import Query
from data.records import Change
from data.store.evaluations import Result
from data.store.watch_areas import everybody
from layers.alerts import quiet
from layers.alerts.ground import few, ground_of
from layers.alerts.judge import Asking, Look, judge, keep_ms
from layers.alerts.lookout import Lookout, Lookups, Reports
from layers.alerts.single import NearSites, Watched

logger = logging.getLogger(__name__)


@dataclass
class Kept:
    """A watch area made ready, as long as neither it nor those who are told change."""

    revision: int
    audience: Actor
    lookout: Lookout
    recent: Reports | None = None  # None: to be read from the whole store first
    grounds: object = None


@dataclass(frozen=True)
class Moment:
    """What all areas are looked at with: the records, the people, and the time."""

    snapshot: Snapshot
    people: Sequence[Actor]
    grounds: object
    now: datetime


@dataclass(frozen=True)
class Changed:
    """The incidents that were added or changed, those that are gone since among the seqs alone."""

    seqs: IntArray
    frame: IncidentFrame


@dataclass
class Evaluator:
    """One worker's eyes; everything kept here can be made anew from the store."""

    services: Services
    _kept: dict[int, Kept] = field(default_factory=dict)
    _near: NearSites = field(default_factory=NearSites)

    def look(
        self,
        areas: Sequence[WatchArea],
        states: Mapping[int, WatchState],
        *,
        snapshot: Snapshot,
        changes: Sequence[Change],
        people: Sequence[Actor],
    ) -> list[Result]:
        """Return what came of looking at each area: only of those where something did."""
        known = {one.seq for one in areas}
        self._kept = {seq: kept for seq, kept in self._kept.items() if seq in known}
        moment = Moment(snapshot, people, _grounds(snapshot), self.services.clock.now())
        changed: dict[int, Changed] = {}
        results = []
        for area in areas:
            # Areas that look at the same changes share the frame of them.
            skipped = sum(1 for one in changes if one.counter <= area.from_counter)
            if skipped not in changed:
                changed[skipped] = _changed(snapshot, changes[skipped:])
            result = self._safely(area, states.get(area.seq, WatchState()), moment, changed[skipped])
            if result is not None:
                results.append(result)
        return results

    def _safely(self, area: WatchArea, state: WatchState, moment: Moment, changed: Changed) -> Result | None:
        try:
            return self._one(area, state, moment, changed)
        except SQLAlchemyError:
            raise  # the store is away, for all areas: all of it is tried again
        except Exception:
            # One area that cannot be judged must not keep all others from being looked at.
            logger.exception("the watch area %s could not be judged", area.id)
            self._kept.pop(area.seq, None)
            return None

    def _one(self, area: WatchArea, state: WatchState, moment: Moment, changed: Changed) -> Result | None:
        kept = self._ready(area, moment)
        if kept is None:
            return None
        snapshot, now = moment.snapshot, moment.now
        visible = snapshot.visible(kept.audience)
        arrived = kept.lookout.among(snapshot, changed.frame, visible)
        recent = self._recent(area, kept, moment, changed.seqs, arrived)
        look = Look(snapshot, visible, to_ms(now), arrived, recent)
        model = state.model or {}
        # What was learnt for people who saw otherwise says nothing to these.
        learnt = model.get("kept") if model.get("seen_by") == seen_by(kept.audience) else None
        findings, memory = judge(area.rule, look, state.memory, self._asking(area, kept), model=learnt)
        if not findings and memory is state.memory:
            return None
        return self._result(area, moment, findings, memory)

    def _result(
        self, area: WatchArea, moment: Moment, findings: Sequence[Finding], memory: Mapping[str, Any]
    ) -> Result:
        now = moment.now
        silence = area.quiet_hours if area.quiet_hours and quiet.within(area.quiet_hours, now) else None
        held_until = quiet.ends(silence, now) if silence else None
        silent = silence is not None and silence.mode == "silent"
        sent = planned(self.services, area, moment.people, now=now, silent=silent, held_until=held_until)
        return Result(
            area_seq=area.seq,
            revision=area.revision,
            findings=[(one, sent) for one in findings],
            memory=memory,
            silent=silent,
            escalate_after=timedelta(minutes=area.escalation.after_min) if area.escalation else None,
            # Nobody can acknowledge what they were not yet told of.
            escalate_from=held_until if silence is not None and not silent else None,
        )

    def _ready(self, area: WatchArea, moment: Moment) -> Kept | None:
        """Return the area made ready; None while what it refers to cannot be seen by all who are told."""
        audience = together(everybody(area, moment.people))
        kept = self._kept.get(area.seq)
        same = kept is not None and kept.revision == area.revision and kept.audience == audience
        if kept is None or not same or kept.grounds != moment.grounds:
            try:
                lookout = make_lookout(self.services, area.geography, area.filter, audience)
            except NotFound:
                self._kept.pop(area.seq, None)
                return None
            kept = Kept(area.revision, audience, lookout, grounds=moment.grounds)
            self._kept[area.seq] = kept
        return kept

    def _recent(
        self, area: WatchArea, kept: Kept, moment: Moment, seqs: IntArray, arrived: Reports
    ) -> Reports:
        """Return the area's reports of as long ago as its rule looks back, what changed taken in."""
        back_ms = keep_ms(area.rule)
        if not back_ms:
            return arrived
        oldest = to_ms(moment.now) - back_ms
        if kept.recent is None:
            everything = self.everything(kept.lookout)
            kept.recent = everything.where(everything.occurred_ms >= oldest)
        elif len(arrived) or np.isin(kept.recent.seq, seqs).any():
            recent = kept.recent.without(seqs).plus(arrived)
            kept.recent = recent.where(recent.occurred_ms >= oldest)
        return kept.recent

    def everything(self, lookout: Lookout) -> Reports:
        """Return all reports of an area that those who are told may see."""
        view = self.services.mirror.view(lookout.audience, lookout.query)
        return lookout.everything(view.snapshot, view.rows)

    def lookout(self, area: WatchArea, snapshot: Snapshot, people: Sequence[Actor]) -> Lookout | None:
        """Return a watch area made ready; None while what it refers to cannot be seen by all who are told."""
        moment = Moment(snapshot, people, _grounds(snapshot), self.services.clock.now())
        kept = self._ready(area, moment)
        return None if kept is None else kept.lookout

    def _asking(self, area: WatchArea, kept: Kept) -> Asking:
        store = self.services.store

        def texts(seqs: Sequence[int]) -> dict[int, str]:
            found = store.incidents.by_seq(kept.audience, seqs)
            return {one.seq: f"{one.title}\n{one.narrative}\n{one.address}" for one in found}

        def site() -> Watched:
            rule = area.rule
            if not isinstance(rule, LinkedSiteRule):
                raise TypeError("only a rule about a site has one")
            return watched_site(self.services, kept.audience, rule.site)

        return Asking(
            told_of=lambda seqs: store.evaluations.told_of(area.seq, seqs),
            texts=texts,
            site=site,
            near=self._near,
        )


def seen_by(audience: Actor) -> str:
    """Return in a word what an audience may see."""
    stores = ",".join(sorted(audience.stores))
    return f"{stores}|{int(audience.clearance)}|{audience.law_enforcement}|{audience.agency_id}"


def make_lookout(services: Services, geography: object, text: str, audience: Actor) -> Lookout:
    """Return a watch area made ready; raise NotFound where it refers to what not all who are told may see."""
    store = services.store

    def place(site_id: UUID) -> LonLat:
        found = store.sites.get(audience, site_id).place
        if found is None:
            raise NotFound("This site has no place.", hint="Give it one on the page of sites.")
        return found

    query = Query.parse(text)
    for area_id in query.areas:
        store.areas.get(audience, area_id)
    ground = ground_of(
        geography,  # type: ignore[arg-type]  # one of the closed set of geographies
        outline=lambda area_id: store.areas.geometry(audience, area_id),
        site=place,
    )
    lookups = Lookups(matching=store.incidents.matching, outline=store.areas.geometry)
    return Lookout(query, ground, audience, lookups)


def watched_site(services: Services, audience: Actor, site_id: UUID) -> Watched:
    """Return the site of a rule; raise NotFound where not all who are told may see it."""
    found = services.store.sites.get(audience, site_id)
    return Watched(found.name, found.place, found.accuracy_m or 0.0)


def _grounds(snapshot: Snapshot) -> object:
    # An area or a site that moves takes its watch area with it.
    return (tuple(sorted(snapshot.area_digests.items())), tuple(sorted(snapshot.site_digests.items())))


def _changed(snapshot: Snapshot, changes: Sequence[Change]) -> Changed:
    """Return the seqs of incidents that changed and the frame of those that there are now."""
    parts = [np.arange(first, last + 1) for first, last in seq_ranges(changes, kind="incident")]
    seqs = np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)
    frame = snapshot.incidents
    return Changed(seqs, few(frame, frame.positions(seqs) if len(seqs) else np.empty(0, dtype=np.int64)))
