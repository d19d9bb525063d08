"""The two hotspot layers of the map, and what each kind of answer is called."""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import Final

from layers.base import Legend, MapLayer

URL: Final = "/api/v1/hotspots"


class Kind(StrEnum):
    """What a hotspot layer shows."""

    DENSITY = "density"
    GI_STAR = "gi_star"
    TREND = "trend"
    DIFFERENCE = "difference"
    EXCESS = "excess"


class Against(StrEnum):
    """Which earlier time a difference compares with."""

    PREVIOUS = "previous"
    WEEKS = "weeks"
    YEAR = "year"


UNADJUSTED: Final = "Not adjusted for population."
NOTES: Final = MappingProxyType(
    {
        Kind.DENSITY: "Where reports are. Not adjusted for population, and no reports is not all clear.",
        Kind.GI_STAR: (
            "Hatched: more reports than chance would put there, after correction for all cells tested. "
            "Colour alone claims nothing. Not adjusted for population."
        ),
        Kind.TREND: (
            "Trend indicator: how each cell ran hot or cold through time. Only hatched cells are tested "
            "hotspots. Not adjusted for population."
        ),
        Kind.DIFFERENCE: (
            "Against an earlier time. Hatched: a change larger than chance, after correction for all places "
            "tested. Habits of reporting change too."
        ),
        Kind.EXCESS: (
            "Each place against its own past. Hatched: more than is usual there, after correction for all "
            "places tested. Colour alone claims nothing. Not adjusted for population."
        ),
    }
)

DENSITY = MapLayer(
    name="density",
    title="Report density",
    kind="geojson",
    url=URL,
    filtered=True,
    legend=(
        Legend("low", "Few reports per km²", "ramp-low"),
        Legend("high", "Many reports per km²", "ramp-high"),
    ),
    note=NOTES[Kind.DENSITY],
    more=(("kind", Kind.DENSITY.value),),
)
GI_STAR = MapLayer(
    name="hotspots",
    title="Hotspots (Gi*)",
    kind="geojson",
    url=URL,
    filtered=True,
    legend=(Legend("cold", "Fewer than around", "ramp-low"), Legend("hot", "More than around", "ramp-high")),
    note=NOTES[Kind.GI_STAR],
    more=(("kind", Kind.GI_STAR.value),),
)
