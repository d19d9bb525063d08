"""One look at a watch area: what its rule finds in what came in, and what to remember of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from data.alert_records import Finding
from data.alert_rules import CountRule, LinkedSiteRule, NearSiteRule, Rule, SeverityRule, within_ms
from data.clock import from_ms
from data.mirror import Snapshot
from data.model import Severity
from layers.alerts import single, words
from layers.alerts.lookout import Reports, marking_of
from layers.alerts.windows import bursts

MOST_LISTED = 200  # incidents that an alert names

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


def judge(rule: Rule, look: Look, memory: Memory, asking: Asking) -> tuple[list[Finding], Memory]:
    """Return what is to be told of, and what to remember; the memory itself when nothing is new."""
    if isinstance(rule, SeverityRule | NearSiteRule | LinkedSiteRule):
        return _single(rule, look, asking), memory
    if isinstance(rule, CountRule):
        return _count(rule, look, memory)
    return [], memory


def keep_ms(rule: Rule) -> int:
    """Return how long the rule looks back."""
    return 4 * within_ms(rule.within) if isinstance(rule, CountRule) else 0


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


def _count(rule: CountRule, look: Look, memory: Memory) -> tuple[list[Finding], Memory]:
    if not len(look.arrived):
        return [], memory
    recent = look.recent.where(look.recent.occurred_ms <= look.now_ms)
    window_ms, last = within_ms(rule.within), memory.get("last_ms")
    found, newest = bursts(
        recent.occurred_ms,
        above=rule.above,
        within_ms=window_ms,
        since_ms=max(int(look.arrived.occurred_ms[0]), look.now_ms - single.FRESH_MS),
        last_ms=last,
    )
    findings = [
        finding(
            look,
            recent.between(burst.at_ms - window_ms + 1, burst.at_ms + 1),
            cause=f"count:{burst.at_ms}",
            reason=words.above(rule, count=burst.count),
            looked_at=recent,
        )
        for burst in found
    ]
    return findings, memory if newest == last else {**memory, "last_ms": newest}


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
