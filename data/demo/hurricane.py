"""US Virgin Islands after the hurricane: six days, about 1,500 incidents, people cut off on St. John."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType

from data.clock import from_ms, to_ms
from data.demo.board import ST_JOHN
from data.demo.calls import CallsPlan
from data.demo.compose import Report
from data.demo.flows import scaled
from data.demo.scenario import COORDINATOR, LEADER, WATCH_OFFICER, AgencyPlan, Play, Scenario
from data.demo.shapes import Shape, as_reports, puddle, stretches
from data.demo.sites import Assessed
from data.demo.sources import DISPATCH, HEARSAY, HELP_LINE, SOCIAL, UTILITY, WEATHER, SourcePlan
from data.demo.weather import Storm
from data.model import LonLat, Severity, SiteStatus, TimePrecision
from data.reference import areas
from data.rescue_records import Caller, Channel, Hazard, HouseholdStatus, Needs, NewCall, Person

_REPORTERS: Mapping[str, Mapping[str, float]] = {
    "cad": {"cad": 0.7, "line": 0.3},
    "people": {"line": 0.35, "text": 0.40, "radio": 0.15, "social": 0.10},
    "needs": {"text": 0.55, "line": 0.25, "radio": 0.20},
    "power": {"utility": 0.8, "text": 0.2},
    "roads": {"radio": 0.4, "cad": 0.4, "text": 0.2},
}

_FLOWS = """
medical.call 90 usual cad 2
medical.trauma 55 after cad 3
medical.cardiac 22 usual cad 2
medical.exposure 15 after cad 2
medical.device-power 55 needs needs 10 0.2 1
medical.sick 60 needs needs 8
rescue.cut-off 185 isolated needs 40 0.25 5
rescue.supplies 240 needs needs 30 0.1 5
rescue.evacuation 55 isolated needs 18 0.1 4
rescue.welfare 120 needs people 30
rescue.search 16 after cad 30 0.2
rescue.water 14 wind cad 3 0.2 3
rescue.missing-person 10 needs cad 30
utility.no-water 130 needs people 60
utility.power-outage 90 after power 90 0.2 0 200
utility.wires-down 50 after roads 60
utility.telecom-outage 40 after power 60
utility.sewer 18 needs people 40
weather.landslide 52 after roads 60 0.2
weather.wind-damage 85 wind people 60 0.2
weather.flood.street 40 wind roads 12
weather.tree-down 55 wind roads 40
traffic.road-closed 60 after roads 50
traffic.marine 10 needs roads 40
hazmat.fuel-spill 14 after cad 24
fire.structure 6 usual cad 5
fire.electrical 10 needs cad 2
crime.property.burglary 24 needs cad 20
crime.property.theft 18 needs cad 20
service.shelter 24 needs roads 20
other.unclassified 20 needs people 10
"""


def _storm(now: datetime) -> Storm:
    """Return a hurricane that crossed four and a half days ago and hit St. John hardest for its size."""
    return Storm(
        peak_ms=to_ms(now - timedelta(days=4.5)),
        south_lat=18.33,
        hours_per_degree=0.0,
        rise_h=5.0,
        fall_h=6.0,
        reach_km=1000.0,
        high_tide_ms=to_ms(now - timedelta(days=4.5)),
        region_factor=MappingProxyType({"St. John": 1.0, "St. Thomas": 0.20, "St. Croix": 0.10}),
    )


_SOURCES = (
    SourcePlan(
        key="cad", name="EXERCISE Virgin Islands 911", located=DISPATCH, delay_min=10.0, expected_every_s=1800
    ),
    replace(HELP_LINE, name="EXERCISE Virgin Islands help line"),
    replace(
        HELP_LINE,
        key="text",
        name="EXERCISE Text messages from residents",
        reliability="F",
        credibility=("6", "3", "3", "4"),
        delay_min=90.0,
        expected_every_s=1800,
    ),
    SourcePlan(
        key="radio",
        name="EXERCISE Amateur radio net",
        agency="VITEMA",
        reliability="B",
        credibility=("2", "1", "3"),
        located=HEARSAY,
        delay_min=60.0,
        precision=TimePrecision.HOUR,
        expected_every_s=7200,
    ),
    replace(UTILITY, name="EXERCISE Power authority feed", delay_min=30.0, expected_every_s=7200),
    WEATHER,
    SOCIAL,
)
_OUT = Assessed(SiteStatus.RED, 40.0, "not in service since the storm")
_PART = Assessed(SiteStatus.YELLOW, 14.0, "part service, on generator")
_ASSESSED = {
    "Cyril E King Airport": Assessed(SiteStatus.YELLOW, 20.0, "relief flights only, by day"),
    "Henry E Rohlsen Airport": Assessed(SiteStatus.YELLOW, 20.0, "relief flights only, by day"),
    "Schneider Regional Medical Center": _PART,
    "Juan F. Luis Hospital": _PART,
    "Myrah Keating Smith Community Health Center": _OUT,
    "Randolph Harley Power Plant": _PART,
    "Loredon Boynes ferry dock, Cruz Bay": Assessed(SiteStatus.YELLOW, 9.0, "one berth, no fuel"),
    "Red Hook ferry terminal": _OUT,
    "Guy H. Benjamin School": Assessed(SiteStatus.YELLOW, 6.0, "shelter, water for one day"),
    "Emmaus Moravian Church": Assessed(SiteStatus.YELLOW, 6.0, "people gather here, no power"),
}


def _specials(play: Play) -> list[Report]:
    """Return blocked roads, slides and the alerts for the three islands."""
    rng, peak = play.rng, from_ms(play.storm.peak_ms)
    roads = [
        Shape(
            code="traffic.road-closed",
            title=f"{street} blocked, {town}",
            narrative="Poles, trees and mud over the whole stretch. On foot only, with care.",
            geometry=line,
            accuracy_m=200.0,
            severity=Severity.HIGH,
            at=peak + timedelta(hours=float(rng.uniform(10, 40))),
            town=town,
        )
        for street, town, line in stretches("roads_vi.json")
    ]
    towns = play.ground.towns
    steep = [
        i for i, name in enumerate(towns.names) if name in ("Bordeaux Mountain", "Maho Bay", "Gift Hill")
    ]
    slides = []
    for index in steep:
        ground = puddle(rng, towns.at(index), radius_m=120.0, land=play.ground.land)
        if ground is not None:
            slides.append(
                Shape(
                    code="weather.landslide",
                    title=f"Slide, {towns.names[index]}",
                    narrative="Slope bare from the ridge to the road. Edge taken from one photo.",
                    geometry=ground,
                    accuracy_m=250.0,
                    severity=Severity.HIGH,
                    at=peak + timedelta(hours=float(rng.uniform(14, 50))),
                    town=towns.names[index],
                    credibility="2",
                )
            )
    return [
        *as_reports(roads, play.sources["radio"], rng=rng, prefix="EX-ROAD"),
        *as_reports(slides, play.sources["radio"], rng=rng, prefix="EX-SLIDE"),
        *as_reports(_alerts(peak), play.sources["weather"], rng=rng, prefix="EX-ALERT"),
    ]


def _alerts(peak: datetime) -> list[Shape]:
    return [
        Shape(
            code="weather.hurricane",
            title=f"EXERCISE Hurricane warning: {area.name}",
            narrative="EXERCISE. Hurricane conditions expected. Stay inside until told otherwise.",
            geometry=area.geometry,
            accuracy_m=1000.0,
            severity=Severity.EXTREME,
            at=peak - timedelta(hours=30),
            until=peak + timedelta(hours=12),
            town=area.name,
        )
        for area in areas(kinds=("county",), states=("78",))
    ]


_COUPLE = (
    Person(name="Walter Thornbury", age=79, medical="insulin, must be kept cold"),
    Person(name="Edith Thornbury", age=76, medical="walks with a stick"),
)
_DAUGHTER = NewCall(
    scope_id=0,
    source_id=0,
    channel=Channel.FORM,
    caller=Caller(
        name="Claire Thornbury",
        phone="401-555-0117",
        relation="family",
        place_text="Providence, Rhode Island",
        place=LonLat(-71.41, 41.82),
    ),
    people=_COUPLE,
    people_count=2,
    place_text="my parents' house on the hill about a mile northeast of Coral Bay, above the shore road",
    needs=Needs(
        medical="insulin for two more days at most",
        hazards=(Hazard.LANDSLIDE,),
        pets="an old cat",
        trapped=True,
        contact_windows="their telephone is dead; call me at any hour",
    ),
    narrative=(
        "EXERCISE. I am Walter and Edith's daughter. I saw their house on a pilot's video of the island: a "
        "landslide lies over it and the road below is gone. From their porch one sees Hurricane Hole. Every "
        "agency tells me to call another one. They had one case of water. Please, somebody find them."
    ),
)
_NEIGHBOR = NewCall(
    scope_id=0,
    source_id=0,
    channel=Channel.RADIO,
    caller=Caller(name="Desmond, sailing vessel Marisol", relation="neighbour", place_text="Hurricane Hole"),
    people=(Person(name="Walt Thornbury"), Person(name="Edith Thornbury")),
    people_count=2,
    place_text="hillside northeast of Coral Bay, seen from Hurricane Hole",
    needs=Needs(hazards=(Hazard.LANDSLIDE,)),
    narrative=(
        "EXERCISE. From our mooring we see the slide that came down over the Thornbury place. Smoke from the "
        "chimney on the second morning, nothing since."
    ),
)


def _told(peak: datetime) -> list[NewCall]:
    """Return the two calls about the couple under the slide."""
    last = peak - timedelta(hours=3)
    needs = replace(_DAUGHTER.needs, water_until=peak + timedelta(hours=72))
    return [
        replace(_DAUGHTER, received=peak + timedelta(hours=60), last_contact=last, needs=needs),
        replace(_NEIGHBOR, received=peak + timedelta(hours=90)),
    ]


_CALLS = CallsPlan(
    region="St. John",
    households=35,
    again=24,
    told=_told,
    settled={
        HouseholdStatus.LOCATED: 4,
        HouseholdStatus.REACHED: 2,
        HouseholdStatus.EVACUATED: 3,
        HouseholdStatus.SAFE: 1,
    },
)

HURRICANE = Scenario(
    key="usvi",
    title="US Virgin Islands after the hurricane",
    summary="Four days after landfall; roads are gone and people on St. John are cut off.",
    center=LonLat(-64.80, 18.335),
    zoom=10.5,
    timezone="America/St_Thomas",
    days=6.0,
    state_fips="78",
    area_states=("78", "72"),
    area_code="340",
    towns_file="towns_vi.json",
    shore_file=None,
    sites_file="sites_vi.json",
    airports=("TIST", "TISX"),
    flows=scaled(_FLOWS, _REPORTERS),
    sources=_SOURCES,
    agencies=(AgencyPlan("EXERCISE Territorial emergency management", "VITEMA"),),
    users=(
        WATCH_OFFICER,
        replace(COORDINATOR, agency="VITEMA"),
        LEADER,
    ),
    storm=_storm,
    slower=6.0,
    specials=_specials,
    pace=10.0,
    assessed=_ASSESSED,
    calls=_CALLS,
    board=ST_JOHN,
    roads_file="network_vi.json",
)
