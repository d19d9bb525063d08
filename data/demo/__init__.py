"""Exercises to try Watchfloor with: made-up incidents over real, well-known places."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from data.demo.hurricane import HURRICANE
from data.demo.noreaster import NOREASTER
from data.demo.scenario import AgencyPlan, Scenario, Seeded, UserPlan

__all__ = ["DEFAULT", "AgencyPlan", "Scenario", "Seeded", "UserPlan", "scenarios"]

DEFAULT = NOREASTER.key


def scenarios() -> Mapping[str, Scenario]:
    """Return the scenarios by the name that `watchfloor demo --scenario` takes."""
    return MappingProxyType({scenario.key: scenario for scenario in (NOREASTER, HURRICANE)})
