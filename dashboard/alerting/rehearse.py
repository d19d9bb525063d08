"""Watch areas that have watched for a while already: an exercise begins in the middle of a storm."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta

import numpy as np

from dashboard.alerting.evaluator import make_lookout
from dashboard.alerting.history import history, meets_rule
from dashboard.services import Services
from data.access import Actor, together
from data.alert_records import Alert, Finding, NewWatchArea, WatchArea
from data.clock import FixedClock, to_ms
from data.store import open_store
from data.store.evaluations import Result
from data.store.watch_areas import everybody
from layers.alerts.backtest import backtest
from layers.alerts.judge import Look, finding
from layers.alerts.models import TOO_LITTLE

_BACK = timedelta(hours=30)
_TAKEN_AFTER = timedelta(minutes=4)
_LIFE = timedelta(seconds=15)
_MOST = 200


def rehearse(services: Services, officer: Actor, areas: Sequence[NewWatchArea]) -> int:
    """Put areas on watch for an officer, with the alerts that each would have given; return how many.

    Nobody is sent a message of them.
    """
    services.mirror.refresh()
    then = FixedClock(services.clock.now() - _BACK)
    with closing(open_store(services.settings, clock=then)) as earlier:
        made = [earlier.watch_areas.add(officer, new) for new in areas]
    results = [_watched(services, area) for area in made]
    evaluations = services.store.evaluations
    held = evaluations.take("rehearsal", life=_LIFE)
    if held is None:
        return 0
    # What is in the store by now was looked at.
    position = services.store.changes.counter()
    evaluations.give_back(evaluations.record(held, position=position, results=results, life=_LIFE))
    told = services.store.alerts.page(officer, limit=_MOST)[0]
    for one in told[1:]:
        _taken(services, officer, one)
    return len(told)


def _taken(services: Services, officer: Actor, one: Alert) -> None:
    """Let the officer have taken an alert some minutes after it came: the newest alone still waits."""
    with closing(open_store(services.settings, clock=FixedClock(one.at + _TAKEN_AFTER))) as then:
        then.alerts.acknowledge(officer, one.id)


def _watched(services: Services, area: WatchArea) -> Result:
    now = services.clock.now()
    audience = together(everybody(area, services.store.watch_areas.people()))
    lookout = make_lookout(services, area.geography, area.filter, audience)
    snapshot, reports = history(services, lookout)
    tested = backtest(
        area.rule,
        reports,
        since_ms=to_ms(now - _BACK),
        until_ms=to_ms(now),
        budget=area.budget,
        zone=services.settings.timezone,
        meets=meets_rule(services, area.rule, snapshot, audience),
    )
    visible = snapshot.visible(audience)
    findings: list[Finding] = []
    for one in tested.alarms:
        look = Look(snapshot, visible, one.at_ms, reports, reports)
        told = reports.where(np.isin(reports.seq, one.seqs))
        findings.append(
            finding(
                look,
                told,
                cause=one.cause,
                reason=one.reason,
                looked_at=reports,
                expected=one.expected,
                count=one.count,
            )
        )
    return Result(
        area_seq=area.seq,
        revision=area.revision,
        findings=[(one, ()) for one in findings],
        memory=tested.memory if tested.note != TOO_LITTLE else None,
    )
