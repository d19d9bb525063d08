"""Sentences of a brief, proposed from figures: plain, with units, likelihood apart from confidence."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from scipy import stats

from data.mirror.taxonomy import Taxonomy
from data.model import Severity
from data.query import Dimension, Query

_FIRM, _LIKELY = 0.001, 0.05
_NOTABLE: Final = 0.05  # a smaller difference, or one that chance explains, is "about the same"


def when(at: datetime, zone: str) -> str:
    """Return a moment as it is said: "22 Nov 14:32 EST (19:32Z)"."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local.day} {local:%b %H:%M %Z} ({at.astimezone(UTC):%H:%MZ})"


def many(count: float, one: str, several: str = "") -> str:
    """Return a count with its noun: "1,284 reports", "1 report"."""
    return f"{count:,.0f} {one if count == 1 else several or one + 's'}"


def span(start: datetime, end: datetime) -> str:
    """Return how long a period is: "24 h", "7 days"."""
    hours = (end - start).total_seconds() / 3600
    return f"{hours:.0f} h" if hours < 72 else f"{hours / 24:.0f} days"  # three days


def chance(now: int, before: float) -> float:
    """Return how often chance alone parts two equal periods so far, two-sided.

    The conditional test of two Poisson counts (Przyborowski and Wilenski 1940), where both are counts.
    """
    total = now + round(before)
    return 1.0 if total == 0 else float(stats.binomtest(now, total, 0.5).pvalue)


def change(now: int, before: int, *, than: str) -> str:
    """Return how a count compares with an earlier one: "18 % more than the 24 h before (1,088)"."""
    if before == 0:
        return f"none in {than}" if now else f"as in {than}"
    part = now / before - 1
    if abs(part) < _NOTABLE or chance(now, before) > _LIKELY:
        return f"about as many as {than} ({before:,})"
    size = f"{_times(now / before)} times as many as" if part > 1 else f"{abs(part):.0%} ".replace("%", " %")
    word = "" if part > 1 else ("more than" if part > 0 else "fewer than")
    return f"{size}{word} {than} ({before:,})".replace("  ", " ")


def _times(ratio: float) -> str:
    return f"{ratio:.1f}" if ratio < 10 else f"{ratio:,.0f}"  # no more digits than the counts bear


def likelihood(now: int, before: int) -> str:
    """Return whether a rise or fall is chance, in the words of ICD 203; empty without enough to say."""
    if now + before < 20 or now == before:  # too few for any sentence
        return ""
    odds = chance(now, before)
    way = "rise" if now > before else "fall"
    if odds < _FIRM:
        return f"It is very unlikely that this {way} is chance."
    if odds < _LIKELY:
        return f"It is unlikely that this {way} is chance."
    return "The difference may be chance."


def confidence(*, reports: int, unlocated: int, sources: int, default_points: int) -> str:
    """Return how far the figures can be trusted, and why: a sentence of its own."""
    if not reports:
        return ""
    lost = (unlocated + default_points) / reports
    reasons = [many(sources, "source")]
    if lost > 0:
        reasons.append(f"{max(lost, 0.01):.0%} of the reports without a usable place".replace("%", " %"))
    level = "low" if sources < 2 or lost > 0.3 else "moderate" if sources < 4 or lost > 0.1 else "high"
    return f"Confidence in these counts is {level}: {', '.join(reasons)}."


def usual(weeks: list[int]) -> str:
    """Return how a count stands to the same hours of earlier weeks: "about 240 would be usual"."""
    if not weeks:
        return ""
    mean = sum(weeks) / len(weeks)
    about = round(mean, 1 - math.floor(math.log10(mean))) if mean >= 1 else mean
    return f"about {about:,.0f} would be usual (mean of the same hours of {many(len(weeks), 'week')} before)"


def listed(items: list[str]) -> str:
    """Return items as a phrase: "a, b and c"."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else ""


_NOT_TOLD: Final = {
    Dimension.TEXT: "words",
    Dimension.SOURCE: "sources",
    Dimension.TLP: "markings",
    Dimension.STORE: "stores",
}


def filter_words(query: Query, taxonomy: Taxonomy, *, outward: bool = False) -> str:
    """Return what a filter restricts to, apart from its time; empty for everything.

    `outward`: without what somebody typed, and without naming sources and stores.
    """
    known = taxonomy.by_code
    parts = {
        Dimension.TYPE: listed([known[code].label if code in known else code for code in query.types]),
        Dimension.SEVERITY: listed(
            [f"severity {Severity(level).name.lower()}" for level in query.severities]
        ),
        Dimension.STATUS: listed([one.name.lower().replace("_", " ") for one in query.statuses]),
        Dimension.SOURCE: listed([f"source {key}" for key in query.sources]),
        Dimension.TLP: listed([one.label for one in query.tlps]),
        Dimension.STORE: listed([one.value for one in query.stores]),
        Dimension.TEXT: f"with the words “{query.text}”" if query.text else "",
        Dimension.AREA: many(len(query.areas), "named area") if query.areas else "",
        Dimension.SHAPE: "a drawn area" if query.shapes else "",
        Dimension.NEAR: f"within {query.near.metres:,.0f} m of sites" if query.near is not None else "",
    }
    if outward:
        parts |= {at: f"certain {name}" for at, name in _NOT_TOLD.items() if parts[at]}
    said = [f"not {words}" if at in query.inverted else words for at, words in parts.items() if words]
    return f"Only: {'; '.join(said)}" if said else ""
