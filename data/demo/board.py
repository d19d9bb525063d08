"""Who can search in an exercise, from where, and which roads are closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import shapely

from data.clock import to_ms
from data.model import LonLat, StoreKind, Tlp
from data.store import Store

Base = tuple[str, LonLat]


@dataclass(frozen=True, slots=True)
class ResourcePlan:
    """One resource: how fast it searches, how wide it sees (good, fair, poor), and for how long."""

    name: str
    kind: str
    base: Base
    speed_kmh: float
    travel_kmh: float
    sweep_m: tuple[float, float, float]
    endurance_h: float
    radio: str
    capabilities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClosurePlan:
    """One closed road, as the line that is closed."""

    name: str
    reason: str
    line: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class BoardPlan:
    """The board with which the exercise begins."""

    resources: tuple[ResourcePlan, ...]
    closures: tuple[ClosurePlan, ...]


_CRUZ_BAY: Final[Base] = ("EXERCISE Cruz Bay fire station", LonLat(-64.7936, 18.3306))
_CORAL_BAY: Final[Base] = ("EXERCISE Coral Bay fire station", LonLat(-64.7161, 18.3468))
_AIRPORT: Final[Base] = ("EXERCISE Cyril E. King airport", LonLat(-64.9733, 18.3373))

ST_JOHN: Final = BoardPlan(
    resources=(
        ResourcePlan(
            "EXERCISE Ground team 1", "team", _CRUZ_BAY, 2.5, 25, (60, 40, 20), 8, "VIFD 1", ("medic", "saw")
        ),
        ResourcePlan(
            "EXERCISE Ground team 2", "team", _CORAL_BAY, 2.5, 25, (60, 40, 20), 8, "VIFD 2", ("saw", "rope")
        ),
        ResourcePlan("EXERCISE Rescue dog", "dog", _CORAL_BAY, 3, 25, (80, 60, 40), 4, "VIFD 3", ("rubble",)),
        ResourcePlan(
            "EXERCISE Boat", "boat", _CRUZ_BAY, 12, 40, (200, 120, 60), 6, "VHF 16", ("shallow water",)
        ),
        ResourcePlan(
            "EXERCISE Drone", "drone", _CORAL_BAY, 25, 40, (120, 80, 30), 2, "UAS 1", ("thermal camera",)
        ),
        ResourcePlan(
            "EXERCISE Helicopter", "helicopter", _AIRPORT, 90, 180, (300, 180, 60), 3, "AIR 1", ("hoist",)
        ),
    ),
    closures=(
        ClosurePlan(
            "EXERCISE Centerline Road",
            "Landslide and poles over both lanes",
            ((-64.7325, 18.3460), (-64.7300, 18.3463)),
        ),
        ClosurePlan(
            "EXERCISE Route 107, Salt Pond",
            "Washed out",
            ((-64.7085, 18.3190), (-64.7070, 18.3150)),
        ),
        ClosurePlan(
            "EXERCISE East End Road, Hurricane Hole",
            "Landslide; the road below the houses is gone",
            ((-64.7000, 18.3470), (-64.6960, 18.3465)),
        ),
        ClosurePlan(
            "EXERCISE Bordeaux Mountain Road",
            "Trees and poles over the road",
            ((-64.7320, 18.3410), (-64.7315, 18.3390)),
        ),
    ),
)


def seed_board(store: Store, plan: BoardPlan, *, now: datetime) -> None:
    """Put the exercise's resources on the board and close its roads."""
    actor, scope = store.system_actor(), store.scopes.intern(StoreKind.INCIDENT, Tlp.GREEN)
    for one in plan.resources:
        base, at = one.base
        about = {
            "speed_kmh": one.speed_kmh,
            "travel_kmh": one.travel_kmh,
            "sweep_m": dict(zip(("good", "fair", "poor"), one.sweep_m, strict=True)),
            "endurance_h": one.endurance_h,
            "base": {"name": base, "lon": at.lon, "lat": at.lat},
            "capabilities": list(one.capabilities),
            "radio": one.radio,
        }
        values: dict[str, Any] = {"name": one.name, "kind": one.kind, "status": "available", "about": about}
        store.resources.add(actor, scope, values)
    since = to_ms(now - timedelta(days=4))
    for road in plan.closures:
        line = shapely.to_wkb(shapely.LineString(road.line))
        values = {"name": road.name, "reason": road.reason, "geometry": line, "from_ms": since}
        store.closures.add(actor, scope, values)
