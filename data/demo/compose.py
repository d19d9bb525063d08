"""Turning drawn numbers into reports: words, source, place and its doubt, severity, progress."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from data.clock import from_ms
from data.demo.draw import Drawn
from data.demo.sources import Interned, SourcePlan
from data.demo.words import phrases, pick, slots, story, streets
from data.model import LocatedBy, LonLat, Severity, Status, TimePrecision
from data.records import NewIncident
from data.reference import types

_MINUTE_MS = 60_000
_HOUR_MS = 3_600_000
_DRAWS = 24


@dataclass(frozen=True, slots=True)
class Step:
    """A status that an incident reached, and when."""

    status: Status
    at_ms: int


@dataclass(frozen=True, slots=True)
class Report:
    """A new incident, when it was entered, and what was done about it since."""

    new: NewIncident
    entered_ms: int
    open_h: float = 4.0  # median hours from the first work to the end of it
    steps: tuple[Step, ...] = ()


def make_id(ms: int, rng: np.random.Generator) -> uuid.UUID:
    """Return a UUIDv7 whose random bits come from the seed, so that a scenario can be made again."""
    high, low = (int(v) for v in rng.integers(0, 1 << 62, 2))
    return uuid.UUID(int=ms << 80 | 0x7 << 76 | (high & 0xFFF) << 64 | 0b10 << 62 | low)


def compose(
    rng: np.random.Generator,
    drawn: Sequence[Drawn],
    sources: Mapping[str, Interned],
    *,
    prefix: str,
) -> list[Report]:
    """Return a report for each drawn incident, in the order in which they were reported, all new."""
    severities = {row.code: row.severity for row in types()}
    draws = rng.random((len(drawn), _DRAWS)).tolist()
    reports = [
        _report(one, u, sources, rng=rng, severity=severities[one.flow.code])
        for one, u in zip(drawn, draws, strict=True)
    ]
    reports.sort(key=lambda pair: pair[1])
    return [
        Report(NewIncident(**values, source_key=f"{prefix}-{number:06d}"), entered_ms, open_h)
        for number, (values, entered_ms, open_h) in enumerate(reports)
    ]


def progress(
    rng: np.random.Generator, reports: Sequence[Report], *, now_ms: int, busy_ms: int, slower: float
) -> list[Report]:
    """Return the reports with what was done about each until now; after `busy_ms` all of it is slower."""
    draws = rng.lognormal(sigma=0.7, size=(len(reports), 3)).tolist()
    finals = rng.random(len(reports)).tolist()
    return [
        replace(
            report,
            steps=_steps(
                report, d, now_ms=now_ms, slower=slower if report.entered_ms > busy_ms else 0.0, final=final
            ),
        )
        for report, d, final in zip(reports, draws, finals, strict=True)
    ]


def _steps(
    report: Report, d: Sequence[float], *, now_ms: int, slower: float, final: float
) -> tuple[Step, ...]:
    seen = report.entered_ms + int(d[0] * (45 * slower or 6) * _MINUTE_MS)
    begun = seen + int(d[1] * (90 * slower or 12) * _MINUTE_MS)
    solved = begun + int(d[2] * report.open_h * (1.6 if slower else 1.0) * _HOUR_MS)
    closed = solved + int((2 + 10 * final) * _HOUR_MS)
    steps = (
        Step(Status.ACKNOWLEDGED, seen),
        Step(Status.IN_PROGRESS, begun),
        Step(Status.RESOLVED, solved),
        Step(Status.CLOSED, closed),
    )
    return tuple(step for step in steps if step.at_ms <= now_ms)


def _report(
    one: Drawn,
    u: Sequence[float],
    sources: Mapping[str, Interned],
    *,
    rng: np.random.Generator,
    severity: int,
) -> tuple[dict[str, Any], int, float]:
    flow, region = one.flow, one.places.regions[one.place]
    teller = _by_share(flow.by, u[0])
    # a source may have a branch in each region: "cad" stands for "cad-north" there
    source = sources.get(teller) or sources[f"{teller}-{region}"]
    plan = source.plan
    town, street = one.places.names[one.place], one.places.streets[one.place]
    words = slots(u[1:9], town=town, street=street, names=streets(region))
    template = phrases(flow.code)
    told = pick(template.dispatch if plan.dispatch else template.plain, u[10])
    occurred_ms = _rounded(one.occurred_ms, plan.precision)
    # -log(u) is an exponential delay
    reported_ms = one.occurred_ms - int(np.log(1.0 - u[11]) * plan.delay_min * _MINUTE_MS)
    entered_ms = reported_ms + int((5 + 80 * u[12]) * 1000)
    place = _placed(plan, one, u[13:16], words=words)
    extra: dict[str, Any] = {"exercise": True, "town": town, "region": region}
    if flow.customers:
        extra["customers"] = int(words["customers"])
    values: dict[str, Any] = {
        "id": make_id(entered_ms, rng),
        "title": pick(template.titles, u[9]).format_map(words),
        "narrative": story(told, words),
        "type_code": flow.code,
        "source_id": source.source_id,
        "scope_id": source.scope_id,
        "occurred": from_ms(occurred_ms),
        "reported": from_ms(max(reported_ms, occurred_ms)),
        "time_precision": plan.precision,
        "severity": _severity(severity, u[16], graver=flow.graver),
        "persons_affected": int(words["n"]) if flow.persons else None,
        "evaluation_scale": plan.scale,
        "reliability": plan.reliability,
        "credibility": pick(plan.credibility, u[17]),
        "extra": extra,
        **place,
    }
    return values, entered_ms, flow.open_h


def _placed(plan: SourcePlan, one: Drawn, u: Sequence[float], *, words: Mapping[str, str]) -> dict[str, Any]:
    shares = {how: share for how, (share, _, _) in plan.located.items()}
    how = _by_share(shares, u[0])
    _, least, most = plan.located[how]
    # a doubt of 40 m is commoner than one of 4 km: even on a logarithmic scale
    accuracy = round(least * (most / least) ** u[1]) if least else None
    town = words["town"]
    place: LonLat | None = LonLat(one.lon, one.lat)
    address = town
    if how is LocatedBy.ADDRESS:
        address = f"{words['no']} {words['street']}, {town}"
    elif how is LocatedBy.INTERSECTION:
        address = f"{words['street']} and {words['cross']}, {town}"
    elif how is LocatedBy.CENTROID and most > 1000:
        place = one.places.at(one.place)
    elif how is LocatedBy.UNKNOWN:
        place = None
    elif how is LocatedBy.DEFAULT_POINT:
        place = plan.default_point
    return {"place": place, "accuracy_m": accuracy, "located_by": how, "address": address}


def _by_share(shares: Mapping[Any, float], draw: float) -> Any:
    left = draw * sum(shares.values())
    for choice, share in shares.items():
        left -= share
        if left < 0:
            return choice
    return next(reversed(list(shares)))


def _severity(usual: int, draw: float, *, graver: float) -> Severity:
    if draw < graver:
        return Severity(min(usual + 1, Severity.EXTREME))
    return Severity(max(usual - 1, Severity.NONE) if draw > 0.78 else usual)


def _rounded(ms: int, precision: TimePrecision) -> int:
    unit = {TimePrecision.SECOND: 1000, TimePrecision.MINUTE: _MINUTE_MS, TimePrecision.HOUR: _HOUR_MS}
    return ms - ms % unit[precision]
