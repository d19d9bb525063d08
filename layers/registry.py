"""The layers that there are. Adding one: its module, a line here, its test, its line in README."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from layers import hotspots, incidents, sites
from layers.base import MapLayer

LAYERS: Mapping[str, MapLayer] = MappingProxyType(
    {layer.name: layer for layer in (incidents.LAYER, sites.LAYER, hotspots.DENSITY, hotspots.GI_STAR)}
)
