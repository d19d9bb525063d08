"""Who reports in a demo: how reliable, how marked, how well placed and how late."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from data.model import LocatedBy, LonLat, StoreKind, TimePrecision, Tlp
from data.store.store import HOME_AGENCY, Store

# how a place was found: (share, least accuracy in metres, most); UNKNOWN has no place at all
Located = Mapping[LocatedBy, tuple[float, float, float]]

DISPATCH: Located = {
    LocatedBy.ADDRESS: (0.60, 12, 60),
    LocatedBy.INTERSECTION: (0.18, 20, 80),
    LocatedBy.GPS: (0.12, 5, 25),
    LocatedBy.PLACE_NAME: (0.07, 120, 500),
    LocatedBy.CENTROID: (0.03, 1500, 3500),
}
RESIDENTS: Located = {
    LocatedBy.GPS: (0.55, 5, 40),
    LocatedBy.ADDRESS: (0.36, 15, 80),
    LocatedBy.CENTROID: (0.02, 1500, 3500),
    LocatedBy.DEFAULT_POINT: (0.07, 0, 0),
}
CALLERS: Located = {
    LocatedBy.ADDRESS: (0.38, 20, 120),
    LocatedBy.PLACE_NAME: (0.30, 250, 1200),
    LocatedBy.CENTROID: (0.20, 1500, 4000),
    LocatedBy.UNKNOWN: (0.12, 0, 0),
}
NETWORK: Located = {
    LocatedBy.CENTROID: (0.35, 300, 900),
    LocatedBy.ADDRESS: (0.65, 30, 200),
}
HEARSAY: Located = {
    LocatedBy.PLACE_NAME: (0.55, 500, 2500),
    LocatedBy.CENTROID: (0.20, 2000, 5000),
    LocatedBy.GPS: (0.10, 10, 100),
    LocatedBy.UNKNOWN: (0.15, 0, 0),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcePlan:
    """A source of demo incidents; `credibility` are the codes it is given, the commonest first."""

    key: str
    name: str
    kind: str = "feed"
    agency: str = ""  # short name; empty: the center itself
    store: StoreKind = StoreKind.INCIDENT
    tlp: Tlp = Tlp.AMBER
    law_enforcement: bool = False
    scale: str = "admiralty_6x6"
    reliability: str = "B"
    credibility: tuple[str, ...] = ("2", "2", "1", "3")
    located: Located
    dispatch: bool = True  # writes as dispatchers do
    delay_min: float = 1.5
    precision: TimePrecision = TimePrecision.SECOND
    expected_every_s: int | None = None
    default_point: LonLat | None = None


# Sources that every scenario has; each says with `replace` what is different about its own.
HELP_LINE = SourcePlan(
    key="line",
    name="EXERCISE Help line",
    kind="person",
    reliability="D",
    credibility=("3", "2", "6"),
    located=CALLERS,
    dispatch=False,
    delay_min=40.0,
    precision=TimePrecision.MINUTE,
    expected_every_s=3600,
)
UTILITY = SourcePlan(
    key="utility",
    name="EXERCISE Utility outage feed",
    tlp=Tlp.GREEN,
    located=NETWORK,
    delay_min=7.0,
    expected_every_s=900,
)
WEATHER = SourcePlan(
    key="weather",
    name="EXERCISE Weather alerts",
    tlp=Tlp.CLEAR,
    reliability="A",
    credibility=("1",),
    located=NETWORK,
    expected_every_s=21600,
)
SOCIAL = SourcePlan(
    key="social",
    name="EXERCISE Social media watch",
    tlp=Tlp.GREEN,
    reliability="E",
    credibility=("6", "4"),
    located=HEARSAY,
    dispatch=False,
    delay_min=240.0,
    precision=TimePrecision.HOUR,
    expected_every_s=7200,
)


@dataclass(frozen=True, slots=True)
class Interned:
    """A source and its scope as the store numbers them."""

    plan: SourcePlan
    source_id: int
    scope_id: int


def intern_sources(
    store: Store, plans: tuple[SourcePlan, ...], *, agencies: Mapping[str, int]
) -> dict[str, Interned]:
    """Return the sources of a demo by key, made in the store where they are missing."""
    out: dict[str, Interned] = {}
    for plan in plans:
        scope_id = store.scopes.intern(
            plan.store,
            plan.tlp,
            law_enforcement=plan.law_enforcement,
            agency_id=agencies.get(plan.agency, HOME_AGENCY),
        )
        source_id = store.sources.intern(
            plan.key,
            name=plan.name,
            kind=plan.kind,
            scope_id=scope_id,
            licence="EXERCISE data, made up",
            expected_every_s=plan.expected_every_s,
        )
        out[plan.key] = Interned(plan, source_id, scope_id)
    return out
