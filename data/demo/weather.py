"""How a demo disaster runs through time and space: expected counts per place and time step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

import numpy as np

from data.demo.places import Places
from data.geo import FloatArray, IntArray

STEP_MS = 600_000
_HOUR_MS = 3_600_000
_TIDE_H = 12.42

# Calls by local hour of day, as emergency centers know it: least at four, most in the late afternoon.
_CALLS = (5, 4, 3, 2.5, 2, 2.2, 3, 5, 6.5, 7, 7.5, 8, 8.5, 8.5, 9, 9.5, 10, 10.5, 10, 9, 8.5, 8, 7, 6)
# Reports to city services follow office hours.
_OFFICE = (0.5, 0.3, 0.2, 0.2, 0.3, 1, 3, 7, 10, 11, 11, 10, 9, 9, 9, 9, 8, 7, 5, 4, 3, 2, 1.5, 1)
_WEEKDAY_CALLS = (1.0, 0.98, 0.98, 1.0, 1.12, 1.1, 0.95)
_WEEKDAY_OFFICE = (1.25, 1.15, 1.1, 1.1, 1.05, 0.55, 0.4)


@dataclass(frozen=True, slots=True)
class Storm:
    """A storm by its strongest moment: when it comes to the south, how it moves, how far inland it bites."""

    peak_ms: int
    south_lat: float
    hours_per_degree: float
    rise_h: float
    fall_h: float
    reach_km: float
    high_tide_ms: int
    region_factor: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))

    def factors(self, places: Places) -> FloatArray:
        """Return how hard each place is hit for its size, 1 where nothing is said of its region."""
        return np.array([self.region_factor.get(region, 1.0) for region in places.regions])

    def wind(self, places: Places, at_ms: IntArray) -> FloatArray:
        """Return the strength, 0 to 1, at each place (rows) and time (columns)."""
        peak = self.peak_ms + (places.lat - self.south_lat) * self.hours_per_degree * _HOUR_MS
        hours = (at_ms[None, :] - peak[:, None]) / _HOUR_MS
        width = np.where(hours < 0, self.rise_h, self.fall_h)
        exposure = 0.06 + 0.94 * np.exp(-places.shore_km / self.reach_km)
        strength: FloatArray = (
            np.exp(-0.5 * (hours / width) ** 2) * (exposure * self.factors(places))[:, None]
        )
        return strength

    def needs(self, places: Places, at_ms: IntArray) -> FloatArray:
        """Return what people lack at each place and time, from when the wind lets go on, for days."""
        hours = (at_ms - self.peak_ms) / _HOUR_MS
        course = np.exp(-np.maximum(hours, 0.0) / 70.0) / (1.0 + np.exp(-(hours - 8.0) / 3.0))
        level: FloatArray = self.factors(places)[:, None] * course[None, :]
        return level

    def tide(self, at_ms: IntArray) -> FloatArray:
        """Return a factor that is large within about two hours of high water."""
        hours = (at_ms - self.high_tide_ms) / _HOUR_MS
        phase = np.cos(2 * np.pi * hours / _TIDE_H)
        factor: FloatArray = np.exp(3.0 * (phase - 1.0))
        return factor


def calls(at_ms: IntArray, *, zone: ZoneInfo, office: bool = False) -> FloatArray:
    """Return the usual level by local hour and weekday at each time."""
    by_hour = np.array(_OFFICE if office else _CALLS)
    by_day = np.array(_WEEKDAY_OFFICE if office else _WEEKDAY_CALLS)
    local = at_ms + _offset_ms(at_ms, zone)
    hours = local / _HOUR_MS
    hour = hours % 24
    low = hour.astype(np.int64)
    part = hour - low
    level = by_hour[low] * (1 - part) + by_hour[(low + 1) % 24] * part
    # 1970-01-01 was a Thursday
    usual: FloatArray = level * by_day[((hours // 24).astype(np.int64) + 3) % 7]
    return usual


def rates(kernel: str, places: Places, at_ms: IntArray, *, storm: Storm, zone: ZoneInfo) -> FloatArray:
    """Return relative rates of one kernel at each place (rows) and time (columns).

    `usual` and `office` know no storm; `wind` follows it, `after` comes some hours behind it and stays
    longer, `needs` lasts for days, `isolated` is needs where roads are gone, `tide` is wind at high
    water, `inland` is the snow side of the storm.
    """
    people = places.weight[:, None]
    if kernel in ("usual", "office"):
        usual: FloatArray = people * calls(at_ms, zone=zone, office=kernel == "office")[None, :]
        return usual
    # People report less at night even in a storm; they sleep, and nobody sees the tree.
    awake: FloatArray = 0.35 + calls(at_ms, zone=zone)[None, :] / 10.5
    stormy: FloatArray = _SHAPES[kernel](storm, places, at_ms) * awake
    return stormy


def _wind(storm: Storm, places: Places, at_ms: IntArray) -> FloatArray:
    rate: FloatArray = places.weight[:, None] ** 0.85 * storm.wind(places, at_ms) ** 1.5
    return rate


def _after(storm: Storm, places: Places, at_ms: IntArray) -> FloatArray:
    late = [storm.wind(places, at_ms - hours * _HOUR_MS) for hours in (3, 8, 14, 20, 30)]
    rate: FloatArray = places.weight[:, None] ** 0.9 * np.sum(late, axis=0)
    return rate


def _needs(storm: Storm, places: Places, at_ms: IntArray) -> FloatArray:
    rate: FloatArray = places.weight[:, None] ** 0.8 * storm.needs(places, at_ms)
    return rate


def _isolated(storm: Storm, places: Places, at_ms: IntArray) -> FloatArray:
    # the factor once more: where a storm hits hardest the roads go first
    return _needs(storm, places, at_ms) * storm.factors(places)[:, None]


def _tide(storm: Storm, places: Places, at_ms: IntArray) -> FloatArray:
    return places.weight[:, None] * storm.wind(places, at_ms) * storm.tide(at_ms)[None, :]


def _inland(storm: Storm, places: Places, at_ms: IntArray) -> FloatArray:
    snow: FloatArray = np.clip((places.shore_km - 40.0) / 60.0, 0.0, 1.0)[:, None]
    return places.weight[:, None] * snow * storm.wind(places, at_ms)


_SHAPES: Mapping[str, Callable[[Storm, Places, IntArray], FloatArray]] = MappingProxyType(
    {"wind": _wind, "after": _after, "needs": _needs, "isolated": _isolated, "tide": _tide, "inland": _inland}
)


def _offset_ms(at_ms: IntArray, zone: ZoneInfo) -> int:
    """Return the zone's offset at the middle time; a change of clocks within a demo does not matter."""
    middle = datetime.fromtimestamp(float(at_ms[len(at_ms) // 2]) / 1000, tz=UTC).astimezone(zone)
    offset = middle.utcoffset()
    return 0 if offset is None else int(offset.total_seconds() * 1000)
