"""Nor'easter over Massachusetts: ten days, about 20,000 incidents, the storm still on at the end."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from data.alert_records import NewWatchArea
from data.alert_rules import Budget, CountRule, Drawn, NewHotspotRule, UnusualRule
from data.clock import from_ms, to_ms
from data.demo.before import Before
from data.demo.calls import CallsPlan
from data.demo.compose import Report
from data.demo.noreaster_plan import FLOWS, SOURCES
from data.demo.sar import suspicious_reports
from data.demo.scenario import (
    COORDINATOR,
    EVERY_DAY,
    LEADER,
    WATCH_OFFICER,
    AgencyPlan,
    Play,
    Scenario,
    UserPlan,
)
from data.demo.shapes import Shape, as_reports, puddle, stretches
from data.demo.sites import Assessed
from data.demo.weather import Storm
from data.model import LonLat, Role, Severity, SiteStatus, StoreKind, Tlp
from data.reference import areas

_SUSPECT = (
    "Everett LNG terminal",
    "South Station",
    "Deer Island Treatment Plant",
    "Tobin Bridge",
    "Sandy Pond converter station",
    "Wachusett Dam",
    "Conley Container Terminal",
    "Pilgrim Nuclear Power Station (decommissioning)",
    "Massachusetts State House",
    "Canal Generating Plant",
)
_COUNTY_ALERTS = (
    ("Coastal flood warning", "warning", ("25001", "25023", "25021", "25025", "25009"), 20),
    ("High wind warning", "warning", ("25001", "25007", "25019", "25023", "25009"), 24),
    ("Storm surge watch", "watch", ("25001", "25007", "25019"), 34),
    ("Winter storm warning", "warning", ("25003", "25011", "25027", "25015"), 22),
    ("Wind advisory", "advisory", ("25013", "25017", "25005"), 18),
)


def _storm(now: datetime) -> Storm:
    """Return the storm: past its worst on Cape Cod, at its worst on the North Shore."""
    return Storm(
        peak_ms=to_ms(now - timedelta(hours=14)),
        south_lat=41.5,
        hours_per_degree=6.5,
        rise_h=6.5,
        fall_h=11.0,
        reach_km=24.0,
        high_tide_ms=to_ms(now - timedelta(hours=3.2)),
    )


_CLOSED = Assessed(SiteStatus.RED, 9.0, "closed, dock or road under water")
_LIMITED = Assessed(SiteStatus.YELLOW, 5.0, "on generator or limited service")
_WORKING = Assessed(SiteStatus.GREEN, 3.0, "checked, in service")
_ASSESSED = {
    "Woods Hole ferry terminal": _CLOSED,
    "Hyannis ferry terminal": _CLOSED,
    "Nantucket Steamboat Wharf": _CLOSED,
    "Long Wharf": _CLOSED,
    "MacMillan Pier": Assessed(SiteStatus.RED, 26.0, "evacuated before the storm"),
    "Nut Island Headworks": _LIMITED,
    "Cape Cod Hospital": _LIMITED,
    "Addison Gilbert Hospital": _LIMITED,
    "Sagamore Bridge": Assessed(SiteStatus.YELLOW, 7.0, "closed to high vehicles, wind over 70 mph"),
    "Bourne Bridge": Assessed(SiteStatus.YELLOW, 7.0, "closed to high vehicles, wind over 70 mph"),
    "New Bedford hurricane barrier": Assessed(SiteStatus.GREEN, 11.0, "gates closed and holding"),
    "South Shore Hospital": _WORKING,
    "State emergency operations center (MEMA)": _WORKING,
    "Deer Island Treatment Plant": _WORKING,
}


def _specials(play: Play) -> list[Report]:
    """Return closed roads, flooded ground, county alerts and suspicious-activity reports."""
    peak = from_ms(play.storm.peak_ms)
    tide = from_ms(play.storm.high_tide_ms)
    rng, sources = play.rng, play.sources
    roads = [
        Shape(
            code="traffic.road-closed",
            title=f"{street} closed, {town}",
            narrative="CLOSED BOTH WAYS, WATER AND COBBLES IN ROADWAY. OPEN AGAIN NOT BEFORE LOW WATER.",
            geometry=line,
            accuracy_m=200.0,
            severity=Severity.WATCH,
            at=tide - timedelta(minutes=float(rng.uniform(20, 150))),
            town=town,
        )
        for street, town, line in stretches("roads_ma.json")
    ]
    return [
        *as_reports(roads, sources["roads"], rng=rng, prefix="EX-ROAD"),
        *as_reports(_flooded(play, tide), sources["cad-south"], rng=rng, prefix="EX-FLOOD"),
        *as_reports(_alerts(peak), sources["weather"], rng=rng, prefix="EX-ALERT"),
        *suspicious_reports(
            rng,
            [site for name in _SUSPECT for site in play.sites if site.name == name],
            sources["sar"],
            count=60,
            now=play.now,
            ground=play.ground,
        ),
    ]


def _flooded(play: Play, tide: datetime) -> list[Shape]:
    shore = play.ground.shore
    if shore is None:
        return []
    shapes = []
    for index in play.rng.choice(len(shore), size=24, replace=False):
        radius_m = float(play.rng.uniform(250, 900))
        ground = puddle(play.rng, shore.at(int(index)), radius_m=radius_m, land=play.ground.land)
        if ground is not None:
            shapes.append(
                Shape(
                    code="weather.flood.coastal",
                    title=f"Flooded area, {shore.streets[index]}, {shore.names[index]}",
                    narrative="Drawn from ladder-truck view and calls. The edge is a guess where it is dark.",
                    geometry=ground,
                    accuracy_m=150.0,
                    severity=Severity.HIGH,
                    at=tide + timedelta(minutes=float(play.rng.uniform(-60, 90))),
                    town=shore.names[index],
                    credibility="2",
                )
            )
    return shapes


def _alerts(peak: datetime) -> list[Shape]:
    severity = {"warning": Severity.HIGH, "watch": Severity.WATCH, "advisory": Severity.NOTICE}
    counties = {area.geoid: area for area in areas(kinds=("county",), states=("25",))}
    return [
        Shape(
            code=f"weather.alert.{level}",
            title=f"EXERCISE {name}: {counties[geoid].name}",
            narrative="EXERCISE. Prepare before dark, keep off flooded roads, expect days without power.",
            geometry=counties[geoid].geometry,
            accuracy_m=1000.0,
            severity=severity[level],
            at=peak - timedelta(hours=hours),
            until=peak + timedelta(hours=30),
            town=counties[geoid].name,
        )
        for name, level, geoids, hours in _COUNTY_ALERTS
        for geoid in geoids
    ]


# Essex, where the storm is at its worst now and the dispatch has an archive; and as an officer draws it.
_ESSEX = "25009"
_NORTH_SHORE = (
    "p:-71.25,42.66;-71.25,42.74;-71.18,42.8;-71.05,42.86;-70.9,42.89;-70.81,42.87;-70.77,42.7;-70.66,42.7"
    ";-70.58,42.66;-70.6,42.58;-70.75,42.53;-70.8,42.48;-70.92,42.41;-71.02,42.43;-71.06,42.5;-71.07,42.57"
    ";-71.17,42.59"
)
_SHIFT = Budget(alarms=1, hours=12)
_WATCHES = (
    NewWatchArea(
        name="EXERCISE North Shore, more than usual",
        geography=Drawn(shape=_NORTH_SHORE),
        rule=UnusualRule(within="1h"),
        budget=Budget(alarms=1, hours=168),
    ),
    NewWatchArea(
        name="EXERCISE North Shore, new hotspots",
        geography=Drawn(shape=_NORTH_SHORE),
        rule=NewHotspotRule(),
        budget=_SHIFT,
    ),
    NewWatchArea(
        name="EXERCISE North Shore, people to be rescued",
        geography=Drawn(shape=_NORTH_SHORE),
        filter="type=rescue",
        rule=CountRule(above=6, within="1h"),
        budget=_SHIFT,
    ),
)

NOREASTER = Scenario(
    key="noreaster",
    title="Nor'easter over Massachusetts",
    summary="Ten days of calls; a storm has crossed Cape Cod and stands over the North Shore.",
    center=LonLat(-70.95, 42.2),
    zoom=8.3,
    timezone="America/New_York",
    days=10.0,
    state_fips="25",
    area_states=("25", "09", "23", "33", "36", "44", "50"),
    area_code="617",
    towns_file="towns_ma.json",
    shore_file="coast_ma.json",
    sites_file="sites_ma.json",
    airports=("KBOS", "KORH", "KBED", "KHYA", "KACK", "KMVY", "KPVC", "KEWB", "KBVY", "KCEF"),
    flows=FLOWS,
    sources=SOURCES,
    agencies=(
        AgencyPlan("EXERCISE State Police", "SP", law_enforcement=True),
        AgencyPlan("EXERCISE South Shore dispatch", "SOUTH"),
        AgencyPlan("EXERCISE Cape, Islands and South Coast dispatch", "CAPE"),
        AgencyPlan("EXERCISE North Shore dispatch", "NORTH"),
        AgencyPlan("EXERCISE Central and western dispatch", "WEST"),
    ),
    users=(
        WATCH_OFFICER,
        UserPlan("analyst", "EXERCISE Analyst", Role.ANALYST, Tlp.AMBER_STRICT, EVERY_DAY | {StoreKind.SAR}),
        LEADER,
        replace(COORDINATOR, agency="CAPE"),
    ),
    storm=_storm,
    slower=1.0,
    specials=_specials,
    assessed=_ASSESSED,
    before=Before(weeks=10, county=_ESSEX),
    watches=_WATCHES,
    calls=CallsPlan(region="cape", households=6, again=3),
)
