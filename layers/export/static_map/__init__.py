"""The one renderer of maps for paper: SVG as text, with no browser and no system library."""

from layers.export.static_map.compose import PX_MM, map_svg
from layers.export.static_map.tiles import Tiles

__all__ = ["PX_MM", "Tiles", "map_svg"]
