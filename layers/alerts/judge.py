"""One look at a watch area: what its rule finds in what came in, and what to remember of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from data.alert_records import Finding
from data.alert_rules import (
    CountRule,
    LinkedSiteRule,
    Method,
    NearSiteRule,
    NewHotspotRule,
    Rule,
    SeverityRule,
    UnusualRule,
    within_ms,
)
from data.clock import from_ms
from data.geo import FloatArray
from data.mirror import Snapshot
from data.model import Severity
from layers.alerts import permuted, single, spots, unusual, words
from layers.alerts.lookout import Reports, marking_of
from layers.alerts.pace import Raised
from layers.alerts.windows import bursts

MOST_LISTED = 200  # incidents that an alert names
_EVER = 1e9  # a day: what was learnt before budgets had a pace falls back at once

Memory = Mapping[str, Any]


@dataclass(frozen=True)
class Look:
    """What is to be judged: what came in or changed, and everything of the last windows."""

    snapshot: Snapshot
    visible: frozenset[int]
    now_ms: int
    arrived: Reports
    recent: Reports


@dataclass(frozen=True)
class Asking:
    """What a rule may have to ask: which reports were told of, texts, and the watched site."""

    told_of: Callable[[Sequence[int]], frozenset[int]]
    texts: Callable[[Sequence[int]], Mapping[int, str]]
    site: Callable[[], single.Watched]
    near: single.NearSites


def judge(
    rule: Rule, look: Look, memory: Memory, asking: Asking, *, model: Memory | None = None
) -> tuple[list[Finding], Memory]:
    """Return what is to be told of, and what to remember; the memory itself when nothing is new.

    `model` is what the rule has learnt of the past; without it, what needs one finds nothing.
    """
    if isinstance(rule, SeverityRule | NearSiteRule | LinkedSiteRule):
        return _single(rule, look, asking), memory
    if isinstance(rule, CountRule):
        return _count(rule, look, memory, model)
    if model is None or not len(look.arrived):
        return [], memory
    if isinstance(rule, NewHotspotRule):
        return _spots(look, memory, model)
    return _unusual(rule, look, memory, model)


def keep_ms(rule: Rule) -> int:
    """Return how long the rule looks back."""
    if isinstance(rule, CountRule | UnusualRule):
        return 5 * within_ms(rule.within)
    return 2 * spots.WITHIN_MS if isinstance(rule, NewHotspotRule) else 0


def _single(rule: single.SingleRule, look: Look, asking: Asking) -> list[Finding]:
    arrived = single.fresh(look.arrived, now_ms=look.now_ms)
    if not len(arrived):
        return []
    named = 0
    if isinstance(rule, SeverityRule):
        meets = single.severe(rule, arrived)
    elif isinstance(rule, NearSiteRule):
        table = look.snapshot.scope_table(look.visible)
        meets = asking.near.mask(look.snapshot.sites, table, rule, arrived)
    else:
        meets, naming = single.linked(asking.site(), arrived, asking.texts)
        named = int(naming.sum())
    found = arrived.where(meets)
    if not len(found):
        return []
    told = asking.told_of([int(seq) for seq in found.seq])
    new = found.where(~np.isin(found.seq, sorted(told)))
    if not len(new):
        return []
    named = min(named, len(new))
    cause = f"report:{int(new.fid[0])}"
    return [finding(look, new, cause=cause, reason=single.reason(rule, new, named=named), looked_at=new)]


def _count(rule: CountRule, look: Look, memory: Memory, model: Memory | None) -> tuple[list[Finding], Memory]:
    if not len(look.arrived):
        return [], memory
    recent = look.recent.where(look.recent.occurred_ms <= look.now_ms)
    window_ms, last = within_ms(rule.within), memory.get("last_ms")
    # The budget may ask for more than the officer did.
    above = max(rule.above, int(model["above"])) if model else rule.above
    found, newest = bursts(
        recent.occurred_ms,
        above=above,
        within_ms=window_ms,
        since_ms=max(int(look.arrived.occurred_ms[0]), look.now_ms - single.FRESH_MS),
        last_ms=last,
    )
    findings = [
        finding(
            look,
            recent.between(burst.at_ms - window_ms + 1, burst.at_ms + 1),
            cause=f"count:{burst.at_ms}",
            reason=words.above(rule.model_copy(update={"above": above}), count=burst.count),
            looked_at=recent,
        )
        for burst in found
    ]
    return findings, memory if newest == last else {**memory, "last_ms": newest}


@dataclass(frozen=True)
class Unusual:
    """A new cause: the step whose window was unusual, what was in it, and what would be usual."""

    step: int
    count: int
    expected: float
    score: float
    reports: Reports


def judge_unusual(
    model: unusual.Model, reports: Reports, memory: Memory, *, first: int, last: int, per_day: float
) -> tuple[list[Unusual], Memory]:
    """Return the new causes in the windows that end with the steps `first` to `last`."""
    seen = unusual.steps(model, reports.occurred_ms, first=first, last=last)

    def told(place: int, step: int) -> Unusual:
        within = reports.between((step - unusual.STEPS + 1) * model.step_ms, (step + 1) * model.step_ms)
        return Unusual(
            step, int(seen.count[place]), float(seen.expected[place]), float(seen.score[place]), within
        )

    beyond = seen.score - model.threshold
    return _new(beyond, first, memory, told, step_ms=model.step_ms, per_day=per_day)


def judge_permuted(
    model: permuted.Model, reports: Reports, memory: Memory, *, first: int, last: int, per_day: float
) -> tuple[list[Unusual], Memory]:
    """Return the new causes in the windows that end with the steps `first` to `last`."""
    located = reports.where(reports.located)
    cells = model.grid.locate(located.x, located.y)
    located, cells = located.where(cells >= 0), cells[cells >= 0]
    best = permuted.windows(model, cells, located.occurred_ms, first=first, last=last)

    def told(place: int, step: int) -> Unusual:
        start, end = (step - unusual.STEPS + 1) * model.step_ms, (step + 1) * model.step_ms
        mask = np.zeros((1, len(model.grid)))
        mask[0, best.cell[place]] = 1.0
        there = (permuted.around(mask, model.grid)[0] > 0)[cells]
        within = located.where(there).between(start, end)
        return Unusual(
            step, int(best.count[place]), float(best.expected[place]), float(best.score[place]), within
        )

    beyond = best.score - model.threshold
    return _new(beyond, first, memory, told, step_ms=model.step_ms, per_day=per_day)


def _new(
    beyond: FloatArray,
    first: int,
    memory: Memory,
    told: Callable[[int, int], Unusual],
    *,
    step_ms: int,
    per_day: float,
) -> tuple[list[Unusual], Memory]:
    """Return the causes that are told of, and the memory with the last step in which it was too high.

    A cause that is not as rare as the last alarm asks for is told of if it becomes so.
    """
    last, said = memory.get("step"), bool(memory.get("told", True))
    raised, found = Raised.of(memory), []
    places = [int(place) for place in np.flatnonzero(beyond >= 0)]
    if last is not None:
        # A step is judged again as long as more comes in, and nothing was told of it.
        places = [place for place in places if first + place > last - (not said)]
    if not places:
        return [], memory
    for place in places:
        step = first + place
        said = said and last is not None and step - last <= unusual.REST
        last, end_ms = step, (step + 1) * step_ms
        if not said and beyond[place] >= raised.at(end_ms, per_day=per_day):
            found.append(told(place, step))
            said, raised = True, raised.after(end_ms, per_day=per_day)
    return found, {**memory, "step": last, "told": said, **raised.kept()}


def _unusual(rule: UnusualRule, look: Look, memory: Memory, model: Memory) -> tuple[list[Finding], Memory]:
    recent = look.recent.where(look.recent.occurred_ms <= look.now_ms)
    step_ms = within_ms(rule.within) // unusual.STEPS
    last = look.now_ms // step_ms
    # Windows that none of what arrived can be in were judged before.
    since = max(int(look.arrived.occurred_ms[0]) // step_ms, last - 3 * unusual.STEPS + 1)
    if since > last:
        return [], memory
    judging = judge_permuted if rule.method is Method.PERMUTATION else judge_unusual
    kind: Any = permuted.Model if rule.method is Method.PERMUTATION else unusual.Model
    per_day = float(model.get("per_day", _EVER))
    found, memory = judging(kind.of(model), recent, memory, first=since, last=last, per_day=per_day)
    return [
        finding(
            look,
            one.reports,
            cause=f"unusual:{one.step}",
            reason=words.unusual(
                rule, count=one.count, expected=one.expected, once_in=words.how_rare(10.0**-one.score)
            ),
            looked_at=recent,
            expected=one.expected,
            count=one.count,
            more_scopes=model.get("scopes", ()),
        )
        for one in found
    ], memory


def _spots(look: Look, memory: Memory, model: Memory) -> tuple[list[Finding], Memory]:
    step = look.now_ms // spots.STEP_MS
    if int(look.arrived.occurred_ms[-1]) < (step - unusual.STEPS + 1) * spots.STEP_MS:
        return [], memory
    recent = look.recent.where(look.recent.occurred_ms <= look.now_ms)
    hot = spots.Hot(memory.get("hot"))
    per_day, raised = float(model.get("per_day", _EVER)), Raised.of(memory)
    rarer = raised.at(look.now_ms, per_day=per_day)
    found = spots.spots_at(spots.Model.of(model), recent, hot, step=step, rarer=rarer)
    kept = hot.kept(step)
    after = memory if kept == memory.get("hot", {}) else {**memory, "hot": kept}
    if found is None:
        return [], after
    one = finding(
        look,
        recent.where(np.isin(recent.seq, found.seqs)),
        cause=f"hotspot:{step}:{int(found.cells[0])}",
        reason=words.hotspot(count=found.count, expected=found.expected, spots=len(found.cells)),
        looked_at=recent,
        expected=found.expected,
        count=found.count,
        more_scopes=model.get("scopes", ()),
    )
    return [one], {**after, **raised.after(look.now_ms, per_day=per_day).kept()}


def finding(
    look: Look,
    reports: Reports,
    *,
    cause: str,
    reason: str,
    looked_at: Reports,
    expected: float | None = None,
    count: int | None = None,
    more_scopes: Sequence[int] = (),
) -> Finding:
    """Return a finding of these reports, marked as everything that was looked at for it."""
    marking = marking_of(look.snapshot, looked_at)
    newest = np.sort(reports.seq[-MOST_LISTED:])
    return Finding(
        at=from_ms(look.now_ms),
        cause=cause,
        reason=reason,
        count=len(reports) if count is None else count,
        expected=None if expected is None else round(expected, 4),
        severity=Severity(int(reports.severity.max(initial=0))),
        incidents=tuple(int(seq) for seq in newest),
        scopes=tuple(sorted({*marking.scopes, *more_scopes})),
        marking=marking.tlp,
        restricted=marking.restricted,
    )
