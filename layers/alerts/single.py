"""Rules that one report can meet: its severity, a site near it, a site that it speaks of."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data.alert_rules import DAY_MS, LinkedSiteRule, NearSiteRule, SeverityRule
from data.geo import distance_m, inverse_mercator
from data.mirror import SiteFrame
from data.mirror.spatial import Mask, NearRegion
from data.model import LonLat, Severity
from layers.alerts import words
from layers.alerts.lookout import Reports

# A file of last year's reports is no emergency.
FRESH_MS = DAY_MS
AT_SITE_M = 100.0
_SHORT = 4  # letters: a shorter name is in too many texts

SingleRule = SeverityRule | NearSiteRule | LinkedSiteRule


@dataclass(frozen=True, slots=True)
class Watched:
    """The site of a linked-site rule."""

    name: str
    place: LonLat | None
    accuracy_m: float


class NearSites:
    """The sites of a sector that those who are told may see, made ready once for each list of sites."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, float, bytes], NearRegion | None] = {}
        self._sites: SiteFrame | None = None

    def mask(
        self, sites: SiteFrame, visible: npt.NDArray[np.bool_], rule: NearSiteRule, reports: Reports
    ) -> Mask:
        """Return which of the reports lie near such a site."""
        if sites is not self._sites:
            self._sites, self._made = sites, {}
        key = (rule.sector, rule.metres, visible.tobytes())
        if key not in self._made:
            self._made[key] = _region(sites, visible, rule)
        return near(self._made[key], reports)


def _region(sites: SiteFrame, visible: npt.NDArray[np.bool_], rule: NearSiteRule) -> NearRegion | None:
    sectors = frozenset() if rule.sector == "*" else frozenset({rule.sector})
    chosen = sites.chosen(visible, sectors=sectors)
    lon, lat = sites.lonlat
    return NearRegion(lon[chosen], lat[chosen], metres=rule.metres) if len(chosen) else None


def near(region: NearRegion | None, reports: Reports) -> Mask:
    """Return which of the reports lie in the region."""
    mask = np.zeros(len(reports), dtype=np.bool_)
    if region is not None and reports.located.any():
        lon, lat = inverse_mercator(reports.x[reports.located], reports.y[reports.located])
        mask[reports.located] = region.contains(lon, lat)
    return mask


def severe(rule: SeverityRule, reports: Reports) -> Mask:
    """Return which of the reports are of the rule's severity or more."""
    return np.asarray(reports.severity >= rule.at_least, dtype=np.bool_)


def names(site: Watched, text: str) -> bool:
    """Return whether a text names the site: all of its name, word for word, whatever the case."""
    wanted = _folded(site.name)
    return len(wanted.replace(" ", "")) >= _SHORT and f" {wanted} " in f" {_folded(text)} "


def _folded(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def linked(
    site: Watched, reports: Reports, texts: Callable[[Sequence[int]], Mapping[int, str]]
) -> tuple[Mask, Mask]:
    """Return which reports are linked to the site, and which of them name it.

    Linked is, until somebody links them by hand: its text names the site, or it lies at it (within 100 m,
    or as near as the site's own place is known).
    """
    told = texts([int(seq) for seq in reports.seq])
    named = np.array([names(site, told.get(int(seq), "")) for seq in reports.seq], dtype=np.bool_)
    at = np.zeros(len(reports), dtype=np.bool_)
    if site.place is not None and reports.located.any():
        lon, lat = inverse_mercator(reports.x, reports.y)
        at = reports.located & (distance_m(site.place, lon, lat) <= max(AT_SITE_M, site.accuracy_m))
    return named | at, named


def fresh(reports: Reports, *, now_ms: int) -> Reports:
    """Return the reports of the last day."""
    return reports.where(reports.occurred_ms >= now_ms - FRESH_MS)


def reason(rule: SingleRule, reports: Reports, *, named: int) -> str:
    """Return in words why these reports are told of."""
    if isinstance(rule, SeverityRule):
        highest = Severity(int(reports.severity.max()))
        return words.of_severity(rule, count=len(reports), highest=highest)
    if isinstance(rule, NearSiteRule):
        return words.near_site(rule, count=len(reports))
    return words.linked_site(rule, count=len(reports), named=named)
