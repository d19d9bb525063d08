"""Vector tiles made at request time: encoding, thinning and counting."""

from layers.tiles.address import EXTENT, TileAddress

__all__ = ["EXTENT", "TileAddress"]
