"""Hotspots: where reports gather, how that changes, and how sure one can be of it."""

from layers.hotspots.answer import MAX_SHOWN, Hotspots, as_geojson, geojson
from layers.hotspots.asked import Asked, Extent
from layers.hotspots.layer import DENSITY, GI_STAR, Against, Kind
from layers.hotspots.maps import hotspots
from layers.hotspots.mask import ground_of

__all__ = [
    "DENSITY",
    "GI_STAR",
    "MAX_SHOWN",
    "Against",
    "Asked",
    "Extent",
    "Hotspots",
    "Kind",
    "as_geojson",
    "geojson",
    "ground_of",
    "hotspots",
]
