"""An area's history: what its rule learns of it, and how the rule would have done on it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np

from dashboard.alerting.evaluator import make_lookout, seen_by, watched_site
from dashboard.services import Services
from data.access import Actor
from data.alert_records import NewWatchArea
from data.alert_rules import DAY_MS, HOUR_MS, LinkedSiteRule, NearSiteRule, Rule, SeverityRule
from data.clock import from_ms, to_ms
from data.mirror import Snapshot
from data.mirror.spatial import Mask
from data.query import Query
from layers.alerts import single
from layers.alerts.backtest import Tested, backtest
from layers.alerts.lookout import Lookout, Reports, marking_of
from layers.alerts.models import Meets, learn

RELEARN_MS = DAY_MS
_MOST_READ = 5_000  # texts that are read to find a site's name in


def history(services: Services, lookout: Lookout) -> tuple[Snapshot, Reports]:
    """Return all reports of an area that those who are told may see, default points left out as it asks."""
    view = services.mirror.view(lookout.audience, lookout.query)
    return view.snapshot, lookout.everything(view.snapshot, view.rows)


def learnt(services: Services, area: NewWatchArea, lookout: Lookout) -> dict[str, Any]:
    """Return what the area's rule learns of its past, as the store keeps it."""
    snapshot, reports = history(services, lookout)
    now_ms = to_ms(services.clock.now())
    made = learn(
        area.rule,
        reports,
        until_ms=now_ms // HOUR_MS * HOUR_MS,
        budget=area.budget,
        zone=services.settings.timezone,
        meets=meets_rule(services, area.rule, snapshot, lookout.audience),
    ).as_json(made_ms=now_ms, seen_by=seen_by(lookout.audience))
    if made["kept"] is not None:
        # An alert that says "where 2 would be usual" tells of these, and is shown to who may see them.
        made["kept"]["scopes"] = list(marking_of(snapshot, reports).scopes)
    return made


def stale(model: Any, audience: Actor, *, now: datetime) -> bool:
    """Return whether a model has to be made: none yet, a day old, or made for people who see otherwise."""
    if not model or model.get("seen_by") != seen_by(audience):
        return True
    return bool(to_ms(now) - int(model["made_ms"]) > RELEARN_MS)


def try_out(services: Services, area: NewWatchArea, audience: Actor, *, since: datetime | None) -> Tested:
    """Return how a watch area would have done on its history, for people who see what the audience sees."""
    lookout = make_lookout(services, area.geography, area.filter, audience)
    snapshot, reports = history(services, lookout)
    return backtest(
        area.rule,
        reports,
        since_ms=None if since is None else to_ms(since),
        until_ms=to_ms(services.clock.now()),
        budget=area.budget,
        zone=services.settings.timezone,
        meets=meets_rule(services, area.rule, snapshot, audience),
    )


def meets_rule(services: Services, rule: Rule, snapshot: Snapshot, audience: Actor) -> Meets:
    """Return the test that single reports have to pass; of rules about counts every report does."""
    visible = snapshot.visible(audience)
    sites = single.NearSites()

    def meets(reports: Reports) -> Mask:
        if isinstance(rule, SeverityRule):
            return single.severe(rule, reports)
        if isinstance(rule, NearSiteRule):
            return sites.mask(snapshot.sites, snapshot.scope_table(visible), rule, reports)
        if isinstance(rule, LinkedSiteRule):
            site = watched_site(services, audience, rule.site)
            return single.linked(
                site, reports, lambda seqs: texts_naming(services, audience, site.name, seqs)
            )[0]
        return np.ones(len(reports), dtype=np.bool_)

    return meets


def texts_naming(services: Services, audience: Actor, name: str, seqs: Sequence[int]) -> dict[int, str]:
    """Return the texts of those of the reports that have all the words of a name in them, newest first."""
    words = Query.parse({"q": name[:200]}).text
    having = np.intersect1d(services.store.incidents.matching(words), np.asarray(seqs, dtype=np.int64))
    found = services.store.incidents.by_seq(audience, having[::-1][:_MOST_READ].tolist())
    return {one.seq: f"{one.title}\n{one.narrative}\n{one.address}" for one in found}


def as_json(tested: Tested, area: NewWatchArea, *, iso: Any) -> dict[str, Any]:
    """Return what came of a trial as HTTP and the command line answer it; rates are alerts a day."""
    budget = area.budget

    def when(ms: int | None) -> Any:
        return None if ms is None else iso(from_ms(ms))

    return {
        "alerts": [
            {
                "time": when(one.at_ms),
                "reason": one.reason,
                "count": one.count,
                "expected": None if one.expected is None else round(one.expected, 4),
            }
            for one in tested.alarms
        ],
        "total": tested.total,
        "rate": round(tested.per_day, 5),
        "expected_rate": None if tested.expected_per_day is None else round(tested.expected_per_day, 5),
        "threshold": tested.threshold,
        "budget": None if budget is None else budget.as_json() | {"per_day": round(budget.per_day, 5)},
        "tests": tested.tests,
        "days": round(tested.days, 3),
        "history": {"from": when(tested.from_ms), "to": when(tested.to_ms), "reports": tested.reports},
        "over_time": {
            "from": when(tested.over_time.start_ms),
            "step_s": tested.over_time.step_ms // 1000,
            "counts": list(tested.over_time.counts),
        },
        "note": tested.note,
    }
