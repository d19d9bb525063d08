"""What happens in the nor'easter, and who reports it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from data.demo.flows import scaled
from data.demo.sources import CALLERS, DISPATCH, HELP_LINE, RESIDENTS, SOCIAL, UTILITY, WEATHER, SourcePlan
from data.model import LonLat, StoreKind, Tlp

_REPORTERS: Mapping[str, Mapping[str, float]] = {
    "cad": {"cad": 1.0},
    "police": {"cad": 0.93, "police": 0.07},
    "city": {"311": 1.0},
    "storm": {"cad": 0.62, "line": 0.20, "311": 0.12, "social": 0.06},
    "roads": {"roads": 0.55, "cad": 0.35, "social": 0.10},
    "power": {"utility": 0.85, "line": 0.15},
    "rescue": {"cad": 0.60, "line": 0.34, "social": 0.06},
    "hearsay": {"social": 1.0},
}

# code, number in ten days, kernel, reporters, median hours open, share graver, persons, customers
_USUAL = """
medical.call 1250 usual cad 1
medical.fall 500 usual cad 1
medical.breathing 390 usual cad 1
medical.cardiac 340 usual cad 1
medical.sick 340 usual cad 1
medical.unconscious 210 usual cad 1
medical.overdose 140 usual cad 1
medical.trauma 210 usual cad 1
medical.mental-health 190 usual cad 1.5
fire.alarm.general 520 usual cad 0.7
fire.smoke 140 usual cad 1
fire.electrical 70 usual cad 1
fire.structure 36 usual cad 4 0.15
fire.vehicle 40 usual cad 1
fire.brush 30 usual cad 1
hazmat.gas-leak 90 usual cad 2
fire.alarm.carbon-monoxide 80 usual cad 1
traffic.crash.no-injury 560 usual cad 1
traffic.crash.injury 270 usual cad 1.5 0.1
traffic.crash.hit-and-run 150 usual cad 4
traffic.disabled-vehicle 270 usual roads 1
traffic.stop 640 usual police 0.4
traffic.hazard 110 usual roads 1
crime.violence.assault 180 usual police 3 0.1
crime.violence.domestic 260 usual police 2
crime.property.burglary 90 usual police 20
crime.property.theft 300 usual police 20
crime.property.vehicle-theft 100 usual police 24
crime.property.vandalism 120 usual police 18
crime.order.disturbance 330 usual police 0.7
crime.order.trespass 120 usual police 0.7
crime.alarm.burglar 300 usual police 0.5
suspicious.person 210 usual police 0.7
suspicious.vehicle 180 usual police 0.7
suspicious.circumstance 110 usual police 1
rescue.welfare 260 usual cad 1
rescue.trapped 50 usual cad 1
rescue.missing-person 40 usual police 12
other.hang-up 300 usual cad 0.3
other.unknown-trouble 110 usual cad 0.7
service.citizen-assist 210 usual cad 1
service.animal 170 usual cad 2
service.noise 140 usual police 0.7
service.pothole 270 office city 60
service.trash 340 office city 40
service.street-light 160 office city 60
traffic.parking 380 office city 4
service.building 140 office city 60
service.tree-care 150 office city 90
"""
_STORM = """
weather.tree-down 1550 wind storm 9 0.15
utility.power-outage 1120 wind power 14 0.2 0 300
utility.wires-down 800 wind storm 10 0.25
utility.transformer 140 wind power 10
weather.wind-damage 270 wind storm 12 0.15
fire.electrical 110 wind cad 2
traffic.hazard 230 wind roads 5
traffic.crash.injury 120 wind cad 2 0.15
traffic.crash.no-injury 220 wind roads 2
traffic.transit 50 wind roads 10
other.unclassified 80 wind hearsay 6
other.hang-up 100 wind cad 0.4
weather.flood.coastal 540 tide storm 8 0.25
weather.flood.street 230 tide storm 6 0.1
weather.flood.street 160 wind storm 6
weather.coastal-erosion 60 tide storm 30 0.2
traffic.road-closed 200 tide roads 10
rescue.stranded-vehicle 115 tide rescue 2 0.2 2
rescue.water 80 tide rescue 2 0.2 3
rescue.cut-off 62 tide rescue 12 0.2 4
rescue.evacuation 95 tide rescue 5 0.1 4
hazmat.loose-tank 22 tide cad 8
traffic.marine 26 tide roads 20
weather.flood.building 340 after storm 14
traffic.signals-out 140 after roads 8
medical.device-power 165 after rescue 4 0.2 1
rescue.welfare 230 after rescue 5
utility.no-heat 195 after rescue 14
fire.alarm.carbon-monoxide 135 after cad 1.5 0.2
medical.exposure 45 after cad 1
utility.telecom-outage 80 after power 16
utility.no-water 55 after power 16
utility.sewer 52 after storm 16
service.shelter 45 after rescue 20
hazmat.fuel-spill 50 after cad 12
hazmat.gas-leak 70 after cad 4
rescue.supplies 50 after rescue 10 0 3
crime.property.burglary 18 after police 20
weather.snow-ice 290 inland storm 8
service.snow-removal 140 inland city 12
traffic.crash.no-injury 150 inland roads 2
weather.tree-down 110 inland storm 9
traffic.disabled-vehicle 55 inland roads 1
"""


def _dispatch(region: str, name: str, agency: str) -> SourcePlan:
    return SourcePlan(
        key=f"cad-{region}",
        name=f"EXERCISE {name} dispatch (CAD)",
        agency=agency,
        located=DISPATCH,
        expected_every_s=600,
    )


SOURCES = (
    _dispatch("metro", "Metro Boston", ""),
    _dispatch("south", "South Shore", "SOUTH"),
    _dispatch("cape", "Cape, Islands and South Coast", "CAPE"),
    _dispatch("north", "North Shore", "NORTH"),
    _dispatch("west", "Central and western", "WEST"),
    SourcePlan(
        key="police",
        name="EXERCISE State police dispatch",
        agency="SP",
        tlp=Tlp.AMBER_STRICT,
        law_enforcement=True,
        located=DISPATCH,
        expected_every_s=1800,
    ),
    SourcePlan(
        key="311",
        name="EXERCISE City services (311)",
        tlp=Tlp.GREEN,
        reliability="C",
        credibility=("2", "3"),
        located=RESIDENTS,
        dispatch=False,
        delay_min=20.0,
        default_point=LonLat(-71.0587, 42.3594),
        expected_every_s=3600,
    ),
    replace(
        HELP_LINE,
        name="EXERCISE Storm help line",
        credibility=("3", "3", "2", "6"),
        delay_min=18.0,
        expected_every_s=1800,
    ),
    UTILITY,
    SourcePlan(
        key="roads",
        name="EXERCISE Highway operations",
        tlp=Tlp.GREEN,
        located=DISPATCH,
        delay_min=5.0,
        expected_every_s=900,
    ),
    WEATHER,
    replace(SOCIAL, credibility=("6", "4", "3"), delay_min=35.0, expected_every_s=3600),
    SourcePlan(
        key="sar",
        name="EXERCISE Suspicious activity reports",
        kind="person",
        store=StoreKind.SAR,
        law_enforcement=True,
        scale="ise_sar_3x3",
        located=CALLERS,
        dispatch=False,
    ),
)

FLOWS = scaled(_USUAL, _REPORTERS) + scaled(_STORM, _REPORTERS)
