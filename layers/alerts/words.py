"""Reasons in plain words. They quote no report: a report's text may be marked higher some day."""

from __future__ import annotations

from data.alert_rules import CountRule, LinkedSiteRule, NearSiteRule, SeverityRule, UnusualRule
from data.model import Severity, label

_UNITS = {"m": "minute", "h": "hour", "d": "day"}


def span(within: str) -> str:
    """Return "1h" as "hour" and "30m" as "30 minutes"."""
    many, unit = int(within[:-1]), _UNITS[within[-1]]
    return unit if many == 1 else f"{many} {unit}s"


def reports(many: int) -> str:
    """Return "1 report" or "12 reports"."""
    return "1 report" if many == 1 else f"{many:,} reports"


def number(value: float) -> str:
    """Return an expected number as people say it."""
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}" if value >= 1 else f"{value:.2g}"


def of_severity(rule: SeverityRule, *, count: int, highest: Severity) -> str:
    """Return why reports of a severity are told of."""
    wanted = f"{label(Severity(rule.at_least))} ({rule.at_least}) or more"
    worst = f", the highest {label(highest)} ({int(highest)})" if highest > rule.at_least else ""
    return f"{reports(count)} of severity {wanted}{worst}."


def near_site(rule: NearSiteRule, *, count: int) -> str:
    """Return why reports near sites are told of."""
    sector = "a site" if rule.sector == "*" else f"a site of {rule.sector.replace('_', ' ')}"
    return f"{reports(count)} within {rule.metres:g} m of {sector}."


def linked_site(_rule: LinkedSiteRule, *, count: int, named: int) -> str:
    """Return why reports that concern a site are told of."""
    at = count - named
    parts = [f"{named} by naming it"] if named else []
    parts += [f"{at} by lying at it"] if at else []
    return f"{reports(count)} linked to the watched site: {' and '.join(parts)}."


def above(rule: CountRule, *, count: int) -> str:
    """Return why a count is told of."""
    return f"{reports(count)} within the {span(rule.within)}; more than {rule.above:,} were to be told of."


def unusual(rule: UnusualRule, *, count: int, expected: float, once_in: str) -> str:
    """Return why a count is unusual."""
    against = "this hour of the week" if rule.method == "poisson" else "this part of the area at such a time"
    return (
        f"{reports(count)} within the {span(rule.within)} where about {number(expected)} would be usual for "
        f"{against}; by chance this would come {once_in}."
    )


def hotspot(*, count: int, expected: float, spots: int) -> str:
    """Return why places are new hotspots."""
    where = "One place is a new hotspot" if spots == 1 else f"{spots} places are new hotspots"
    return f"{where}: {reports(count)} within a day where about {number(expected)} would be usual."


def how_rare(probability: float) -> str:
    """Return a probability as a number of tries: "less than once in 1,000 tries"."""
    if probability >= 0.1:
        return "more than once in ten tries"
    tries = 10
    while tries < 1_000_000 and probability < 1 / (tries * 10):
        tries *= 10
    return f"less than once in {tries:,} tries"
